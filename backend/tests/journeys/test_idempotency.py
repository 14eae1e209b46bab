"""Many equal submits at once, as by a client that loses patience: one job, one set of files."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.journeys.watching import WITHIN, socket, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration

AT_ONCE = 50
CSV = b"city,rain\n" + b"".join(b"Bergen,%d\n" % row for row in range(1000))


async def submit_at_once(stack: Stack, headers: dict[str, str]) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=WITHIN) as client:
        posts = (
            client.post("/api/jobs/", data={"kind": "rehearsal"}, files={"file": ("rain.csv", CSV, "text/csv")})
            for _ in range(AT_ONCE)
        )
        return await asyncio.gather(*posts)


async def test_equal_submits_at_once_with_one_key_make_one_job_and_keep_one_file(stack: Stack) -> None:
    name = f"impatient-{uuid4()}"
    mine = {"Authorization": f"Token {stack.add_user(name)}"}
    storage = Path(stack.services["web"].environment["DATA_DIR"]) / "storage" / "jobs"
    before = set(storage.glob("*"))

    answers = await submit_at_once(stack, mine | {"Idempotency-Key": str(uuid4())})

    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    [job_id] = {answer.json()["id"] for answer in answers}
    listed = httpx.get(f"{stack.url}/api/jobs/", headers=mine, timeout=30).raise_for_status().json()
    assert [job["id"] for job in listed["results"]] == [job_id]

    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job_id}/", headers=mine) as connection:
        end = (await watch(connection, job_id))[-1]
    assert (end["status"], end["result"]["rows"]) == ("completed", 1000)

    assert set(storage.glob("*")) - before == {storage / job_id}
    assert (storage / job_id / "source").read_bytes() == CSV
