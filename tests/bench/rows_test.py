# SPDX-License-Identifier: MIT
"""The table of rows is sound, and its rows are found by name."""

import unittest

import planted  # noqa: F401  finds the bench

import builds
from rows import ROWS, NoSuchRow, rows_named


class Rows(unittest.TestCase):
    def test_names_are_unique(self):
        names = [row.name for row in ROWS]
        self.assertEqual(len(names), len(set(names)))

    def test_every_peer_can_be_built_somewhere(self):
        for row in ROWS:
            for name in (*row.peers, *row.limit_peers):
                self.assertIn(name, builds.ALL, row.name)

    def test_every_program_of_ours_has_its_source(self):
        for row in ROWS:
            folder = "guide" if row.is_echo else "bench"
            self.assertTrue((builds.ROOT / folder / f"{row.ours}.cpp").exists(), row.name)

    def test_producers_share_the_messages_evenly(self):
        for row in ROWS:
            if row.kind not in ("fib", "skynet"):
                self.assertEqual(row.count % row.width, 0, row.name)

    def test_a_name_is_one_row(self):
        self.assertEqual([row.name for row in rows_named(["mutex-1-1w"])], ["mutex-1-1w"])

    def test_a_name_that_others_begin_with_is_still_one_row(self):
        self.assertEqual([row.name for row in rows_named(["alive"])], ["alive"])

    def test_a_beginning_is_every_row_that_has_it(self):
        self.assertEqual([row.name for row in rows_named(["mutex-8"])], ["mutex-8-1w", "mutex-8-2w"])

    def test_a_row_named_twice_runs_once(self):
        self.assertEqual(len(rows_named(["mutex-8", "mutex-8-1w"])), 2)

    def test_without_names_all_rows_run(self):
        self.assertEqual(rows_named([]), ROWS)

    def test_an_unknown_name_is_refused(self):
        with self.assertRaisesRegex(NoSuchRow, "'no-such-row'"):
            rows_named(["no-such-row"])


if __name__ == "__main__":
    unittest.main()
