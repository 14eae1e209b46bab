"""Transactions' way through `import`, on the real stack and its database: twice, and side by side."""

import asyncio
from pathlib import Path

import pytest

from tests.journeys.watching import WITHIN, socket, submit, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration

LINES = 2_500


async def test_file_that_is_imported_twice_at_once_is_saved_once(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "journey.csv"
    lines = [f"2024-01-31,JOURNEY{n % 3},{n + 1},0.1,EUR,J-{n}" for n in range(LINES)]
    file.write_text("date,instrument,quantity,price,currency,reference\n" + "\n".join(lines) + "\nno line\n")
    jobs = [submit(stack, file, "import") for _ in range(2)]
    ends = []
    for job in jobs:
        async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
            ends.append((await watch(connection, job["id"]))[-1])
    assert [(end["status"], end["error"]) for end in ends] == [("completed", None)] * 2
    assert sum(end["result"]["imported"] for end in ends) == LINES
    assert {end["result"]["rejected"] for end in ends} == {1}
    held = {p["instrument"]: p for p in ends[1]["result"]["positions"] if p["instrument"].startswith("JOURNEY")}
    assert held["JOURNEY0"]["quantity"] == str(sum(range(1, LINES + 1, 3)))
    assert [artifact["title"] for artifact in ends[0]["artifacts"]] == ["Bad lines", "Positions"]
