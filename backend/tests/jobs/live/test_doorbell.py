"""Rings reach the channel layer's own receivers, through a real Redis; without one they cost next to nothing."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import redis
from asgiref.sync import async_to_sync
from channels.layers import channel_layers, get_channel_layer
from pytest_django import Settings

from apps.jobs.live import doorbell
from native.ports import free_port


def use_redis(settings: Settings, url: str) -> None:
    config = {"prefix": "test", "hosts": [{"address": url}]}
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}
    }


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)
    doorbell._client.cache_clear()
    channel_layers.backends.clear()
    yield
    doorbell._client.cache_clear()
    channel_layers.backends.clear()


def heard(ring: Callable[[], None]) -> dict[str, Any]:
    """Join the group of user 7, ring, and return what comes."""

    async def listen() -> dict[str, Any]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(doorbell.owner_group(7), channel)
        await asyncio.to_thread(ring)
        message: dict[str, Any] = await asyncio.wait_for(layer.receive(channel), 5)
        return message

    message: dict[str, Any] = async_to_sync(listen)()
    return message


@pytest.mark.integration
def test_ring_is_heard_by_whoever_joined_the_group(settings: Settings, redis_server: str) -> None:
    use_redis(settings, f"{redis_server}/1")
    job_id = uuid4()
    message = {"type": "job.changed", "id": str(job_id), "owner": 7}
    assert heard(lambda: doorbell.ring(job_id, 7)) == message


@pytest.mark.integration
def test_ring_is_heard_also_when_the_connection_turns_out_to_be_dead(
    settings: Settings, redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restart of Redis in Docker: the address is the same, and nobody closed the old connection."""
    use_redis(settings, f"{redis_server}/1")
    job_id = uuid4()
    connections = doorbell._client().connection_pool
    connection = connections.get_connection()
    connections.release(connection)

    def break_once(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise redis.ConnectionError("Broken pipe")

    monkeypatch.setattr(connection, "send_packed_command", break_once)
    assert heard(lambda: doorbell.ring(job_id, 7))["id"] == str(job_id)


def test_redis_that_is_away_is_tried_once_a_second_and_logged(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    use_redis(settings, f"redis://127.0.0.1:{free_port()}/1")
    with caplog.at_level(logging.WARNING):
        began = time.monotonic()
        for _ in range(1000):
            doorbell.ring(uuid4(), 7)
    assert len(caplog.records) <= 1 + (time.monotonic() - began) / doorbell.PAUSE
    assert "could not tell" in caplog.text
