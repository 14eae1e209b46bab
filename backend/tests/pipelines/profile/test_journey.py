"""The bundled sample's way through `profile`, on the real stack."""

import asyncio
from pathlib import Path

import pytest

from tests.journeys.watching import WITHIN, download, socket, submit, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).parents[4] / "frontend" / "src" / "features" / "profile" / "seattle-weather.csv"
COLUMNS = {"date", "precipitation", "temp_max", "temp_min", "wind", "weather"}
PNG = b"\x89PNG\r\n\x1a\n"


async def test_sample_becomes_charts_and_a_summary_while_the_socket_watches(stack: Stack) -> None:
    job = submit(stack, SAMPLE, "profile")
    async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
        states = await watch(connection, job["id"])

    end = states[-1]
    assert (end["status"], end["progress"], end["error"]) == ("completed", 100, None)
    assert [(stage["name"], stage["queue"], stage["status"]) for stage in end["stages"]] == [
        ("ingest", "ingestion_io", "completed"),
        ("columns", "charts_cpu", "completed"),
        ("table", "charts_cpu", "completed"),
        ("summarize", "ai", "completed"),
    ]
    drawn = [step["label"] for step in end["steps"] if step["stage"] in ("columns", "table")]
    assert set(drawn) == COLUMNS | {"Correlations", "Over time", "Duplicate rows"}
    pictures, statistics = end["artifacts"][:-2], end["artifacts"][-2:]
    assert [artifact["title"] for artifact in pictures] == drawn
    assert [artifact["title"] for artifact in statistics] == ["Statistics (CSV)", "Statistics (JSON)"]
    assert download(stack, statistics[1]).json() == end["result"]["columns"]
    for artifact in pictures:
        picture = download(stack, artifact)
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.content.startswith(PNG)
        assert len(picture.content) == artifact["size"]

    assert end["result"]["rows"] == 1461
    assert end["result"]["written_by"] == "statistics"
    assert {column["name"] for column in end["result"]["columns"]} == COLUMNS
