"""A new queue is one row in the table and one service in each Compose file, and nothing else. Tried on a copy."""

import os
import sys
from pathlib import Path

import pytest

from native.processes import Service, run_to_end
from testing.compose import copy_checkout

ROW = """\
    Queue(
        name="sound",
        purpose="Transcription",
        concurrency=1,
        prefetch_multiplier=1,
        acks_late=True,
        time_limit=90,
        soft_time_limit=80,
        max_tasks_per_child=10,
    ),
"""
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.prod.yml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout that has the row."""
    copy_checkout(tmp_path)
    table = tmp_path / "backend" / "config" / "queues.py"
    before, end, after = table.read_text().partition("    ),\n)\n")
    assert end
    table.write_text(f"{before}    ),\n{ROW})\n{after}")
    return tmp_path


def add_service(file: Path) -> None:
    """Add the worker of the queue to a Compose file, as that of `ai` is there."""
    before, name, after = file.read_text().partition("  worker-ai:\n")
    body, blank, rest = after.partition("\n\n")
    assert name
    assert blank
    own = (name + body).replace("worker-ai", "worker-sound").replace("worker ai", "worker sound")
    file.write_text(f"{before}{own.replace('AI_', 'SOUND_')}\n\n{name}{body}\n\n{rest}")


def check(checkout: Path) -> tuple[int, str]:
    """Run the tests that hold table and files together. Return the exit code and what pytest wrote."""
    lines: list[str] = []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_promises.py", "tests/config"]
    service = Service("pytest", command, checkout / "backend", os.environ)
    code = run_to_end(service, seconds=120, write=lambda _, line: lines.append(line))
    return code, "\n".join(lines)


def test_row_and_services_are_all_that_a_queue_takes(checkout: Path) -> None:
    for name in COMPOSE_FILES:
        add_service(checkout / name)
    code, output = check(checkout)
    assert code == 0, output


def test_missing_services_are_named(checkout: Path) -> None:
    code, output = check(checkout)
    assert code == 1
    assert all(f"test_compose_has_one_worker_for_each_queue[{name}]" in output for name in COMPOSE_FILES)
    assert "worker-sound" in output
