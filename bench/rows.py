# SPDX-License-Identifier: MIT
"""The rows of the bench, one line each: what is done, by which programs, and the goal."""

from dataclasses import dataclass

# Programs that every machine can build; each other peer needs a package (builds.py).
GO_LIKE = ("tokio", "go")
RUST_THREADS = ("rust-std", "crossbeam", "flume")


@dataclass(frozen=True)
class Row:
    """`ours PROGRAM KIND WORKERS WIDTH COUNT`, and the same by every peer."""

    name: str
    title: str
    ours: str
    kind: str
    workers: int
    width: int
    count: int
    peers: tuple[str, ...]
    # What the row is about: wall_ns, cpu_ns, bytes, or the load generator's cpu_us and p99_ms.
    measure: str = "wall_ns"
    # The most that the row should show, and what no program can go below: measured on one machine, so for orientation.
    goal: float | None = None
    limit: float | None = None
    # Peers that show the limit rather than compete.
    limit_peers: tuple[str, ...] = ()

    @property
    def is_echo(self) -> bool:
        return self.kind == "echo"


def tasks(workers: int) -> list[Row]:
    """Rows of tasks on one worker, or on two."""
    def row(name, title, ours, kind, width, count, peers, goals, **more):
        return Row(f"{name}-{workers}w", f"{title}, {workers} worker" + "s" * (workers > 1), ours, kind, workers, width,
                   count, peers, goal=goals[workers - 1], **more)

    channels = ("tokio", "flume")
    return [
        row("spawn-one", "spawn one and await it", "spawn", "spawn-one", 1, 500_000, (*GO_LIKE, "asio"), (36, 71)),
        row("spawn-many", "1,000 spawned, then awaited", "spawn", "spawn-many", 1000, 500_000, GO_LIKE, (60, 117)),
        row("yield-1", "yield, 1 task", "spawn", "yield", 1, 500_000, (*GO_LIKE, "asio"), (17, 17)),
        row("yield-1000", "yield, 1,000 tasks", "spawn", "yield", 1000, 1_000_000, GO_LIKE, (16, 16)),
        row("ping-pong", "ping-pong over two channels of 1", "channel", "ping-pong", 1, 200_000,
            (*channels, "go", "asio"), (90, 250)),
        row("bounded-1p", "channel of 1,024, 1 producer", "channel", "bounded", 1, 1_000_000,
            (*channels, "go", "asio"), (17, 40)),
        row("bounded-4p", "channel of 1,024, 4 producers", "channel", "bounded", 4, 1_000_000,
            (*channels, "go", "asio"), (17, 30)),
        row("unbounded-1p", "unbounded channel, 1 producer", "channel", "unbounded", 1, 1_000_000, channels, (29, 29)),
        row("unbounded-4p", "unbounded channel, 4 producers", "channel", "unbounded", 4, 1_000_000, channels, (50, 50)),
        row("rendezvous", "rendezvous", "channel", "rendezvous", 1, 200_000, ("flume", "go"), (150, None)),
        row("mutex-1", "async mutex, 1 task", "mutex", "mutex", 1, 2_000_000, GO_LIKE, (12, 12)),
        row("mutex-8", "async mutex, 8 tasks", "mutex", "mutex", 8, 2_000_000, GO_LIKE, (15, 15)),
        row("sleeps", "1M sleeps within 1 s", "spawn", "sleeps", 1, 1_000_000, GO_LIKE, (600, None),
            measure="cpu_ns", limit=210),
        row("timers-dropped", "timer made and dropped", "spawn", "timers-dropped", 1, 500_000, GO_LIKE, (50, None),
            limit=27),
        row("fib", "fork-join, fib(30), per task", "spawn", "fib", 30, 2_692_537, GO_LIKE, (25, 15)),
        row("skynet", "fork-join, skynet of 10^6, per task", "spawn", "skynet", 10, 1_111_111, GO_LIKE, (35, 18)),
    ]


def threads() -> list[Row]:
    def row(name, title, ours, kind, width, count, peers, goal, **more):
        return Row(f"threads-{name}", f"threads: {title}", ours, kind, 0, width, count, peers, goal=goal, **more)

    return [
        row("bounded-1p", "channel of 1,024, 1 producer", "channel", "bounded", 1, 1_000_000,
            (*RUST_THREADS, "c++-std"), 30),
        row("bounded-4p", "channel of 1,024, 4 producers", "channel", "bounded", 4, 1_000_000,
            (*RUST_THREADS, "c++-std"), 35),
        row("unbounded-1p", "unbounded channel, 1 producer", "channel", "unbounded", 1, 1_000_000,
            (*RUST_THREADS, "c++-std", "moodycamel"), 45),
        row("unbounded-4p", "unbounded channel, 4 producers", "channel", "unbounded", 4, 1_000_000,
            (*RUST_THREADS, "c++-std", "moodycamel"), 55),
        row("rendezvous-1p", "rendezvous, 1 producer", "channel", "rendezvous", 1, 50_000, RUST_THREADS, 1800),
        row("rendezvous-4p", "rendezvous, 4 producers", "channel", "rendezvous", 4, 50_000, RUST_THREADS, None),
        row("ping-pong", "ping-pong over two channels of 1", "channel", "ping-pong", 1, 50_000,
            (*RUST_THREADS, "c++-std"), None),
        row("mutex-1", "mutex, 1 thread", "mutex", "mutex", 1, 5_000_000, ("rust-std", "c++-std"), 8, limit=6),
        row("mutex-4", "mutex, 4 threads", "mutex", "mutex", 4, 2_000_000, ("rust-std", "c++-std"), 15, limit=6),
        row("spawn-one", "scoped spawn and join", "spawn", "spawn-one", 1, 2_000, ("rust-std", "c++-std"), None),
    ]


def memory() -> list[Row]:
    return [
        Row("alive-sleeping", "a task that sleeps, 1M alive", "task_memory", "alive-sleeping", 1, 1, 1_000_000,
            GO_LIKE, "bytes", goal=200),
        Row("alive", "a task that waits, 1M alive", "task_memory", "alive", 1, 1, 1_000_000, GO_LIKE, "bytes",
            goal=128),
    ]


def sets() -> list[Row]:
    """One of many futures of a task is woken: the cost is that of the wake, not of the many."""
    return [
        *(Row(f"set-wake-{members}", f"one of ten woken, {members:,} futures in a set", "futures_unordered", "few", 1,
              members, 1_000_000, (), "cpu_ns") for members in (10, 1_000, 100_000)),
        Row("set-wake-any", "any one woken, 100,000 futures in a set", "futures_unordered", "any", 1, 100_000, 1_000_000,
            (), "cpu_ns"),
        Row("set-poll-all", "one woken, all of 1,000 futures polled", "futures_unordered", "all", 1, 1_000, 10_000, (),
            "cpu_ns"),
        Row("set-push", "pushed into a set, and taken", "futures_unordered", "push", 1, 1_000, 1_000_000, (), "cpu_ns"),
    ]


def echo() -> list[Row]:
    """COUNT is the number of connections."""
    def row(name, title, connections, measure, goal, limit):
        return Row(f"echo-{name}-{connections}", f"echo of 64 bytes, {connections:,} connections: {title}", "serve_tasks",
                   "echo", 1, 1, connections, ("tokio", "go", "asio"), measure, goal, limit, ("raw-epoll",))

    return [
        row("cpu", "a request", 100, "cpu_us", None, 7.0),
        row("cpu", "a request", 1_000, "cpu_us", None, 8.8),
        row("cpu", "a request", 10_000, "cpu_us", None, 10.5),
        row("p99", "p99", 10_000, "p99_ms", 125, 117),
        row("memory", "memory of a connection", 10_000, "bytes", 2_500, None),
    ]


ROWS = [*tasks(1), *tasks(2), *threads(), *memory(), *sets(), *echo()]


class NoSuchRow(Exception):
    """Nothing in the table has this name."""


def rows_named(words: list[str]) -> list[Row]:
    """The row of that name, or else every row whose name begins with it; all of them without words."""
    if not words:
        return ROWS
    chosen = []
    for word in words:
        found = [row for row in ROWS if row.name == word] or [row for row in ROWS if row.name.startswith(word)]
        if not found:
            raise NoSuchRow(f"no row is called {word!r}; bench/run --list shows them all")
        chosen += [row for row in found if row not in chosen]
    return chosen
