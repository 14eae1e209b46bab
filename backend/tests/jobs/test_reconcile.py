"""What a lost message or worker left behind is found, sent again, or closed: once, and not too early."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.jobs.models import Job, JobStatus, Step, StepStatus
from apps.jobs.engine.reconcile import reconcile, release_steps_of
from apps.jobs.services import submit_job
from apps.jobs.engine.work import claim
from tests.jobs.conftest import Broker, expire_lease, only_step

pytestmark = pytest.mark.django_db(transaction=True)


def test_lost_message_is_sent_again_once_the_broker_has_none(
    job: Job, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker.messages.clear()
    monkeypatch.setattr("apps.jobs.engine.reconcile.waiting_messages", lambda queues: dict.fromkeys(queues, 0))
    assert reconcile() == 0
    Step.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    assert reconcile() == 1
    broker.deliver()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_step_that_waits_in_a_long_queue_is_not_sent_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.jobs.engine.reconcile.waiting_messages", lambda queues: dict.fromkeys(queues, 7))
    Step.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    assert reconcile() == 0


def test_step_that_was_overtaken_is_sent_again_though_its_queue_is_busy(
    job: Job, broker: Broker, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.jobs.engine.reconcile.waiting_messages", lambda queues: dict.fromkeys(queues, 7))
    lost, now = only_step(job), timezone.now()
    Step.objects.filter(pk=lost.pk).update(sent_at=now - timedelta(minutes=3))
    later = only_step(submit_job(owner=owner, kind="probe")[0])
    for sent_ago, status in ((170, StepStatus.COMPLETED), (60, StepStatus.PROCESSING)):  # soon after it; not ended
        ended_at = now if status == StepStatus.COMPLETED else None
        Step.objects.filter(pk=later.pk).update(
            status=status, sent_at=now - timedelta(seconds=sent_ago), finished_at=ended_at
        )
        assert reconcile() == 0
    Step.objects.filter(pk=later.pk).update(status=StepStatus.COMPLETED, finished_at=now)
    broker.messages.clear()
    assert reconcile() == 1
    assert broker.messages == [lost.pk]


def test_step_that_was_never_sent_is_sent(job: Job, broker: Broker) -> None:
    broker.messages.clear()
    Step.objects.update(sent_at=None)
    assert reconcile() == 0  # somebody may be sending it just now
    Step.objects.update(queued_at=timezone.now() - timedelta(minutes=1))
    assert reconcile() == 1
    assert broker.messages == [only_step(job).pk]


def test_step_whose_lease_ran_out_is_sent_again(job: Job, broker: Broker) -> None:
    broker.messages.clear()
    step = only_step(job)
    claim(step.pk, worker="lost", predecessor_is_dead=False)
    assert reconcile() == 0
    expire_lease(step)
    assert reconcile() == 1
    broker.deliver()
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_worker_that_starts_releases_what_its_predecessor_held_and_nothing_else(job: Job, broker: Broker) -> None:
    broker.messages.clear()
    held = claim(only_step(job).pk, worker="charts_cpu@here")
    assert held
    assert held.started_at
    began = timezone.now()
    assert release_steps_of("charts_cpu@there", started_before=began) == 0
    assert release_steps_of("charts_cpu@here", started_before=held.started_at) == 0  # its own, claimed since
    assert release_steps_of("charts_cpu@here", started_before=began) == 1
    assert release_steps_of("charts_cpu@here", started_before=began) == 0
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, job.steps.earliest("pk").losses) == (JobStatus.COMPLETED, 1)


def test_job_whose_steps_have_all_ended_is_closed(job: Job) -> None:
    Step.objects.update(status=StepStatus.FAILED, error_code="TIMEOUT", error_message="too long")
    reconcile()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, "TIMEOUT")
