"""A suite's report is counted, and nothing that went wrong counts as passed."""

from pathlib import Path

import pytest

from testing.results import Outcome, read_junit

REPORT = """
<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><failure message="no"/></testcase>
<testcase name="d"><error message="no"/></testcase>
<testcase name="e"><skipped/></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.xml"


def test_passed_failed_and_skipped_are_counted(report: Path) -> None:
    report.write_text(REPORT)
    assert read_junit(report, exit_code=1) == Outcome(2, 2, 1)


@pytest.mark.parametrize("text", [None, "", "<testsuites/>"])
def test_report_without_tests_is_a_failure(report: Path, text: str | None) -> None:
    if text is not None:
        report.write_text(text)
    assert read_junit(report, exit_code=0).failed == 1


def test_exit_code_that_no_test_explains_is_a_failure(report: Path) -> None:
    report.write_text("<testsuite><testcase name='a'/></testsuite>")
    outcome = read_junit(report, exit_code=1)
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert read_junit(report, exit_code=0) == Outcome(passed=1)


def test_outcomes_add_up() -> None:
    total = Outcome(1, 0, 2, ("a",)) + Outcome(3, 4, 0, ("b",))
    assert total == Outcome(4, 4, 2, ("a", "b"))
    assert str(total) == "4 passed, 4 failed, 2 skipped"
