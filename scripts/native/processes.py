"""Starts and ends processes, side by side or one after another: for scripts/up, the test runner and the tests.

Not honcho: it signals a whole process group, so a worker's children would die in the middle of their tasks, it kills
after a fixed 5 s, and it knows no order.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

if sys.platform == "win32":
    CREATION = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    CREATION = 0

NOT_ENDED = 124  # the exit code that `timeout` gives

Write = Callable[[str, str], None]  # takes a service's name and one line of its output


@dataclass(frozen=True)
class Service:
    """A command, and how it is run and stopped. `stopped_last`: the others need it while they stop."""

    name: str
    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    stopped_last: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None


class Process:
    """A started service. `ended` is called once, with itself, when it ends.

    Its output goes line by line to `write`, or into the file `log`, or else where this program's own goes.
    """

    def __init__(
        self,
        service: Service,
        *,
        write: Write | None = None,
        log: Path | None = None,
        ended: Callable[["Process"], None] | None = None,
    ) -> None:
        self.service = service
        self._write = write
        self._ended = ended
        with ExitStack() as files:
            output = subprocess.PIPE if write else files.enter_context(log.open("ab")) if log else None
            self._popen = subprocess.Popen(
                service.command,
                cwd=service.directory,
                env=dict(service.environment),
                user=service.user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                # A session of its own: Ctrl-C in the terminal reaches this program only, which stops the rest in order.
                start_new_session=True,  # ignored on Windows
                creationflags=CREATION,
            )
        self.pid = self._popen.pid
        self._threads = [Thread(target=run, daemon=True) for run in (self._relay, self._watch)]
        for thread in self._threads:
            thread.start()

    @property
    def exit_code(self) -> int | None:
        return self._popen.poll()

    def ask_to_stop(self) -> None:
        """Send the stop signal to the process itself. Not to its children: a worker ends its own once their tasks are
        done."""
        if self.exit_code is not None:
            return
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._popen.send_signal(signal.CTRL_BREAK_EVENT)
            else:
                self._popen.send_signal(self.service.stop_signal)

    def kill(self) -> None:
        """End the process and everything that it started."""
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self.pid)], capture_output=True)
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def wait(self, *, seconds: float | None = None) -> bool:
        """Tell whether it ended, within that time where one is given."""
        try:
            self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_for_output(self, *, seconds: float) -> None:
        """Wait until `write` has got the last line. A child that left the session may keep the output open."""
        for thread in self._threads:
            thread.join(seconds)

    def _relay(self) -> None:
        if self._popen.stdout and self._write:
            for line in self._popen.stdout:
                self._write(self.service.name, line.decode(errors="replace").rstrip("\r\n"))

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


def run_to_end(
    service: Service,
    *,
    seconds: float | None = None,
    write: Write | None = None,
    log: Path | None = None,
    patience: float = 30,
) -> int:
    """Run a command, and end it and its children at the limit. Return its exit code, or NOT_ENDED."""
    process = Process(service, write=write, log=log)
    try:
        code = process.exit_code if process.wait(seconds=seconds) else NOT_ENDED
    finally:
        stop([process], patience=patience)
        process.wait_for_output(seconds=5)
    return NOT_ENDED if code is None else code
