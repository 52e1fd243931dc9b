# SPDX-License-Identifier: MIT
"""The report is one file that needs nothing else, and its plots are legible and true to their numbers."""

import functools
import itertools
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import matplotlib
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox
from measured import GUIDE, echo, results

import plots
import report

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


class Report(unittest.TestCase):
    def test_nothing_is_fetched(self):
        # The name of a namespace is not fetched, nor is what # refers to.
        shown = re.sub(r'xmlns(:\w+)?="[^"]*"|url\(#', "", report.render(results(), ["in a way"]))
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


@functools.cache
def every_plot() -> list[tuple[str, str]]:
    """Titles and SVGs, for usual numbers and for odd ones."""
    nothing = echo("tasks", 1, p50_ms=0.0, p99_ms=0.0, p999_ms=0.0, requests_per_second=0.0, bytes_per_connection=0.0)
    much = echo("threads", 999_999, p999_ms=60_000.0, requests_per_second=123_456_789.0, bytes_per_connection=1e9)
    return [(plot.title, plot.svg) for measured in [results(), results(nothing, echo("threads", 1), much)]
            for plot in plots.all_plots(measured)]


def texts(svg: str) -> list[xml.etree.ElementTree.Element]:
    return list(xml.etree.ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


def box(text: xml.etree.ElementTree.Element) -> Bbox:
    """Where it stands, in the font that the plot was laid out with."""
    x, y = float(text.get("x")), float(text.get("y"))
    extents = TextPath((x, -y), text.text, size=12, prop={"family": "DejaVu Sans"}).get_extents()
    anchor = re.search(r"text-anchor: (\w+)", text.get("style"))[1]
    left = extents.width * {"start": 0, "middle": 0.5, "end": 1}[anchor]
    return Bbox([[extents.x0 - left, -extents.y1], [extents.x1 - left, -extents.y0]])


class Plots(unittest.TestCase):
    def test_every_label_is_within_the_frame_and_covers_no_other(self):
        for title, svg in every_plot():
            with self.subTest(title):
                width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())
                boxes = [box(text) for text in texts(svg)]
                for one in boxes:
                    self.assertTrue(0 <= one.x0 and one.x1 <= width and 0 <= one.y0 and one.y1 <= height, one)
                for one, other in itertools.combinations(boxes, 2):
                    self.assertFalse(one.overlaps(other), f"{one} {other}")

    def test_every_colour_is_the_style_sheets(self):
        for title, svg in every_plot():
            with self.subTest(title):
                colours = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", svg))
                self.assertLessEqual(colours, {"none", "currentColor", "var(--rule)", "var(--tasks)", "var(--threads)"})
                for text in texts(svg):
                    self.assertIn("fill: currentColor", text.get("style"))

    def test_bars_are_as_long_as_their_values(self):
        plot = plots.Plot("t", "", {"": [("tasks", [50.0]), ("threads", [100.0])]}, str)
        half, whole = (Path(re.findall(r"[ML] (\S+) (\S+)", drawn)).get_extents().width
                       for drawn in re.findall(r'd="([^"]*)" [^>]*fill: var', plot.svg))
        self.assertAlmostEqual(half * 2, whole, delta=0.01)

    def test_a_logarithmic_axis_has_whole_decades_around_its_values(self):
        for values, ticks in [([5.0, 120.0], ["1.0", "10.0", "100.0", "1000.0"]), ([2.0, 3.0], ["1.0", "10.0"])]:
            plot = plots.Plot("t", "", {"": [("tasks", values)]}, str, logarithmic=True)
            self.assertEqual([text.text for text in texts(plot.svg) if "middle" in text.get("style")], ticks)

    def test_what_is_said_beside_a_row_is_its_last_value(self):
        plot = plots.Plot("t", "", {"": [("tasks", [0.0, 0.25])]}, str, logarithmic=True)
        self.assertIn("0.25", [text.text for text in texts(plot.svg)])

    def test_no_id_is_there_twice_and_each_that_is_used_is_there(self):
        shown = "".join(plot.svg for plot in plots.all_plots(results()))
        ids = re.findall(r'\bid="([^"]*)"', shown)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertLessEqual(set(re.findall(r'(?:url\(|href=")#([^")]*)', shown)), set(ids))

    def test_the_same_numbers_make_the_same_plots_whatever_the_user_configured(self):
        plain = [plot.svg for plot in plots.all_plots(results())]
        with matplotlib.rc_context({"ytick.labelsize": 30, "axes.spines.left": False}):
            self.assertEqual([plot.svg for plot in plots.all_plots(results())], plain)

    def test_without_a_home_nothing_is_said_and_nothing_left_behind(self):
        with tempfile.TemporaryDirectory() as folder:
            environment = {"HOME": "/dev/null", "TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run([sys.executable, "-c", "import plots"], cwd=GUIDE, env=environment, capture_output=True,
                                  text=True)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()
