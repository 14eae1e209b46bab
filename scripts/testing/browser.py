"""The browser suite: Playwright drives a real Chromium, against the Compose stack where a Docker engine answers.

The native stack is driven too: by the tests marked so then, by all that don't need Compose where no engine answers.
Once more with its files in a bucket, by the tests of what comes in and goes out.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from native import frontend
from native.environment import FRONTEND, ROOT
from testing.commands import run
from testing.compose import engine_answers
from testing.results import Outcome, failed, read_junit, skipped
from testing.stacks import NotReady, bucket_stack, compose_stack, native_stack

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ON_BOTH_STACKS = "--grep=@native"  # a pipeline's first journey
WITH_A_BUCKET = ("upload.spec.ts", "running.spec.ts")

Stack = Callable[..., AbstractContextManager[dict[str, str]]]


def run_suite(reports: Path) -> Outcome:
    if missing := frontend.missing_node():
        return skipped(missing)
    if problem := frontend.install_packages():
        return failed(problem)
    chromium = find_chromium()
    if not chromium:
        return skipped(
            "Chromium was not found and can't be installed without root. Install it (apt-get install chromium, "
            "brew install --cask chromium) or name it: CHROMIUM_PATH=/path/to/chromium scripts/test browser"
        )
    if not engine_answers():
        outcome = run_journeys(native_stack, reports=reports / "native", chromium=chromium)
        return outcome + Outcome(notes=("no Docker engine answers, so all ran on the native stack",))
    outcome = run_journeys(compose_stack, reports=reports / "compose", chromium=chromium)
    outcome += run_journeys(native_stack, ON_BOTH_STACKS, reports=reports / "native", chromium=chromium)
    return outcome + run_journeys(bucket_stack, *WITH_A_BUCKET, reports=reports / "bucket", chromium=chromium)


def run_journeys(stack: Stack, *chosen: str, reports: Path, chromium: str) -> Outcome:
    """Start the stack, run the chosen tests or else all, end the stack."""
    reports.mkdir()
    report, log = reports / "playwright.xml", reports / "stack.log"
    options = ["--reporter=list,junit", f"--output={reports / 'playwright'}"]
    try:
        with stack(log=log) as variables:
            variables |= {
                "BASE_URL": f"http://localhost:{variables['FRONTEND_PORT']}",
                "CHROMIUM_PATH": chromium,
                "PLAYWRIGHT_JUNIT_OUTPUT_FILE": str(report),
                "CI": "true",
            }
            command = [frontend.npm(), "run", "e2e", "--", *options, *chosen]
            code = run(command, directory=FRONTEND, seconds=1800, variables=variables)
    except NotReady as problem:
        return failed(str(problem))
    outcome = read_junit(report, exit_code=code)
    if outcome.failed:
        print(f"What the stack logged is in {log}", flush=True)
    return outcome


def find_chromium() -> str | None:
    """Return the path of a Chromium, installed from Debian's packages if need be and possible."""
    if given := os.environ.get("CHROMIUM_PATH"):
        return given
    found = _chromium_on_path()
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium (apt-get)", flush=True)
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            run(["apt-get", *command], directory=ROOT, seconds=600, variables={"DEBIAN_FRONTEND": "noninteractive"})
        found = _chromium_on_path()
    return found


def _chromium_on_path() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
