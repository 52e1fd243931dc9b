# SPDX-License-Identifier: MIT
"""Programs in the documentation compile and run: each block of C++ with a main function, as it stands.

HEDDLE_LIBRARY names the library that they are linked with, beside {fmt}; without it they are only compiled.
"""

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
        for page in PAGES:
            for program in programs(page):
                with self.subTest(page=page.name), tempfile.TemporaryDirectory() as folder:
                    self.compile(Path(folder), program)
                    if LIBRARY and page.name != "README.md":  # a server, which doesn't end
                        self.run_program(Path(folder) / "program")

    def compile(self, folder: Path, program: str):
        file = folder / "program.cpp"
        file.write_text(program, encoding="utf-8")
        how = [LIBRARY, "-lfmt", "-pthread", "-o", folder / "program"] if LIBRARY else ["-fsyntax-only"]
        command = [COMPILER, "-std=c++23", "-Wall", "-Wextra", "-I", ROOT / "include", file, *how]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def run_program(self, program: Path):
        result = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
