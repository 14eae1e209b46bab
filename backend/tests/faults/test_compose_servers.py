"""Twenty jobs are under way when what they stand on breaks: Redis, PostgreSQL, web, beat, the disk. In Docker."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.faults.fault_stack import FaultStack, docker
from tests.faults.probes import end_of, submit, wait_until_begun
from tests.journeys.watching import FINAL, merged, socket
from tests.site import Site

pytestmark = pytest.mark.compose

AWAY = 60.0  # seconds without Redis, or without PostgreSQL
WATCH_WITHIN = 600.0  # seconds

CUT_CONNECTIONS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app' AND pid <> pg_backend_pid()"
)


def test_redis_restarted_and_then_gone_for_a_minute(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd()
    compose_stack.restart("redis")
    crowd.submit(5)
    crowd.wait_until_begun("part")
    compose_stack.kill("redis")
    crowd.submit(5)
    time.sleep(AWAY)
    compose_stack.start("redis")
    for worker, seconds in compose_stack.times_until_consuming().items():
        print(f"\n{worker} consumes again {seconds:.1f} s after Redis is back")
    compose_stack.end_well(crowd, "Redis restarted, then gone for a minute")
    assert {step["attempt"] for job in crowd.states() for step in job["steps"]} == {1}


def test_redis_emptied_while_two_beats_run(compose_stack: FaultStack) -> None:
    """Both have the same to send again, and what they send twice runs once."""
    second = compose_stack.run_another("beat", "second-beat")
    try:
        crowd = compose_stack.crowd(2, parts=150, seconds=0.1)  # their parts are due now
        crowd.submit(20)
        compose_stack.project.execute("redis", "redis-cli", "FLUSHALL")
        compose_stack.end_well(crowd, "Redis emptied")
    finally:
        docker("rm", "--force", second)
    assert {step["attempt"] for job in crowd.states() for step in job["steps"]} == {1}


def test_beat_killed(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd()
    compose_stack.kill("beat")
    compose_stack.end_well(crowd, "beat killed")
    compose_stack.start("beat")


def test_every_connection_to_postgres_cut(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd()
    for _ in range(3):
        cut = compose_stack.project.execute("postgres", "psql", "-U", "app", "-d", "app", "-Atc", CUT_CONNECTIONS)
        print(f"\n{cut.strip()} connections cut")
        time.sleep(0.5)
    compose_stack.end_well(crowd, "connections to PostgreSQL cut")


def test_postgres_restarted(compose_stack: FaultStack) -> None:
    crowd = compose_stack.crowd()
    compose_stack.restart("postgres")
    compose_stack.end_well(crowd, "PostgreSQL restarted")


def test_postgres_gone_for_a_minute(compose_stack: FaultStack) -> None:
    """Nobody can say that he lives meanwhile, so nobody is taken for dead afterwards."""
    deaths = compose_stack.taken_for_dead()
    long = submit(compose_stack.site, "outlast_a_minute", "ai")
    wait_until_begun(compose_stack.site, long)
    crowd = compose_stack.crowd()
    compose_stack.kill("postgres")
    time.sleep(AWAY)
    compose_stack.start("postgres")
    compose_stack.end_well(crowd, "PostgreSQL gone for a minute")
    job = end_of(compose_stack.site, long)
    assert (job["result"], job["steps"][0]["attempt"]) == ({"did": "outlasted"}, 1)
    assert compose_stack.taken_for_dead() == deaths


async def test_web_killed_while_sockets_watch(compose_stack: FaultStack) -> None:
    """Whoever connects again ends with the true state."""
    crowd = await asyncio.to_thread(compose_stack.crowd, parts=6, seconds=1.5)
    drops: list[str] = []
    async with asyncio.timeout(WATCH_WITHIN), asyncio.TaskGroup() as group:
        watching = [group.create_task(last_state(compose_stack.site, job, drops)) for job in crowd.submitted]
        await asyncio.sleep(1)
        await asyncio.to_thread(compose_stack.kill, "web")
        await asyncio.to_thread(compose_stack.start, "web")
    assert drops
    print(f"\n{len(set(drops))} of {len(watching)} sockets lost their connection")
    await asyncio.to_thread(compose_stack.end_well, crowd, "web killed")
    assert [task.result() for task in watching] == list(crowd.states())


async def last_state(site: Site, job_id: str, drops: list[str]) -> dict[str, Any]:
    """Watch a job as a browser does: connect again whenever the socket closes, keep the newest state."""
    state: dict[str, Any] = {"version": 0, "status": ""}
    while True:
        try:
            async with socket(site, f"/ws/jobs/{job_id}/") as connection:
                async for message in connection:
                    event = json.loads(message)
                    if event["type"] in ("job.snapshot", "job.updated"):
                        state = merged(state, event)
                    if state["status"] in FINAL:
                        return state
        except (ConnectionClosed, InvalidHandshake, OSError, EOFError):
            pass
        drops.append(job_id)
        await asyncio.sleep(0.5)


def test_storage_full(compose_stack: FaultStack, sample: Path) -> None:
    crowd = compose_stack.crowd()
    compose_stack.project.execute("web", "sh", "-c", "dd if=/dev/zero of=/data/filler bs=64k 2>/dev/null; true")
    try:
        files = {"file": (sample.name, sample.read_bytes())}
        upload = crowd.client.post("/api/jobs/", data={"kind": "rehearsal"}, files=files)
        crowd.wait()
    finally:
        compose_stack.project.execute("web", "rm", "/data/filler")
    assert (upload.status_code, upload.json()["error"]["code"]) == (507, "STORAGE_FULL")
    failed = [job for job in crowd.states() if job["status"] == "failed"]
    assert failed
    print(f"\n{len(failed)} jobs failed: {failed[0]['error']['message']}")
    for job in failed:
        assert job["error"]["code"] == "PROCESSING_ERROR"
        assert "storage is full" in job["error"]["message"]
        assert crowd.client.post(f"/api/jobs/{job['id']}/retry/").status_code == 200
    compose_stack.end_well(crowd, "storage full, then retried")
