# SPDX-License-Identifier: MIT
"""Checks that each file of tests/compile_fail is refused, at the line it marks and with the message it starts with.

A file's first lines are the messages: `// GCC 12: …` and `// Clang 22: …`, as the first error of that compiler says
it, without its decoration. The user's line ends with `// refused`. `// flags: …` adds to the command line.

    tools/check_compile_fail.py [--update] [file…]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = "// refused"
JOBS = 2
FLAGS = ["-std=c++23", "-fsyntax-only", "-fno-color-diagnostics", "-Wno-unused"]

ERROR = re.compile(r"^(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<text>.*)$")
# What leads from an error within a header to the line of the user.
FROM_HERE = re.compile(r"^(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:\d+:)? +(?:required from here|note: .* requested here|note: in expansion of macro)")

# The compiler's own words around ours, and the names of ours that carry no news.
SENTENCE = re.compile(r'error<(?:\w+::)*Text<\d+>\{"(?P<text>(?:[^"\\]|\\.)*)"\}>')
UNDEFINED = re.compile(r"^implicit instantiation of undefined template '(?P<text>.*)'$")
ASSERTION = re.compile(r"^static assertion failed(?: due to requirement '.*?')?: (?P<text>.*)$")
REPLACED = [
    (re.compile(r'(?:heddle::)?(?:v0::)?(?:marker::)?Text<\d+>\{("[^"]*")\}'), r"\1"),
    (re.compile(r"\(lambda at [^)]*\)"), "(lambda)"),
    (re.compile(r"heddle::(?:v0::)?(?:marker::|sync::)?"), ""),
    (re.compile(r"[‘’]|\\'"), "'"),
    (re.compile(r"std::basic_string<char>"), "std::string"),
    (re.compile(r"std::basic_string_view<char>"), "std::string_view"),
]


@dataclass(frozen=True)
class Compiler:
    name: str
    command: str
    flags: tuple[str, ...] = ()


COMPILERS = [Compiler("GCC 12", "g++", ("-fno-diagnostics-show-caret",)), Compiler("Clang 22", "clang++-22")]


@dataclass(frozen=True)
class Refusal:
    """What a compiler says first, and which line of the file it leads to; 0 if to none."""

    text: str
    line: int


def normalised(text: str) -> str:
    """An error's text without the compiler's decoration."""
    if match := SENTENCE.search(text):
        return match["text"].replace("\\'", "'").replace('\\"', '"')
    for pattern in (UNDEFINED, ASSERTION):
        if match := pattern.match(text):
            text = match["text"]
    for pattern, replacement in REPLACED:
        text = pattern.sub(replacement, text)
    return text


def first_refusal(output: str, file: str) -> Refusal | None:
    """The first error in a compiler's output. In a header, the user's line is named before it (GCC) or after (Clang)."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if not (error := ERROR.match(line)):
            continue
        text = normalised(error["text"])
        if error["file"] == file:
            return Refusal(text, int(error["line"]))
        after = [match for after in lines[number + 1 :] if (match := FROM_HERE.match(after))]
        before = [match for before in reversed(lines[:number]) if (match := FROM_HERE.match(before))]
        led = [match for match in [*after, *before] if match["file"] == file]
        return Refusal(text, int(led[0]["line"]) if led else 0)
    return None


def compile_file(compiler: Compiler, path: Path, source: str) -> Refusal | None:
    """None if the file compiles."""
    extra = re.findall(r"^// flags: (.*)$", source, re.MULTILINE)
    command = [compiler.command, *FLAGS, *compiler.flags, f"-I{ROOT}/include", f"-I{ROOT}/tests", *" ".join(extra).split()]
    if compiler.command.startswith("g++"):
        command.remove("-fno-color-diagnostics")
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    result = subprocess.run([*command, str(path)], capture_output=True, text=True, env=environment, check=False)
    return first_refusal(result.stderr, str(path)) if result.returncode else None


def expected_message(compiler: Compiler, source: str) -> str | None:
    match = re.search(rf"^// {re.escape(compiler.name)}: (.*)$", source, re.MULTILINE)
    return match[1] if match else None


def marked_line(source: str) -> int:
    """The line that the user has to see; 0 if none is marked."""
    return next((number for number, line in enumerate(source.splitlines(), 1) if line.endswith(MARK)), 0)


def line_fault(compiler: Compiler, path: str, source: str, refusal: Refusal | None) -> list[str]:
    if refusal is None:
        return [f"{path}: {compiler.name} compiles it"]
    if refusal.line != marked_line(source):
        return [f"{path}:{refusal.line}: {compiler.name} complains here, and not at the line marked '{MARK}'"]
    return []


def message_fault(compiler: Compiler, path: str, source: str, refusal: Refusal | None) -> list[str]:
    expected = expected_message(compiler, source)
    if refusal is None or refusal.text == expected:
        return []
    return [f"{path}: {compiler.name} says\n    {refusal.text}\n  and not\n    {expected}"]


def updated(source: str, said: dict[str, str]) -> str:
    """The file with what the compilers say as its first lines."""
    for name in said:
        source = re.sub(rf"^// {re.escape(name)}: .*\n", "", source, flags=re.MULTILINE)
    return "".join(f"// {name}: {text}\n" for name, text in said.items()) + source


def check(paths: list[Path], update: bool) -> list[str]:
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    pairs = [(compiler, path) for path in paths for compiler in COMPILERS]
    with ThreadPoolExecutor(JOBS) as pool:
        refusals = dict(zip(pairs, pool.map(lambda pair: compile_file(*pair, sources[pair[1]]), pairs)))
    faults = []
    for compiler, path in pairs:
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
        about = (compiler, name, sources[path], refusals[compiler, path])
        faults += line_fault(*about)
        if not update:
            faults += message_fault(*about)
    for path in paths if update else []:
        said = {compiler.name: refusals[compiler, path].text for compiler in COMPILERS if refusals[compiler, path]}
        path.write_text(updated(sources[path], said), encoding="utf-8")
    return faults


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="store what the compilers say now; read the diff")
    parser.add_argument("files", nargs="*", type=Path, help="instead of all")
    options = parser.parse_args(arguments)
    missing = [compiler.command for compiler in COMPILERS if shutil.which(compiler.command) is None]
    if missing:
        print(f"compile_fail: no {' and no '.join(missing)} here")
        return 1
    paths = [path.resolve() for path in options.files] or sorted((ROOT / "tests/compile_fail").rglob("*.cpp"))
    faults = check(paths, options.update)
    for fault in faults:
        print(fault)
    print(f"compile_fail: {len(paths)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
