# SPDX-License-Identifier: MIT
"""The table is aligned in the terminal, whole in Markdown, and finds its place in a file."""

import unittest

import measured

import table


class Numbers(unittest.TestCase):
    def test_three_digits_count(self):
        for value, said in [(123_456.7, "123,457"), (99.96, "100"), (99.94, "99.9"), (12.34, "12.3"), (9.996, "10.0"),
                            (1.234, "1.23"), (0.1234, "0.123"), (7, "7"), (0.0, "0"), (1_000_000, "1,000,000")]:
            with self.subTest(value):
                self.assertEqual(table.number(value), said)


class Terminal(unittest.TestCase):
    def test_all_lines_of_a_part_are_equally_long(self):
        parts = table.for_terminal(measured.results(), 200).strip("\n").split("\n\n")
        self.assertEqual(len(parts), 2)
        for part in parts:
            self.assertEqual(len({len(line) for line in part.splitlines()}), 1, part)

    def test_each_number_stands_under_its_kind(self):
        lines = table.for_terminal(measured.results(), 200).splitlines()
        end_of_tasks = lines[1].index("tasks") + len("tasks")
        requests = next(line for line in lines if line.startswith("requests/s"))
        self.assertEqual(requests[:end_of_tasks].split()[-1], "100,000")

    def test_a_narrow_terminal_gets_the_sizes_below_each_other(self):
        narrow = table.for_terminal(measured.results(), 70)
        self.assertLessEqual(max(map(len, narrow.splitlines())), 70)
        self.assertEqual(narrow.count("requests/s"), 2)

    def test_what_was_not_measured_is_a_dash(self):
        shown = table.for_terminal(measured.results(measured.echo("tasks", 100)), 200)
        self.assertRegex(shown, r"requests/s +100,000 +-\n")

    def test_connections_have_a_row_only_if_there_are_fewer_than_wanted(self):
        self.assertNotIn("\nconnections ", table.for_terminal(measured.results(), 200))
        fewer = measured.results(measured.echo("tasks", 100), measured.echo("threads", 100, connections=60))
        self.assertRegex(table.for_terminal(fewer, 200), r"\nconnections +100 +60\n")


class Markdown(unittest.TestCase):
    def test_every_row_has_as_many_cells_as_the_head(self):
        for part in table.for_markdown(measured.results()).split("\n\n")[:2]:
            self.assertEqual(len({line.count("|") for line in part.strip().splitlines()}), 1, part)

    def test_the_heads_name_kind_and_size(self):
        self.assertIn("| tasks, 100 connections | threads, 100 connections |", table.for_markdown(measured.results()))

    def test_the_machine_stands_below(self):
        self.assertTrue(table.for_markdown(measured.results()).endswith("on a machine, 2 cores; 2000-01-01."))


class Marks(unittest.TestCase):
    text = f"before\n{table.OPEN_MARK}\nold\n{table.CLOSE_MARK}\nafter\n"

    def test_only_what_stands_between_is_replaced(self):
        self.assertEqual(table.put_between_marks(self.text, "new"), self.text.replace("old", "new"))

    def test_doing_it_again_changes_nothing(self):
        once = table.put_between_marks(self.text, r"new \1")
        self.assertEqual(table.put_between_marks(once, r"new \1"), once)

    def test_a_file_without_marks_is_refused(self):
        for text in ["", table.OPEN_MARK, f"{table.CLOSE_MARK} {table.OPEN_MARK}"]:
            with self.subTest(text), self.assertRaises(table.NoMarks):
                table.put_between_marks(text, "new")


if __name__ == "__main__":
    unittest.main()
