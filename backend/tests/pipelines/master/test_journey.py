"""People's way through `master`, on the real stack; also when the worker is killed in the middle."""

import asyncio
import csv
import io
import json
from pathlib import Path
from random import Random
from string import ascii_lowercase

import pytest

from testing.waiting import wait_until
from tests.journeys.watching import WITHIN, download, read, socket, submit, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration

PEOPLE = 40_000  # compared in more than the time between two checkpoints


async def test_worker_that_is_killed_while_it_compares_is_gone_on_from_its_checkpoint(
    stack: Stack, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name,surname,street,city,born\n" + "\n".join(lines()), encoding="utf-8")
    begun = stack.log_size()
    job = submit(stack, people, "master", options=json.dumps({"threshold": 90}))
    wait_until(lambda: "saved a checkpoint" in stack.log_since(begun), what="a checkpoint")
    stack.kill("worker-default")
    stack.start_missing()
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        end = (await watch(connection, job["id"]))[-1]
    assert "goes on from a checkpoint" in stack.log_since(begun)
    assert end["status"] == "completed", end["error"]
    step = next(step for step in read(stack, job["id"])["steps"] if step["stage"] == "match")
    assert step["attempt"] == 2
    rows = list(csv.DictReader(io.StringIO(download(stack, end["artifacts"][1]).content.decode("utf-8-sig"))))
    assert len(rows) == 2 * PEOPLE
    assert len({row["cluster"] for row in rows}) == end["result"]["records"] == PEOPLE


def lines() -> list[str]:
    """Return people, each once more with a typing error."""
    random = Random(7)
    people = [["".join(random.choices(ascii_lowercase, k=8)) for _ in range(5)] for _ in range(PEOPLE)]
    wrong = [[f"{name[:-1]}-", *others] for name, *others in people]
    return [",".join(person) for person in people + wrong]
