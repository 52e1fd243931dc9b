# SPDX-License-Identifier: MIT
"""The report's plots as inline SVG. Colours are the style sheet's, so that they suit light and dark alike."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conclusions import duration
from results import KINDS, Creation, Echo, Results
from table import number

# matplotlib would warn that it takes a temporary folder where the home directory can't be written.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

from matplotlib import style  # noqa: E402  its logger is quiet first
from matplotlib.figure import Figure  # noqa: E402

# In inches of 72 pixels.
WIDTH, ROW, AXIS = 7.6, 0.32, 0.35
# In rows.
GROUP_GAP = 0.5
# In nanoseconds or bytes: less is shown as this much on a logarithmic axis.
LEAST = 1.0
# matplotlib knows no variables of a style sheet: these colours stand for them until the SVG is written.
INK, RULE, TASKS, THREADS = "#000001", "#000002", "#000003", "#000004"
COLOURS = {INK: "currentColor", RULE: "var(--rule)", TASKS: "var(--tasks)", THREADS: "var(--threads)"}
COLOUR_OF = dict(zip(KINDS, [TASKS, THREADS]))
STYLE = {
    "svg.fonttype": "none", "savefig.transparent": True, "figure.constrained_layout.use": True,
    "font.sans-serif": "DejaVu Sans", "font.size": 12, "lines.linewidth": 2, "lines.markersize": 8,
    "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": RULE, "grid.color": RULE,
    "axes.grid": True, "axes.grid.axis": "x", "xtick.major.size": 0, "ytick.major.size": 0, "ytick.major.pad": 8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.bottom": False,
    # A logarithmic axis begins and ends at a power of ten.
    "axes.xmargin": 0, "axes.autolimit_mode": "round_numbers",
}

Row = tuple[str, list[float]]  # kind, values in ascending order


@dataclass(frozen=True)
class Plot:
    """One figure of the report, drawn when its `svg` is asked for."""

    title: str
    hint: str
    groups: dict[str, list[Row]]
    said: Callable[[float], str]
    logarithmic: bool = False

    def _figure(self) -> Figure:
        """A row for each kind: a bar from zero, or dots on a logarithmic axis; beside it the last value."""
        rows = sum(len(group) + GROUP_GAP for group in self.groups.values())
        figure = Figure((WIDTH, ROW * rows + AXIS * self.logarithmic))
        axes = figure.add_subplot(ylim=(rows - 0.5, -0.5 - GROUP_GAP))
        middles, y = [], 0.0
        for group in self.groups.values():
            middles.append(y + (len(group) - 1) / 2)
            for kind, values in group:
                said = self.said(values[-1])
                if self.logarithmic:
                    values = [max(value, LEAST) for value in values]
                    axes.semilogx(values, [y] * len(values), "o-", color=COLOUR_OF[kind], clip_on=False)
                else:
                    axes.barh(y, values, color=COLOUR_OF[kind])
                axes.annotate(said, (values[-1], y), (8, 0), textcoords="offset points", va="center",
                              annotation_clip=False)
                y += 1
            y += GROUP_GAP
        axes.set_yticks(middles, self.groups)
        axes.xaxis.set_major_formatter(lambda value, _: self.said(value))
        axes.xaxis.set_visible(self.logarithmic)
        axes.minorticks_off()
        return figure

    @property
    def svg(self) -> str:
        """For HTML, any number of them in one document."""
        # The default comes first: what the user's own configuration says doesn't count.
        with style.context(["default", STYLE, {"svg.hashsalt": self.title}]):
            file = io.StringIO()
            self._figure().savefig(file, format="svg", metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
        written = file.getvalue()
        written = written[written.index("<svg"):]
        # The names of groups are the same in every plot; the other ids are hashed with the title.
        written = re.sub(r' id="[\w.]+_\d+"', "", written)
        return re.sub("|".join(COLOURS), lambda match: COLOURS[match[0]], written)


def by_size(results: Results, values: Callable[[Echo], list[float]]) -> dict[str, list[Row]]:
    return {f"{size:,} connections": [(kind, values(echo)) for kind in KINDS if (echo := results.echo(kind, size))]
            for size in results.sizes()}


def by_kind(results: Results, value: Callable[[Creation], float]) -> dict[str, list[Row]]:
    return {one.kind: [(one.kind, [value(one)])] for one in results.creations}


def all_plots(results: Results) -> Iterator[Plot]:
    if results.echoes:
        yield Plot("Requests per second", "more is better",
                   by_size(results, lambda echo: [echo.requests_per_second]), number)
        yield Plot("Latency", "p50, p99, and p99.9 with its number, on a logarithmic scale; less is better",
                   by_size(results, lambda echo: [ms * 1e6 for ms in [echo.p50_ms, echo.p99_ms, echo.p999_ms]]),
                   duration, logarithmic=True)
        yield Plot("Server's CPU time per request", "less is better",
                   by_size(results, lambda echo: [echo.cpu_us_per_request]), lambda us: f"{number(us)} µs")
        yield Plot("Resident memory per connection", "less is better",
                   by_size(results, lambda echo: [echo.bytes_per_connection]), lambda size: f"{number(size)} bytes")
    if results.creations:
        yield Plot("Creating one and awaiting it", "on a logarithmic scale; less is better",
                   by_kind(results, lambda one: one.create_ns), duration, logarithmic=True)
        yield Plot("Resident memory of one that waits", "on a logarithmic scale; less is better",
                   by_kind(results, lambda one: one.idle_bytes), lambda size: f"{number(size)} bytes", logarithmic=True)
