"""A stack that does not come up is a failure that says so, and is taken down all the same."""

import os
import sys
from pathlib import Path

import pytest

from testing.browser import run_journeys
from testing.compose import engine_answers
from testing.stacks import NotReady, compose_stack

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="The engine is a shell script here")

REFUSES_TO_COME_UP = """#!/bin/sh
echo "$COMPOSE_PROJECT_NAME: $*" >> "$CALLS"
case "$*" in *" up "*) echo "web is unhealthy"; exit 1;; esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a `docker` first on PATH whose stack does not come up. Return the file in which it notes its calls."""
    docker = tmp_path / "docker"
    docker.write_text(REFUSES_TO_COME_UP)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def test_compose_stack_that_does_not_come_up_is_taken_down_with_its_volumes(calls: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="Compose stack did not become ready"), compose_stack(log=tmp_path / "log"):
        pytest.fail("the stack is not up")
    lines = calls.read_text().splitlines()
    assert len({line.partition(":")[0] for line in lines}) == 1
    assert " up --build --wait" in lines[0]
    assert " down --volumes --remove-orphans" in lines[-1]
    assert "web is unhealthy" in (tmp_path / "log").read_text()


@pytest.mark.usefixtures("calls")
def test_journeys_on_it_count_as_one_failure_and_show_its_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = run_journeys(compose_stack, reports=tmp_path / "reports", chromium="/nowhere")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, 1, 0)
    assert "stack.log" in outcome.notes[0]
    assert "web is unhealthy" in capfd.readouterr().out


def test_engine_that_does_not_answer_is_none(calls: Path) -> None:
    assert engine_answers()
    docker = calls.parent / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n")
    assert not engine_answers()
