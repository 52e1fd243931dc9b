# SPDX-License-Identifier: MIT
"""Checks what a machine can see of the house rules: first lines, names, unfinished work, SAFETY, orderings."""

import re
import sys
from pathlib import Path

FOLDERS = ["include", "src", "model", "examples", "guide", "bench", "tests", "tools"]
SUFFIXES = {".hpp", ".cpp", ".py", ".sh"}
SPDX = "SPDX-License-Identifier: MIT"
LINE_CEILING = 400

# In two halves, so that this file doesn't contain what it looks for.
FORBIDDEN_WORDS = ["TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK", "for " "now", "place" "holder"]
FORBIDDEN_NAMES = ["util", "utils", "utility", "utilities", "helper", "helpers", "common", "misc", "impl"]

WORDS = re.compile("|".join(rf"\b{word}\b" for word in FORBIDDEN_WORDS[:4])
                   + "|" + "|".join(rf"(?i:\b{word}\b)" for word in FORBIDDEN_WORDS[4:]))
CASTS = re.compile(r"\b(reinterpret_cast|const_cast|std::launder)\b")
# How far above a cast its reason may stand: one comment, and the few lines it speaks for.
SAFETY_REACH = 6
ATOMIC_CALL = re.compile(r"(?:\.|->)(load|store|exchange|fetch_\w+|compare_exchange_(?:weak|strong)|test_and_set)\s*\(")
ORDERING = re.compile(r"\b(relaxed|acquire|release|acq_rel|seq_cst|memory_order\w*|\w*order\w*)\b")


def without_comments(text: str) -> str:
    """The code with comments and the contents of literals blanked; line breaks stay."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
    return token.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def arguments_at(code: str, start: int) -> str:
    """The text between the parenthesis that opens before `start` and the one that closes it."""
    depth = 1
    for end in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[end], 0)
        if depth == 0:
            return code[start:end]
    return code[start:]


def check_first_lines(path: str, lines: list[str]) -> list[str]:
    mark = "//" if path.endswith((".hpp", ".cpp")) else "#"
    head = lines[1:] if lines and lines[0].startswith("#!") else lines
    if not head or head[0] != f"{mark} {SPDX}":
        return [f"{path}:1: has to start with '{mark} {SPDX}'"]
    second = head[1] if len(head) > 1 else ""
    if not re.match(rf'(?:{mark}|""") ?[^\s/#].{{7,}}', second):
        return [f"{path}:2: has to say in a sentence what the file is"]
    return []


def check_name(path: str) -> list[str]:
    bad = [part for part in Path(path).parts if Path(part).stem in FORBIDDEN_NAMES or part.startswith("base_")]
    return [f"{path}:1: '{name}' says nothing: name it after what it holds" for name in bad]


def check_words(path: str, lines: list[str]) -> list[str]:
    return [
        f"{path}:{number}: '{match[0]}' says that something is unfinished"
        for number, line in enumerate(lines, 1)
        if (match := WORDS.search(line))
    ]


def check_safety(path: str, lines: list[str], code: list[str]) -> list[str]:
    faults = []
    for number, line in enumerate(code):
        match = CASTS.search(line)
        if match and not any("SAFETY:" in above for above in lines[max(0, number - SAFETY_REACH) : number + 1]):
            faults.append(f"{path}:{number + 1}: {match[1]} without a '// SAFETY:' that says why it is right")
    return faults


def check_orderings(path: str, code: str) -> list[str]:
    faults = []
    for match in ATOMIC_CALL.finditer(code):
        if not ORDERING.search(arguments_at(code, match.end())):
            number = code.count("\n", 0, match.start()) + 1
            faults.append(f"{path}:{number}: {match[1]}() without a memory ordering")
    return faults


def check_file(path: str, text: str) -> list[str]:
    lines = text.splitlines()
    faults = check_name(path) + check_words(path, lines)
    # A compile-fail test starts with the message that its user must see.
    if not path.startswith("tests/compile_fail/"):
        faults += check_first_lines(path, lines)
    if path.endswith((".hpp", ".cpp")) and not path.startswith("tests/"):
        code = without_comments(text)
        faults += check_safety(path, lines, code.splitlines())
        if path.startswith(("include/", "src/", "model/")):
            faults += check_orderings(path, code)
    return faults


def files_of(root: Path) -> list[Path]:
    found = [file for folder in FOLDERS for file in (root / folder).rglob("*") if file.suffix in SUFFIXES]
    return sorted(found)


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    files, faults = files_of(root), []
    for file in files:
        path, text = file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
        faults += check_file(path, text)
        if text.count("\n") > LINE_CEILING:
            print(f"{path}:1: warning: {text.count(chr(10))} lines, so perhaps two ideas")
    for fault in faults:
        print(fault)
    print(f"comments: {len(files)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
