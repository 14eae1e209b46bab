"""Runs commands side by side: their lines on one stream, and one end for all. For scripts/up and for the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

if sys.platform == "win32":
    STOP, CREATION = signal.CTRL_BREAK_EVENT, subprocess.CREATE_NEW_PROCESS_GROUP
else:
    STOP, CREATION = signal.SIGTERM, 0

Write = Callable[[str, str], None]  # takes a service's name and one line of its output


@dataclass(frozen=True)
class Service:
    """A command that runs until it is stopped. `stopped_last`: the others need it while they stop."""

    name: str
    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    stopped_last: bool = False


class Process:
    """A started service. `write` gets each line of its output; `ended` is called once, with itself, when it ends."""

    def __init__(self, service: Service, *, write: Write, ended: Callable[["Process"], None] | None = None) -> None:
        self.service = service
        self._write = write
        self._ended = ended
        self._popen = subprocess.Popen(
            service.command,
            cwd=service.directory,
            env=dict(service.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A session of its own: Ctrl-C in the terminal reaches this program only, which stops the rest in order.
            start_new_session=True,  # ignored on Windows
            creationflags=CREATION,
        )
        self.pid = self._popen.pid
        Thread(target=self._relay, daemon=True).start()
        Thread(target=self._watch, daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself. Not to its children: a worker ends its own once their tasks are done."""
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                self._popen.send_signal(STOP)

    def kill(self) -> None:
        """End the process and everything that it started."""
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True)
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def wait(self, *, seconds: float) -> bool:
        """Tell whether it ended within that time."""
        try:
            self._popen.wait(timeout=max(seconds, 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _relay(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            self._write(self.service.name, line.rstrip("\n"))

    def _watch(self) -> None:
        self._popen.wait()
        if self._ended:
            self._ended(self)


def stop(processes: Sequence[Process], *, patience: float, hurry: Callable[[], bool] = lambda: False) -> list[str]:
    """Ask all to end, kill what is left after `patience` seconds or once `hurry()` is true, then those that are
    stopped last. Return the names of the killed ones."""
    killed = []
    for last in (False, True):
        group = [process for process in processes if process.service.stopped_last is last]
        for process in group:
            process.ask_to_stop()
        until = time.monotonic() + patience
        while any(process.exit_code is None for process in group) and time.monotonic() < until and not hurry():
            time.sleep(0.05)
        for process in group:
            if process.exit_code is None:
                killed.append(process.service.name)
            process.kill()  # also where the process has ended: children that it left behind go with its session
            process.wait(seconds=5)
    return killed
