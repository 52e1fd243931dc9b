# SPDX-License-Identifier: MIT
"""Counts the single tests of one ctest run, from ctest's JUnit file and what each gtest binary reported."""

import json
import re
import sys
import xml.etree.ElementTree
from pathlib import Path


def count_gtest(report: dict) -> tuple[int, int]:
    """Passed and failed tests of one gtest report; skipped and disabled ones are neither."""
    passed = failed = 0
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            if test.get("result") != "COMPLETED":
                continue
            if test.get("failures"):
                failed += 1
            else:
                passed += 1
    return passed, failed


def count_script(output: str) -> tuple[int, int] | None:
    """What a script counted itself: our own last line, or that of Python's unittest."""
    if own := re.search(r"^(\d+) passed, (\d+) failed$", output, re.MULTILINE):
        return int(own[1]), int(own[2])
    if ran := re.search(r"^Ran (\d+) tests? in ", output, re.MULTILINE):
        failed = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output))
        return int(ran[1]) - failed, failed
    return None


def count(junit: Path, reports: Path) -> tuple[int, int]:
    passed = failed = 0
    for case in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        if case.get("status") == "disabled":
            continue
        ok = case.get("status") == "run"
        report = reports / (case.get("name", "") + ".json")
        if report.is_file():
            here = count_gtest(json.loads(report.read_text(encoding="utf-8")))
        else:
            here = count_script(case.findtext("system-out", "")) or ((1, 0) if ok else (0, 1))
        # A binary may fail with every test green, as when a leak is found at its exit.
        if not ok and here[1] == 0:
            here = (here[0], 1)
        passed += here[0]
        failed += here[1]
    return passed, failed


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: count_tests.py JUNIT_FILE GTEST_REPORT_DIRECTORY", file=sys.stderr)
        return 2
    print(*count(Path(arguments[0]), Path(arguments[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
