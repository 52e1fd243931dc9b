# SPDX-License-Identifier: MIT
"""The report's plots as inline SVG. Colours are the style sheet's, so that they suit light and dark alike."""

import math
from collections.abc import Callable
from html import escape

from conclusions import duration
from results import KINDS, Results
from table import number

WIDTH, LABEL, ROW, GROUP_GAP = 560, 140, 22, 12
# What stands beside the longest bar needs room as well.
BAR_SPACE = WIDTH - LABEL - 120
# A bar of nothing is still seen.
LEAST_BAR = 1.5

Bar = tuple[str, float, str]  # kind, value, what stands beside it
Group = tuple[str, list[Bar]]


def text(x: float, y: float, said: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{escape(said)}</text>'


def svg(height: float, title: str, parts: list[str]) -> str:
    return (f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
            f"{''.join(parts)}</svg>")


def bars(title: str, groups: list[Group]) -> str:
    """Horizontal bars from zero; the value stands at the end of each."""
    longest = max((value for _, group in groups for _, value, _ in group), default=0.0) or 1.0
    parts, y = [], 0.0
    for label, group in groups:
        parts.append(text(LABEL - 10, y + ROW * len(group) / 2 + 4, label, "label", "end"))
        for kind, value, said in group:
            length = max(LEAST_BAR, value / longest * BAR_SPACE)
            parts.append(f'<rect x="{LABEL}" y="{y + 2:.1f}" width="{length:.1f}" height="{ROW - 4}" rx="2" class="{kind}"/>')
            parts.append(text(LABEL + length + 6, y + ROW / 2 + 4, said, "value"))
            y += ROW
        y += GROUP_GAP
    return svg(y - GROUP_GAP, title, parts)


def decades(least: float, most: float) -> list[float]:
    """Powers of ten that enclose the range."""
    first = math.floor(math.log10(least))
    last = max(first + 1, math.ceil(math.log10(most)))
    return [10.0**power for power in range(first, last + 1)]


def latencies(results: Results) -> str:
    """For each server a line from p50 over p99 to p99.9, on a logarithmic axis."""
    measured = [(size, [echo for kind in KINDS if (echo := results.echo(kind, size))]) for size in results.sizes()]
    values = [value for _, group in measured for echo in group for value in (echo.p50_ms, echo.p999_ms)]
    ticks = decades(max(min(values), 1e-3), max(values))
    space = WIDTH - LABEL - 30
    span = math.log10(ticks[-1] / ticks[0])

    def place(value: float) -> float:
        return LABEL + math.log10(max(value, ticks[0]) / ticks[0]) / span * space

    bottom = sum(ROW * len(group) + GROUP_GAP for _, group in measured)
    parts = [f'<line x1="{place(tick):.1f}" x2="{place(tick):.1f}" y1="0" y2="{bottom}" class="grid"/>'
             + text(place(tick), bottom + 14, duration(tick * 1e6), "tick", "middle") for tick in ticks]
    y = 0.0
    for size, group in measured:
        parts.append(text(LABEL - 10, y + ROW * len(group) / 2 + 4, f"{size:,} connections", "label", "end"))
        for echo in group:
            points = [("p50", echo.p50_ms), ("p99", echo.p99_ms), ("p99.9", echo.p999_ms)]
            middle = y + ROW / 2
            parts.append(f'<line x1="{place(echo.p50_ms):.1f}" x2="{place(echo.p999_ms):.1f}" y1="{middle}" y2="{middle}" '
                         f'class="range {echo.kind}"/>')
            for radius, (name, value) in zip([6, 4.5, 3], points):
                parts.append(f'<circle cx="{place(value):.1f}" cy="{middle}" r="{radius}" class="{echo.kind}">'
                             f"<title>{echo.kind}, {name}: {duration(value * 1e6)}</title></circle>")
            y += ROW
        y += GROUP_GAP
    return svg(bottom + 20, "Latency", parts)


def by_size(results: Results, title: str, value: Callable, unit: str) -> str:
    groups = []
    for size in results.sizes():
        echoes = [echo for kind in KINDS if (echo := results.echo(kind, size))]
        groups.append((f"{size:,} connections", [(echo.kind, value(echo), f"{number(value(echo))}{unit}") for echo in echoes]))
    return bars(title, groups)


def by_kind(results: Results, title: str, value: Callable, said: Callable) -> str:
    return bars(title, [(one.kind, [(one.kind, value(one), said(value(one)))]) for one in results.creations])


def all_plots(results: Results) -> list[dict[str, str]]:
    plots = []
    if results.echoes:
        plots += [
            {"title": "Requests per second", "hint": "more is better",
             "svg": by_size(results, "Requests per second", lambda echo: echo.requests_per_second, "")},
            {"title": "Latency", "hint": "p50, p99, p99.9 from left to right, on a logarithmic scale; less is better",
             "svg": latencies(results)},
            {"title": "Server's CPU time per request", "hint": "less is better",
             "svg": by_size(results, "Server's CPU time per request", lambda echo: echo.cpu_us_per_request, " µs")},
            {"title": "Resident memory per connection", "hint": "less is better",
             "svg": by_size(results, "Resident memory per connection", lambda echo: echo.bytes_per_connection, " bytes")},
        ]
    if results.creations:
        plots += [
            {"title": "Creating one and awaiting it", "hint": "less is better",
             "svg": by_kind(results, "Creating one and awaiting it", lambda one: one.create_ns, duration)},
            {"title": "Resident memory of one that waits", "hint": "less is better",
             "svg": by_kind(results, "Resident memory of one that waits", lambda one: one.idle_bytes,
                            lambda size: f"{number(size)} bytes")},
        ]
    return plots
