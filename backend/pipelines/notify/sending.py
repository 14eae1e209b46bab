"""Sends what is due, many at once: a slow receiver holds nobody else up."""

import asyncio
import hmac
import logging
import smtplib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.jobs.failures import JobError
from apps.jobs.storage.public import PublicServers, public_servers
from pipelines.notify.models import Delivery, Subscription

BATCH = 200  # at once
TIMEOUT = 10.0  # seconds for one request
LEASE = timedelta(minutes=2)  # whoever has taken a delivery has so long to send it
WAITS = (5, 60, 300, 1800, 7200, 21600)  # seconds after each attempt; after the last one it is given up

GONE = " 410."  # the status with which a receiver says that it wants no more

log = logging.getLogger(__name__)


def send_now(deliveries: QuerySet[Delivery]) -> int:
    """Send what is due of these, a batch of them, and return how many were delivered."""
    taken = _take(deliveries)
    if not taken:
        return 0
    problems = asyncio.run(_send_all(taken))
    for delivery, problem in zip(taken, problems, strict=True):
        _keep(delivery, problem)
    return problems.count("")


def _take(deliveries: QuerySet[Delivery]) -> list[Delivery]:
    """Take a batch, so that nobody else sends it meanwhile; if this process dies, somebody does later."""
    now = timezone.now()
    skip_locked = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = deliveries.filter(due_at__lte=now, subscription__disabled_at=None).order_by("due_at")
        taken = list(due.select_for_update(skip_locked=skip_locked, of=("self",) if skip_locked else ())[:BATCH])
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in taken]).update(due_at=now + LEASE)
    subscriptions = Subscription.objects.in_bulk({delivery.subscription_id for delivery in taken})
    for delivery in taken:
        delivery.subscription = subscriptions[delivery.subscription_id]
    return taken


async def _send_all(deliveries: Sequence[Delivery]) -> list[str]:
    """Send, and return for each what went wrong, or ""."""
    allowed = settings.FETCH_PRIVATE_HOSTS
    async with public_servers(timeout=TIMEOUT, allowed_private_hosts=allowed, at_once=BATCH) as servers:
        return list(await asyncio.gather(*(_send(delivery, servers) for delivery in deliveries)))


async def _send(delivery: Delivery, servers: PublicServers) -> str:
    target = delivery.subscription.target
    try:
        if target.startswith("mailto:"):
            await asyncio.to_thread(_mail, delivery, target.removeprefix("mailto:"))
            return ""
        status = await servers.post(target, delivery.body.encode(), headers_of(delivery))
    except JobError as error:
        return error.message
    except TimeoutError:
        return f"It did not answer within {TIMEOUT:g} s."
    except (OSError, smtplib.SMTPException) as error:
        return f"It could not be reached: {error}."
    return "" if 200 <= status < 300 else f"It answered with HTTP status {status}."


def headers_of(delivery: Delivery) -> dict[str, str]:
    """Return the headers that tell a receiver who sent this and when: https://www.standardwebhooks.com."""
    now = str(int(timezone.now().timestamp()))
    secret = b64decode(delivery.subscription.secret.removeprefix("whsec_"))
    signed = hmac.new(secret, f"{delivery.pk}.{now}.{delivery.body}".encode(), sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "job-notify/1.0",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{b64encode(signed).decode()}",
    }


def _mail(delivery: Delivery, address: str) -> None:
    subject = f"Job {delivery.job_id} has ended" if delivery.job_id else "You will be told when your jobs end"
    stop = "You asked to be told when your jobs end. To stop that, start the pipeline `notify` with the action: stop."
    EmailMessage(subject, f"{delivery.body}\n\n{stop}\n", to=[address]).send()


def _keep(delivery: Delivery, problem: str) -> None:
    """Keep what became of an attempt. Nothing more is sent to where nothing has got through for all of WAITS."""
    now = timezone.now()
    row = Delivery.objects.filter(pk=delivery.pk)
    subscription = Subscription.objects.filter(pk=delivery.subscription_id)
    if not problem:
        row.update(due_at=None, delivered_at=now, problem="", attempts=F("attempts") + 1)
        subscription.update(succeeded_at=now)
        return
    log.warning("delivery %s to %s: %s", delivery.pk, delivery.subscription, problem)
    wait = WAITS[delivery.attempts] if delivery.attempts < len(WAITS) and not problem.endswith(GONE) else None
    due_at = None if wait is None else now + timedelta(seconds=wait)
    row.update(due_at=due_at, problem=problem[:500], attempts=F("attempts") + 1)
    if wait is None:
        nothing_since = Q(succeeded_at=None) | Q(succeeded_at__lt=delivery.created_at)
        subscription.filter(nothing_since, disabled_at=None).update(disabled_at=now)
