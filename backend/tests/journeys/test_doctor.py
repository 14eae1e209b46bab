"""The doctor beside a stack that runs, and where its broker or channel layer isn't what it should be."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.stack import Stack

pytestmark = pytest.mark.integration


def run(stack: Stack, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    web = stack.services["web"]
    environment = dict(web.environment) | variables
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=web.directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def troubles(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {found["name"]: found for found in json.loads(done.stdout) if found["level"] != "ok"}


def test_stack_that_is_well_has_no_error(stack: Stack) -> None:
    done = run(stack, "doctor", "--json")
    assert done.returncode == 0, done.stdout
    assert set(troubles(done)) <= {"beat", "disk"}  # it may be young; the machine's disk is not the stack's
    answers = [found["name"] for found in json.loads(done.stdout) if found["name"].startswith("answer of")]
    assert len(answers) == 4


def test_redis_that_cannot_be_reached(stack: Stack) -> None:
    nowhere = "redis://127.0.0.1:1"
    done = run(stack, "check_celery", "--json", CELERY_BROKER_URL=f"{nowhere}/0")
    assert done.returncode == 1
    assert "CELERY_BROKER_URL" in troubles(done)["broker"]["remedy"]
    done = run(stack, "check_websocket", "--json", REDIS_URL=f"{nowhere}/1")
    assert done.returncode == 1
    assert "REDIS_URL" in troubles(done)["channel layer"]["remedy"]


def test_worker_that_is_up_but_idle_because_it_listens_elsewhere(stack: Stack) -> None:
    done = run(stack, "check_celery", "--json", CELERY_BROKER_URL=f"{stack.redis}/9")
    assert "stayed PENDING" in troubles(done)["answer of ai"]["text"]
    assert "compare CELERY_BROKER_URL" in troubles(done)["answer of ai"]["remedy"]


def test_clock_that_is_off(stack: Stack) -> None:
    code = (
        "import time; real = time.time; time.time = lambda: real() - 60; "
        "from apps.operations.doctor.servers import check_clocks; print([found.text for found in check_clocks()])"
    )
    assert "the database's is +60.0 s off" in run(stack, "shell", "-v", "0", "-c", code).stdout


def test_debug_task_shows_who_ran_it(stack: Stack) -> None:
    shown = run(stack, "debug_task", "ai").stdout
    lines = dict(line.split(maxsplit=1) for line in shown.replace("round trip", "round-trip").splitlines())
    assert lines["worker"].startswith("ai@")
    assert lines["pool"] == "prefork"
    assert int(lines["process"]) != stack.processes["worker-ai"].pid  # a child of it
    assert lines["round-trip"].endswith(" ms")


def test_debug_task_without_an_answer_says_so(stack: Stack) -> None:
    done = run(stack, "debug_task", "ai", "--timeout", "1", CELERY_BROKER_URL=f"{stack.redis}/9")
    assert done.returncode == 1
    assert "No worker of ai answered in 1 s. scripts/doctor says why." in done.stderr
    assert "Traceback" not in done.stderr
    done = run(stack, "debug_task", "ai", CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert "The broker can't be reached" in done.stderr
