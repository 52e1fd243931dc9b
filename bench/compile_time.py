#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the checks at a door cost a user: compile time of 100 spawn calls with distinct types, with and without them.

    bench/compile_time.py [--runs 5] [--spawns 100] [--fields 3] [--room thread|task]

Without: the same calls of the function behind the door. Compiled alternating; the ratio of the medians counts.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILERS = {"clang++-22": 1.10, "g++": 1.25}  # and what the checks may cost at most
FIELD_TYPES = ["int", "std::string", "std::vector<double>", "std::optional<long>", "std::array<char, 8>"]

# The function behind each door, without its constraints.
WITHOUT = {
    "thread": """
template <class F, class... Args>
heddle::thread::JoinHandle<heddle::thread::detail::SpawnResult<F, Args...>> start(F&& f, Args&&... args) {
  auto cell = heddle::thread::detail::make_cell<heddle::thread::detail::CallOf<F, Args...>>(
      std::nullopt, std::forward<F>(f), std::forward<Args>(args)...);
  if (const std::error_code error = cell->start(0)) heddle::thread::detail::refuse_spawn(error);
  return heddle::thread::JoinHandle<heddle::thread::detail::SpawnResult<F, Args...>>(std::move(cell));
}
""",
    "task": """
template <class F, class... Args>
auto start(F&& f, Args&&... args) {
  return heddle::runtime::detail::spawn_on(
      heddle::runtime::detail::current_runtime("bench"),
      heddle::runtime::detail::run_call<std::decay_t<F>, std::decay_t<Args>...>(std::forward<F>(f),
                                                                               std::forward<Args>(args)...));
}
""",
}
HEADERS = {"thread": "heddle/thread/spawn.hpp", "task": "heddle/runtime/spawn.hpp"}
CALLS = {
    "thread": "{call}([](Job{i} job, int n) {{ return static_cast<long>(sizeof(job)) + n; }}, Job{i}(), {i})",
    "task": "{call}([](Job{i} job, int n) -> heddle::Async<int> {{ co_return static_cast<int>(sizeof(job)) + n; }}, "
            "Job{i}(), {i})",
}


def source(room: str, checked: bool, spawns: int, fields: int) -> str:
    lines = [f"#include <{HEADERS[room]}>", "#include <heddle/future/async.hpp>"]
    lines += [f"#include <{name}>" for name in ("array", "optional", "string", "system_error", "utility", "vector")]
    lines.append(WITHOUT[room])
    call = f"heddle::{room}::spawn" if checked else "start"
    for i in range(spawns):
        members = "".join(f"  {FIELD_TYPES[(i + j) % len(FIELD_TYPES)]} m{j};\n" for j in range(fields))
        lines.append(f"struct Job{i} {{\n{members}}};")
        lines.append(f"void f{i}() {{ static_cast<void>({CALLS[room].format(call=call, i=i)}); }}")
    return "\n".join(lines) + "\n"


def cpu_seconds(compiler: str, file: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [compiler, "-std=c++23", f"-I{ROOT}/include", "-c", str(file), "-o", os.devnull]
    subprocess.run(command, check=True, env={**os.environ, "CCACHE_DISABLE": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--spawns", type=int, default=100)
    parser.add_argument("--fields", type=int, default=3)
    parser.add_argument("--room", choices=list(HEADERS), default="thread")
    options = parser.parse_args(arguments)
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for checked in (True, False):
            files[checked] = Path(folder) / f"{'with' if checked else 'without'}.cpp"
            files[checked].write_text(source(options.room, checked, options.spawns, options.fields), encoding="utf-8")
        for compiler, most in COMPILERS.items():
            if shutil.which(compiler) is None:
                continue
            times = {True: [], False: []}
            for _ in range(options.runs):
                for checked, file in files.items():
                    times[checked].append(cpu_seconds(compiler, file))
            with_checks, without = (statistics.median(times[checked]) for checked in (True, False))
            ratio = with_checks / without
            missed |= ratio > most
            print(f"{compiler}: {options.spawns} {options.room}::spawn, {options.fields} fields each: "
                  f"{without:.2f} s without checks, {with_checks:.2f} s with, ratio {ratio:.3f} (goal {most:.2f})", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
