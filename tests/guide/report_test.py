# SPDX-License-Identifier: MIT
"""The report is one file that needs nothing else, and its plots are well-formed and within their frames."""

import re
import unittest
import xml.etree.ElementTree

from measured import echo, results

import plots
import report

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


class Report(unittest.TestCase):
    def test_nothing_is_fetched(self):
        shown = report.render(results(), ["in a way"])
        for fetches in ["http:", "https:", "src=", "url(", "@import", "<link", "<script"]:
            self.assertNotIn(fetches, shown)

    def test_what_the_machine_says_is_escaped(self):
        measured = results()
        measured.machine = "<b>&"
        self.assertIn("&lt;b&gt;&amp;", report.render(measured, []))

    def test_advice_numbers_notes_and_method_are_in_it(self):
        measured = results()
        measured.notes.append("a note")
        shown = report.render(measured, ["in a way"])
        for said in ["Take tasks for", "Take threads for", "100,000", "a note", "in a way", "a machine, 2 cores"]:
            self.assertIn(said, shown)

    def test_results_without_creations_or_with_one_server_only_are_shown_as_well(self):
        shown = report.render(results(echo("tasks", 100), creations=False), [])
        self.assertEqual(len(SVG.findall(shown)), 4)


class Plots(unittest.TestCase):
    def every_plot(self):
        tiny = echo("tasks", 1, p50_ms=0.0, p99_ms=0.0, p999_ms=0.0, requests_per_second=0.0, bytes_per_connection=0.0)
        for measured in [results(), results(tiny, echo("threads", 1))]:
            for plot in plots.all_plots(measured):
                yield plot["title"], xml.etree.ElementTree.fromstring(plot["svg"])

    def test_bars_and_dots_are_within_the_frame(self):
        for title, svg in self.every_plot():
            width, height = (float(number) for number in svg.get("viewBox").split()[2:])
            with self.subTest(title):
                for rect in svg.iter("rect"):
                    self.assertLessEqual(float(rect.get("x")) + float(rect.get("width")), width - 100)
                    self.assertLessEqual(float(rect.get("y")) + float(rect.get("height")), height)
                for circle in svg.iter("circle"):
                    self.assertTrue(plots.LABEL <= float(circle.get("cx")) <= width, circle.get("cx"))

    def test_bars_are_as_long_as_their_values(self):
        group = [("tasks", 50.0, "50"), ("threads", 100.0, "100")]
        svg = xml.etree.ElementTree.fromstring(plots.bars("t", [("", group)]))
        half, whole = (float(rect.get("width")) for rect in svg.iter("rect"))
        self.assertAlmostEqual(half * 2, whole, delta=0.2)

    def test_decades_enclose_their_range(self):
        self.assertEqual(plots.decades(0.5, 120.0), [0.1, 1.0, 10.0, 100.0, 1000.0])
        self.assertEqual(plots.decades(1.0, 1.0), [1.0, 10.0])


if __name__ == "__main__":
    unittest.main()
