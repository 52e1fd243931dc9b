# SPDX-License-Identifier: MIT
"""What a row's runs come to: medians, spreads, and ratios to the best peer."""

import statistics
from dataclasses import dataclass, replace

from rounds import OURS, Measured


@dataclass(frozen=True)
class Figure:
    """One program in one row."""

    name: str
    median: float
    least: float
    most: float
    # Processor time of all threads, and by wall time: how many cores were busy. None where it makes no sense.
    cpu: float | None = None
    parallel: float | None = None


@dataclass(frozen=True)
class Summary:
    """A row as it is shown."""

    figures: list[Figure]
    # The fastest of those that compete with us; None if there is none.
    best: str | None
    # Ours by the best one's, and by the limit's: the median of each round's ratio, which a busy machine moves least.
    to_best: float | None
    to_limit: float | None
    # Whether our median is within the goal; None if there is none.
    reached: bool | None


def figure_of(name: str, runs: list[dict[str, float]], measure: str) -> Figure:
    values = [run[measure] for run in runs]
    figure = Figure(name, statistics.median(values), min(values), max(values))
    if not all("wall_ns" in run and "cpu_ns" in run for run in runs):
        return figure
    return replace(figure, cpu=statistics.median(run["cpu_ns"] for run in runs),
                   parallel=statistics.median(run["cpu_ns"] / run["wall_ns"] for run in runs))


def ratio(ours: list[dict[str, float]], theirs: list[dict[str, float]], measure: str) -> float | None:
    ratios = [our[measure] / their[measure] for our, their in zip(ours, theirs) if their[measure] > 0]
    return statistics.median(ratios) if ratios else None


def summary_of(measured: Measured, measure: str | None = None) -> Summary:
    """By the row's own measure unless another is named."""
    row = measured.row
    if measure is None or row.measure != "wall_ns":
        measure = row.measure
    figures = [figure_of(name, runs, measure) for name, runs in measured.runs.items()]
    peers = [figure for figure in figures if figure.name in row.peers]
    best = min(peers, key=lambda figure: figure.median, default=None)
    ours = measured.runs.get(OURS)
    limits = [name for name in row.limit_peers if name in measured.runs]
    to_best = ratio(ours, measured.runs[best.name], measure) if ours and best else None
    to_limit = ratio(ours, measured.runs[limits[0]], measure) if ours and limits else None
    mine = next((figure for figure in figures if figure.name == OURS), None)
    if to_limit is None and row.limit and mine and measure == row.measure:
        to_limit = mine.median / row.limit
    reached = mine.median <= row.goal if mine and row.goal is not None else None
    return Summary(figures, best.name if best else None, to_best, to_limit, reached)


def number(value: float) -> str:
    """Three digits, and no more than are there."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
