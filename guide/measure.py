# SPDX-License-Identifier: MIT
"""Runs the servers, the load generator and the creation benchmark, each as a process of its own."""

from dataclasses import dataclass
from pathlib import Path

from limits import Cores
from processes import Child
from progress import Progress
from results import BadOutput, Creation, Echo, creation_of, echo_of, parse_line, parse_port

# The longest that a program may be silent. It bounds itself: this is for the case that it can't.
PATIENCE = 30.0
SERVERS = {"tasks": ["serve_tasks", "--workers", "1"], "threads": ["serve_threads"]}


@dataclass(frozen=True)
class Plan:
    """How long and how much."""

    warm_up: float
    seconds: float
    created: dict[str, int]
    alive: dict[str, int]
    mebibytes: int


FULL = Plan(1.0, 6.0, {"tasks": 200_000, "threads": 3_000}, {"tasks": 100_000_000, "threads": 4_000}, 1024)
QUICK = Plan(0.2, 0.6, {"tasks": 20_000, "threads": 500}, {"tasks": 100_000_000, "threads": 1_000}, 64)


class Lab:
    """Where measurements are made: the programs' folder, the cores, the plan."""

    def __init__(self, programs: Path, cores: Cores, plan: Plan, progress: Progress):
        self._programs = programs
        self._cores = cores
        self._plan = plan
        self._progress = progress

    def echo(self, kind: str, wanted: int, connections: int) -> Echo:
        """Measures one server under `connections` connections."""
        self._progress.begin(f"{kind}, {connections:,} connections")
        name, *options = SERVERS[kind]
        with Child([self._programs / name, *options], self._cores.server) as server:
            port = parse_port(server.read_line(PATIENCE))
            before = server.resident_bytes()
            with Child(self._load_command(port, connections, server.pid), self._cores.load) as load:
                result = self._await_result(server, load)
                # The load keeps its connections open until its input ends, so this is the memory in use.
                return echo_of(kind, wanted, result, server.resident_bytes() - before, server.threads())

    def creation(self, kind: str, most: int | None, reason: str, mebibytes: int) -> Creation:
        """Measures what one task or thread costs; at most `most` may be alive, for `reason`."""
        self._progress.begin(f"creating {kind}")
        alive = self._plan.alive[kind] if most is None else min(self._plan.alive[kind], most)
        command = [self._programs / "creation", kind, "--created", str(self._plan.created[kind]), "--alive", str(alive),
                   "--mebibytes", str(min(mebibytes, self._plan.mebibytes))]
        with Child(command, self._cores.server) as child:
            return creation_of(kind, parse_line(child.read_line(PATIENCE)), most, reason)

    def _load_command(self, port: int, connections: int, server: int) -> list[str | Path]:
        return [self._programs / "load", "--port", str(port), "--connections", str(connections), "--warm-up",
                str(self._plan.warm_up), "--seconds", str(self._plan.seconds), "--server-pid", str(server), "--hold"]

    def _await_result(self, server: Child, load: Child) -> dict:
        while True:
            try:
                line = parse_line(load.read_line(PATIENCE))
            except Exception:
                server.check_alive()  # a server that died is the cause, not the load that missed it
                raise
            if line.get("event") == "result":
                return line
            self._progress.update(describe(line, self._plan.seconds))


def describe(line: dict, seconds: float) -> str:
    """One line of progress from what the load generator prints."""
    try:
        if line["event"] == "opening":
            return f"{line['connections']:,} open"
        if line["event"] == "running":
            rate = line["requests"] / max(line["seconds"], 0.01)
            return f"{line['seconds']:.1f} of {seconds:.1f} s, {rate:,.0f} requests/s"
    except (KeyError, TypeError) as error:
        raise BadOutput(f"the load generator's progress lacks {error}") from error
    raise BadOutput(f"the load generator printed {line}")
