"""`scripts/test [SUITE…]`: runs the suites and ends with one line that sums them up."""

import argparse
import shutil
import signal
import sys
import time
from pathlib import Path

from native.environment import ROOT
from testing.results import Outcome, failed
from testing.suites import SUITES, Suite

REPORTS = ROOT / ".data" / "test-reports"


def run_suite(suite: Suite) -> Outcome:
    """Run one suite. An error in its own set-up is a failure of it, not the end of the others."""
    print(f"\n== {suite.name}: {suite.title}", flush=True)
    reports: Path = REPORTS / suite.name
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    try:
        return suite.run(reports)
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", description="Runs all suites, or those that are named.")
    names = [suite.name for suite in SUITES]
    parser.add_argument("suite", nargs="*", help=", ".join(names))
    chosen = parser.parse_args().suite
    if unknown := set(chosen) - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}. There are {', '.join(names)}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, as after Ctrl-C
    total, summary = Outcome(), []
    for suite in SUITES:
        if not chosen or suite.name in chosen:
            begun = time.monotonic()
            outcome = run_suite(suite)
            total += outcome
            summary.append(f"{suite.name:<12} {time.monotonic() - begun:5.0f} s   {outcome}")
            summary += [f"{'':<12}         {note}" for note in outcome.notes]
    print("\n" + "\n".join(summary) + f"\n\n{total}", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
