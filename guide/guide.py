# SPDX-License-Identifier: MIT
"""The decision guide: measures tasks against threads on this machine, prints one table, writes report.html."""

import argparse
import datetime
import os
import shutil
import signal
import sys
from pathlib import Path

import conclusions
import limits
import report
import table
from measure import FULL, QUICK, Lab, Plan
from processes import ChildFailed
from progress import Progress
from results import GIBIBYTE, KINDS, BadOutput, Echo, Results
from usage import Usage

INTERRUPTED = 128 + signal.SIGINT
# A larger share of the cores, used by other programs, shows in the numbers.
BUSY = 0.05
# Columns of what is no terminal.
WIDE = 120


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    parser.add_argument("--bin-dir", type=Path, required=True, help="where the guide's programs are (set by ./run)")
    parser.add_argument("--report", type=Path, default=Path("report.html"), help="the report to write (report.html)")
    parser.add_argument("--quick", action="store_true", help="measure for a few seconds only: rough numbers")
    parser.add_argument("--connections", type=sizes, default=[100, 1_000, 10_000], metavar="N,N",
                        help="how many connections to measure with (100,1000,10000)")
    parser.add_argument("--table-into", type=Path, metavar="FILE",
                        help=f"put the table, as Markdown, between {table.OPEN_MARK} and {table.CLOSE_MARK} of FILE")
    return parser.parse_args(arguments)


def sizes(text: str) -> list[int]:
    numbers = sorted({int(part) for part in text.split(",")})
    if not numbers or numbers[0] < 1:
        raise ValueError(text)
    return numbers


def notes_on(echo: Echo, asked: int) -> list[str]:
    """What went wrong with single connections, none of which should."""
    notes = []
    if echo.refusal:
        notes.append(f"{echo.kind}: only {echo.connections:,} of {asked:,} connections opened ({echo.refusal}).")
    elif echo.lost:
        notes.append(f"{echo.kind}: {echo.lost:,} of {asked:,} connections were lost while measuring.")
    if echo.unanswered:
        notes.append(f"{echo.kind}: {echo.unanswered:,} requests were still unanswered 2 seconds after the end.")
    return notes


def measure(results: Results, lab: Lab, wanted_sizes: list[int]):
    connections, threads = limits.connection_limit(), limits.thread_limit()
    for wanted in wanted_sizes:
        for kind in KINDS:
            count, note = limits.allowed(kind, wanted, connections, threads)
            results.notes += [note] if note else []
            echo = lab.echo(kind, wanted, count)
            results.echoes.append(echo)
            results.notes += notes_on(echo, count)
    mebibytes = max(16, min(GIBIBYTE, limits.available_memory() // 2) >> 20)
    results.creations.append(lab.creation("tasks", None, "", mebibytes))
    results.creations.append(lab.creation("threads", threads.most, threads.reason, mebibytes))


def notes_on_run(cores: limits.Cores, others: float, quick: bool) -> list[str]:
    """`others`: the share of all cores that other programs used meanwhile."""
    notes = []
    if quick:
        notes.append("This was the quick version: every measurement is short, and the numbers are rough.")
    if cores.server is None:
        notes.append("There is one core only: the server shares it with the load generator.")
    if others > BUSY:
        notes.append(f"Other programs used {others * 100:.0f} % of the machine meanwhile: the numbers are worse than they "
                     "need be.")
    return notes


def method(cores: limits.Cores, plan: Plan) -> list[str]:
    pinned = ("The server has one core and the load generator another, so requests per second are those of one core, and "
              "the heddle server has one worker."
              if cores.server is not None else "The server and the load generator share the core.")
    return [
        "Each server and the load generator are processes of their own, which talk over real TCP on 127.0.0.1.",
        pinned,
        f"Each connection sends 64 bytes, waits until they are back, and sends the next: for {plan.seconds:g} s after "
        f"{plan.warm_up:g} s of warming up. So the latency at many connections is mostly the time spent in the queue.",
        "CPU time is the server process's, user and system, read from its CPU clock when measuring begins and ends.",
        "Resident memory is anonymous memory in RAM (RssAnon), after the load and before it. The kernel's part is not in it: "
        "buffers of the sockets for both, and for each thread a kernel stack.",
        "Creation is the median of 7 rounds: spawn an empty task and await it, or start an empty std::thread and join it. "
        "One that waits sleeps on a timer, or on a latch.",
    ]


def run(options: argparse.Namespace) -> int:
    if options.table_into:  # now, rather than after a minute
        table.put_between_marks(options.table_into.read_text(encoding="utf-8"), "")
    plan = QUICK if options.quick else FULL
    cores = limits.pick_cores(os.sched_getaffinity(0))
    results = Results(limits.describe_machine(), f"{datetime.date.today():%Y-%m-%d}")
    progress = Progress(sys.stderr, (len(options.connections) + 1) * len(KINDS))
    usage = Usage()
    try:
        measure(results, Lab(options.bin_dir.resolve(), cores, plan, progress), options.connections)
    finally:
        progress.clear()
    results.notes += notes_on_run(cores, usage.of_others(), options.quick)
    print_results(results)
    report.write(options.report, report.render(results, method(cores, plan)))
    print(f"\nThe report with plots is in {options.report}")
    if options.table_into:
        text = options.table_into.read_text(encoding="utf-8")
        report.write(options.table_into, table.put_between_marks(text, table.for_markdown(results)))
    return 0


def print_results(results: Results):
    print(f"{results.machine}, {results.date}\n")
    print(table.for_terminal(results, shutil.get_terminal_size((WIDE, 0)).columns))
    for note in results.notes:
        print(f"note: {note}")
    if results.notes:
        print()
    print(conclusions.when_tasks(results))
    print(conclusions.when_threads(results))


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    try:
        return run(options)
    except KeyboardInterrupt:
        print("\nguide: interrupted; nothing was written", file=sys.stderr)
        return INTERRUPTED
    except (ChildFailed, BadOutput, table.NoMarks, OSError) as error:
        print(f"guide: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
