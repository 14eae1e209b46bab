"""Stage `subscribe`: starts or stops telling somebody, and tries it at once."""

from base64 import b64encode
from secrets import token_bytes
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run
from pipelines.notify.ended import body_of
from pipelines.notify.models import Delivery, Subscription
from pipelines.notify.sending import send_now


def subscribe(run: Run) -> Json:
    """Return {"target", "active", "secret", "delivered", "waiting"}: the last two are numbers of messages.

    `secret` is what a webhook's receiver checks its signature with: https://www.standardwebhooks.com. "" for an e-mail.
    """
    target = run.options["webhook"] or _own_mail(run.owner_id)
    action = run.options["action"]
    if action == "stop":
        Subscription.objects.filter(owner=run.owner_id, target=target).delete()
        return {"target": target, "active": False, "secret": "", "delivered": 0, "waiting": 0}
    subscription = _started(run, target) if action == "start" else _known(run, target)
    run.report(50, f"Sending to {target}")
    delivered = send_now(Delivery.objects.filter(subscription=subscription, due_at__isnull=False))
    waiting = Delivery.objects.filter(subscription=subscription, due_at__isnull=False)
    if problem := waiting.values_list("problem", flat=True).first():
        raise JobError(ErrorCode.UPSTREAM_ERROR, f"Nothing could be sent to {target}: {problem}")
    is_webhook = bool(run.options["webhook"])
    return {
        "target": target,
        "active": True,
        "secret": subscription.secret if is_webhook else "",
        "delivered": delivered,
        "waiting": waiting.count(),
    }


def _started(run: Run, target: str) -> Subscription:
    """Return the subscription, with a message that tries it."""
    subscription, _ = Subscription.objects.update_or_create(
        owner_id=run.owner_id,
        target=target,
        defaults={"only_failures": run.options["when"] == "failures", "disabled_at": None},
        create_defaults={
            "only_failures": run.options["when"] == "failures",
            "secret": f"whsec_{b64encode(token_bytes(24)).decode()}",
        },
    )
    Delivery.objects.create(subscription=subscription, body=body_of("test", job=str(run.job_id)))
    return subscription


def _known(run: Run, target: str) -> Subscription:
    """Return a subscription, with all that could not be delivered made due."""
    subscription = Subscription.objects.filter(owner=run.owner_id, target=target).first()
    if subscription is None:
        raise JobError(ErrorCode.INVALID_INPUT, f"Nothing is sent to {target}. Choose the action: start.")
    Subscription.objects.filter(pk=subscription.pk).update(disabled_at=None)
    undelivered = Delivery.objects.filter(subscription=subscription, delivered_at=None)
    undelivered.update(due_at=timezone.now(), attempts=0)
    return subscription


def _own_mail(owner_id: Any) -> str:
    """Return the address of the job's owner, and never another's: this sends no mail to strangers."""
    mail = get_user_model().objects.values_list("email", flat=True).get(pk=owner_id)
    if not mail:
        raise JobError(ErrorCode.INVALID_INPUT, "Your account has no e-mail address. Give an address for a webhook.")
    return f"mailto:{mail}"
