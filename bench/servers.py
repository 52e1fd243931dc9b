# SPDX-License-Identifier: MIT
"""Whole servers beside Debian's, each driven by the client that people measure that one with.

Each round starts a server, drives it, and ends it; servers take turns. What is compared is requests per second, and the
processor time that the server took for each: on a machine of few cores the client is often what limits the first.
"""

import csv
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rounds import order

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "build" / "release" / "examples"
TICKS = os.sysconf("SC_CLK_TCK")
HOST = "127.0.0.1"


class Unavailable(Exception):
    """What this comparison needs isn't here."""


@dataclass
class Server:
    name: str
    # The command that serves on a port, with a folder of its own to write to.
    command: Callable[[int, Path], list[str]]


@dataclass
class Comparison:
    name: str
    title: str
    target: str
    # Programs, and the packages that have them.
    needs: dict[str, str]
    servers: list[Server]
    # Drives the server on a port: requests per second of each part, and how many requests there were.
    drive: Callable[[int, float], tuple[dict[str, float], int]]


@dataclass
class Run:
    rates: dict[str, float]
    cpu_us: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def await_port(port: int, process: subprocess.Popen):
    for _ in range(200):
        if process.poll() is not None:
            raise Unavailable(f"{process.args[0]} ended with {process.returncode}")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Unavailable(f"{process.args[0]} doesn't listen")


def cpu_seconds(pid: int) -> float:
    """Of the process, and of the children that it has now: nginx works in one."""
    total = 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    for each in (pid, *map(int, children)):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def run_once(server: Server, drive: Callable, seconds: float) -> Run:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(server.command(port, Path(folder)), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            await_port(port, process)
            before = cpu_seconds(process.pid)
            rates, requests = drive(port, seconds)
            return Run(rates, (cpu_seconds(process.pid) - before) / requests * 1e6)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


REDIS_TESTS = ("set", "get", "incr")


def drive_redis(port: int, seconds: float) -> tuple[dict[str, float], int]:
    # About a million requests a second, in three parts.
    count = max(10_000, int(seconds * 1_000_000))
    done = subprocess.run(["redis-benchmark", "-h", HOST, "-p", str(port), "-t", ",".join(REDIS_TESTS), "-c", "50", "-P",
                           "16", "-n", str(count), "--csv"], capture_output=True, text=True, timeout=600, check=True)
    if "rror" in done.stdout + done.stderr:
        raise Unavailable(f"redis-benchmark says: {(done.stderr or done.stdout).strip()[:200]}")
    rates = {row["test"].lower(): float(row["rps"]) for row in csv.DictReader(done.stdout.splitlines())}
    return rates, count * len(rates)


def drive_http(port: int, seconds: float) -> tuple[dict[str, float], int]:
    done = subprocess.run(["wrk", "-t1", "-c100", f"-d{max(1, round(seconds))}s", f"http://{HOST}:{port}/"],
                          capture_output=True, text=True, timeout=600, check=True).stdout
    if "Socket errors" in done or "Non-2xx" in done:
        raise Unavailable(f"wrk says: {done.strip()[-200:]}")
    return ({"get": float(re.search(r"Requests/sec:\s*([\d.]+)", done)[1])},
            int(re.search(r"(\d+) requests in", done)[1]))


NGINX = """daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type text/plain;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "Hello, world!\\n"; }} }}
}}
"""


def nginx(port: int, folder: Path) -> list[str]:
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port), encoding="ascii")
    return ["nginx", "-c", str(config), "-e", str(folder / "error.log")]


def ours(name: str) -> Server:
    return Server("heddle", lambda port, _: [str(EXAMPLES / name), "--port", str(port)])


COMPARISONS = {
    comparison.name: comparison for comparison in [
        Comparison("redis", "mini_redis and redis-server, each with one thread, by redis-benchmark -c 50 -P 16",
                   "examples_mini_redis", {"redis-benchmark": "redis-tools", "redis-server": "redis-server"},
                   [ours("mini_redis"),
                    Server("redis-server", lambda port, folder: [
                        "redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir",
                        str(folder)])], drive_redis),
        Comparison("http", "http_hello and nginx, each with one thread, by wrk -t1 -c100",
                   "examples_http_hello", {"wrk": "wrk", "nginx": "nginx-light"},
                   [ours("http_hello"), Server("nginx", nginx)], drive_http),
    ]
}


def build(comparison: Comparison):
    lacking = [package for program, package in comparison.needs.items() if shutil.which(program) is None]
    if lacking:
        raise Unavailable(f"it needs {' and '.join(lacking)}: apt-get install --no-install-recommends {' '.join(lacking)}")
    root = HERE.parent
    subprocess.run(["cmake", "--preset", "release"], cwd=root, stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", comparison.target], cwd=root,
                   stdout=subprocess.DEVNULL, check=True)


def measure(comparison: Comparison, rounds: int, seconds: float) -> dict[str, list[Run]]:
    by_name = {server.name: server for server in comparison.servers}
    runs: dict[str, list[Run]] = {name: [] for name in by_name}
    for number in range(rounds):
        for name in order(list(by_name), number):
            runs[name].append(run_once(by_name[name], comparison.drive, seconds))
    return runs


def median_ratio(ours_: list[float], theirs: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours_, theirs))


def block(comparison: Comparison, runs: dict[str, list[Run]]) -> str:
    """The first server is ours; ratios are medians of each round's ratio to the second."""
    lines = [f"{comparison.name}: {comparison.title}: medians of {len(next(iter(runs.values())))} rounds"]
    parts = list(next(iter(runs.values()))[0].rates)
    lines.append("  " + " " * 14 + "".join(f"{part + '/s':>12}" for part in parts) + f"{'cpu/request':>14}")
    for name, each in runs.items():
        cells = "".join(f"{statistics.median(run.rates[part] for run in each):>12,.0f}" for part in parts)
        lines.append(f"  {name:<14}{cells}{statistics.median(run.cpu_us for run in each):>11.2f} µs")
    first, second = runs.values()
    ratios = [median_ratio([run.rates[part] for run in first], [run.rates[part] for run in second]) for part in parts]
    cpu = median_ratio([run.cpu_us for run in first], [run.cpu_us for run in second])
    lines.append(f"  {'ratio':<14}" + "".join(f"{ratio:>12.2f}" for ratio in ratios) + f"{cpu:>11.2f}")
    return "\n".join(lines)


def run(names: list[str], rounds: int, seconds: float, say: Callable[[str], None]):
    for name in names:
        comparison = COMPARISONS[name]
        try:
            build(comparison)
            print(block(comparison, measure(comparison, rounds, seconds)) + "\n", flush=True)
        except Unavailable as why:
            say(f"{name} is left out: {why}")
