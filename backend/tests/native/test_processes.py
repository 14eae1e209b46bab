"""Processes that are run side by side end together and leave nothing behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from native.processes import NOT_ENDED, Process, Service, run_to_end, stop
from testing.waiting import wait_until
from tests.native.listing import is_alive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Signals and process groups are POSIX's")

POLITE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit("bye"))
print("up", flush=True)
signal.pause()
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
PARENT = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"


class Started:
    """A Python program as a service, with the lines that it wrote."""

    def __init__(self, code: str, *, name: str = "service", stopped_last: bool = False) -> None:
        self.lines: list[str] = []
        service = Service(name, [sys.executable, "-c", code], Path.cwd(), os.environ, stopped_last)
        self.process = Process(service, write=lambda _, line: self.lines.append(line))
        wait_until(lambda: self.lines, what="the first line")


def test_polite_process_ends_by_itself_within_patience() -> None:
    started = Started(POLITE)
    assert stop([started.process], patience=10) == []
    assert started.process.exit_code == 1
    wait_until(lambda: started.lines == ["up", "bye"], what="its last words")


def test_stubborn_process_is_killed_once_patience_ends() -> None:
    started = Started(STUBBORN, name="stubborn")
    assert stop([started.process], patience=0.2) == ["stubborn"]
    assert started.process.exit_code == -signal.SIGKILL


def test_hurry_ends_patience() -> None:
    started = Started(STUBBORN)
    begun = time.monotonic()
    stop([started.process], patience=60, hurry=lambda: True)
    assert time.monotonic() - begun < 10


def test_children_end_with_their_parent() -> None:
    started = Started(PARENT)
    child = int(started.lines[0])
    assert is_alive(child)
    stop([started.process], patience=5)
    wait_until(lambda: not is_alive(child), what="the child's end", seconds=5)


def test_stopped_last_outlives_the_others() -> None:
    ends: list[str] = []

    def service(name: str, *, stopped_last: bool) -> Process:
        command = [sys.executable, "-c", POLITE]
        return Process(
            Service(name, command, Path.cwd(), os.environ, stopped_last),
            write=lambda _, line: ready.append(name),
            ended=lambda process: ends.append(process.service.name),
        )

    ready: list[str] = []
    processes = [service("redis", stopped_last=True), service("worker", stopped_last=False)]
    wait_until(lambda: len(ready) == 2, what="both")
    stop(processes, patience=10)
    wait_until(lambda: len(ends) == 2, what="both ends")
    assert ends == ["worker", "redis"]


def test_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    lines: list[str] = []
    service = Service("slow", [sys.executable, "-c", PARENT], tmp_path, os.environ)
    assert run_to_end(service, seconds=2, write=lambda _, line: lines.append(line)) == NOT_ENDED
    assert not is_alive(int(lines[0]))


def test_last_line_is_there_once_a_command_has_ended(tmp_path: Path) -> None:
    lines: list[str] = []
    service = Service("short", [sys.executable, "-c", "print('a'); print('b', end='')"], tmp_path, os.environ)
    assert run_to_end(service, write=lambda _, line: lines.append(line)) == 0
    assert lines == ["a", "b"]


def test_log_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for word in ("one", "two"):
        assert run_to_end(Service("echo", ["echo", word], tmp_path, os.environ), log=log) == 0
    assert log.read_text() == "one\ntwo\n"
