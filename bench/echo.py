# SPDX-License-Identifier: MIT
"""Rows of servers, each under the guide's load generator in a process of its own."""

import os
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parent.parent / "guide"
sys.path.append(str(GUIDE))

import limits  # noqa: E402  the path comes first
from processes import Child, ChildFailed  # noqa: E402
from results import BadOutput, Echo, echo_of, parse_line, parse_port  # noqa: E402

from rounds import RunFailed  # noqa: E402
from rows import Row  # noqa: E402

SILENCE = 30.0


def measure_server(server_command: list[str], load: Path, connections: int, seconds: float) -> Echo:
    cores = limits.pick_cores(os.sched_getaffinity(0))
    with Child(server_command, cores.server) as server:
        port = parse_port(server.read_line(SILENCE))
        before = server.resident_bytes()
        command = [load, "--port", str(port), "--connections", str(connections), "--warm-up", "1", "--seconds",
                   str(seconds), "--server-pid", str(server.pid), "--hold"]
        with Child(command, cores.load) as generator:
            while (line := parse_line(generator.read_line(SILENCE))).get("event") != "result":
                server.check_alive()
            return echo_of("tasks", connections, line, server.resident_bytes() - before, server.threads())


class Servers:
    """Puts each server under load once a round, for all rows that ask for that number of connections."""

    def __init__(self, load: Path, seconds: float):
        self._load = load
        self._seconds = seconds
        self._runs: dict[tuple[Path, int], list[dict[str, float]]] = {}
        self._taken: dict[tuple[Path, str], int] = {}

    def once(self, program: Path, row: Row) -> dict[str, float]:
        runs = self._runs.setdefault((program, row.count), [])
        taken = self._taken.get((program, row.name), 0)
        if taken == len(runs):
            runs.append(self._measure(program, row))
        self._taken[program, row.name] = taken + 1
        return runs[taken]

    def _measure(self, program: Path, row: Row) -> dict[str, float]:
        connections = row.count
        arguments = ["--workers", "1"] if program.name == row.ours else ["echo", "1", "1", "1"]
        try:
            echo = measure_server([str(program), *arguments], self._load, connections, self._seconds)
        except (ChildFailed, BadOutput) as error:
            raise RunFailed(str(error)) from error
        if echo.connections != connections or echo.lost:
            raise RunFailed(f"{echo.connections - echo.lost:,} of {connections:,} connections held: {echo.refusal}")
        return {"cpu_us": echo.cpu_us_per_request, "p99_ms": echo.p99_ms, "bytes": echo.bytes_per_connection,
                "requests_per_second": echo.requests_per_second}
