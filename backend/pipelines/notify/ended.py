"""When a job ends: what is to be told is saved with its end, so that neither is without the other."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pipelines.notify import KIND
from pipelines.notify.models import Delivery, Subscription


def make_deliveries(*, job_id: UUID, owner_id: Any, kind: str, status: str) -> None:
    if kind == KIND:
        return
    subscriptions = Subscription.objects.filter(owner=owner_id, disabled_at=None)
    if status != "failed":
        subscriptions = subscriptions.filter(only_failures=False)
    body = body_of(f"job.{status}", id=str(job_id), kind=kind, status=status)
    deliveries = [Delivery(subscription=subscription, job_id=job_id, body=body) for subscription in subscriptions]
    if Delivery.objects.bulk_create(deliveries):
        transaction.on_commit(_send, robust=True)  # if that fails, beat has them sent


def body_of(event: str, **data: str) -> str:
    """Return what a receiver reads: the shape of https://www.standardwebhooks.com."""
    return json.dumps({"type": event, "timestamp": timezone.now().isoformat(), "data": data})


def _send() -> None:
    from pipelines.notify.tasks import send_due

    send_due.delay()
