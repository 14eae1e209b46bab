"""How Celery talks to its broker: transport options, priorities, and one repair of kombu."""

from collections.abc import Callable
from typing import Any

from kombu.transport import redis as kombu_redis
from redis.exceptions import ConnectionError as RedisConnectionError

from config.queues import VISIBILITY_TIMEOUT

# Redis counts from 0, the most urgent; each step is a list of its own.
PRIORITIES = {"high": 0, "normal": 3, "low": 9}
PRIORITY_STEPS = sorted(PRIORITIES.values())

SHARED_OPTIONS: dict[str, Any] = {
    "visibility_timeout": VISIBILITY_TIMEOUT,  # the shortest of all processes wins: the same everywhere
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "priority_steps": PRIORITY_STEPS,
    "sep": ":",
    "queue_order_strategy": "priority",
    "socket_keepalive": True,
    "health_check_interval": 10,
}

# A web request that sends must not hang on a broker that is gone: the row is there, and the reconciler sends later.
SENDER_OPTIONS = SHARED_OPTIONS | {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, "retry_on_timeout": False}

# A worker waits for messages, and outlives a slow broker.
WORKER_OPTIONS = SHARED_OPTIONS | {"socket_connect_timeout": 2, "socket_timeout": 10}


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
