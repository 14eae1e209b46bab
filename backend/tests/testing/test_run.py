"""Suites that run side by side: two at a time, told apart, summed up in one line, and ended together."""

import os
import re
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from native.processes import Process, Service, run_to_end, stop
from testing.compose import copy_checkout
from testing.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Interrupts as POSIX has them")

# `a` and `b` can only end when they run at the same time.
SUITES = """
import os, time
from dataclasses import dataclass
from pathlib import Path
from testing.results import Outcome, skipped

FOLDER = Path(os.environ["FOLDER"])

@dataclass(frozen=True)
class Suite:
    name: str
    title: str
    run: object

def meet(name, other, outcome):
    def run(reports):
        print(f"this is {name}", flush=True)
        (FOLDER / name).touch()
        while not (FOLDER / other).exists():
            time.sleep(0.01)
        return outcome
    return run

def hang(reports):
    try:
        (FOLDER / "hangs").touch()
        time.sleep(600)
    finally:
        (FOLDER / "cleaned").touch()

def crash(reports):
    os._exit(7)

QUICK = ("a", "c")
SUITES = (
    Suite("a", "meets b", meet("a", "b", Outcome(passed=2))),
    Suite("b", "meets a", meet("b", "a", Outcome(passed=1, failed=1))),
    Suite("c", "comes third", lambda reports: skipped("not today")),
    Suite("hangs", "until it is interrupted", hang),
    Suite("crashes", "without a word", crash),
)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout with suites that do little."""
    copy_checkout(tmp_path)
    (tmp_path / "scripts" / "testing" / "suites.py").write_text(SUITES)
    return tmp_path


def runner(checkout: Path, *suites: str) -> Service:
    command = [sys.executable, "-m", "testing.run", *suites]
    environment = os.environ | {"FOLDER": str(checkout)}
    return Service("run", command, checkout / "scripts", environment, stop_signal=signal.SIGINT)


def run(checkout: Path, *suites: str) -> tuple[int, list[str]]:
    lines: list[str] = []
    code = run_to_end(runner(checkout, *suites), seconds=60, write=lambda _, line: lines.append(line))
    return code, lines


def test_two_run_at_a_time_and_one_line_sums_up(checkout: Path) -> None:
    code, lines = run(checkout, "a", "b", "c")
    assert code == 1
    assert {"a | this is a", "b | this is b"} <= set(lines)
    assert [line.split()[0] for line in lines[-6:-2]] == ["a", "b", "c", "not"]
    assert lines[-1] == "3 passed, 1 failed, 1 skipped"
    assert "this is b" not in (checkout / ".data/test-reports/a.log").read_text()


def test_quick_stands_for_several(checkout: Path) -> None:
    (checkout / "b").touch()
    code, lines = run(checkout, "quick")
    assert (code, lines[-1]) == (0, "2 passed, 0 failed, 1 skipped")


def test_one_suite_alone_has_the_terminal_to_itself(checkout: Path) -> None:
    (checkout / "b").touch()
    code, lines = run(checkout, "a")
    assert code == 0
    assert "this is a" in lines


def test_suite_that_crashes_is_a_failure(checkout: Path) -> None:
    code, lines = run(checkout, "c", "crashes")
    assert (code, lines[-1]) == (1, "0 passed, 1 failed, 1 skipped")
    assert any("broken off (exit code 7)" in line for line in lines)


def test_interrupt_ends_all_once_they_have_cleaned_up(checkout: Path) -> None:
    service = runner(checkout, "hangs", "c")
    in_the_background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *service.command]  # as a shell's `&` starts it
    process = Process(replace(service, command=in_the_background), log=checkout / "log")
    wait_until(lambda: (checkout / "hangs").exists(), what="the suite that hangs")
    stop([process], patience=30)
    assert process.exit_code not in (0, -signal.SIGKILL), (checkout / "log").read_text()
    assert (checkout / "cleaned").exists()


def test_unknown_suite_is_refused_with_those_there_are(checkout: Path) -> None:
    code, lines = run(checkout, "b", "unti")
    assert code == 2
    assert re.search(r"no such suite: unti\. There are quick, a, b, c", " ".join(lines))
