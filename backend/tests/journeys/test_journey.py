"""A file's way through every queue, seen from outside: real web, workers, Redis and PostgreSQL."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.journeys.watching import WITHIN, answer, assert_only_forward, download, read, socket, submit, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration

PNG = b"\x89PNG\r\n\x1a\n"


async def test_submitted_file_goes_through_its_queues_while_the_socket_watches(stack: Stack, sample: Path) -> None:
    job = submit(stack, sample)
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        states = await watch(connection, job["id"])

    end = states[-1]
    assert (end["status"], end["progress"], end["error"]) == ("completed", 100, None)
    assert end == read(stack, job["id"])
    assert_only_forward(states)
    assert [(stage["name"], stage["queue"], stage["status"]) for stage in end["stages"]] == [
        ("read", "ingestion_io", "completed"),
        ("draw", "charts_cpu", "completed"),
        ("tell", "ai", "completed"),
    ]
    assert end["created_at"] <= end["queued_at"] <= end["started_at"] <= end["finished_at"]

    columns = ["date", "rain", "wind", "kind", "measured", "place"]
    assert end["result"] == {"rows": 100, "columns": columns, "drawn": 8}
    *pictures, told = end["artifacts"]
    assert [picture["name"] for picture in pictures] == [f"{name}.png" for name in (*columns, "Rows", "All")]
    assert (told["name"], told["title"]) == ("drawn.txt", "What was drawn")
    for artifact in pictures:
        picture = download(stack, artifact)
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.content.startswith(PNG)
        assert len(picture.content) == artifact["size"]


async def test_list_socket_and_list_agree_with_the_job(stack: Stack, sample: Path) -> None:
    async with asyncio.timeout(WITHIN), socket(stack, "/ws/jobs/") as connection:
        assert (await answer(connection))["type"] == "jobs.snapshot"
        job = submit(stack, sample, priority="high")
        versions = []
        async for message in connection:
            event = json.loads(message)
            if event["type"] == "job.updated" and event["job"]["id"] == job["id"]:
                assert "steps" not in event["job"]
                versions.append(event["job"]["version"])
                if event["job"]["status"] == "completed":
                    break
    assert versions == sorted(set(versions))
    end = read(stack, job["id"])
    assert versions[-1] == end["version"]
    with stack.client() as client:
        newest = client.get("/api/jobs/").raise_for_status().json()["results"][0]
    assert newest.items() <= end.items()
    assert end.keys() - newest.keys() == {"steps", "artifacts", "result", "result_url"}


async def test_socket_that_comes_late_or_asks_again_gets_the_true_state(stack: Stack, sample: Path) -> None:
    job = submit(stack, sample)
    path = f"/ws/jobs/{job['id']}/"
    async with asyncio.timeout(WITHIN):
        async with socket(stack, path) as connection:
            await watch(connection, job["id"])
        async with socket(stack, path) as late:
            first = await answer(late)
            await late.send('{"type": "resync"}')
            again = await answer(late)
    assert first == again == {"type": "job.snapshot", "job": read(stack, job["id"])}


async def test_file_that_is_no_table_fails_with_a_code_and_a_sentence(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "photo.csv"
    file.write_bytes(PNG + bytes(range(256)) * 50)
    job = submit(stack, file)
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        states = await watch(connection, job["id"])
    assert states[-1]["status"] == "failed"
    assert states[-1]["error"]["code"] == "INVALID_INPUT"
    assert len(states[-1]["error"]["message"]) > 20


async def test_deleted_job_is_gone_with_its_files(stack: Stack, sample: Path) -> None:
    job = submit(stack, sample)
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        end = (await watch(connection, job["id"]))[-1]
        with stack.client() as client:
            assert client.delete(f"/api/jobs/{job['id']}/").status_code == 204
            assert client.get(f"/api/jobs/{job['id']}/").status_code == 404
            assert client.get(end["artifacts"][0]["url"]).status_code == 404
        async for message in connection:
            if json.loads(message) == {"type": "job.deleted", "id": job["id"]}:
                break
        else:
            pytest.fail("The socket closed without saying that the job is deleted.")
