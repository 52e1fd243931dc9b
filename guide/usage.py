# SPDX-License-Identifier: MIT
"""How much of the machine other programs used, while the guide measured."""

import os
import time
from pathlib import Path


class Usage:
    """From its making on."""

    def __init__(self, proc: Path = Path("/proc")):
        self._proc = proc
        self._start = self._now()

    def of_others(self) -> float:
        """The share of all cores' time that went to others than the guide and its (ended) children."""
        elapsed, busy, own = (end - start for end, start in zip(self._now(), self._start))
        return max(0.0, busy - own) / max(elapsed * (os.cpu_count() or 1), 1e-9)

    def _now(self) -> tuple[float, float, float]:
        """Seconds: of the clock, of all programs' CPU time, of our own."""
        # User, nice and system: interrupts are no one's, though our own packets cause most of them.
        ticks = sum(map(int, (self._proc / "stat").read_text().split()[1:4]))
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return time.monotonic(), ticks / os.sysconf("SC_CLK_TCK"), own
