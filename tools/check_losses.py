# SPDX-License-Identifier: MIT
"""Checks that the table of docs/guide/select.md has every future of the public headers, with what its kLoss says.

A future is a class that has `Output` and `Poll<Output> poll(Context&)`, or that derives from one; one in a namespace
`detail` counts if it states a kLoss. A row of the table is an operation, its futures, and what is lost, which begins
with the word for the constant:

    nothing           Loss::kLossless
    its place         Loss::kLosesPlace
    data              Loss::kLosesData
    depends           computed, mostly from other futures
    not stated        no kLoss
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = "docs/guide/select.md"
HEADING = re.compile(r"^\| operation \| future \|")
WORDS = {"kLossless": "nothing", "kLosesPlace": "its place", "kLosesData": "data"}
COMPUTED = "depends"
UNSTATED = "not stated"

NAMESPACE = re.compile(r"^(?:inline )?namespace ([\w: ]+) \{$")
END_OF_NAMESPACE = re.compile(r"^\}  // namespace")
CLASS = re.compile(r"^(?:class|struct) (?:\[\[.*?\]\] )?(\w+)(?!\w|::)(.*)$")
POLL = re.compile(r"^  (?:\[\[.*?\]\] )?(?:Poll<(.*)>|\w+) poll\(Context&", re.MULTILINE)
OUTPUT = re.compile(r"^  using Output = (.*?);", re.MULTILINE | re.DOTALL)
LOSS = re.compile(r"^  static constexpr (?:\w+::)*Loss kLoss =\s*(.*?);", re.MULTILINE | re.DOTALL)
CONSTANT = re.compile(r"(?:\w+::)*Loss::(\w+)")
BASE = re.compile(r"(?:public |, |: (?!public ))((?:\w+::)*\w+)")


@dataclass(frozen=True)
class Class:
    name: str  # below heddle::
    place: str
    bases: tuple[str, ...]
    polls: bool
    loss: str | None


def classes(path: str, text: str):
    """The classes at the level of a namespace."""
    lines = text.splitlines()
    namespaces: list[list[str]] = []
    for number, line in enumerate(lines):
        if match := NAMESPACE.match(line):
            namespaces.append([part for part in match[1].replace("inline ", "").split("::") if part not in ("heddle", "v0")])
        elif END_OF_NAMESPACE.match(line) and namespaces:
            namespaces.pop()
        elif (match := CLASS.match(line)) and not re.fullmatch(r"[^{]*;", line):
            end = next(i for i in range(number, len(lines)) if re.match(r"\};|.*\{\};$", lines[i]))
            body = "\n".join(lines[number : end + 1])
            head = body.split("{", 1)[0]
            output = OUTPUT.search(body)
            yield Class(
                name="::".join([part for parts in namespaces for part in parts] + [match[1]]),
                place=f"{path}:{number + 1}",
                bases=tuple(BASE.findall(head.split(match[1], 1)[1])),
                polls=output is not None and any(poll in ("", "Output", output[1]) for poll in POLL.findall(body)),
                loss=word_of(body),
            )


def word_of(body: str) -> str | None:
    if not (loss := LOSS.search(body)):
        return None
    constant = CONSTANT.fullmatch(loss[1])
    return WORDS[constant[1]] if constant else COMPUTED


def futures(root: Path) -> dict[str, tuple[str, str]]:
    """Name -> where it stands, and the word for what it loses."""
    files = sorted((root / "include").rglob("*.hpp"))
    everything = [one for file in files for one in classes(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))]
    words: dict[str, str] = {}
    size = -1
    while len(words) > size:  # until no class is found any more that derives from one of them
        size = len(words)
        for one in everything:
            inherited = next((words[base] for base in bases(one) if base in words), None)
            if one.polls or inherited:
                words[one.name] = one.loss or inherited or UNSTATED
    public = [one for one in everything if one.name in words and ("detail" not in one.name.split("::") or one.loss)]
    return {one.name: (one.place, words[one.name]) for one in public}


def bases(one: Class):
    """What the names of its bases may mean, from the inside out."""
    namespaces = one.name.split("::")[:-1]
    for base in one.bases:
        for depth in range(len(namespaces), -1, -1):
            yield "::".join([*namespaces[:depth], base])


def table(root: Path) -> dict[str, tuple[int, str]]:
    """Name of a future -> the line of its row, and what the row says is lost."""
    rows: dict[str, tuple[int, str]] = {}
    within = False
    for number, line in enumerate((root / PAGE).read_text(encoding="utf-8").splitlines(), 1):
        within = bool(HEADING.match(line)) or (within and line.startswith("|"))
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if within and len(cells) == 3:
            rows |= {name: (number, cells[2]) for name in re.findall(r"`([\w:]+)`", cells[1])}
    return rows


def check(root: Path) -> tuple[int, list[str]]:
    """How many futures there are, and what is wrong with the table."""
    told, known = table(root), futures(root)
    faults = []
    for name, (place, word) in known.items():
        if name not in told:
            faults.append(f"{place}: {name} is missing in the table of {PAGE}: it loses {word!r}")
            continue
        number, says = told[name]
        if not re.match(rf"{re.escape(word)}\b", says):
            faults.append(f"{PAGE}:{number}: {name} states {word!r} ({place}), and the table {says!r}")
    faults += [f"{PAGE}:{told[name][0]}: there is no future {name}" for name in told if name not in known]
    return len(known), faults


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    count, faults = check(root)
    for fault in faults:
        print(fault)
    print(f"losses: {count} futures, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
