# SPDX-License-Identifier: MIT
"""model_figures.py sums up each suite of models, and leaves out tests that explore nothing."""

import unittest

import planted

model_figures = planted.load("model_figures")


def scenario(executions: int, bound: str) -> dict:
    return {"name": "it", "executions": str(executions), "pruned": "1", "random": "0", "bound": bound,
            "stale_loads": "all", "longest": str(executions)}


class ModelFigures(unittest.TestCase):
    def test_a_suite_is_one_row_with_sums_and_bounds(self):
        report = {"testsuites": [{"name": "RunQueueModel",
                                  "testsuite": [scenario(3, "none"), scenario(4, "2"), {"name": "explores nothing"}]}]}
        self.assertEqual(model_figures.rows_of(report), [("RunQueueModel", 2, 7, 2, 0, "2 none", "all", 4)])

    def test_the_checkers_own_suites_are_left_out(self):
        self.assertEqual(model_figures.rows_of({"testsuites": [{"name": "Planted", "testsuite": [scenario(3, "2")]}]}), [])

    def test_a_suite_without_explorations_is_no_row(self):
        self.assertEqual(model_figures.rows_of({"testsuites": [{"name": "OtherModel", "testsuite": [{"name": "it"}]}]}), [])

    def test_columns_are_as_wide_as_their_widest_cell(self):
        lines = model_figures.table_of([("RunQueueModel", 2, 7, 2, 0, "2 none", "all", 4)]).splitlines()
        self.assertEqual(len(lines[0]), len(lines[1]))


if __name__ == "__main__":
    unittest.main()
