# SPDX-License-Identifier: MIT
"""Writes what was measured: every run to results.json, and the table with plots to report.html, which needs no network."""

import io
import json
import os
from pathlib import Path

import jinja2
from matplotlib import style
from matplotlib.figure import Figure as Canvas

import terminal
from figures import Summary, number
from rounds import OURS, Measured

HERE = Path(__file__).resolve().parent
# matplotlib knows no variables of a style sheet: these colours stand for them until the SVG is written.
INK, RULE, GOAL = "#000001", "#000002", "#000003"
PEERS = ["#1f6feb", "#c4560c", "#2da44e", "#a371f7", "#bf3989", "#9a6700"]
MARKS = "os^Dv"
STYLE = {
    "svg.fonttype": "none", "savefig.transparent": True, "figure.constrained_layout.use": True, "font.size": 11,
    "font.sans-serif": "DejaVu Sans", "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": RULE,
    "grid.color": RULE, "axes.grid": True, "axes.spines.top": False, "axes.spines.right": False,
    "legend.frameon": False,
}
WIDTH, HEIGHT_PER_ROW, AXES = 9.0, 0.34, 1.1


def svg(title: str, shown: list[tuple[Measured, Summary]]) -> str:
    """A line for each row: how many times what heddle takes each peer takes, on a logarithmic scale. Right of 1: slower."""
    peers = list(dict.fromkeys(figure.name for _, summary in shown for figure in summary.figures if figure.name != OURS))
    with style.context(["default", STYLE, {"svg.hashsalt": title}]):
        canvas = Canvas((WIDTH, HEIGHT_PER_ROW * len(shown) + AXES))
        axes = canvas.add_subplot(ylim=(len(shown) - 0.5, -0.5), xscale="log")
        axes.axvline(1, color=INK)
        for i, name in enumerate(peers):
            points = [(figure.median / ours, y) for y, (_, summary) in enumerate(shown) if (ours := of_ours(summary))
                      for figure in summary.figures if figure.name == name]
            if points:
                axes.plot(*zip(*points), MARKS[i % len(MARKS)], color=PEERS[i % len(PEERS)],
                          label=terminal.title_of(name))
        goals = [(measured.row.goal / ours, y) for y, (measured, summary) in enumerate(shown)
                 if (ours := of_ours(summary)) and measured.row.goal is not None]
        if goals:
            axes.plot(*zip(*goals), "|", color=GOAL, markersize=14, label="goal")
        axes.set_yticks(range(len(shown)), [measured.row.title for measured, _ in shown])
        axes.xaxis.set_major_formatter(lambda value, _: f"x {value:g}")
        axes.minorticks_off()
        if peers or goals:
            axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=5)
        file = io.StringIO()
        canvas.savefig(file, format="svg", metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
    written = file.getvalue()
    for colour, variable in ((INK, "currentColor"), (RULE, "var(--rule)"), (GOAL, "var(--soft)")):
        written = written.replace(colour, variable)
    return written[written.index("<svg"):]


def of_ours(summary: Summary) -> float | None:
    return next((figure.median for figure in summary.figures if figure.name == OURS), None)


def groups(measured: list[Measured], summaries: list[Summary]) -> dict[str, list[tuple[Measured, Summary]]]:
    made: dict[str, list[tuple[Measured, Summary]]] = {}
    for one, summary in zip(measured, summaries):
        row = one.row
        if row.is_echo:
            group = "Servers"
        elif row.measure == "bytes":
            group = "Memory"
        else:
            group = {0: "Threads", 1: "Tasks on one worker"}.get(row.workers, f"Tasks on {row.workers} workers")
        made.setdefault(group, []).append((one, summary))
    return made


def json_of(machine: str, by: str, measured: list[Measured], summaries: list[Summary], missing: dict[str, str]) -> dict:
    return {
        "machine": machine, "by": by, "missing": missing,
        "rows": {one.row.name: {
            "title": one.row.title, "measure": one.row.measure, "goal": one.row.goal, "limit": one.row.limit,
            "best": summary.best, "to_best": summary.to_best, "to_limit": summary.to_limit, "reached": summary.reached,
            "median": {figure.name: figure.median for figure in summary.figures},
            "runs": one.runs, "failed": one.failed,
        } for one, summary in zip(measured, summaries)},
    }


def html_of(machine: str, by: str, measured: list[Measured], summaries: list[Summary], missing: dict[str, str]) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.globals |= {"number": number, "title_of": terminal.title_of, "spread": terminal.spread, "svg": svg,
                            "units": terminal.UNITS, "verdict": terminal.verdict}
    return environment.get_template("page.html.j2").render(
        machine=machine, by=by, groups=groups(measured, summaries),
        missing={terminal.title_of(name): why for name, why in missing.items()})


def write(folder: Path, *results):
    """`results`: as html_of takes them. All of a file or nothing of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("results.json", json.dumps(json_of(*results), indent=1)), ("report.html", html_of(*results))):
        partial = folder / (name + ".partial")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, folder / name)
