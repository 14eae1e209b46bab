"""Whether progress reaches a browser: the channel layer, the addresses of the sockets, and an event that arrives."""

import asyncio
from collections.abc import Iterator
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings

from apps.jobs.live import doorbell
from apps.jobs.live.consumers import NoSuchSocket
from apps.jobs.live.routing import websocket_urlpatterns
from apps.operations.doctor.findings import Check, Finding, error, ok, warning

GROUP = "doctor"
WITHIN = 3.0  # seconds
ADDRESSES = ("ws/jobs/", "ws/jobs/00000000-0000-0000-0000-000000000000/")


def check_layer() -> Iterator[Finding]:
    layers: Any = settings.CHANNEL_LAYERS
    if isinstance(get_channel_layer(), InMemoryChannelLayer):
        yield warning(
            "channel layer",
            "it is in memory, so news of workers don't reach the web process",
            "Set REDIS_URL and use channels_redis in CHANNEL_LAYERS.",
        )
        return
    address = layers["default"]["CONFIG"]["hosts"][0]["address"].rpartition("@")[2]
    try:
        doorbell.send(GROUP, {"type": "doctor"})
    except doorbell.LayerAway as away:
        yield error("channel layer", f"{address} can't be reached: {away}", "Start the stack, or correct REDIS_URL.")
    else:
        yield ok("channel layer", address)


def check_routes() -> Iterator[Finding]:
    for address in ADDRESSES:
        found = next(match for pattern in websocket_urlpatterns if (match := pattern.resolve(address)))
        if getattr(found.func, "consumer_class", None) is NoSuchSocket:
            yield error("WebSocket routes", f"/{address} leads nowhere", "Put its consumer into live/routing.py.")
            return
    yield ok("WebSocket routes", "/ws/jobs/ and /ws/jobs/{id}/")


def check_event() -> Iterator[Finding]:
    if async_to_sync(_arrives)():
        yield ok("WebSocket event", "sent like a worker does, received like the web process does")
    else:
        yield error(
            "WebSocket event",
            f"none arrived within {WITHIN:.0f} s",
            "Web and workers use different Redis databases or prefixes: compare REDIS_URL of both.",
        )


async def _arrives() -> bool:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    try:
        await asyncio.to_thread(doorbell.send, GROUP, {"type": "doctor"})
        async with asyncio.timeout(WITHIN):
            await layer.receive(channel)
        return True
    except TimeoutError:
        return False
    finally:
        await layer.group_discard(GROUP, channel)


CHECKS: dict[str, Check] = {"channel layer": check_layer, "routes": check_routes, "event": check_event}
