# SPDX-License-Identifier: MIT
"""Sums up what the models explored: one line per structure, from the reports of their gtest binaries."""

import json
import sys
from pathlib import Path

COLUMNS = ("scenarios", "executions", "pruned", "random", "bound", "stale loads", "longest")


def rows_of(report: dict) -> list[tuple]:
    rows = []
    for suite in report["testsuites"]:
        tests = [test for test in suite["testsuite"] if "executions" in test]
        # The checker's own tests are no figures of heddle.
        if not tests or not suite["name"].split("/")[0].endswith("Model"):
            continue
        total = lambda key: sum(int(test[key]) for test in tests)
        each = lambda key: " ".join(sorted({test[key] for test in tests}))
        rows.append((suite["name"], len(tests), total("executions"), total("pruned"), total("random"), each("bound"),
                     each("stale_loads"), max(int(test["longest"]) for test in tests)))
    return rows


def table_of(rows: list[tuple]) -> str:
    cells = [("structure", *COLUMNS), *(tuple(str(value) for value in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for name, *values in cells:
        lines.append("  ".join([name.ljust(widths[0]), *(v.rjust(w) for v, w in zip(values, widths[1:]))]))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: model_figures.py GTEST_REPORT_DIRECTORY", file=sys.stderr)
        return 2
    reports = sorted(Path(arguments[0]).glob("*_model.json"))
    rows = [row for report in reports for row in rows_of(json.loads(report.read_text(encoding="utf-8")))]
    print(table_of(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
