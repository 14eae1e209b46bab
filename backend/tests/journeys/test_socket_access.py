"""Who may watch which job. Closing codes: 4401 not signed in, 4403 not yours, 4404 no such job."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.journeys.watching import answer, socket, submit
from tests.stack import Stack

pytestmark = pytest.mark.integration


async def closing_code(stack: Stack, path: str, headers: dict[str, str], origin: str | None = None) -> int | None:
    async with asyncio.timeout(30), socket(stack, path, headers=headers, origin=origin) as connection:
        try:
            message = await connection.recv()
        except ConnectionClosed:
            return connection.close_code
    raise AssertionError(f"The socket stayed open and said {message!r}")


def session_cookie(stack: Stack) -> str:
    """Return the cookie of a browser that is signed in as the demo user."""
    answer = httpx.get(f"{stack.url}/api/session/", timeout=30).raise_for_status()
    assert answer.json()["user"] == {"username": "demo", "is_staff": False}
    return f"sessionid={answer.cookies['sessionid']}"


@pytest.mark.parametrize("path", ["/ws/jobs/", f"/ws/jobs/{uuid4()}/"])
async def test_wrong_token_is_closed_with_4401(stack: Stack, path: str) -> None:
    assert await closing_code(stack, path, {"Authorization": "Token wrong"}) == 4401


async def test_no_token_and_no_session_is_closed_with_4401(stack: Stack) -> None:
    assert await closing_code(stack, "/ws/jobs/", {}, origin=stack.url) == 4401


async def test_unknown_job_is_closed_with_4404(stack: Stack) -> None:
    assert await closing_code(stack, f"/ws/jobs/{uuid4()}/", stack.headers) == 4404


async def test_job_of_somebody_else_is_closed_with_4403(stack: Stack, sample: Path) -> None:
    job = submit(stack, sample)
    other = {"Authorization": f"Token {stack.add_user('somebody-else')}"}
    assert await closing_code(stack, f"/ws/jobs/{job['id']}/", other) == 4403
    answer = httpx.get(f"{stack.url}/api/jobs/{job['id']}/", headers=other, timeout=30)
    assert answer.status_code == 404


async def test_browser_of_the_same_origin_is_let_in_by_its_session(stack: Stack) -> None:
    headers = {"Cookie": session_cookie(stack)}
    async with asyncio.timeout(30), socket(stack, "/ws/jobs/", headers=headers, origin=stack.url) as connection:
        assert (await answer(connection))["type"] == "jobs.snapshot"


@pytest.mark.parametrize("origin", ["http://evil.example", None])
async def test_foreign_or_missing_origin_is_refused_at_the_handshake(stack: Stack, origin: str | None) -> None:
    headers = {"Cookie": session_cookie(stack)}
    with pytest.raises(InvalidStatus) as refusal:
        await closing_code(stack, "/ws/jobs/", headers, origin=origin)
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("message", ["no JSON", '{"type": "unknown"}', "[]", "1"])
async def test_unknown_message_is_answered_and_the_socket_stays(stack: Stack, message: str) -> None:
    async with asyncio.timeout(30), socket(stack, "/ws/jobs/") as connection:
        assert (await answer(connection))["type"] == "jobs.snapshot"
        await connection.send(message)
        assert (await answer(connection))["type"] == "error"
        await connection.send('{"type": "resync"}')
        assert (await answer(connection))["type"] == "jobs.snapshot"
