# SPDX-License-Identifier: MIT
"""What was measured, as the programs print it and as the guide shows it."""

import json
from dataclasses import dataclass, field

GIBIBYTE = 1 << 30
KINDS = ["tasks", "threads"]


class BadOutput(Exception):
    """A program printed what the guide doesn't understand."""


@dataclass(frozen=True)
class Echo:
    """One server under one load."""

    kind: str
    wanted: int
    connections: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    cpu_us_per_request: float
    bytes_per_connection: float
    threads: int
    lost: int = 0
    unanswered: int = 0
    refusal: str = ""


@dataclass(frozen=True)
class Creation:
    """What one task, or one thread, costs."""

    kind: str
    create_ns: float
    idle_bytes: float
    most_alive: int
    # What allows no more; empty if it is the memory.
    bound: str = ""


@dataclass
class Results:
    machine: str
    date: str
    echoes: list[Echo] = field(default_factory=list)
    creations: list[Creation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def sizes(self) -> list[int]:
        return sorted({echo.wanted for echo in self.echoes})

    def echo(self, kind: str, wanted: int) -> Echo | None:
        return next((echo for echo in self.echoes if (echo.kind, echo.wanted) == (kind, wanted)), None)

    def creation(self, kind: str) -> Creation | None:
        return next((creation for creation in self.creations if creation.kind == kind), None)


def parse_line(line: str) -> dict:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise BadOutput(f"not JSON: {line!r}") from error
    if not isinstance(parsed, dict):
        raise BadOutput(f"not an object: {line!r}")
    return parsed


def parse_port(line: str) -> int:
    word, _, number = line.strip().partition(" ")
    if word != "port" or not number.isdecimal():
        raise BadOutput(f"not a port: {line!r}")
    return int(number)


def echo_of(kind: str, wanted: int, result: dict, memory: int, threads: int) -> Echo:
    """`result` is what the load generator printed, `memory` what the server grew by."""
    try:
        requests, connections = result["requests"], result["connections"]
        return Echo(kind, wanted, connections, requests / result["seconds"], result["p50_us"] / 1e3,
                    result["p99_us"] / 1e3, result["p999_us"] / 1e3, result["server_cpu_seconds"] * 1e6 / requests,
                    memory / connections, threads, result["errors"], result["unanswered"], result["refusal"])
    except ZeroDivisionError as error:
        raise BadOutput("the server answered no request while it was measured") from error
    except (KeyError, TypeError) as error:
        raise BadOutput(f"the load generator's result lacks {error}") from error


def creation_of(kind: str, result: dict, most: int | None = None, reason: str = "") -> Creation:
    """`most` and `reason`: what besides memory limits how many may be alive."""
    try:
        idle_bytes = result["alive_bytes"] / result["alive"]
        alive = int(GIBIBYTE / idle_bytes)
        bound = reason if most is not None and most < alive else ""
        return Creation(kind, result["create_ns"], idle_bytes, most if bound else alive, bound)
    except ZeroDivisionError as error:
        raise BadOutput(f"none of the {kind} was alive, or they took no memory") from error
    except (KeyError, TypeError) as error:
        raise BadOutput(f"the result for {kind} lacks {error}") from error
