"""Who is told of a job's end, with which signature, and what becomes of what can't be delivered."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pydantic import ValidationError
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.engine.changes import changing, save_change
from apps.jobs.failures import JobError
from apps.jobs.models import Job
from apps.jobs.pipelines import Json, job_ended
from apps.jobs.services import cancel_job
from pipelines.notify import NotifyOptions, sending
from pipelines.notify.models import Delivery, Subscription
from pipelines.notify.sending import WAITS, send_now
from tests.pipelines.memory_run import MemoryRun
from tests.pipelines.notify.receiver import Receiver, running_receiver

pytestmark = pytest.mark.django_db(transaction=True)

Subscribe = Callable[..., Json]


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.FETCH_PRIVATE_HOSTS = ["127.0.0.1"]
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send nothing by itself: a test does."""
    monkeypatch.setattr("pipelines.notify.tasks.send_due.delay", lambda: None)


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("ada", email="ada@example.org")


@pytest.fixture
def subscribe(owner: User, tmp_path: Path) -> Subscribe:
    def subscribe(**options: Any) -> Json:
        result: Json = MemoryRun("notify", tmp_path, owner_id=owner.pk, **options).complete()
        return result

    return subscribe


def end(owner: User, status: str = "completed", kind: str = "probe") -> Job:
    """Make a job that ends."""
    job = Job.objects.create(owner=owner, kind=kind, stage="draw", status="processing")
    with changing(job.pk) as job:
        save_change(job, status=status, finished_at=timezone.now())
    return job


def send() -> int:
    return send_now(Delivery.objects.all())


def test_end_of_a_job_is_told_with_a_signature(owner: User, subscribe: Subscribe, receiver: Receiver) -> None:
    result = subscribe(webhook=receiver.url)
    assert (result["active"], result["delivered"], result["waiting"]) == (True, 1, 0)
    job = end(owner, "failed")
    assert (send(), send()) == (1, 0)
    headers, body = receiver.got[-1]
    said = json.loads(body)
    assert (said["type"], said["data"]) == ("job.failed", {"id": str(job.pk), "kind": "probe", "status": "failed"})
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}".encode()
    key = b64decode(result["secret"].removeprefix("whsec_"))
    assert headers["webhook-signature"] == f"v1,{b64encode(hmac.new(key, signed, sha256).digest()).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert json.loads(receiver.got[0][1])["type"] == "test"


def test_cancelled_jobs_are_told_of_too_and_those_of_others_are_not(
    owner: User, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe(webhook=receiver.url)
    cancel_job(Job.objects.create(owner=owner, kind="probe", stage="draw").pk)
    end(User.objects.create_user("eve"))
    end(owner, kind="notify")
    assert [json.loads(delivery.body)["type"] for delivery in Delivery.objects.exclude(job=None)] == ["job.cancelled"]


def test_only_failures_are_told_of_where_that_was_asked_for(
    owner: User, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe(webhook=receiver.url, when="failures")
    end(owner)
    failed = end(owner, "failed")
    assert Delivery.objects.exclude(job=None).get().job == failed


def test_mail_goes_to_the_owners_own_address(owner: User, subscribe: Subscribe) -> None:
    assert subscribe() == {
        "target": "mailto:ada@example.org",
        "active": True,
        "secret": "",
        "delivered": 1,
        "waiting": 0,
    }
    end(owner)
    send()
    assert [message.to for message in mail.outbox] == [["ada@example.org"]] * 2
    assert "job.completed" in mail.outbox[1].body
    User.objects.update(email="")
    with pytest.raises(JobError, match="no e-mail address"):
        subscribe()


def test_stopped_subscription_is_told_nothing(owner: User, subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe(webhook=receiver.url)
    assert subscribe(webhook=receiver.url, action="stop")["active"] is False
    end(owner)
    assert not Delivery.objects.exists()


def test_what_can_not_be_delivered_is_tried_again_later_each_time_and_then_given_up(
    owner: User, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe(webhook=receiver.url)
    end(owner)
    receiver.status = 503
    waits = []
    for _ in range(len(WAITS)):
        assert send() == 0
        delivery = Delivery.objects.exclude(job=None).get()
        assert delivery.due_at
        waits.append(round((delivery.due_at - timezone.now()).total_seconds(), -1))
        assert send() == 0  # it isn't due
        Delivery.objects.exclude(job=None).update(due_at=timezone.now())
    assert waits == [round(wait, -1) for wait in WAITS]
    send()
    delivery.refresh_from_db()
    assert (delivery.due_at, delivery.attempts) == (None, len(WAITS) + 1)
    assert delivery.problem == "It answered with HTTP status 503."
    assert len({headers["webhook-id"] for headers, _ in receiver.got[1:]}) == 1


def test_target_that_takes_nothing_for_long_is_disabled_and_can_be_started_by_hand(
    owner: User, subscribe: Subscribe, receiver: Receiver
) -> None:
    subscribe(webhook=receiver.url)
    receiver.status = 500
    jobs = [end(owner), end(owner)]
    Subscription.objects.update(succeeded_at=timezone.now() - timedelta(hours=9))
    Delivery.objects.filter(job=jobs[0]).update(attempts=len(WAITS))
    send()
    assert Subscription.objects.get().disabled_at
    got = len(receiver.got)
    end(owner)
    Delivery.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    assert (send(), len(receiver.got)) == (0, got)
    receiver.status = 200
    again = subscribe(webhook=receiver.url, action="send again")
    assert (again["active"], again["delivered"], again["waiting"]) == (True, 2, 0)
    assert Subscription.objects.get().disabled_at is None


def test_target_that_says_it_is_gone_is_disabled_at_once(owner: User, subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe(webhook=receiver.url)
    receiver.status = 410
    Subscription.objects.update(succeeded_at=None)
    end(owner)
    send()
    assert Subscription.objects.get().disabled_at


@pytest.mark.parametrize("status", [301, 400, 500])
def test_target_that_does_not_take_the_first_message_fails_the_job_and_is_kept(
    subscribe: Subscribe, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    with pytest.raises(JobError, match=f"HTTP status {status}"):
        subscribe(webhook=receiver.url)
    assert len(receiver.got) == 1
    assert Delivery.objects.get().due_at


@pytest.mark.parametrize(
    ("webhook", "said"),
    [
        ("http://127.0.0.1:1/", "private or local address"),
        ("http://[::1]:1/", "private or local address"),
        ("http://localhost:1/", "private or local address"),
        ("http://169.254.169.254/", "private or local address"),
        ("http://nobody.invalid/", "could not be reached"),
    ],
)
def test_address_inside_of_the_network_is_never_asked(subscribe: Subscribe, webhook: str, said: str) -> None:
    with pytest.raises(JobError, match=said):
        subscribe(webhook=webhook)


@pytest.mark.parametrize(
    "webhook", ["ftp://example.org", "https://", "https://me:x@example.org", "mailto:eve@example.org"]
)
def test_address_that_is_none_is_refused(webhook: str) -> None:
    with pytest.raises(ValidationError, match="Begin with https://"):
        NotifyOptions(webhook=webhook)


def test_slow_receiver_holds_nobody_up(
    owner: User, subscribe: Subscribe, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(webhook=receiver.url)
    receiver.delay = 30
    monkeypatch.setattr(sending, "TIMEOUT", 1.0)
    for _ in range(100):
        end(owner)
    assert send() == 0
    assert receiver.most_at_once > 50
    assert {delivery.problem for delivery in Delivery.objects.exclude(job=None)} == {"It did not answer within 1 s."}


def test_delivery_whose_sender_died_is_taken_by_another(
    owner: User, subscribe: Subscribe, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(webhook=receiver.url)
    end(owner)
    sending._take(Delivery.objects.all())
    assert send() == 0
    now = timezone.now() + sending.LEASE
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    assert send() == 1


def test_receiver_of_the_signal_that_fails_costs_the_job_nothing(owner: User) -> None:
    def fail(**job: Any) -> None:
        User.objects.create_user("written")
        raise RuntimeError("no")

    job_ended.connect(fail)
    try:
        job = end(owner)
    finally:
        job_ended.disconnect(fail)
    job.refresh_from_db()
    assert job.status == "completed"
    assert not User.objects.filter(username="written").exists()
