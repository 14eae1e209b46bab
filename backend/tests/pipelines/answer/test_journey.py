"""A message's way through `answer` on the real stack: word by word over the WebSocket, and at most so many a minute."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from testing.waiting import wait_until
from tests.chat.model_server import ModelServer, model_server
from tests.journeys.upstream import REACHABLE, running_upstream, whole
from tests.journeys.watching import WITHIN, Json, read, socket, watch
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.integration

PER_MINUTE = 4
REPLY = "Tea is older [1] than it looks, says a page that was read [2]."


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        server.reply, server.between_words = REPLY, 0.25
        yield server


@pytest.fixture(scope="module")
def search_url() -> Iterator[str]:
    """The address of a search endpoint that finds one page."""
    with running_upstream() as web:
        page = web.offer("/tea", whole(b"<p>Tea is old.</p>", Content_Type="text/html"))
        yield web.offer("/search", whole(json.dumps({"results": [{"url": page, "title": "Tea"}]}).encode()))


@pytest.fixture(scope="module")
def talking_stack(
    model: ModelServer,
    search_url: str,
    redis_server: str,
    postgres_server: str,
    session_stack: Stack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """The stack once more, on the first one's servers, with a model and a search endpoint."""
    for name in list(session_stack.processes):
        session_stack.stop(name)
    variables = {
        "AI_BASE_URL": model.url,
        "AI_MODEL": "small",
        "AI_REQUESTS_PER_MINUTE": str(PER_MINUTE),
        "SEARCH_URL": search_url,
    } | REACHABLE
    folder = tmp_path_factory.mktemp("talking")
    with running_stack(redis=redis_server, database=postgres_server, folder=folder, variables=variables) as stack:
        yield stack


def ask(stack: Stack, message: str, **options: object) -> str:
    """Submit a message, and return its job's id."""
    with stack.client() as client:
        body = {"kind": "answer", "options": {"message": message, **options}}
        job_id: str = client.post("/api/jobs/", json=body).raise_for_status().json()["id"]
        return job_id


async def test_reply_appears_word_by_word_and_the_conversation_goes_on(
    talking_stack: Stack, model: ModelServer
) -> None:
    job_id = ask(talking_stack, "How old is tea?", web_search=True, session="tea")
    async with asyncio.timeout(WITHIN), socket(talking_stack, f"/ws/jobs/{job_id}/") as connection:
        states = await watch(connection, job_id)
    drafts = [step["draft"] for state in states for step in state["steps"] if step["draft"]]
    assert len(set(drafts)) >= 3
    assert all(REPLY.startswith(draft) for draft in drafts)
    assert drafts == sorted(drafts, key=len)
    assert states[-1]["result"]["answer"] == "Tea is older [1] than it looks, says a page that was read."
    assert [source["title"] for source in states[-1]["result"]["sources"]] == ["Tea"]
    assert not [step["draft"] for step in states[-1]["steps"] if step["draft"]]
    again = ask(talking_stack, "And coffee?", session="tea")
    wait_until(lambda: read(talking_stack, again)["status"] == "completed", what="the second answer", seconds=WITHIN)
    assert [said["content"] for said in model.asked[-1]["messages"][1:]] == [
        "How old is tea?",
        states[-1]["result"]["answer"],
        "And coffee?",
    ]


def test_all_workers_together_keep_the_rate(talking_stack: Stack, model: ModelServer) -> None:
    """Comes after other messages of the same minute, or begins one: of five, one at least waits for its turn."""
    before = len(model.asked)
    jobs = [ask(talking_stack, f"Message {number}") for number in range(PER_MINUTE + 1)]

    def waiting() -> list[Json]:
        return [
            step
            for job_id in jobs
            for step in read(talking_stack, job_id)["steps"]
            if step["stage"] == "answer" and step["retry_at"]
        ]

    wait_until(waiting, what="a step to wait for its turn", seconds=WITHIN)
    assert "4 times a minute" in waiting()[0]["error"]["message"]
    assert len(model.asked) - before <= PER_MINUTE
    assert "failed" not in {read(talking_stack, job_id)["status"] for job_id in jobs}
    with talking_stack.client() as client:
        for job_id in jobs:
            client.delete(f"/api/jobs/{job_id}/").raise_for_status()
