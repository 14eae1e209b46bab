"""Redis refuses connections, or takes them and says nothing: jobs are accepted all the same, and none is lost."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import httpx
import pytest

from native.ports import free_port, is_answered
from native.processes import Process, stop
from testing.waiting import wait_until
from tests.journeys.proxy import Proxy
from tests.journeys.upstream import Upstream, slowly, whole
from tests.journeys.watching import FINAL, WITHIN, Json, assert_only_forward, read, socket
from tests.site import Site
from tests.stack import Stack

pytestmark = pytest.mark.integration

CSV = b"city,rain\n" + b"".join(b"Bergen,%d\n" % row for row in range(100))
AT_MOST = 10.0  # seconds for any answer; a broker without limits of its own would be waited for far longer

away = pytest.mark.parametrize("way", ["refuse", "silence"])


def take_away(proxy: Proxy, way: str) -> None:
    getattr(proxy, way)()


def submit(client: httpx.Client, **request: object) -> tuple[Json, float]:
    """Return the job, and the seconds until the answer."""
    begun = time.monotonic()
    answer = client.post("/api/jobs/", **request)  # type: ignore[arg-type]
    seconds = time.monotonic() - begun
    assert answer.status_code == 201, answer.text
    return answer.json(), seconds


def submit_file(client: httpx.Client, content: bytes = CSV) -> tuple[Json, float]:
    return submit(client, data={"kind": "rehearsal"}, files={"file": ("rain.csv", content, "text/csv")})


def submit_url(client: httpx.Client, url: str) -> tuple[Json, float]:
    return submit(client, json={"kind": "rehearsal", "url": url})


def end_of(stack: Stack, job_id: str) -> Json:
    wait_until(lambda: read(stack, job_id)["status"] in FINAL, what="the job to end", seconds=WITHIN)
    return read(stack, job_id)


def seconds_to_get(client: httpx.Client, path: str) -> float:
    begun = time.monotonic()
    assert client.get(path).status_code in (200, 503)
    return time.monotonic() - begun


@away
async def test_job_is_accepted_says_what_it_waits_for_and_runs_when_the_broker_is_back(
    proxied_stack: Stack, proxy: Proxy, upstream: Upstream, way: str
) -> None:
    url = upstream.offer("/rain.csv", whole(CSV))
    with proxied_stack.client() as client:
        take_away(proxy, way)
        submitted = [submit_file(client), submit_url(client, url), submit_file(client)]
        print(f"{way}: POST took", [f"{seconds:.2f} s" for _, seconds in submitted])
        assert max(seconds for _, seconds in submitted) < AT_MOST
        jobs = [job["id"] for job, _ in submitted]
        assert ["broker" in read(proxied_stack, job_id)["message"] for job_id in jobs] == [True, True, True]
        async with asyncio.timeout(AT_MOST), socket(proxied_stack, f"/ws/jobs/{jobs[0]}/") as connection:
            assert json.loads(await connection.recv())["job"]["status"] == "queued"
        proxy.open()
        back = time.monotonic()
    assert [end_of(proxied_stack, job_id)["status"] for job_id in jobs] == ["completed"] * 3
    print(f"{way}: completed {time.monotonic() - back:.1f} s after the broker was back")


@away
def test_other_requests_are_answered_while_submits_wait_for_the_broker(
    proxied_stack: Stack, proxy: Proxy, way: str
) -> None:
    with proxied_stack.client() as client, ThreadPoolExecutor(5) as threads:
        take_away(proxy, way)
        submits = [threads.submit(submit_file, client) for _ in range(5)]
        took = {
            path: seconds_to_get(client, path)
            for path in ("/api/jobs/", "/api/pipelines/", "/healthz", "/api/queues/", "/readyz", "/metrics")
        }
        print(f"{way}: GET took", {path: f"{seconds:.2f} s" for path, seconds in took.items()})
        print(f"{way}: 5 POST at once took", [f"{submit.result()[1]:.2f} s" for submit in submits])
        assert max(took.values()) < AT_MOST
        for submit in submits:
            assert submit.result()[1] < AT_MOST
            assert client.delete(f"/api/jobs/{submit.result()[0]['id']}/").status_code == 204


@pytest.fixture(scope="module")
def runs_here(session_proxied_stack: Stack) -> Iterator[Site]:
    """One more web server of the stack, which runs the steps that it can't send."""
    web, port = session_proxied_stack.services["web"], str(free_port())
    site = Site(session_proxied_stack.url.replace(web.environment["WEB_PORT"], port))
    command = [port if word == web.environment["WEB_PORT"] else word for word in web.command]
    environment = {**web.environment, "JOBS_WHEN_BROKER_DOWN": "run"}
    process = Process(replace(web, command=command, environment=environment), write=session_proxied_stack._write)
    try:
        wait_until(lambda: is_answered(int(port)), what="one more web server")
        yield site
    finally:
        stop([process], patience=20)


async def watch_as_a_browser(stack: Site, job_id: str, seen: list[Json]) -> None:
    """Collect the states that a page shows until a final one: it asks again when a heartbeat has a newer version."""
    async with socket(stack, f"/ws/jobs/{job_id}/") as connection:
        async for message in connection:
            event = json.loads(message)
            if event["type"] == "heartbeat" and event["versions"].get(job_id, 0) > seen[-1]["version"]:
                await connection.send('{"type": "resync"}')
            if event["type"] in ("job.snapshot", "job.updated") and (
                not seen or event["job"]["version"] > seen[-1]["version"]
            ):
                seen.append(event["job"])
                if event["job"]["status"] in FINAL:
                    return


@away
async def test_job_runs_at_once_in_the_web_process_when_that_is_wanted(
    proxied_stack: Stack, runs_here: Site, proxy: Proxy, upstream: Upstream, way: str
) -> None:
    url = upstream.offer("/rain.csv", whole(CSV))
    with proxied_stack.client() as client:
        by_worker = end_of(proxied_stack, submit_url(client, url)[0]["id"])

    hurry, seen = Event(), list[Json]()
    upstream.offer("/rain.csv", slowly(CSV, hurry))
    take_away(proxy, way)
    with runs_here.client() as client:
        job, seconds = submit_url(client, url)
        print(f"{way}: POST took {seconds:.2f} s")
        assert seconds < AT_MOST
        async with asyncio.timeout(WITHIN), asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch_as_a_browser(runs_here, job["id"], seen))
            while len(seen) < 2:  # the second one says that progress arrives
                await asyncio.sleep(0.1)
            assert await asyncio.to_thread(seconds_to_get, client, "/api/jobs/") < AT_MOST
            hurry.set()
            await watching
    print(f"{way}: saw", [(state["status"], state["progress"], state["message"]) for state in seen])
    end = seen[-1]
    assert (seen[1]["status"], end["status"]) == ("processing", "completed")
    assert_only_forward(seen)
    assert (end["result"], artifacts(end)) == (by_worker["result"], artifacts(by_worker))


def artifacts(job: Json) -> set[tuple[str, str, int]]:
    return {(artifact["name"], artifact["content_type"], artifact["size"]) for artifact in job["artifacts"]}
