"""`scripts/test [SUITE…]`: runs the suites, two at a time, and ends with one line that sums them up."""

import argparse
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from native.environment import ROOT
from native.log import Log
from native.processes import Process, Service, stop
from testing.results import Outcome, failed
from testing.suites import QUICK, SUITES, Suite

REPORTS = ROOT / ".data" / "test-reports"
AT_ONCE = 2
PATIENCE = 240.0  # seconds for a suite that is interrupted to take its stacks down


@dataclass(frozen=True)
class Run:
    """A suite that was run."""

    suite: Suite
    outcome: Outcome
    seconds: float

    def __str__(self) -> str:
        line = f"{self.suite.name:<12} {self.seconds:5.0f} s   {self.outcome}"
        return "\n".join([line, *(f"{'':<24}{note}" for note in self.outcome.notes)])


def run_alone(suite: Suite) -> Run:
    """Run one suite in this process. An error in its own set-up is a failure of it."""
    print(f"== {suite.name}: {suite.title}", flush=True)
    begun = time.monotonic()
    reports: Path = REPORTS / suite.name
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    try:
        outcome = suite.run(reports)
    except Exception as error:
        outcome = failed(f"{type(error).__name__}: {error}")
    outcome.save(reports / "outcome.json")
    return Run(suite, outcome, time.monotonic() - begun)


def run_side_by_side(suites: list[Suite]) -> list[Run]:
    """Run each suite in a process of its own, two at a time. Their lines are shown with the suite's name before them;
    those of each alone are in its log."""
    log, ended = Log([suite.name for suite in suites]), SimpleQueue[Process]()
    waiting, running, runs = list(suites), dict[Process, float](), dict[str, Run]()
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running[_start(waiting.pop(0), log, ended)] = time.monotonic()
            process = _next(ended)
            process.wait_for_output(seconds=5)
            name, seconds = process.service.name, time.monotonic() - running.pop(process)
            outcome = Outcome.load(REPORTS / name / "outcome.json", exit_code=process.exit_code)
            runs[name] = Run(_suite(name), outcome, seconds)
    finally:
        stop(list(running), patience=PATIENCE)
    return [runs[suite.name] for suite in suites]


def _start(suite: Suite, log: Log, ended: SimpleQueue[Process]) -> Process:
    shutil.rmtree(REPORTS / suite.name, ignore_errors=True)
    REPORTS.mkdir(parents=True, exist_ok=True)
    own_log = REPORTS / f"{suite.name}.log"
    own_log.unlink(missing_ok=True)

    def write(name: str, line: str) -> None:
        log.write(name, line)
        with own_log.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    command = [sys.executable, "-m", "testing.run", suite.name]
    environment = os.environ | {"NO_COLOR": "1"}  # its lines go into a file, too
    service = Service(suite.name, command, ROOT / "scripts", environment, stop_signal=signal.SIGINT)
    return Process(service, write=write, ended=ended.put)


def _next(ended: SimpleQueue[Process]) -> Process:
    while True:
        try:
            return ended.get(timeout=0.5)  # on Windows a wait without end can't be interrupted
        except Empty:
            continue


def _suite(name: str) -> Suite:
    return next(suite for suite in SUITES if suite.name == name)


def chosen_suites() -> list[Suite]:
    """Return the suites that the command line names, or all."""
    names = [suite.name for suite in SUITES]
    parser = argparse.ArgumentParser(prog="scripts/test", description="Runs all suites, or those that are named.")
    parser.add_argument("suite", nargs="*", help=f"{', '.join(names)}, or quick: {', '.join(QUICK)}")
    named = set(parser.parse_args().suite)
    if "quick" in named:
        named = named - {"quick"} | set(QUICK)
    if unknown := named - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}. There are quick, {', '.join(names)}.")
    return [suite for suite in SUITES if not named or suite.name in named]


def main() -> int:
    suites = chosen_suites()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts with it ignored
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, as after Ctrl-C
    runs = [run_alone(suites[0])] if len(suites) == 1 else run_side_by_side(suites)
    total = sum((run.outcome for run in runs), Outcome())
    print("\n" + "\n".join(map(str, runs)) + f"\n\n{total}", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
