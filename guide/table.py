# SPDX-License-Identifier: MIT
"""The one table: for the terminal, for Markdown, and as cells for the report."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from results import KINDS, Creation, Echo, Results

OPEN_MARK, CLOSE_MARK = "<!-- guide-table -->", "<!-- /guide-table -->"
MISSING = "-"

ECHO_ROWS: list[tuple[str, Callable[[Echo], float]]] = [
    ("requests/s", lambda echo: echo.requests_per_second),
    ("latency p50, ms", lambda echo: echo.p50_ms),
    ("latency p99, ms", lambda echo: echo.p99_ms),
    ("latency p99.9, ms", lambda echo: echo.p999_ms),
    ("server CPU per request, µs", lambda echo: echo.cpu_us_per_request),
    ("resident bytes per connection", lambda echo: echo.bytes_per_connection),
    ("OS threads of the server", lambda echo: echo.threads),
]
CREATION_ROWS: list[tuple[str, Callable[[Creation], float]]] = [
    ("create one and await it, ns", lambda creation: creation.create_ns),
    ("resident bytes of one that waits", lambda creation: creation.idle_bytes),
    ("most alive within 1 GiB", lambda creation: creation.most_alive),
]


@dataclass(frozen=True)
class Section:
    """A part of the table with columns of its own, which come in groups: tasks beside threads."""

    title: str
    groups: list[str]
    rows: list[tuple[str, list[str]]]


def number(value: float) -> str:
    """Three digits that count, and thousands set apart."""
    if value >= 99.95 or value == int(value):
        return f"{value:,.0f}"
    for decimals, limit in [(1, 9.995), (2, 0.9995)]:
        if value >= limit:
            return f"{value:.{decimals}f}"
    return f"{value:.3f}"


def cells(row: Callable, measured: list) -> list[str]:
    return [MISSING if one is None else number(row(one)) for one in measured]


def sections(results: Results) -> list[Section]:
    echoes = [results.echo(kind, size) for size in results.sizes() for kind in KINDS]
    rows = ECHO_ROWS
    if any(echo is not None and echo.connections != echo.wanted for echo in echoes):
        rows = [("connections", lambda echo: echo.connections), *rows]
    titles = [f"{size:,} connections" for size in results.sizes()]
    creations = [results.creation(kind) for kind in KINDS]
    return [
        Section("echo of 64 bytes over TCP", titles, [(title, cells(row, echoes)) for title, row in rows]),
        Section("without connections", [""], [(title, cells(row, creations)) for title, row in CREATION_ROWS]),
    ]


def one_group_each(part: Section) -> list[Section]:
    """The same below each other instead of side by side."""
    step = len(KINDS)
    return [Section(part.title, [group], [(title, row[i * step : (i + 1) * step]) for title, row in part.rows])
            for i, group in enumerate(part.groups)]


def for_terminal(results: Results, width: int) -> str:
    """Side by side if `width` columns are enough for that, else below each other."""
    parts = sections(results)
    aligned = align(parts)
    if max(map(len, aligned.splitlines())) > width:
        aligned = align([narrow for part in parts for narrow in one_group_each(part)])
    return aligned


def align(parts: list[Section]) -> str:
    label = max(len(title) for part in parts for title, _ in part.rows)
    column = max(len(cell) for part in parts for _, row in part.rows for cell in [*row, *KINDS])
    # A group's title has to fit above its two columns.
    column = max(column, max((len(group) - 1 for part in parts for group in part.groups), default=0) // 2)
    lines = []
    for part in parts:
        if any(part.groups):
            lines.append(" " * label + "".join(f"  {group:>{2 * column + 2}}" for group in part.groups))
        lines.append(f"{part.title:{label}}" + f"  {KINDS[0]:>{column}}  {KINDS[1]:>{column}}" * len(part.groups))
        lines += [f"{title:{label}}" + "".join(f"  {cell:>{column}}" for cell in row) for title, row in part.rows]
        lines.append("")
    return "\n".join(lines)


def for_markdown(results: Results) -> str:
    lines = []
    for part in sections(results):
        heads = [f"{kind}, {group}" if group else kind for group in part.groups for kind in KINDS]
        lines += [f"| {part.title} | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
        lines += [f"| {title} | " + " | ".join(row) + " |" for title, row in part.rows]
        lines.append("")
    lines.append(f"Measured by `./run` on {results.machine}; {results.date}.")
    return "\n".join(lines)


class NoMarks(Exception):
    """The file has no place for the table."""


def put_between_marks(text: str, table: str) -> str:
    """`text` with what stands between the marks replaced."""
    pattern = re.compile(re.escape(OPEN_MARK) + ".*?" + re.escape(CLOSE_MARK), re.DOTALL)
    if not pattern.search(text):
        raise NoMarks(f"there is no {OPEN_MARK} … {CLOSE_MARK} in it")
    return pattern.sub(lambda _: f"{OPEN_MARK}\n{table}\n{CLOSE_MARK}", text, count=1)
