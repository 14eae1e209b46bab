"""What came of a suite, and how it is counted."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """How many tests or checks of a suite passed, failed and were skipped; `notes` say why something was skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.notes + other.notes,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, file: Path, *, exit_code: int | None) -> "Outcome":
        """Return the outcome that was saved. None saved, or an exit code that it can't explain, is a failure."""
        try:
            saved = json.loads(file.read_text(encoding="utf-8"))
        except OSError:
            return failed(f"the suite was broken off (exit code {exit_code})")
        outcome = cls(saved["passed"], saved["failed"], saved["skipped"], tuple(saved["notes"]))
        if exit_code and not outcome.failed:
            return outcome + failed(f"the suite ended with exit code {exit_code}")
        return outcome


def skipped(why: str) -> Outcome:
    """Return a suite or check that could not be run here."""
    return Outcome(skipped=1, notes=(why,))


def failed(why: str) -> Outcome:
    return Outcome(failed=1, notes=(why,))


def check(exit_code: int) -> Outcome:
    """Return the outcome of a check that only says yes or no."""
    return Outcome(passed=1) if exit_code == 0 else Outcome(failed=1)


def read_junit(report: Path, *, exit_code: int) -> Outcome:
    """Count the tests of a JUnit report. Failures too: no report, no test in it, an exit code it can't explain."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - written by our own test runner
    except (OSError, ElementTree.ParseError):
        return failed(f"no report was written (exit code {exit_code})")
    bad = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    left_out = sum(case.find("skipped") is not None for case in cases)
    outcome = Outcome(len(cases) - bad - left_out, bad, left_out)
    if not cases:
        return failed("the suite has no tests")
    if exit_code and not bad:
        return outcome + failed(f"the suite ended with exit code {exit_code}")
    return outcome
