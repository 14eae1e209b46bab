"""The broker and Celery's results live in Redis DB 0, the channel layer in DB 1: pub/sub, so it leaves no keys."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from tests.journeys.watching import WITHIN, socket, submit, watch
from tests.stack import Stack

pytestmark = pytest.mark.integration


async def test_broker_is_database_0_and_channel_layer_database_1(stack: Stack, sample: Path) -> None:
    marker = f"end of {uuid4()}"
    seen: list[tuple[int, str, str]] = []  # database, command, its arguments
    with redis.Redis.from_url(stack.redis, decode_responses=True).monitor() as monitor:  # type: ignore[no-untyped-call]
        job = submit(stack, sample)
        async with asyncio.timeout(WITHIN), socket(stack, f"/ws/jobs/{job['id']}/") as connection:
            await watch(connection, job["id"])
        redis.Redis.from_url(stack.redis).echo(marker)
        while not seen or marker not in seen[-1][2]:
            entry = monitor.next_command()
            name, _, arguments = entry["command"].partition(" ")
            seen.append((entry["db"], name.upper(), arguments))

    def databases(*names: str) -> set[int]:
        return {database for database, name, _ in seen if name in names}

    assert databases("LPUSH") == databases("BRPOP") == {0}
    announced = [database for database, name, arguments in seen if name == "PUBLISH" and job["id"] in arguments]
    assert announced
    assert set(announced) == {1}

    broker, channel_layer = (
        redis.Redis.from_url(f"{stack.redis}/{number}", decode_responses=True) for number in (0, 1)
    )
    assert "_kombu.binding.default" in broker.keys("*")
    assert channel_layer.keys("*") == []
