# SPDX-License-Identifier: MIT
"""What other programs used is what all used, less our own."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import measured  # noqa: F401  finds the guide's modules

import usage


class Others(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.proc = Path(folder.name)
        self.at(clock=0.0, user=100.0, own=10.0)
        for target, name, made in [(usage.time, "monotonic", lambda: self.clock), (usage.os, "times", self.times),
                                   (usage.os, "cpu_count", lambda: 2)]:
            patch = mock.patch.object(target, name, made)
            patch.start()
            self.addCleanup(patch.stop)
        self.usage = usage.Usage(self.proc)

    def at(self, clock: float, user: float, own: float):
        self.clock, self.own = clock, own
        ticks = int(user * os.sysconf("SC_CLK_TCK"))
        idle = 1_000 + int(clock) * 50
        (self.proc / "stat").write_text(f"cpu  {ticks} 0 0 {idle} {idle} {idle} {idle} 0 0 0\ncpu0 1 2 3\n")

    def times(self):
        return os.times_result((0.0, 0.0, self.own, 0.0, 0.0))

    def test_our_own_time_is_not_theirs(self):
        self.at(clock=10.0, user=115.0, own=25.0)
        self.assertAlmostEqual(self.usage.of_others(), 0.0)

    def test_the_rest_is_a_share_of_all_cores(self):
        self.at(clock=10.0, user=115.0, own=20.0)
        self.assertAlmostEqual(self.usage.of_others(), 5.0 / 20.0)

    def test_the_clocks_coarseness_gives_no_negative_share(self):
        self.at(clock=10.0, user=100.0, own=10.1)
        self.assertEqual(self.usage.of_others(), 0.0)


if __name__ == "__main__":
    unittest.main()
