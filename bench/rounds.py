# SPDX-License-Identifier: MIT
"""Runs the programs of a row in turn, round after round, so that all meet the same neighbours."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rows import Row

OURS = "heddle"
# The longest that one run may take, in seconds.
PATIENCE = 60.0


class RunFailed(Exception):
    """A program ended with an error, took too long, or printed something else."""


@dataclass
class Measured:
    """What the programs of one row said, each round's answer in order."""

    row: Row
    runs: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    # Why a program has no figures.
    failed: dict[str, str] = field(default_factory=dict)


def order(names: list[str], round_number: int) -> list[str]:
    """Every other round goes backwards: none always runs after the same one."""
    return names if round_number % 2 == 0 else names[::-1]


def parse(line: str) -> dict[str, float]:
    try:
        said = json.loads(line)
        return {key: float(value) for key, value in said.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise RunFailed(f"printed {line[:80]!r}") from error


def run_once(program: Path, row: Row) -> dict[str, float]:
    command = [program, row.kind, str(row.workers), str(row.width), str(row.count)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise RunFailed(f"took more than {PATIENCE:.0f} s") from error
    except OSError as error:
        raise RunFailed(f"doesn't start: {error.strerror}") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise RunFailed(said[-1] if said else f"ended with status {done.returncode}")
    return parse(done.stdout)


Once = Callable[[Path, Row], dict[str, float]]


def measure(row: Row, programs: dict[str, Path], rounds: int, once: Once = run_once) -> Measured:
    """`programs` by name. One that fails is left out from then on, and its figures with it."""
    measured = Measured(row, {name: [] for name in programs})
    for number in range(rounds):
        for name in order(list(programs), number):
            if name in measured.failed:
                continue
            try:
                measured.runs[name].append(once(programs[name], row))
            except RunFailed as error:
                measured.failed[name] = str(error)
    for name in measured.failed:
        del measured.runs[name]
    return measured


def programs_of(row: Row, built: dict[str, Path]) -> dict[str, Path]:
    """Those of `built` that the row asks for, ours first and under our name."""
    return {OURS: built[row.ours]} | {name: built[name] for name in (*row.peers, *row.limit_peers) if name in built}
