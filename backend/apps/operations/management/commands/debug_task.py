"""`debug_task ai`: one task there and back."""

import time
from typing import Any

from celery import current_app
from celery.exceptions import TimeoutError as NoAnswer
from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from config.queues import QUEUES


class Command(BaseCommand):
    help = "Sends the task `debug` to a queue, and shows which worker, process and pool ran it, and how long it took."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queue", choices=list(QUEUES))
        parser.add_argument("--timeout", type=float, default=10, help="seconds to wait for the answer")

    def handle(self, *args: Any, **options: Any) -> None:
        queue, timeout = options["queue"], options["timeout"]
        began = time.monotonic()
        try:
            result = current_app.tasks["debug"].apply_async(queue=queue, expires=timeout)
            answer = result.get(timeout=timeout, disable_sync_subtasks=False)
        except NoAnswer:
            raise CommandError(f"No worker of {queue} answered in {timeout:g} s. scripts/doctor says why.") from None
        except (BrokerError, RedisError) as problem:
            raise CommandError(f"The broker can't be reached: {problem}. scripts/doctor says more.") from None
        trip = (time.monotonic() - began) * 1000
        for name, value in {
            "worker": answer["hostname"],
            "process": answer["process"],
            "pool": answer["pool"],
            "round trip": f"{trip:.0f} ms",
        }.items():
            self.stdout.write(f"{name:<10} {value}")
