# SPDX-License-Identifier: MIT
"""What the machine allows: connections by descriptors and ports, threads by half a dozen settings; and its cores."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path

# Descriptors that a server needs besides its connections.
OTHER_DESCRIPTORS = 64
# Mappings that a process has besides its threads' stacks; a stack is two, with its guard page.
OTHER_MAPPINGS = 256
# The rest of the machine goes on meanwhile: a part of its threads stays free.
SHARE_OF_THREADS = 0.8


@dataclass(frozen=True)
class Limit:
    most: int
    reason: str


@dataclass(frozen=True)
class Cores:
    """Where the server and the load generator run; None: wherever the system puts them."""

    server: int | None
    load: int | None


def read_number(file: Path) -> int | None:
    """The number in a file of the kernel's; None if there is no such file, or it says `max`."""
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def cgroup_folders(controller: str, proc: Path, cgroups: Path) -> list[Path]:
    """The groups that this process is in, of version 2 and of 1, each with those above it."""
    folders = []
    for line in (proc / "self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", controller):
            continue
        base = cgroups / controllers
        inner = Path(path.lstrip("/"))
        folders += [base / part for part in [inner, *inner.parents]]
    return folders


def descriptor_limit() -> Limit:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 1 << 30
    return Limit(hard - OTHER_DESCRIPTORS, f"a process may have {hard:,} open descriptors (ulimit -Hn)")


def port_limit(proc: Path = Path("/proc")) -> Limit:
    try:
        low, high = map(int, (proc / "sys/net/ipv4/ip_local_port_range").read_text().split())
    except (OSError, ValueError):
        low, high = 32768, 60999
    return Limit(high - low, f"there are {high - low:,} ports for the client's ends (net.ipv4.ip_local_port_range)")


def connection_limit() -> Limit:
    return min(descriptor_limit(), port_limit(), key=lambda limit: limit.most)


def threads_now(proc: Path) -> int:
    """Threads on the whole machine, by the fourth field of /proc/loadavg: running/all."""
    try:
        return int((proc / "loadavg").read_text().split()[3].split("/")[1])
    except (OSError, ValueError, IndexError):
        return 0


def user_thread_limit(proc: Path) -> list[Limit]:
    """`ulimit -u`, which doesn't hold for root."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if soft == resource.RLIM_INFINITY or os.geteuid() == 0:
        return []
    own = 0
    for folder in proc.glob("[0-9]*"):
        try:
            if folder.stat().st_uid == os.geteuid():
                own += len(list((folder / "task").iterdir()))
        except OSError:
            continue  # it has ended meanwhile
    return [Limit(soft - own, f"a user may have {soft:,} threads (ulimit -u)")]


def cgroup_thread_limits(proc: Path, cgroups: Path) -> list[Limit]:
    limits = []
    for folder in cgroup_folders("pids", proc, cgroups):
        most = read_number(folder / "pids.max")
        if most is not None:
            room = most - (read_number(folder / "pids.current") or 0)
            limits.append(Limit(room, f"this process's control group may have {most:,} threads (pids.max)"))
    return limits


def thread_limit(proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> Limit:
    """How many more threads one process may start, and what forbids more; leaves some to the rest of the machine."""
    limits = user_thread_limit(proc) + cgroup_thread_limits(proc, cgroups)
    running = threads_now(proc)
    for name in ["threads-max", "pid_max"]:
        most = read_number(proc / "sys/kernel" / name)
        if most is not None:
            limits.append(Limit(most - running, f"the machine may have {most:,} threads (kernel.{name})"))
    mappings = read_number(proc / "sys/vm/max_map_count")
    if mappings is not None:
        reason = f"a process may have {mappings:,} mappings, two for each thread (vm.max_map_count)"
        limits.append(Limit((mappings - OTHER_MAPPINGS) // 2, reason))
    tightest = min(limits, key=lambda limit: limit.most, default=Limit(1 << 30, "nothing"))
    return Limit(max(0, int(tightest.most * SHARE_OF_THREADS)), tightest.reason)


def allowed(kind: str, wanted: int, connections: Limit, threads: Limit) -> tuple[int, str]:
    """How many connections the machine lets this server have, and a note if that is fewer than wanted."""
    tightest = connections
    if kind == "threads":
        tightest = min(connections, threads, key=lambda limit: limit.most)
    if wanted <= tightest.most:
        return wanted, ""
    return max(1, tightest.most), f"{kind}: {tightest.most:,} instead of {wanted:,} connections, since {tightest.reason}."


def available_memory(proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> int:
    """Bytes that may still be taken without swapping or being killed."""
    rooms = []
    for line in (proc / "meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            rooms.append(int(line.split()[1]) * 1024)
    for folder in cgroup_folders("memory", proc, cgroups):
        for limit, usage in [("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")]:
            most = read_number(folder / limit)
            if most is not None:
                rooms.append(most - (read_number(folder / usage) or 0))
    return max(0, min(rooms, default=1 << 30))


def pick_cores(allowed: set[int], cpus: Path = Path("/sys/devices/system/cpu")) -> Cores:
    """One core each for the server and the load: not two halves of the same core, if that can be had."""
    if len(allowed) < 2:
        return Cores(None, None)
    server, *others = sorted(allowed)
    try:
        siblings = parse_cpu_list((cpus / f"cpu{server}/topology/thread_siblings_list").read_text())
    except OSError:
        siblings = set()
    return Cores(server, next((core for core in others if core not in siblings), others[0]))


def parse_cpu_list(text: str) -> set[int]:
    """`0,4-6` as the kernel writes it."""
    cpus = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cpus.update(range(int(first), int(last or first) + 1))
    return cpus


def describe_machine(proc: Path = Path("/proc")) -> str:
    model = next((line.partition(":")[2].strip() for line in (proc / "cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), os.uname().machine)
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} core{'s' if cores != 1 else ''}, Linux {os.uname().release}"
