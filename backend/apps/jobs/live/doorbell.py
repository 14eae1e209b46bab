"""Rings for everybody who watches a job. One that isn't heard costs a moment, never data: heartbeats heal it.

It is what `group_send` of the channel layer does, without an event loop: that would take a connection for each call,
and doesn't work under gevent.
"""

import logging
import time
from functools import cache
from typing import Any
from uuid import UUID

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds without another try, after one that failed

_silent_until = 0.0


class LayerAway(Exception):
    """The channel layer can't be reached."""


def owner_group(owner_id: int) -> str:
    """Return the group of the channel layer in which it rings for all jobs of a user."""
    return f"owner.{owner_id}"


def ring(job_id: UUID, owner_id: int) -> None:
    """Tell the web processes that a job has changed. Never raises; a Redis that is away is tried once a second."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        send(owner_group(owner_id), {"type": "job.changed", "id": str(job_id), "owner": owner_id})
    except LayerAway as error:
        _silent_until = time.monotonic() + PAUSE
        log.warning("could not tell that job %s has changed: %s", job_id, error)


def send(group: str, message: dict[str, object]) -> None:
    """Send a message to a group of the channel layer. Raises LayerAway."""
    layer = get_channel_layer()
    if not isinstance(layer, RedisPubSubChannelLayer):  # in memory, within one process
        async_to_sync(layer.group_send)(group, message)
        return
    try:
        _client().publish(f"{_config()['prefix']}__group__{group}", layer.serialize(message))
    except redis.RedisError as error:
        raise LayerAway(str(error) or type(error).__name__) from error


@cache
def _client() -> redis.Redis:
    """Return the connections of this process: redis-py makes new ones after a fork, and one for each thread."""
    host = dict(_config()["hosts"][0])
    limits: dict[str, Any] = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0}  # seconds
    # Once more, on a new connection: the old one may be of a Redis that has been restarted since.
    limits["retry"] = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis.Redis.from_url(host["address"], **limits)


def _config() -> dict[str, Any]:
    layers: dict[str, Any] = settings.CHANNEL_LAYERS
    config: dict[str, Any] = layers["default"]["CONFIG"]
    return config
