"""Asks the broker what waits in it, through kombu: the same for Redis, RabbitMQ and SQS."""

from collections.abc import Iterable

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError

from config.queues import QUEUES


def waiting_messages(queues: Iterable[str] = QUEUES) -> dict[str, int]:
    """Return the number of messages that no worker has taken yet, by queue. Raises kombu's OperationalError."""
    queues = list(queues)
    if not queues:
        return {}
    with current_app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=1)
        try:
            return {name: _count(connection, name) for name in queues}
        except connection.connection_errors as error:
            raise OperationalError(str(error)) from error


def _count(connection: Connection, queue: str) -> int:
    try:
        with connection.channel() as channel:
            messages: int = channel.queue_declare(queue=queue, passive=True).message_count
            return messages
    except connection.channel_errors:  # no such queue at the broker: Redis drops an empty one
        return 0
