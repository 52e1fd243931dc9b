# SPDX-License-Identifier: MIT
"""Programs run in turn, are asked for the row, and one that fails doesn't end the others."""

import tempfile
import unittest
from pathlib import Path

import planted

import rounds
from rounds import OURS, RunFailed


class Rounds(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def measure(self, count: int, **bodies: str) -> rounds.Measured:
        programs = {name: planted.program(self.folder, name, body) for name, body in bodies.items()}
        return rounds.measure(planted.row(), programs, count)

    def test_programs_alternate_and_every_other_round_goes_backwards(self):
        log = self.folder / "log"
        self.measure(3, **{name: f"echo {name} >> {log}; echo '{{\"wall_ns\": 1}}'" for name in ("a", "b", "c")})
        self.assertEqual(log.read_text().split(), ["a", "b", "c", "c", "b", "a", "a", "b", "c"])

    def test_a_program_is_told_kind_workers_width_and_count(self):
        log = self.folder / "log"
        self.measure(1, a=f"echo \"$*\" > {log}; echo '{{\"wall_ns\": 1}}'")
        self.assertEqual(log.read_text().strip(), "bounded 1 4 1000")

    def test_each_round_is_kept_in_order(self):
        log = self.folder / "log"
        measured = self.measure(3, a=f"echo x >> {log}; echo \"{{\\\"wall_ns\\\": $(wc -l < {log})}}\"")
        self.assertEqual(measured.runs["a"], [{"wall_ns": 1.0}, {"wall_ns": 2.0}, {"wall_ns": 3.0}])

    def test_a_program_that_fails_is_left_out_with_its_last_words(self):
        measured = self.measure(2, bad="echo begins >&2; echo it broke >&2; exit 3", good="echo '{\"wall_ns\": 1}'")
        self.assertEqual(measured.failed, {"bad": "it broke"})
        self.assertEqual(list(measured.runs), ["good"])
        self.assertEqual(len(measured.runs["good"]), 2)

    def test_a_program_that_failed_once_is_not_asked_again(self):
        log = self.folder / "log"
        self.measure(3, bad=f"echo x >> {log}; exit 1")
        self.assertEqual(log.read_text(), "x\n")

    def test_what_is_no_answer_is_a_failure(self):
        for line in ["", "no json", "[1]", '{"wall_ns": "x"}']:
            with self.subTest(line), self.assertRaises(RunFailed):
                rounds.parse(line)

    def test_a_program_that_does_not_exist_is_a_failure(self):
        with self.assertRaisesRegex(RunFailed, "doesn't start"):
            rounds.run_once(self.folder / "nothing", planted.row())

    def test_ours_comes_first_under_our_name_and_peers_that_are_missing_are_left_out(self):
        built = {"go": Path("g"), "channel": Path("c"), "asio": Path("a")}
        self.assertEqual(list(rounds.programs_of(planted.row(), built).items()),
                         [(OURS, Path("c")), ("go", Path("g"))])


if __name__ == "__main__":
    unittest.main()
