# SPDX-License-Identifier: MIT
"""The guide as a whole, with shell scripts in the parts of the servers, the load generator and the benchmark."""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import measured

SERVER = "echo port 4711; exec sleep 60"
LOAD = """
echo '{"event": "opening", "connections": 10}'
echo '{"event": "result", "connections": 10, "requests": 1000, "seconds": 0.5, "p50_us": 1.0, "p99_us": 2.0,
 "p999_us": 3.0, "errors": 0, "unanswered": 0, "server_cpu_seconds": 0.1, "refusal": ""}' | tr -d '\\n'
echo; exec sleep 60
"""
CREATION = """echo '{"create_ns": 100.0, "alive": 1000, "alive_bytes": 200000}'"""


class Guide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name, script in [("serve_tasks", SERVER), ("serve_threads", SERVER), ("load", LOAD), ("creation", CREATION)]:
            self.play(name, script)

    def play(self, name: str, script: str):
        """Each script leaves its process's number, by which a test sees whether it has been ended."""
        file = self.folder / name
        file.write_text(f'#!/bin/sh\necho $$ >>"{self.folder}/pids"\n{script}\n')
        file.chmod(0o755)

    def command(self, *options: str) -> list:
        return [sys.executable, measured.GUIDE / "guide.py", "--bin-dir", self.folder, "--report", self.folder / "report.html",
                "--connections", "10,20", *options]

    def run_guide(self, *options: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*options), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def assert_all_ended(self):
        for pid in map(int, (self.folder / "pids").read_text().split()):
            try:
                process = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            self.assertTrue(select.select([process], [], [], 30)[0], pid)
            os.close(process)

    def assert_fails(self, *said: str):
        run = self.run_guide()
        self.assertEqual(run.returncode, 1, run)
        for fragment in said:
            self.assertIn(fragment, run.stderr)
        self.assertNotIn("Traceback", run.stderr)
        self.assertFalse((self.folder / "report.html").exists())
        self.assert_all_ended()

    def test_it_prints_the_table_and_leaves_the_report(self):
        run = self.run_guide()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"requests/s +2,000 +2,000")
        self.assertRegex(run.stdout, r"create one and await it, ns +100 +100")
        self.assertIn("Tasks or threads?", (self.folder / "report.html").read_text())
        self.assert_all_ended()

    def test_where_there_is_no_terminal_each_step_is_a_plain_line(self):
        run = self.run_guide()
        self.assertEqual(re.findall(r"^\[\d/6\] .*$", run.stderr, re.MULTILINE), run.stderr.splitlines())

    def test_connections_that_fail_are_told(self):
        for count, said in [("errors", "tasks: 7 of 10 connections were lost"), ("unanswered", "threads: 7 requests were still")]:
            with self.subTest(count):
                self.play("load", LOAD.replace(f'"{count}": 0', f'"{count}": 7'))
                self.assertIn(said, self.run_guide().stdout)
        self.play("load", LOAD.replace('"refusal": ""', '"refusal": "connect: no"'))
        self.assertIn("only 10 of 20 connections opened (connect: no)", self.run_guide().stdout)

    def test_the_table_goes_into_a_file_between_its_marks(self):
        readme = self.folder / "README.md"
        readme.write_text("<!-- guide-table -->\n<!-- /guide-table -->\n")
        self.assertEqual(self.run_guide("--table-into", str(readme)).returncode, 0)
        self.assertRegex(readme.read_text(), r"\| requests/s \| 2,000 \|")

    def test_a_file_without_marks_is_refused_before_anything_runs(self):
        readme = self.folder / "README.md"
        readme.write_text("nothing\n")
        run = self.run_guide("--table-into", str(readme))
        self.assertEqual(run.returncode, 1)
        self.assertIn("guide-table", run.stderr)
        self.assertFalse((self.folder / "pids").exists())

    def test_a_program_that_is_missing_is_named(self):
        (self.folder / "load").unlink()
        self.assert_fails("load doesn't start: No such file")

    def test_a_server_that_does_not_start_says_why(self):
        self.play("serve_threads", "echo bind: no room >&2; exit 3")
        self.assert_fails("serve_threads ended with status 3: bind: no room")

    def test_a_server_that_dies_under_load_is_the_one_that_is_blamed(self):
        # The load sees its connections break; the server goes first, since the load waits for that.
        self.play("serve_tasks", f'echo port 1; while [ ! -e "{self.folder}/die" ]; do sleep 0.01; done; kill -9 $$')
        self.play("load", f'touch "{self.folder}/die"; while [ "$(sed -n "s/^State:.\\(.\\).*/\\1/p" '
                          f'/proc/$(head -n 1 "{self.folder}/pids")/status)" != Z ]; do sleep 0.01; done; exit 1')
        self.assert_fails("serve_tasks was killed by signal 9")

    def test_a_load_that_fails_says_why(self):
        self.play("load", "echo connect: refused >&2; exit 1")
        self.assert_fails("load ended with status 1: connect: refused")

    def test_output_that_makes_no_sense_is_an_error(self):
        self.play("creation", "echo hello")
        self.assert_fails("not JSON: 'hello'")

    def test_an_interrupt_ends_everything_with_status_130(self):
        os.mkfifo(self.folder / "fifo")
        self.play("load", f'echo ready >"{self.folder}/fifo"; exec sleep 60')
        with subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as guide:
            (self.folder / "fifo").read_text()
            guide.send_signal(signal.SIGINT)
            _, said = guide.communicate()
        self.assertEqual(guide.returncode, 130)
        self.assertIn("interrupted", said)
        self.assert_all_ended()


if __name__ == "__main__":
    unittest.main()
