# SPDX-License-Identifier: MIT
"""Says what goes on: one line that is written over on a terminal, a plain line for each step elsewhere."""

import shutil
from typing import TextIO


class Progress:
    def __init__(self, stream: TextIO, steps: int):
        self._stream = stream
        self._live = stream.isatty()
        self._steps = steps
        self._step = 0
        self._title = ""

    def begin(self, title: str):
        self._step += 1
        self._title = f"[{self._step}/{self._steps}] {title}"
        if self._live:
            self.update("")
        else:
            self._write(self._title + "\n")

    def update(self, detail: str):
        if self._live:
            line = f"{self._title}: {detail}" if detail else self._title
            self._write("\r\033[K" + line[: shutil.get_terminal_size().columns - 1])

    def clear(self):
        """Leaves an empty line for what follows."""
        if self._live:
            self._write("\r\033[K")

    def _write(self, text: str):
        self._stream.write(text)
        self._stream.flush()
