# SPDX-License-Identifier: MIT
"""Child processes that can't hang the guide and don't outlive it, and what /proc says about them."""

import ctypes
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def prepare(core: int | None):
    """Runs in the child: it ends with the guide, however that ends, and stays on its core."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if core is not None:
        os.sched_setaffinity(0, {core})


class ChildFailed(Exception):
    """A program ended early, or said nothing for too long."""


class Child:
    """A program whose output is read line by line; killed at the end of the `with` block."""

    def __init__(self, command: list[str | Path], core: int | None = None):
        self.name = Path(command[0]).name
        self._errors = tempfile.TemporaryFile()
        self._unread = b""
        try:
            # A session of its own: Ctrl-C reaches the guide alone, which then ends its children.
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                             start_new_session=True, bufsize=0, preexec_fn=lambda: prepare(core))
        except OSError as error:
            self._errors.close()
            raise ChildFailed(f"{command[0]} doesn't start: {error.strerror}") from error

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def read_line(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        while b"\n" not in self._unread:
            if not select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))[0]:
                raise ChildFailed(f"{self.name} has said nothing for {seconds:.0f} seconds")
            read = os.read(self._process.stdout.fileno(), 65536)
            if not read:
                raise ChildFailed(self.why_it_ended())
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode(errors="replace")

    def check_alive(self):
        if self._process.poll() is not None:
            raise ChildFailed(self.why_it_ended())

    def why_it_ended(self) -> str:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return f"{self.name} closed its output"
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"{self.name} {how}" + (f": {said}" if said else "")

    def resident_bytes(self) -> int:
        """The anonymous memory in RAM: heap and stacks, not code."""
        return self._status("RssAnon") * 1024

    def threads(self) -> int:
        return self._status("Threads")

    def _status(self, name: str) -> int:
        try:
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith(name + ":"):
                    return int(line.split()[1])
        except OSError:
            pass
        raise ChildFailed(self.why_it_ended())
