# SPDX-License-Identifier: MIT
"""What bench/run prints: a block for each row."""

from builds import ALL
from figures import Figure, Summary, number
from rounds import OURS, Measured

UNITS = {"wall_ns": "ns", "cpu_ns": "ns of processor time", "bytes": "bytes", "cpu_us": "µs of processor time",
         "p99_ms": "ms"}


def title_of(name: str) -> str:
    return OURS if name == OURS else ALL[name].title


def spread(figure: Figure) -> str:
    return f"{number(figure.least)} .. {number(figure.most)}"


def line_of(figure: Figure) -> str:
    cells = f"  {title_of(figure.name):<18}{number(figure.median):>10}   {spread(figure):<22}"
    if figure.parallel is not None:
        cells += f"cpu {number(figure.cpu):>8}   cpu/wall {figure.parallel:.2f}"
    return cells.rstrip()


def verdict(summary: Summary, measured: Measured) -> str:
    parts = []
    if summary.to_best is not None:
        parts.append(f"x {summary.to_best:.2f} of the best peer ({title_of(summary.best)})")
    if summary.to_limit is not None:
        parts.append(f"x {summary.to_limit:.2f} of the limit")
    if summary.reached is not None:
        parts.append(f"goal {number(measured.row.goal)}: {'reached' if summary.reached else 'not reached'}")
    return "; ".join(parts) or "nothing to compare with"


def block(measured: Measured, summary: Summary, missing: dict[str, str]) -> str:
    row = measured.row
    lines = [f"{row.name}: {row.title}, {UNITS[row.measure]}: median, least .. most"]
    lines += [line_of(figure) for figure in sorted(summary.figures, key=lambda figure: figure.median)]
    lines += [f"  {title_of(name):<18}failed: {why}" for name, why in measured.failed.items()]
    lines += [f"  {title_of(name):<18}not here" for name in (*row.peers, *row.limit_peers) if name in missing]
    return "\n".join([*lines, f"  heddle: {verdict(summary, measured)}"])
