"""The suites, in the order in which they start, two at a time: the quick ones first, then the longest."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from native import frontend
from native.environment import BACKEND, FRONTEND, ROOT
from testing import browser
from testing.commands import run
from testing.compose import engine_answers
from testing.results import Outcome, check, failed, read_junit, skipped

PYTHON = (sys.executable, "-m")
BINARIES = Path(sys.executable).parent
OURS = ("scripts", ".ci")
HEAVY_WITHIN = 2000.0  # seconds; two of these run at once
CONTAINERS = ("backend", "frontend", "infrastructure")


@dataclass(frozen=True)
class Suite:
    """`run` gets the folder for its reports."""

    name: str
    title: str
    run: Callable[[Path], Outcome]


def lint(reports: Path) -> Outcome:
    """Check style, types, layers, shell scripts and Dockerfiles. Each is one check."""
    places = ["backend", "infrastructure", "scripts"]
    shell_scripts = [str(path) for path in _files(*OURS) if _is_shell(path)]
    dockerfiles = [str(path) for path in _files(*CONTAINERS) if path.name.startswith("Dockerfile")]
    checks = [
        ([*PYTHON, "ruff", "check", *places], ROOT),
        ([*PYTHON, "ruff", "format", "--check", *places], ROOT),
        ([*PYTHON, "mypy"], BACKEND),
        ([str(BINARIES / "lint-imports")], BACKEND),
        ([str(BINARIES / "shellcheck"), "--external-sources", *shell_scripts], ROOT),
        ([str(BINARIES / "hadolint"), *dockerfiles], ROOT),
    ]
    return sum((check(run(command, directory=folder, seconds=300)) for command, folder in checks), Outcome())


def unit(reports: Path) -> Outcome:
    return _pytest("not integration and not compose", reports, seconds=900)


def integration(reports: Path) -> Outcome:
    return _pytest("integration", reports, seconds=HEAVY_WITHIN)


def compose(reports: Path) -> Outcome:
    return _in_docker(reports, "tests/compose", "tests/pipelines")


def faults(reports: Path) -> Outcome:
    return _in_docker(reports, "tests/faults")


def bench(reports: Path) -> Outcome:
    """Run the benchmark tiny: that it works is asserted, and no time."""
    if not engine_answers():
        return skipped("no Docker engine answers")
    return check(run([*PYTHON, "benchmark.run", "--quick"], directory=ROOT / "scripts", seconds=600))


def _in_docker(reports: Path, *folders: str) -> Outcome:
    if not engine_answers():
        return skipped("no Docker engine answers")
    return _pytest("compose", reports, *folders, seconds=HEAVY_WITHIN)


def frontend_checks(reports: Path) -> Outcome:
    if missing := frontend.missing_node():
        return skipped(missing)
    if problem := frontend.install_packages():
        return failed(problem)
    report = reports / "vitest.xml"
    test = ["test", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
    outcome = sum((check(_npm(script)) for script in ("types:check", "typecheck", "lint", "build")), Outcome())
    return outcome + read_junit(report, exit_code=_npm(*test))


def _pytest(markers: str, reports: Path, *folders: str, seconds: float) -> Outcome:
    report = reports / "pytest.xml"
    command = [*PYTHON, "pytest", "-m", markers, f"--junitxml={report}", "--durations=5", "-q", *folders]
    code = run(command, directory=BACKEND, seconds=seconds)
    return read_junit(report, exit_code=code)


def _npm(*script: str) -> int:
    return run([frontend.npm(), "run", *script], directory=FRONTEND, seconds=300)


def _files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not {"node_modules", ".venv"} & set(path.parts):
                yield path


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline()
    return first.startswith(b"#!") and first.rstrip().endswith((b"bash", b"sh"))


QUICK = ("lint", "unit", "frontend")
# The browser first: beside suites that make no networks, as Chromium drops every request when one comes or goes.
SUITES = (
    Suite("browser", "Chromium against the stack, in Docker and native", browser.run_suite),
    Suite("unit", "Python without servers", unit),
    Suite("lint", "ruff, mypy, import-linter, shellcheck, hadolint", lint),
    Suite("frontend", "types, eslint, prettier, build, vitest", frontend_checks),
    Suite("faults", "twenty jobs in Docker while something breaks", faults),
    Suite("integration", "Python with Redis, PostgreSQL and worker processes", integration),
    Suite("compose", "the stack in Docker", compose),
    Suite("bench", "the benchmark, tiny, in Docker", bench),
)
