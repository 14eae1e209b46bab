"""A job whose URL fails in passing is tried again, later each time, and not for ever: real workers, a real server."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from apps.jobs.engine.retries import FIRST_DELAY, MAX_RETRIES
from config.queues import MAX_RETRY_DELAY
from testing.waiting import wait_until
from tests.journeys.upstream import Answer, Upstream, half, reset, status, whole
from tests.journeys.watching import FINAL, WITHIN, Json, read
from tests.stack import Stack

pytestmark = pytest.mark.integration

CSV = b"city,rain\n" + b"".join(b"Bergen,%d\n" % row for row in range(50))
WISH = 8  # seconds; above the longest first delay, so that it shows
DAY = 86_400  # seconds

ANSWERS: dict[str, tuple[Answer, ...]] = {
    "/busy.csv": (status(429, Retry_After=str(WISH)), reset, whole(CSV)),
    "/shaky.csv": (status(503), half(CSV), status(500), whole(CSV)),
    "/broken.csv": (status(500),),
    "/tomorrow.csv": (status(429, Retry_After=str(DAY)),),
    "/missing.csv": (status(404),),
    "/gone.csv": (status(410),),
    "/inside.csv": (whole(CSV),),
}


@pytest.fixture(scope="module")
def jobs(session_proxied_stack: Stack, upstream: Upstream) -> dict[str, str]:
    """A job for each path, all at once: they wait most of their time."""
    ids = {}
    with session_proxied_stack.client() as client:
        for path, answers in ANSWERS.items():
            url = upstream.offer(path, *answers)
            if path == "/inside.csv":
                url = url.replace("127.0.0.1", "localhost")
            answer = client.post("/api/jobs/", json={"kind": "rehearsal", "url": url})
            ids[path] = answer.raise_for_status().json()["id"]
    return ids


def end_of(stack: Stack, job_id: str) -> Json:
    wait_until(lambda: read(stack, job_id)["status"] in FINAL, what="the job to end", seconds=WITHIN)
    return read(stack, job_id)


def delays(upstream: Upstream, path: str) -> list[float]:
    return [after - before for before, after in pairwise(upstream.asked[path])]


def assert_later_each_time(delays: list[float]) -> None:
    """A random half of each delay is left out at most; what a busy machine adds is its own affair."""
    for retry, delay in enumerate(delays):
        assert FIRST_DELAY * 2**retry / 2 <= delay < FIRST_DELAY * 2**retry + WITHIN


@pytest.mark.parametrize(
    ("path", "code", "words", "requests"),
    [
        ("/missing.csv", "UPSTREAM_ERROR", "404", 1),
        ("/gone.csv", "UPSTREAM_ERROR", "410", 1),
        ("/inside.csv", "INVALID_INPUT", "private", 0),
    ],
)
def test_permanent_error_fails_at_once(
    proxied_stack: Stack, upstream: Upstream, jobs: dict[str, str], path: str, code: str, words: str, requests: int
) -> None:
    job = end_of(proxied_stack, jobs[path])
    assert (job["status"], job["error"]["code"], job["steps"][0]["attempt"]) == ("failed", code, 1)
    assert words in job["error"]["message"]
    assert len(upstream.asked[path]) == requests


def test_waiting_step_says_when_it_is_tried_again_and_why_and_no_later_than_the_bound(
    proxied_stack: Stack, upstream: Upstream, jobs: dict[str, str]
) -> None:
    job_id = jobs["/tomorrow.csv"]
    wait_until(lambda: read(proxied_stack, job_id)["steps"][0]["retry_at"], what="the first failure", seconds=WITHIN)
    job = read(proxied_stack, job_id)
    step = job["steps"][0]
    assert (job["status"], job["error"], step["status"], step["attempt"]) == ("processing", None, "queued", 1)
    assert step["error"]["code"] == "UPSTREAM_ERROR"
    assert "429" in step["error"]["message"]
    wait = datetime.fromisoformat(step["retry_at"]) - datetime.now(UTC)
    assert MAX_RETRY_DELAY - WITHIN < wait.total_seconds() <= MAX_RETRY_DELAY
    with proxied_stack.client() as client:
        assert client.post(f"/api/jobs/{job_id}/cancel/").json()["status"] == "cancelled"
    assert len(upstream.asked["/tomorrow.csv"]) == 1


@pytest.mark.parametrize("path", ["/busy.csv", "/shaky.csv"])
def test_errors_that_pass_are_tried_again_until_the_file_is_there(
    proxied_stack: Stack, upstream: Upstream, jobs: dict[str, str], path: str
) -> None:
    job = end_of(proxied_stack, jobs[path])
    assert (job["status"], job["error"], job["result"]["rows"]) == ("completed", None, 50)
    assert len(upstream.asked[path]) == len(ANSWERS[path])
    step = job["steps"][0]
    assert (step["attempt"], step["error"], step["retry_at"]) == (len(ANSWERS[path]), None, None)
    assert_later_each_time(delays(upstream, path))


def test_server_is_not_asked_before_it_wants_to_be(
    proxied_stack: Stack, upstream: Upstream, jobs: dict[str, str]
) -> None:
    end_of(proxied_stack, jobs["/busy.csv"])
    assert delays(upstream, "/busy.csv")[0] >= WISH


def test_error_that_stays_fails_the_job_when_its_retries_are_used_up(
    proxied_stack: Stack, upstream: Upstream, jobs: dict[str, str]
) -> None:
    job = end_of(proxied_stack, jobs["/broken.csv"])
    assert (job["status"], job["error"]["code"], job["steps"][0]["attempt"]) == (
        *("failed", "UPSTREAM_ERROR"),
        1 + MAX_RETRIES,
    )
    assert "500" in job["error"]["message"]
    assert len(upstream.asked["/broken.csv"]) == 1 + MAX_RETRIES
    assert_later_each_time(delays(upstream, "/broken.csv"))
