"""The workers as they really run: the promise of the queue table, other pools, and Redis going away under them."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from websockets.exceptions import ConnectionClosed

from config.queues import TABLE, Queue
from native.processes import Process, Service, stop
from testing.waiting import wait_until
from tests.journeys.upstream import REACHABLE, Upstream, slowly
from tests.journeys.watching import WITHIN, assert_only_forward, read, socket, submit, watch
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.integration


def inspect(stack: Stack, question: str) -> dict[str, Any]:
    """Ask every worker through Celery's remote control, as a person would; answers are by worker."""
    web = stack.services["web"]
    command = [sys.executable, "-m", "celery", "-A", "config", "inspect", question, "--json", "--timeout", "5"]
    done = subprocess.run(
        command, cwd=web.directory, env=dict(web.environment), check=True, stdout=subprocess.PIPE, text=True
    )
    answers: dict[str, Any] = json.loads(done.stdout)
    return {worker.partition("@")[0]: answer for worker, answer in answers.items()}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_worker_keeps_the_promise_of_its_row(stack: Stack, row: Queue) -> None:
    stats = inspect(stack, "stats")[row.name]
    assert stats["pool"]["implementation"] == "celery.concurrency.prefork:TaskPool"
    assert stats["pool"]["max-concurrency"] == row.concurrency
    assert stats["prefetch_count"] == row.concurrency * row.prefetch_multiplier
    assert stats["pool"]["max-tasks-per-child"] == row.max_tasks_per_child
    assert [queue["name"] for queue in inspect(stack, "active_queues")[row.name]] == [row.name]


def test_api_tells_each_queue_its_promise_and_its_worker(stack: Stack) -> None:
    with stack.client() as client:

        def queues() -> dict[str, Any]:
            return {queue["name"]: queue for queue in client.get("/api/queues/").raise_for_status().json()}

        wait_until(lambda: all(queue["workers"] == 1 for queue in queues().values()), what="a worker at each queue")
        for row in TABLE:
            for name in ("concurrency", "prefetch_multiplier", "acks_late", "time_limit", "soft_time_limit"):
                assert queues()[row.name][name] == getattr(row, name)


def test_debug_task_reports_its_request(stack: Stack) -> None:
    code = "from config.celery import app; import json; print(json.dumps(app.tasks['debug'].delay().get(timeout=30)))"
    request = json.loads(stack.manage("shell", "-v", "0", "-c", code))
    assert request["hostname"].startswith("default@")
    assert request["delivery_info"]["routing_key"] == "default"


async def test_workers_outlive_a_cut_of_every_connection_to_redis(stack: Stack, sample: Path) -> None:
    jobs = [submit(stack, sample) for _ in range(3)]
    client = redis.Redis.from_url(stack.redis)
    for _ in range(3):
        await asyncio.sleep(1)
        client.client_kill_filter(_type="normal")
        client.client_kill_filter(_type="pubsub")
    for job in jobs:
        async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
            assert (await watch(connection, job["id"]))[-1]["status"] == "completed"
    assert all(process.exit_code is None for process in stack.processes.values())


async def test_watcher_ends_with_the_true_state_although_the_web_server_is_killed(stack: Stack, sample: Path) -> None:
    job = submit(stack, sample)
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        await connection.recv()
        stack.kill("web")
        with pytest.raises(ConnectionClosed):
            async for _ in connection:
                pass
    stack.start_missing()
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        end = (await watch(connection, job["id"]))[-1]
    assert (end["status"], end) == ("completed", read(stack, job["id"]))


async def test_job_whose_worker_is_gone_is_finished_by_the_next(stack: Stack, sample: Path) -> None:
    stack.stop("worker-charts-cpu")
    job = submit(stack, sample)
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        async for message in connection:
            if json.loads(message).get("job", {}).get("stage") == "draw":
                break
        stack.start_missing()
        end = (await watch(connection, job["id"]))[-1]
    assert end["status"] == "completed"


@pytest.fixture(scope="module")
def gevent_stack(
    redis_server: str, postgres_server: str, tmp_path_factory: pytest.TempPathFactory, session_stack: Stack
) -> Iterator[Stack]:
    """The stack once more, on the first one's servers, with the workers of `ai` and `ingestion_io` on gevent."""
    for name in list(session_stack.processes):
        session_stack.stop(name)
    folder = tmp_path_factory.mktemp("gevent")
    variables = {"AI_POOL": "gevent", "INGESTION_IO_POOL": "gevent"} | REACHABLE
    with running_stack(redis=redis_server, database=postgres_server, folder=folder, variables=variables) as stack:
        yield stack


async def test_journey_passes_on_gevent_with_its_progress(gevent_stack: Stack, sample: Path) -> None:
    stats = inspect(gevent_stack, "stats")["ai"]
    assert "gevent" in stats["pool"]["implementation"]
    assert stats["pool"]["max-concurrency"] == 200
    jobs = [submit(gevent_stack, sample) for _ in range(5)]
    for job in jobs:
        async with asyncio.timeout(WITHIN), socket(gevent_stack, f"/ws/jobs/{job['id']}/") as connection:
            states = await watch(connection, job["id"])
        assert states[-1]["status"] == "completed"
        assert_only_forward(states)
    assert "could not announce" not in gevent_stack.log_since(0)


def test_more_steps_run_at_once_on_gevent_than_there_are_database_connections(
    gevent_stack: Stack, upstream: Upstream
) -> None:
    begun = gevent_stack.log_size()
    many, hurry = 3 * settings.MAX_POOLED_CONNECTIONS // 2, threading.Event()
    url = upstream.offer("/slow.csv", slowly(b"city,rain\n" + 100 * b"Bergen,1\n", hurry))
    with gevent_stack.client() as client:
        for _ in range(many):
            client.post("/api/jobs/", json={"kind": "rehearsal", "url": url}).raise_for_status()
    try:
        wait_until(lambda: len(upstream.asked["/slow.csv"]) == many, what="all downloads at once", seconds=WITHIN)
    finally:
        hurry.set()
    assert "couldn't get a connection" not in gevent_stack.log_since(begun)


async def test_plain_celery_command_serves_several_queues(gevent_stack: Stack, sample: Path) -> None:
    for name in ("worker-ingestion-io", "worker-charts-cpu", "worker-ai"):
        gevent_stack.stop(name)
    web = gevent_stack.services["web"]
    command = (
        sys.executable,
        *["-m", "celery", "-A", "config", "worker", "-Q", "ingestion_io,charts_cpu,ai", "-c", "2"],
    )
    worker = Process(Service("plain", command, web.directory, web.environment), write=gevent_stack._write)
    try:
        job = submit(gevent_stack, sample)
        async with asyncio.timeout(WITHIN), socket(gevent_stack, f"/ws/jobs/{job['id']}/") as connection:
            assert (await watch(connection, job["id"]))[-1]["status"] == "completed"
    finally:
        stop([worker], patience=20)
