# SPDX-License-Identifier: MIT
"""Checks that includes only go down the floors of docs/design/README.md, and that no OS header leaves src/sys."""

import re
import sys
from pathlib import Path

FLOORS = [
    ["base"],
    ["marker", "sys"],
    ["sync"],
    ["thread"],
    ["future"],
    ["channel", "async", "io"],
    ["runtime"],
    ["time", "net", "fs", "signal"],
    ["process"],
    ["testing", "umbrella", "fmt"],
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# Headers directly under include/heddle/ are rooms of one file.
TOP_HEADERS = {"heddle.hpp": "umbrella", "fmt.hpp": "fmt"}

# (file, what it includes) -> why this one is right. An entry that nothing uses any more is a fault itself.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("include/heddle/base/atomic.hpp", "heddle_model/atomic.hpp"): "the seam: in the model build it takes the checker's atomics",
}

# Third-party headers that one room, and only that, stands on.
FOREIGN = {"fmt/": "fmt"}

# Standard C++ names for the system's own interfaces: as forbidden as <errno.h> and <signal.h>.
OS_IN_DISGUISE = {"cerrno", "csignal"}

# Headers of the compiler, not of the system.
COMPILER_HEADERS = {"cxxabi.h", "immintrin.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path: str) -> str | None:
    """The room of a file named relative to the root, or None outside of include/ and src/."""
    parts = path.split("/")
    if parts[:2] == ["include", "heddle"]:
        return TOP_HEADERS.get(parts[2]) if len(parts) == 3 else parts[2]
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else None
    return None


def resolve(root: Path, path: str, quoted: bool, name: str) -> str | None:
    """The file of ours that an include names, relative to the root; None if it is none of ours."""
    places = [Path(path).parent] if quoted else []
    for place in [*places, Path("src"), Path("include")]:
        candidate = root / place / name
        if candidate.is_file():
            return candidate.resolve().relative_to(root.resolve()).as_posix()
    if name.startswith("heddle/"):
        return "include/" + name  # missing, but the room is known, and the compiler says the rest
    return None


def is_os_header(name: str) -> bool:
    if name in COMPILER_HEADERS:
        return False
    return name in OS_IN_DISGUISE or name.endswith(".h") or "/" in name


def check_ours(path: str, room: str, target: str) -> str | None:
    other = room_of(target)
    if path.startswith("include/") and target.startswith("src/"):
        return f"a public header includes the private {target}"
    if other not in FLOOR_OF:
        return f"{target} stands in no room"
    if other == room or FLOOR_OF[other] < FLOOR_OF[room]:
        return None
    relation = "the neighbour" if FLOOR_OF[other] == FLOOR_OF[room] else "the higher"
    return f"{room}/ (floor {FLOOR_OF[room]}) includes {relation} {other}/ (floor {FLOOR_OF[other]})"


def check_foreign(path: str, room: str, name: str) -> str | None:
    for prefix, owner in FOREIGN.items():
        if name.startswith(prefix):
            return None if room == owner else f"only {owner} may include <{name}>"
    if not is_os_header(name) or path.startswith("src/sys/"):
        return None
    return f"<{name}> is the system's: only src/sys/ may include it"


def includes(file: Path):
    """Line number, quoted or not, and name of each include."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1] == '"', match[2]


def check_file(root: Path, path: str, used: set) -> list[str]:
    room = room_of(path)
    if room not in FLOOR_OF:
        return [f"{path}:1: stands in no room of the table in tools/check_layers.py"]
    if room == "sys" and path.startswith("include/"):
        return [f"{path}:1: sys/ is private: it belongs in src/sys/"]
    faults = []
    for number, quoted, name in includes(root / path):
        if (path, name) in EXCEPTIONS:
            used.add((path, name))
            continue
        target = resolve(root, path, quoted, name)
        fault = check_ours(path, room, target) if target else check_foreign(path, room, name)
        if fault:
            faults.append(f"{path}:{number}: {fault}")
    return faults


def check_model(root: Path) -> list[str]:
    """The model checker stands beside heddle, and knows nothing of it."""
    return [
        f"{file.relative_to(root).as_posix()}:{number}: model/ includes heddle"
        for file in sources(root / "model")
        for number, _, name in includes(file)
        if name.startswith("heddle/")
    ]


def sources(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in {".hpp", ".cpp", ".inc", ".h", ".c"})


def check(root: Path) -> tuple[int, list[str]]:
    """How many files were looked at, and what is wrong with them."""
    files = [*sources(root / "include"), *sources(root / "src")]
    faults, used = [], set()
    for file in files:
        faults += check_file(root, file.relative_to(root).as_posix(), used)
    for path, name in EXCEPTIONS.keys() - used:
        if (root / path).exists():
            faults.append(f"{path}:1: no longer includes {name}: remove the exception from tools/check_layers.py")
    return len(files), faults + check_model(root)


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    looked_at, faults = check(root)
    for fault in faults:
        print(fault)
    print(f"layers: {looked_at} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
