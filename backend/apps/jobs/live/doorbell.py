"""Rings for everybody who watches a job. A bell that isn't heard costs a moment: heartbeats heal it."""

import logging
from uuid import UUID

import redis
from channels_redis.serializers import registry
from django.conf import settings

log = logging.getLogger(__name__)


def job_group(job_id: UUID | str) -> str:
    return f"job.{job_id}"


def owner_group(owner_id: int) -> str:
    return f"owner.{owner_id}"


_client: redis.Redis | None = None


def ring(job_id: UUID, owner_id: int) -> None:
    global _client
    message = {"type": "job.changed", "id": str(job_id), "owner": owner_id}
    config = settings.CHANNEL_LAYERS["default"].get("CONFIG")
    if not config:
        return
    if _client is None:
        _client = redis.Redis.from_url(config["hosts"][0]["address"], socket_timeout=1, socket_connect_timeout=0.5)
    try:
        pipe = _client.pipeline(transaction=False)
        for group in (job_group(job_id), owner_group(owner_id)):
            pipe.publish(f"asgi__group__{group}", registry.get_serializer("msgpack").serialize(message))
        pipe.execute()
    except redis.RedisError as error:
        log.warning("could not ring for job %s: %s", job_id, error)
