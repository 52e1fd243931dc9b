# SPDX-License-Identifier: MIT
"""Finds the guide's modules, and makes results that the tests of the guide change to their needs."""

import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parent.parent.parent / "guide"
sys.path.insert(0, str(GUIDE))

from results import Creation, Echo, Results  # noqa: E402  the path comes first


def echo(kind: str, size: int, **changes) -> Echo:
    """Tasks are twice as good as threads in everything."""
    good = 2 if kind == "tasks" else 1
    values = {"connections": size, "requests_per_second": 50_000.0 * good, "p50_ms": 1.0 / good, "p99_ms": 20.0 / good,
              "p999_ms": 300.0 / good, "cpu_us_per_request": 16.0 / good, "bytes_per_connection": 8_000 / good,
              "threads": 2 if kind == "tasks" else size + 1}
    return Echo(kind, size, **{**values, **changes})


def results(*echoes: Echo, creations: bool = True) -> Results:
    made = Results("a machine, 2 cores", "2000-01-01", list(echoes))
    if not echoes:
        made.echoes = [echo(kind, size) for size in [100, 10_000] for kind in ["tasks", "threads"]]
    if creations:
        made.creations = [Creation("tasks", 50.0, 200.0, 5_368_709),
                          Creation("threads", 20_000.0, 8_192.0, 26_000, "the machine may have 32,768 threads")]
    return made
