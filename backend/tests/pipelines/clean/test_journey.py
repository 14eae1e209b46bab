"""A table's way through `clean`, on the real stack; also when the worker is killed in the middle."""

import asyncio
import csv
import io
from pathlib import Path

import pytest

from testing.waiting import wait_until
from tests.journeys.watching import WITHIN, download, read, socket, submit, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration

ROWS, COLUMNS = 120_000, 24  # cleaned in more than the time between two checkpoints


async def test_untidy_table_comes_out_tidy_with_a_report(stack: Stack, tmp_path: Path) -> None:
    untidy = tmp_path / "untidy.csv"
    untidy.write_text("city,rain\n Bergen ,1.5\nOslo,n/a\n Bergen ,+1.5\n=HYPERLINK(1),2\n", encoding="utf-8")
    job = submit(stack, untidy, "clean")
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        end = (await watch(connection, job["id"]))[-1]
    assert (end["status"], end["error"]) == ("completed", None)
    table, changes = (rows(download(stack, artifact).content) for artifact in end["artifacts"])
    assert table == [["city", "rain"], ["Bergen", "1.5"], ["Oslo", ""], ["'=HYPERLINK(1)", "2"]]
    assert ["duplicate", "", "1"] in changes
    assert end["result"]["rows_after"] == 3


async def test_worker_that_is_killed_in_the_middle_is_gone_on_from_its_checkpoint(stack: Stack, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("w", encoding="utf-8") as file:
        file.write(",".join(f"c{number}" for number in range(COLUMNS)) + "\n")
        line = ",".join(f" {number} " for number in range(COLUMNS - 1))
        file.writelines(f"{line},{number}\n" for number in range(ROWS))
    begun = stack.log_size()
    job = submit(stack, large, "clean")
    wait_until(lambda: "saved a checkpoint" in stack.log_since(begun), what="a checkpoint")
    stack.kill("worker-default")
    stack.start_missing()
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        end = (await watch(connection, job["id"]))[-1]
    assert "goes on from a checkpoint" in stack.log_since(begun)
    assert end["status"] == "completed", end["error"]
    assert end["result"]["rows_after"] == ROWS
    counts = {(counted["rule"], counted["column"]): counted["count"] for counted in end["result"]["counts"]}
    assert counts == {("trim", f"c{number}"): ROWS for number in range(COLUMNS - 1)}
    assert read(stack, job["id"])["steps"][-1]["attempt"] == 2


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
