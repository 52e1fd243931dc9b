#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much the models notice: weakens each atomic ordering by one step, deletes each wake and each unlink, one at a
time, and demands that a model fails.

    tools/mutation_score.py                     everything; long
    tools/mutation_score.py run_queue oneshot   only places in files whose path contains one of these words

An ordering is weakened while the models run (HEDDLE_MODEL_MUTATION, see model/src/mutation.hpp); for a deletion a copy
of the tree is edited and built. Survivors are listed. Those with a reason in tests/model/survivors.toml are explained.
Ends with 1 if any is not.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SURVIVORS = ROOT / "tests/model/survivors.toml"
SOURCES = ("src/", "include/")

# What one step weaker is.
WEAKER = {
    ("load", "seq_cst"): ("acquire",),
    ("store", "seq_cst"): ("release",),
    ("modify", "seq_cst"): ("acq_rel",),
    ("exchange", "seq_cst"): ("acq_rel",),
    ("exchange_failure", "seq_cst"): ("acquire",),
    ("modify", "acq_rel"): ("acquire", "release"),
    ("exchange", "acq_rel"): ("acquire", "release"),
    ("load", "acquire"): ("relaxed",),
    ("store", "release"): ("relaxed",),
    ("modify", "acquire"): ("relaxed",),
    ("modify", "release"): ("relaxed",),
    ("exchange", "acquire"): ("relaxed",),
    ("exchange", "release"): ("relaxed",),
    ("exchange_failure", "acquire"): ("relaxed",),
}

# A statement that wakes or unlinks: nothing but the call, after whatever may stand before a statement on its line.
DELETABLE = re.compile(
    r"(?P<before>^\s*|[;{)]\s*|\belse\s+)"
    r"(?P<call>(?:[\w>.:()\[\]&*-]+(?:\.|->|::))?(?:\w*wake\w*|notify\w*|unpark|unlink|remove)"
    r"\((?:[^();]|\([^()]*\))*\));")
DECLARATION = re.compile(r"^\s*(?:void|bool|auto|virtual|static|friend|explicit|unsigned|return|\[\[|//)")


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    column: int
    change: str  # "load acquire -> relaxed" or "without batch.wake()"
    text: str  # the source line

    @property
    def is_deletion(self) -> bool:
        return self.change.startswith("without ")

    @property
    def environment(self) -> str:
        use, _, _, order = self.change.split()
        return f"{self.file}:{self.line}:{self.column}:{use}:{order}"


def weakenings(use: str, root: Path) -> list[Mutant]:
    """The mutants of one line that HEDDLE_MODEL_USES wrote."""
    path, line, column, how, order = use.rsplit(":", 4)
    file = relative(path)
    if file is None:
        return []
    text = (root / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip()
    return [Mutant(file, int(line), int(column), f"{how} {order} -> {weaker}", text)
            for weaker in WEAKER.get((how, order), ())]


def relative(path: str) -> str | None:
    """A path within the sources, by where it was built; None for what isn't heddle's own."""
    for room in SOURCES:
        found = re.search(rf"(?:^|/)({room}.*)", path)
        if found and "/tests/" not in path and "/model/" not in path:
            return found.group(1)
    return None


def deletions(file: str, source: str) -> list[Mutant]:
    mutants = []
    for number, text in enumerate(source.splitlines(), 1):
        if DECLARATION.match(text):
            continue
        for found in DELETABLE.finditer(text):
            mutants.append(Mutant(file, number, found.start("call"), f"without {found.group('call')}", text.strip()))
    return mutants


def without(source: str, mutant: Mutant) -> str:
    """The source without the mutant's statement."""
    call = mutant.change.removeprefix("without ")
    lines = source.splitlines(keepends=True)
    text = lines[mutant.line - 1]
    lines[mutant.line - 1] = text[:mutant.column] + "(void)0" + text[mutant.column + len(call):]
    return "".join(lines)


class Models:
    """The binaries of a build, what each one touches, and how long it takes."""

    def __init__(self, build: Path):
        self.binaries = sorted(path for path in (build / "tests").glob("*_model") if "checker" not in path.name)
        self.seconds: dict[str, float] = {}
        self.uses: dict[str, set[str]] = {}

    def survey(self) -> None:
        for binary in self.binaries:
            with tempfile.NamedTemporaryFile("r", suffix=".uses", encoding="utf-8") as uses:
                start = time.monotonic()
                run = subprocess.run([binary], env=os.environ | {"HEDDLE_MODEL_USES": uses.name}, check=False,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                if run.returncode != 0:
                    sys.exit(f"{binary.name} fails as it is:\n{run.stdout[-3000:]}")
                self.seconds[binary.name] = time.monotonic() - start
                self.uses[binary.name] = set(uses.read().splitlines())

    def touching(self, mutant: Mutant) -> list[str]:
        """Shortest first. For a deletion: whatever uses an atomic of its file, then all others."""
        if mutant.is_deletion:
            touches = lambda name: any(relative(use.rsplit(":", 4)[0]) == mutant.file for use in self.uses[name])
            return sorted(self.seconds, key=lambda name: (not touches(name), self.seconds[name]))
        place = f"{mutant.file}:{mutant.line}:{mutant.column}:{mutant.change.split()[0]}:"
        names = (name for name, uses in self.uses.items() if any(place in use for use in uses))
        return sorted(names, key=lambda name: self.seconds[name])

    def kills(self, build: Path, mutant: Mutant) -> str | None:
        """The binary that notices; None if none does."""
        environment = dict(os.environ)
        if not mutant.is_deletion:
            environment["HEDDLE_MODEL_MUTATION"] = mutant.environment
        for name in self.touching(mutant):
            try:
                run = subprocess.run([build / "tests" / name, "--gtest_fail_fast"], env=environment, check=False,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                     timeout=60 + 20 * self.seconds[name])
            except subprocess.TimeoutExpired:
                return f"{name} (no end)"
            # A search that was too large isn't a failure that was found.
            if run.returncode != 0 and ("schedule:" in run.stdout or "Failure" not in run.stdout):
                return name
        return None


class Copy:
    """A copy of the tree in which statements are deleted, with a build of its own."""

    def __init__(self, folder: Path):
        self.tree = folder
        self.build = folder / "build/model"
        for part in ("CMakeLists.txt", "CMakePresets.json", "cmake", "include", "src", "model", "tests", "tools"):
            source, target = ROOT / part, folder / part
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        subprocess.run(["cmake", "--preset", "model"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        self.make()

    def make(self) -> bool:
        made = subprocess.run(["cmake", "--build", "--preset", "model"], cwd=self.tree, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return made.returncode == 0

    def kills(self, models: Models, mutant: Mutant) -> str | None:
        path = self.tree / mutant.file
        source = path.read_text(encoding="utf-8")
        path.write_text(without(source, mutant), encoding="utf-8")
        try:
            return models.kills(self.build, mutant) if self.make() else "the compiler"
        finally:
            path.write_text(source, encoding="utf-8")


def reasons(file: Path) -> dict[tuple[str, str, str], str]:
    if not file.exists():
        return {}
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("survivor", [])
    return {(entry["file"], entry["line"], entry["change"]): entry["why"] for entry in entries}


def report(results: list[tuple[Mutant, str | None]], why: dict[tuple[str, str, str], str]) -> int:
    """Prints the score of each file and the survivors; returns how many have no reason."""
    unexplained = 0
    print(f"{'file':48} {'orderings':>12} {'deletions':>12}")
    files = sorted({mutant.file for mutant, _ in results})
    score = lambda some: f"{sum(1 for _, killer in some if killer)}/{len(some)}" if some else "-"
    rows = [(file, [r for r in results if r[0].file == file]) for file in files] + [("all", results)]
    for name, some in rows:
        print(f"{name:48} {score([r for r in some if not r[0].is_deletion]):>12} "
              f"{score([r for r in some if r[0].is_deletion]):>12}")
    for mutant, killer in results:
        if killer:
            continue
        reason = why.get((mutant.file, mutant.text, mutant.change))
        unexplained += reason is None
        print(f"\nsurvives: {mutant.file}:{mutant.line}: {mutant.change}\n    {mutant.text}\n    "
              + (f"because {reason}" if reason else "NO REASON GIVEN"))
    return unexplained


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD", help="only files whose path contains one of these")
    parser.add_argument("--only", choices=("orderings", "deletions"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args(arguments)

    build = ROOT / "build/model"
    models = Models(build)
    if not models.binaries:
        sys.exit("no models are built: ./test model")
    models.survey()
    wanted = lambda file: not options.words or any(word in file for word in options.words)
    uses = sorted(set().union(*models.uses.values()))
    results: list[tuple[Mutant, str | None]] = []

    if options.only != "deletions":
        mutants = [mutant for use in uses for mutant in weakenings(use, ROOT) if wanted(mutant.file)]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for mutant, killer in zip(mutants, pool.map(lambda mutant: models.kills(build, mutant), mutants)):
                results.append((mutant, killer))
                print(f"{mutant.file}:{mutant.line}: {mutant.change}: {killer or 'SURVIVES'}", file=sys.stderr)

    if options.only != "orderings":
        files = sorted({file for use in uses if (file := relative(use.rsplit(":", 4)[0])) and wanted(file)})
        mutants = [mutant for file in files for mutant in deletions(file, (ROOT / file).read_text(encoding="utf-8"))]
        with tempfile.TemporaryDirectory(prefix="heddle-mutants-") as folder:
            copy = Copy(Path(folder)) if mutants else None
            for mutant in mutants:
                killer = copy.kills(models, mutant)
                results.append((mutant, killer))
                print(f"{mutant.file}:{mutant.line}: {mutant.change}: {killer or 'SURVIVES'}", file=sys.stderr)

    return 1 if report(results, reasons(SURVIVORS)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
