# SPDX-License-Identifier: MIT
"""The figures are those of the runs, and the terminal, results.json and report.html show them."""

import json
import re
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

from planted import OURS, measured, row

import page
import terminal
from figures import number, summary_of

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


class Figures(unittest.TestCase):
    def test_the_median_stands_between_the_least_and_the_most(self):
        figure = summary_of(measured(row(), ours=[9.0, 1.0, 2.0])).figures[0]
        self.assertEqual((figure.name, figure.least, figure.median, figure.most, figure.parallel),
                         (OURS, 1.0, 2.0, 9.0, 0.5))

    def test_the_best_is_the_fastest_peer(self):
        summary = summary_of(measured(row(), ours=[1.0], tokio=[3.0], go=[2.0]))
        self.assertEqual((summary.best, summary.to_best), ("go", 0.5))

    def test_the_ratio_is_the_median_of_each_rounds_ratio(self):
        # All were slowed in the second and the third round; by the medians it would be 10 / 20.
        summary = summary_of(measured(row(), ours=[1.0, 10.0, 10.0], go=[1.0, 20.0, 11.0]))
        self.assertAlmostEqual(summary.to_best, 10 / 11)

    def test_a_peer_that_shows_the_limit_does_not_compete(self):
        limited = row(peers=("tokio",), limit_peers=("raw-epoll",))
        summary = summary_of(measured(limited, ours=[3.0], tokio=[2.0], **{"raw-epoll": [1.0]}))
        self.assertEqual((summary.best, summary.to_best, summary.to_limit), ("tokio", 1.5, 3.0))

    def test_the_goal_is_reached_by_no_more_than_it(self):
        for ours, reached in [(5.0, True), (5.1, False)]:
            self.assertIs(summary_of(measured(row(goal=5), ours=[ours])).reached, reached)

    def test_a_row_without_goal_or_peers_claims_nothing(self):
        summary = summary_of(measured(row(), ours=[1.0]))
        self.assertEqual((summary.best, summary.to_best, summary.to_limit, summary.reached), (None, None, None, None))

    def test_rows_of_time_can_be_compared_by_processor_time(self):
        self.assertEqual(summary_of(measured(row(), ours=[4.0]), "cpu_ns").figures[0].median, 2.0)

    def test_other_rows_keep_their_measure(self):
        memory = measured(row(measure="bytes"))
        memory.runs = {OURS: [{"bytes": 256.0}]}
        self.assertEqual(summary_of(memory, "cpu_ns").figures[0].median, 256.0)

    def test_numbers_have_three_digits(self):
        self.assertEqual([number(x) for x in (1.234, 12.34, 123.4, 12345.0)], ["1.23", "12.3", "123", "12,345"])


class Shown(unittest.TestCase):
    def setUp(self):
        self.measured = [measured(row(name="one", goal=5), ours=[4.0], go=[8.0], failed={"asio": "it broke"}),
                         measured(row(name="two", workers=0, title="<threads>"), ours=[2.0])]
        self.summaries = [summary_of(each) for each in self.measured]
        self.missing = {"tokio": "needs cargo"}

    def results(self):
        return "a machine", "wall", self.measured, self.summaries, self.missing

    def test_a_block_names_each_program_and_who_is_missing(self):
        block = terminal.block(self.measured[0], self.summaries[0], self.missing)
        for said in ["one: a row", "Go", "8.00 .. 8.00", "cpu/wall 0.50", "failed: it broke", "not here",
                     "heddle: x 0.50 of the best peer (Go); goal 5.00: reached"]:
            self.assertIn(said, block)

    def test_the_json_has_every_run(self):
        rows = json.loads(json.dumps(page.json_of(*self.results())))["rows"]
        self.assertEqual(rows["one"]["runs"][OURS], [{"wall_ns": 4.0, "cpu_ns": 2.0}])
        self.assertEqual(rows["one"]["median"], {OURS: 4.0, "go": 8.0})
        self.assertEqual((rows["one"]["to_best"], rows["one"]["reached"]), (0.5, True))

    def test_the_page_has_a_plot_for_each_group_and_every_row(self):
        html = page.html_of(*self.results())
        for svg in (plots := SVG.findall(html)):
            xml.etree.ElementTree.fromstring(svg)
        self.assertEqual(len(plots), 2)
        for said in ["a row", "needs cargo", "it broke", "&lt;threads&gt;"]:
            self.assertIn(said, html)

    def test_the_page_fetches_nothing(self):
        shown = re.sub(r'xmlns(:\w+)?="[^"]*"|url\(#', "", page.html_of(*self.results()))
        for fetches in ["http:", "https:", "src=", "url(", "@import", "<link", "<script"]:
            self.assertNotIn(fetches, shown)

    def test_both_files_are_written_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as folder:
            page.write(Path(folder) / "new", *self.results())
            self.assertEqual({file.name for file in (Path(folder) / "new").iterdir()}, {"report.html", "results.json"})


if __name__ == "__main__":
    unittest.main()
