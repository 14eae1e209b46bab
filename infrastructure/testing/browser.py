"""The browser suite: Playwright drives a real Chromium against the native stack, which is started for it alone."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from native import frontend
from native.environment import FRONTEND, PERSONAL, PORTS, ROOT
from native.ports import free_port
from native.up import READY
from testing.commands import end, run
from testing.results import Outcome, failed, read_junit, skipped

START_WITHIN = 120.0  # seconds
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def run_suite(reports: Path) -> Outcome:
    """Start the stack, run Playwright, end the stack."""
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
    report = reports / "playwright.xml"
    with native_stack(log=reports / "stack.log") as variables:
        variables |= {
            "BASE_URL": f"http://localhost:{variables['FRONTEND_PORT']}",
            "CHROMIUM_PATH": chromium,
            "PLAYWRIGHT_JUNIT_OUTPUT_FILE": str(report),
            "CI": "true",
        }
        command = [frontend.npm(), "run", "e2e", "--", "--reporter=list,junit", f"--output={reports / 'playwright'}"]
        code = run(command, directory=FRONTEND, seconds=900, variables=variables)
    outcome = read_junit(report, exit_code=code)
    if outcome.failed:
        print(f"What the stack logged is in {reports / 'stack.log'}", flush=True)
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


@contextmanager
def native_stack(*, log: Path) -> Iterator[dict[str, str]]:
    """Run the native stack as `scripts/up --native` does, on free ports and data of its own. Yield its variables."""
    with tempfile.TemporaryDirectory(prefix="browser-tests-", ignore_cleanup_errors=True) as folder:
        variables = dict.fromkeys(PERSONAL, "") | {"DATA_DIR": folder}
        variables |= {port.variable: str(free_port()) for port in PORTS}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "native.up"],
                cwd=ROOT / "infrastructure",
                env=os.environ | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            until = time.monotonic() + START_WITHIN
            while READY not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() > until:
                    print(log.read_text(errors="replace")[-10_000:], flush=True)
                    raise RuntimeError("The native stack did not become ready; its log is above.")
                time.sleep(0.2)
            yield variables
        finally:
            end(process)
