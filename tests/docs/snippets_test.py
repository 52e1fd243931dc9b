# SPDX-License-Identifier: MIT
"""Programs in the documentation compile: each block of C++ with a main function, as it stands."""

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


def programs(page: Path) -> list[str]:
    return [block for block in BLOCK.findall(page.read_text(encoding="utf-8")) if re.search(r"^int main\(", block, re.M)]


def complaints(program: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "program.cpp"
        file.write_text(program, encoding="utf-8")
        command = [COMPILER, "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-I", ROOT / "include", file]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr


class Snippets(unittest.TestCase):
    def test_the_readme_has_a_program(self):
        self.assertTrue(programs(ROOT / "README.md"))

    def test_each_program_compiles_without_a_warning(self):
        for page in PAGES:
            for program in programs(page):
                with self.subTest(page=page.name):
                    self.assertEqual(complaints(program), "")


if __name__ == "__main__":
    unittest.main()
