# SPDX-License-Identifier: MIT
"""count_tests.py counts single tests, and loses no failure."""

import json
import tempfile
import unittest
from pathlib import Path

import planted

count_tests = planted.load("count_tests")


class CountTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.reports = Path(folder.name)

    def count(self, status: str, output: str = "") -> tuple[int, int]:
        junit = self.reports / "ctest.xml"
        junit.write_text(f'<testsuite><testcase name="it" status="{status}"><system-out>{output}</system-out>'
                         "</testcase></testsuite>", encoding="utf-8")
        return count_tests.count(junit, self.reports)

    def report(self, *results: dict):
        text = json.dumps({"testsuites": [{"testsuite": list(results)}]})
        (self.reports / "it.json").write_text(text, encoding="utf-8")

    def test_each_test_of_a_binary_counts(self):
        self.report({"result": "COMPLETED"}, {"result": "COMPLETED", "failures": [{}]}, {"result": "SKIPPED"})
        self.assertEqual(self.count("fail"), (1, 1))

    def test_a_binary_that_fails_with_every_test_green_is_one_failure(self):
        self.report({"result": "COMPLETED"}, {"result": "COMPLETED"})
        self.assertEqual(self.count("fail"), (2, 1))

    def test_a_binary_that_died_without_a_report_is_one_failure(self):
        self.assertEqual(self.count("fail"), (0, 1))

    def test_a_script_may_count_for_itself(self):
        self.assertEqual(self.count("run", "good\n41 passed, 0 failed\n"), (41, 0))

    def test_unittest_counts_for_itself(self):
        self.assertEqual(self.count("fail", "Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n"), (6, 3))

    def test_a_script_that_counts_nothing_is_one_test(self):
        self.assertEqual(self.count("run"), (1, 0))


if __name__ == "__main__":
    unittest.main()
