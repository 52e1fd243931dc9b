# SPDX-License-Identifier: MIT
"""Writes report.html: one file that needs no network."""

import os
from pathlib import Path

import jinja2

import conclusions
import plots
import table
from results import KINDS, Results


def render(results: Results, method: list[str]) -> str:
    folder = Path(__file__).resolve().parent
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("report.html.j2").render(
        results=results, kinds=KINDS, sections=table.sections(results), plots=plots.all_plots(results),
        findings=conclusions.findings(results), when_tasks=conclusions.when_tasks(results),
        when_threads=conclusions.when_threads(results), method=method)


def write(file: Path, text: str):
    """All of it or nothing: a report that is there is whole."""
    partial = file.with_name(file.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, file)
