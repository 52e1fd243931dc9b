# SPDX-License-Identifier: MIT
"""A small source tree in a temporary folder, in which the tests of the checkers plant their faults."""

import contextlib
import importlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"
HEAD = "// SPDX-License-Identifier: MIT\n// A file of the planted tree.\n"


def load(tool: str):
    sys.path.insert(0, str(TOOLS))
    try:
        return importlib.import_module(tool)
    finally:
        sys.path.pop(0)


class PlantedTree(unittest.TestCase):
    """`self.plant(path, text)` writes a file, `self.run_tool(module)` gives (status, what it printed)."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def plant(self, path: str, text: str = "", head: str = HEAD):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head + text, encoding="utf-8")

    def run_tool(self, module) -> tuple[int, str]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = module.main([str(self.root)])
        return status, printed.getvalue()

    def assert_fault(self, module, *fragments: str):
        status, printed = self.run_tool(module)
        self.assertEqual(status, 1, printed)
        for fragment in fragments:
            self.assertIn(fragment, printed)

    def assert_clean(self, module):
        status, printed = self.run_tool(module)
        self.assertEqual(status, 0, printed)
