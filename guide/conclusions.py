# SPDX-License-Identifier: MIT
"""When tasks, when threads: in plain words, from the numbers."""

import itertools

from results import Echo, Results

# Less than this factor is within what two runs of the same program differ by.
SAME = 1.15
# A thread pays for itself in a job that takes this many times as long as starting it.
WORTH_STARTING = 100


def factor(value: float) -> str:
    if value >= 9.95:
        return f"{value:,.0f} times"
    return f"{value:.1f} times"


def times_as(tasks: float, threads: float, what: str) -> str:
    """`1.6 times as many requests as threads`, or `about as many` where the difference says nothing."""
    ratio = tasks / threads
    if 1 / SAME < ratio < SAME:
        return f"about as {what} as threads"
    if ratio > 1:
        return f"{factor(ratio)} as {what} as threads"
    return f"{ratio * 100:.0f} % as {what} as threads"


def duration(nanoseconds: float) -> str:
    for unit, size in [("s", 1e9), ("ms", 1e6), ("µs", 1e3)]:
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"


def listed(sizes: list[int]) -> str:
    """`100, 1,000 and 10,000`."""
    *all_but_last, last = [f"{size:,}" for size in sizes]
    return f"{', '.join(all_but_last)} and {last}" if all_but_last else last


def pairs(results: Results) -> list[tuple[Echo, Echo]]:
    """(tasks, threads) for each size at which both ran with the same number of connections."""
    both = [(results.echo("tasks", size), results.echo("threads", size)) for size in results.sizes()]
    return [(tasks, threads) for tasks, threads in both
            if tasks and threads and tasks.connections == threads.connections]


def threads_keep_up(tasks: Echo, threads: Echo) -> bool:
    return (threads.requests_per_second * SAME >= tasks.requests_per_second
            and threads.cpu_us_per_request <= tasks.cpu_us_per_request * SAME)


def about_speed(tasks: Echo, threads: Echo) -> str:
    rate = times_as(tasks.requests_per_second, threads.requests_per_second, "many requests per second")
    cpu = tasks.cpu_us_per_request, threads.cpu_us_per_request
    return (f"At {tasks.connections:,} connections, tasks answered {rate}; a request took {cpu[0]:.1f} µs of the server's "
            f"CPU with tasks and {cpu[1]:.1f} µs with threads. One in a hundred waited longer than "
            f"{duration(tasks.p99_ms * 1e6)} with tasks, {duration(threads.p99_ms * 1e6)} with threads.")


def about_memory(tasks: Echo, threads: Echo) -> str:
    ratio = threads.bytes_per_connection / max(tasks.bytes_per_connection, 1.0)
    return (f"At {tasks.connections:,} connections, one took {tasks.bytes_per_connection:,.0f} bytes with tasks and "
            f"{threads.bytes_per_connection:,.0f} with threads ({factor(ratio)} as much), and {threads.threads:,} threads "
            f"instead of {tasks.threads:,}.")


def about_creation(results: Results) -> list[str]:
    tasks, threads = results.creation("tasks"), results.creation("threads")
    if not tasks or not threads:
        return []
    said = [f"Creating and awaiting a task took {duration(tasks.create_ns)}, a thread {duration(threads.create_ns)}: "
            f"{factor(threads.create_ns / tasks.create_ns)} as long."]
    why = f", since {threads.bound}" if threads.bound else ""
    said.append(f"1 GiB holds {tasks.most_alive:,} waiting tasks; of threads, {threads.most_alive:,} can wait{why}.")
    return said


def findings(results: Results) -> list[str]:
    measured = pairs(results)
    said = [about_speed(tasks, threads) for tasks, threads in measured]
    if measured:
        said.append(about_memory(*measured[-1]))
    return said + about_creation(results)


def when_tasks(results: Results) -> str:
    better = [tasks.connections for tasks, threads in pairs(results) if not threads_keep_up(tasks, threads)]
    waiting = "Take tasks for what mostly waits: connections, timers, messages"
    if not better:
        return f"{waiting}. On this machine they were no faster than threads; what they save is memory and creation."
    return f"{waiting}. On this machine they were clearly ahead at {listed(better)} connections."


def when_threads(results: Results) -> str:
    level = [tasks.connections for tasks, _ in itertools.takewhile(lambda pair: threads_keep_up(*pair), pairs(results))]
    said = "Take threads for what computes, or calls what blocks: a task that does either holds up the others of its worker."
    if level:
        said += f" Up to {max(level):,} connections, a thread for each served as well here, and is simpler to write and to debug."
    threads = results.creation("threads")
    if threads:
        worth = float(f"{threads.create_ns * WORTH_STARTING:.1g}")
        said += (f" Starting a thread took {duration(threads.create_ns)}, which a job of {duration(worth)} or more doesn't "
                 "notice.")
    return said
