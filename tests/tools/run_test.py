# SPDX-License-Identifier: MIT
"""./run lists the examples, and answers a wrong name with the right one."""

import shutil
import subprocess
import unittest

import planted


class Run(planted.PlantedTree):
    def setUp(self):
        super().setUp()
        (self.root / "tools").mkdir()
        shutil.copy(planted.TOOLS / "setup.sh", self.root / "tools")
        shutil.copy(planted.TOOLS.parent / "run", self.root)

    def run_it(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.root / "run", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)

    def test_help_describes_each_example_by_its_second_line(self):
        self.plant("examples/echo_server.cpp", head="// SPDX\n// Sends back what it gets.\n")
        run = self.run_it("--help")
        self.assertEqual(run.returncode, 0)
        self.assertRegex(run.stdout, r"echo_server +Sends back what it gets\.\n")

    def test_help_without_examples_says_that_there_are_none(self):
        self.assertIn("(none in this tree)", self.run_it("--help").stdout)

    def test_an_unknown_name_is_answered_with_the_nearest(self):
        for name in ["echo_server", "tokio_hello", "tokio_select"]:
            self.plant(f"examples/{name}.cpp")
        for wrong in ["tokio_helo", "tokio_hello.cpp", "examples/tokio_hello"]:
            with self.subTest(wrong):
                run = self.run_it(wrong)
                self.assertEqual(run.returncode, 2)
                self.assertIn("did you mean 'tokio_hello'?", run.stderr)

    def test_an_example_that_must_not_compile_shows_what_the_compiler_says(self):
        self.plant("examples/wrong.cpp", head="// SPDX\n// Is refused.\n// Does not compile: look.\n#error because\n")
        run = self.run_it("wrong")
        self.assertNotEqual(run.returncode, 0)
        self.assertRegex(run.stderr, r"examples/wrong\.cpp:4:\d+: error: .*because")

    def test_an_unknown_short_option_is_an_error(self):
        self.assertEqual(self.run_it("-x").returncode, 2)

    def test_a_tree_without_the_guide_says_so(self):
        run = self.run_it("--quick")
        self.assertEqual(run.returncode, 1)
        self.assertIn("no decision guide", run.stderr)


if __name__ == "__main__":
    unittest.main()
