# SPDX-License-Identifier: MIT
"""Programs in the documentation compile and run: each block of C++ with a main function, as it stands.

HEDDLE_LIBRARY names the library that they are linked with, beside {fmt}; without it they are only compiled.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMPILER = shutil.which("clang++-22") or "g++"
LIBRARY = os.environ.get("HEDDLE_LIBRARY")


def programs(page: Path) -> list[str]:
    return [block for block in BLOCK.findall(page.read_text(encoding="utf-8")) if re.search(r"^int main\(", block, re.M)]


class Snippets(unittest.TestCase):
    def test_the_readme_has_a_program(self):
        self.assertTrue(programs(ROOT / "README.md"))

    def test_each_program_compiles_without_a_warning_and_runs(self):
        everything = [(page, program) for page in PAGES for program in programs(page)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for (page, program), problem in zip(everything, pool.map(lambda one: problem_of(*one), everything)):
                with self.subTest(page=page.name):
                    self.assertEqual(problem, "", program)


def problem_of(page: Path, program: str) -> str:
    """What is wrong with it, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        file, binary = Path(folder) / "program.cpp", Path(folder) / "program"
        file.write_text(program, encoding="utf-8")
        how = [LIBRARY, "-lfmt", "-pthread", "-o", binary] if LIBRARY else ["-fsyntax-only"]
        command = [COMPILER, "-std=c++23", "-Wall", "-Wextra", "-I", ROOT / "include", file, *how]
        compiled = subprocess.run(command, capture_output=True, text=True, check=False)
        if compiled.returncode != 0 or compiled.stderr:
            return compiled.stderr or "the compiler failed"
        if not LIBRARY or page.name == "README.md":  # a server, which doesn't end
            return ""
        ran = subprocess.run([binary], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        if ran.returncode != 0:
            return f"ends with {ran.returncode}: {ran.stderr}"
        return "" if ran.stdout + ran.stderr else "it prints nothing"


if __name__ == "__main__":
    unittest.main()
