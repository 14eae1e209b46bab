"""What is known to go wrong is provoked, and the doctor names it with its remedy."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import current_app
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from pytest_django import Settings

from apps.jobs.live import doorbell
from apps.jobs.live.routing import websocket_urlpatterns
from apps.jobs.models import Turn, Worker
from apps.operations.doctor import celery, findings, servers, websocket
from apps.operations.doctor.findings import Finding
from apps.operations.tasks import check_health, debug
from config.queues import QUEUES
from tests.operations.conftest import WorkerMaker

pytestmark = pytest.mark.django_db


def troubles(check: Iterable[Finding]) -> dict[str, str]:
    """Return what isn't well, by name, and make sure that each says what to do."""
    found = [finding for finding in check if finding.level != "ok"]
    assert all(finding.remedy for finding in found)
    return {finding.name: f"{finding.text} {finding.remedy}" for finding in found}


def test_prefork_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(QUEUES, "ai", replace(QUEUES["ai"], pool="prefork"))
    assert "WinError 5" in troubles(celery.check_pools("win32"))["pool of ai"]
    assert troubles(celery.check_pools("linux")) == {}


def test_missing_gevent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(QUEUES, "ai", replace(QUEUES["ai"], pool="gevent"))
    assert troubles(celery.check_pools("linux")) == {}
    monkeypatch.setattr(celery, "find_spec", lambda name: None)
    assert "uv sync" in troubles(celery.check_pools("linux"))["pool of ai"]


def test_queue_without_a_worker(make_worker: WorkerMaker) -> None:
    for name in set(QUEUES) - {"ai"}:
        make_worker(name)
    assert "docker compose up -d worker-ai" in troubles(celery.check_workers())["workers of ai"]


def test_worker_that_is_dead_is_none(make_worker: WorkerMaker) -> None:
    for name in QUEUES:
        make_worker(name)
    assert troubles(celery.check_workers()) == {}
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert len(troubles(celery.check_workers())) == len(QUEUES)


def test_slow_solo_pool_and_memory_that_grows(make_worker: WorkerMaker) -> None:
    for name in QUEUES:
        make_worker(name, pool="solo" if name == "ai" else "prefork")
    found = troubles(celery.check_workers())
    assert "AI_POOL=threads" in found["pool of ai"]
    assert "MAX_MEMORY_PER_CHILD" in found["memory of ai"]
    assert set(found) == {"pool of ai", "memory of ai"}


def test_eager_mode() -> None:
    assert troubles(celery.check_eager()) == {}
    current_app.conf.task_always_eager = True
    try:
        assert "CELERY_TASK_ALWAYS_EAGER" in troubles(celery.check_eager())["eager mode"]
    finally:
        current_app.conf.task_always_eager = False


async def test_event_loop_that_runs_already_is_named_by_the_task() -> None:
    answer: dict[str, Any] = debug.apply().result  # in a loop that runs, as a careless task has it
    assert "event loop" in troubles(celery._about("ai", answer))["event loop of ai"]


def test_worker_with_older_code() -> None:
    answer = debug.apply().result
    assert troubles(celery._about("ai", answer)) == {}
    answer["tasks"].remove("operations.clean_up")
    assert "doesn't know operations.clean_up" in troubles(celery._about("ai", answer))["tasks of ai"]


def test_channel_layer_in_memory() -> None:
    assert "REDIS_URL" in troubles(websocket.check_layer())["channel layer"]


def test_event_that_never_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "WITHIN", 0.1)
    monkeypatch.setattr(doorbell, "send", lambda group, message: None)
    assert "compare REDIS_URL" in troubles(websocket.check_event())["WebSocket event"]


def test_socket_without_a_route(monkeypatch: pytest.MonkeyPatch) -> None:
    assert troubles(websocket.check_routes()) == {}
    monkeypatch.setattr(websocket, "websocket_urlpatterns", websocket_urlpatterns[1:])
    assert "/ws/jobs/ leads nowhere" in troubles(websocket.check_routes())["WebSocket routes"]


def test_pending_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    assert troubles(servers.check_database()) == {}
    migration = (SimpleNamespace(app_label="jobs", name="0002_more"), False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [migration])
    assert "jobs.0002_more" in troubles(servers.check_database())["migrations"]


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ({"maxmemory": 0, "maxmemory_policy": "allkeys-lru", "used_memory": 9}, ""),
        ({"maxmemory": 100, "maxmemory_policy": "noeviction", "used_memory": 50}, ""),
        ({"maxmemory": 100, "maxmemory_policy": "allkeys-lru", "used_memory": 50}, "throws messages away"),
        ({"maxmemory": 100, "maxmemory_policy": "noeviction", "used_memory": 95}, "90 %"),
    ],
)
def test_redis_that_throws_away_or_is_full(monkeypatch: pytest.MonkeyPatch, memory: dict[str, Any], said: str) -> None:
    client = SimpleNamespace(info=lambda section: memory | {"used_memory_human": "1M"})
    monkeypatch.setattr(redis.Redis, "from_url", lambda *_, **__: client)
    assert said in troubles(servers.check_redis()).get("Redis", "")


@pytest.mark.parametrize(("free", "level"), [(1e9, "warning"), (1e8, "error"), (1e12, "ok")])
def test_full_disk(monkeypatch: pytest.MonkeyPatch, free: float, level: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    [finding] = servers.check_disk()
    assert finding.level == level


def test_silent_beat() -> None:
    assert "docker compose up -d beat" in troubles(servers.check_beat())["beat"]
    check_health()
    assert troubles(servers.check_beat()) == {}
    Turn.objects.update(taken_at=timezone.now() - timedelta(minutes=4))
    assert "beat" in troubles(servers.check_beat())


def test_outdated_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings) -> None:
    assert list(servers.check_image()) == []  # no container
    monkeypatch.setattr(servers, "OF_IMAGE", tmp_path / "uv.lock")
    servers.OF_IMAGE.write_bytes((settings.BASE_DIR / "uv.lock").read_bytes())
    assert troubles(servers.check_image()) == {}
    servers.OF_IMAGE.write_text("older")
    assert "--build" in troubles(servers.check_image())["image"]


def test_check_that_fails_itself_is_named_and_the_others_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    checks: dict[str, Callable[[], Iterable[Finding]]] = {
        "broken": lambda: 1 // 0,  # type: ignore[dict-item,return-value]
        "well": lambda: [findings.ok("well", "it is")],
    }
    found = list(findings.run(checks))
    assert [(finding.name, finding.level) for finding in found] == [("broken", "error"), ("well", "ok")]
    assert "ZeroDivisionError" in found[0].text
    assert "error    broken: could not" in findings.as_text(found)
    assert json.loads(findings.as_json(found))[1] == {"name": "well", "level": "ok", "text": "it is", "remedy": ""}


def test_exit_code_tells_of_an_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py"])
    with pytest.raises(SystemExit, match="1"):  # no worker is alive
        call_command("check_celery", "--json")
    assert any(finding["level"] == "error" for finding in json.loads(capsys.readouterr().out))
