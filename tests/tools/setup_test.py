# SPDX-License-Identifier: MIT
"""tools/setup.sh says what it installs, and explains itself where it may not; apt and dpkg are played by functions."""

import subprocess
import unittest

import planted

# A machine on which nothing is installed, and apt offers all but $ABSENT.
MACHINE = """
set -u
source "$SETUP"
id() { echo "$USER_ID"; }
sudo() { return 1; }
apt-get() { case " $* " in *" install "*) echo "${@: -1}" >>"$WORLD" ;; esac; }
heddle_is_installed() { grep -qx "$1" "$WORLD"; }
heddle_is_offered() { [[ " $ABSENT " != *" $1 "* ]]; }
heddle_lists_are_recent() { return 1; }
"""


class Setup(planted.PlantedTree):
    def sh(self, script: str, user: int = 0, absent: str = "") -> subprocess.CompletedProcess:
        world = self.root / "installed"
        world.touch()
        environment = {"PATH": "/usr/bin:/bin", "SETUP": str(planted.TOOLS / "setup.sh"), "WORLD": str(world),
                       "USER_ID": str(user), "ABSENT": absent}
        return subprocess.run(["bash", "-c", MACHINE + script], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def test_each_missing_package_is_installed_with_one_line(self):
        run = self.sh("heddle_install one two")
        self.assertEqual((run.returncode, run.stderr), (0, "installing one ...\ninstalling two ...\n"))

    def test_what_is_there_is_left_alone(self):
        run = self.sh('echo one >"$WORLD"; heddle_install one')
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_who_may_not_install_is_told_what_to_type(self):
        run = self.sh("heddle_install one two", user=1000)
        self.assertEqual(run.returncode, 1)
        self.assertIn("may not install: one two\n", run.stderr)
        self.assertIn("sudo apt-get install --no-install-recommends one two\n", run.stderr)

    def test_a_package_that_is_not_offered_is_looked_for_in_fresh_lists(self):
        run = self.sh("heddle_install one", absent="one")
        self.assertIn("updating apt's package lists ...\ninstalling one ...\n", run.stderr)

    def test_clang_is_done_without_where_it_is_not_offered(self):
        for user in [0, 1000]:
            with self.subTest(user):
                run = self.sh("heddle_install clang-22 libclang-rt-22-dev", user, "clang-22 libclang-rt-22-dev")
                self.assertEqual(run.returncode, 0)
                self.assertNotIn("installing", run.stderr)

    def test_without_clang_the_presets_use_gcc_and_say_so(self):
        run = self.sh('command() { [ "$2" != clang++-22 ]; }; g++() { echo "g++ 12"; }; heddle_pick_compiler;'
                      'echo "${heddle_preset_flags[@]}"')
        self.assertIn("building with g++ 12 instead", run.stderr)
        self.assertIn("-DCMAKE_CXX_COMPILER=g++", run.stdout)


if __name__ == "__main__":
    unittest.main()
