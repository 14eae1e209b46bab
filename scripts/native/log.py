"""One log for many processes: each line prefixed with its service, in that service's colour on a terminal."""

import os
import sys
from collections.abc import Sequence
from itertools import cycle
from threading import Lock

COLOURS = (36, 33, 32, 35, 34, 31, 96, 93, 92, 95, 94)  # ANSI


class Log:
    """Writes to standard output. Any thread may call it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._lock = Lock()
        self._width = max(map(len, names))
        coloured = "FORCE_COLOR" in os.environ or (sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        self._colours = dict(zip(names, cycle(COLOURS))) if coloured else {}

    def write(self, name: str, line: str) -> None:
        prefix = f"{name:<{self._width}} |"
        if colour := self._colours.get(name):
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        with self._lock:
            print(prefix, line, flush=True)

    def say(self, line: str) -> None:
        """Write a line of the stack's own."""
        self.write("system", line)
