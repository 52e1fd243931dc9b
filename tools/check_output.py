# SPDX-License-Identifier: MIT
"""Runs a program and compares what it prints with a file, line by line."""

import difflib
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print("usage: check_output.py EXPECTED_FILE PROGRAM [ARGUMENT...]", file=sys.stderr)
        return 2
    expected = Path(arguments[0]).read_text(encoding="utf-8")
    run = subprocess.run(arguments[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    actual = run.stdout.decode("utf-8", "replace")
    difference = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected", "printed", lineterm="")
    for line in difference:
        print(line)
    if run.returncode != 0:
        print(f"{arguments[1]} ended with status {run.returncode}")
    return 0 if run.returncode == 0 and actual == expected else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
