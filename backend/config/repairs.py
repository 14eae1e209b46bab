"""What is broken in Celery and kombu 5.7.0, and mended here. A repair can go once its test passes without it."""

from collections.abc import Callable
from typing import Any

from kombu.transport import redis as kombu_redis
from redis.exceptions import ConnectionError as RedisConnectionError


def keep_connection_info() -> None:
    """Keep a Redis channel's address after its connection was given up.

    Without it, a restart of Redis kills a prefork worker's main process that holds unacknowledged messages: kombu
    5.7.0 asks the detached connection for its host name and gets None.
    """
    original: Callable[..., dict[str, Any]] = kombu_redis.Channel._connparams

    def connparams(self: Any, asynchronous: bool = False) -> dict[str, Any]:
        transport = self.connection
        if transport is None:
            raise RedisConnectionError("The channel is closed.")
        if transport.client is not None:
            self.kept_connection = transport.client
            return original(self, asynchronous)
        transport.client = self.kept_connection
        try:
            return original(self, asynchronous)
        finally:
            transport.client = None

    kombu_redis.Channel._connparams = connparams


def skip_ended_processes() -> None:
    """Don't watch a pool's process that has ended already.

    Without it, a prefork worker whose process ends while it reconnects to Redis dies as a whole: the process's file
    descriptor is None by then, and `register_with_event_loop` tracks it once more.
    """
    from celery.concurrency.asynpool import AsynPool  # prefork alone needs it

    original: Callable[..., None] = AsynPool._track_child_process

    def track(self: Any, process: Any, hub: Any) -> None:
        if getattr(process, "_sentinel_poll", ...) is not None:
            original(self, process, hub)

    AsynPool._track_child_process = track
