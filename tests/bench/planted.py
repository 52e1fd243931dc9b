# SPDX-License-Identifier: MIT
"""Finds the bench's modules, and makes programs and rows for its tests."""

import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
sys.path.insert(0, str(BENCH))

from rounds import OURS, Measured  # noqa: E402  the path comes first
from rows import Row  # noqa: E402


def row(**changes) -> Row:
    values = {"name": "row", "title": "a row", "ours": "channel", "kind": "bounded", "workers": 1, "width": 4,
              "count": 1000, "peers": ("tokio", "go")}
    return Row(**{**values, **changes})


def program(folder: Path, name: str, body: str) -> Path:
    """A shell script; $1 to $4 are what the bench asks for."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def measured(row: Row, failed: dict[str, str] | None = None, **walls: list[float]) -> Measured:
    """Runs by the clock of heddle and of peers; each used half a core."""
    names = {OURS if name == "ours" else name: values for name, values in walls.items()}
    return Measured(row, {name: [{"wall_ns": wall, "cpu_ns": wall / 2} for wall in values]
                          for name, values in names.items()}, failed or {})
