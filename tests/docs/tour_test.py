# SPDX-License-Identifier: MIT
"""The tour names files and symbols: they have to be there, and each walk has to be short."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
LONGEST_WALK = 7
STEP = re.compile(r"^\d+\. `([^`]+)`:(.*?)(?=^\d+\. |^$)", re.MULTILINE | re.DOTALL)


def walks() -> list[list[tuple[str, str]]]:
    """For each walk its steps: a file, and what is said of it."""
    return [STEP.findall(section + "\n\n") for section in TOUR.split("\n## ")[1:]]


class Tour(unittest.TestCase):
    def test_each_walk_passes_through_at_most_seven_files(self):
        self.assertEqual(len(walks()), 2)
        for walk in walks():
            self.assertTrue(0 < len(walk) <= LONGEST_WALK)

    def test_each_file_is_there_and_has_the_symbols_that_are_named(self):
        for file, text in (step for walk in walks() for step in walk):
            code = (ROOT / file).read_text(encoding="utf-8")
            for symbol in re.findall(r"`([^`]+)`", text):
                self.assertIn(symbol.split("::")[-1], code, f"{file} has no {symbol}")

    def test_each_walk_ends_in_the_system_call(self):
        for walk in walks():
            self.assertIn("epoll_wait", walk[-1][1])


if __name__ == "__main__":
    unittest.main()
