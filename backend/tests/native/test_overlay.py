"""What is laid over docker-compose.yml for a debugger: one service, one port of this machine, one process."""

import json
from pathlib import Path

import pytest

from native import hybrid, overlay


def test_worker_that_is_debugged_runs_its_tasks_in_the_process_that_listens() -> None:
    assert overlay.debugger("worker-charts-cpu")["services"]["worker-charts-cpu"] == {
        "environment": {"DEBUGGER_LISTEN": "0.0.0.0:5678", "CHARTS_CPU_POOL": "solo"},
        "ports": ["127.0.0.1:5678:5678"],
    }
    assert "CHARTS_CPU_POOL" not in overlay.debugger("web")["services"]["web"]["environment"]


def test_overlay_is_a_file_that_compose_reads(tmp_path: Path) -> None:
    command = overlay.compose_command(overlay.debugger("web"), "debug", data=tmp_path)
    assert json.loads(Path(command[-1]).read_text())["services"]["web"]


def test_queues_of_the_worker_here_are_all_or_those_that_are_named() -> None:
    assert hybrid.chosen_queues("ai, default") == ["ai", "default"]
    assert hybrid.chosen_queues("")[0] == "ingestion_io"
    with pytest.raises(ValueError, match=r"no queue aii\. The queues are ingestion_io"):
        hybrid.chosen_queues("aii")


def test_processes_here_have_the_servers_of_docker_whatever_else_is_given() -> None:
    given = {"REDIS_URL": "redis://elsewhere:6379/1", "REDIS_PASSWORD": "x", "DATABASE_URL": "sqlite:///y"}
    environment = hybrid.hybrid_environment(given | {"REDIS_PORT": "6400", "POSTGRES_PORT": "5400"})
    assert environment["REDIS_URL"] == "redis://127.0.0.1:6400/1"
    assert environment["CELERY_BROKER_URL"] == "redis://127.0.0.1:6400/0"
    assert "REDIS_PASSWORD" not in environment
    assert environment["DATABASE_URL"] == "postgresql://app@127.0.0.1:5400/app"
