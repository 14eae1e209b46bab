"""Finds what a lost message or worker left behind, and sends it again. Beat calls it; running it twice is safe."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from apps.jobs import files
from apps.jobs.engine.broker import waiting_messages
from apps.jobs.engine.dispatch import send
from apps.jobs.models import ACTIVE_JOB, UNENDED_STEP, Job, JobStatus, Step, StepStatus
from apps.jobs.engine.progress import changing, save_change
from apps.jobs.engine.work import advance

log = logging.getLogger(__name__)

BATCH = 500
UNSENT_AFTER = timedelta(seconds=5)  # longer than a submit takes from commit to message
LOST_AFTER = timedelta(seconds=30)
SURELY_LOST_AFTER = timedelta(minutes=10)
UNFINISHED_UPLOAD = (JobStatus.CREATED, JobStatus.UPLOADING)
UPLOAD_EXPIRES_AFTER = timedelta(minutes=15)


def reconcile() -> int:
    """Send again what needs it, close what nobody closed. Returns how many steps were sent."""
    expired = _release_expired_leases()
    step_ids = [*expired, *_never_sent(), *_lost_messages()][:BATCH]
    if step_ids:
        log.warning("sending %s steps again: %s", len(step_ids), step_ids)
        send(step_ids)
    _close_finished_jobs()
    return len(step_ids)


def _active_steps() -> QuerySet[Step]:
    return Step.objects.filter(job__status__in=ACTIVE_JOB)


def _release_expired_leases() -> list[int]:
    return _release(Q(lease_expires_at__lt=timezone.now()))


def release_steps_of(worker: str, *, started_before: datetime) -> int:
    """Send again what a worker held that is gone, without waiting for leases. Returns how many steps that were."""
    step_ids = _release(Q(worker=worker, started_at__lt=started_before))
    if step_ids:
        log.warning("sending again what %s held before it ended: %s", worker, step_ids)
        send(step_ids)
    return len(step_ids)


def _release(lost: Q) -> list[int]:
    """Queue the steps whose worker is gone, and count the loss. The claim that follows fails one lost too often."""
    released = []
    for step in _active_steps().filter(lost, status=StepStatus.PROCESSING)[:BATCH]:
        with suppress(Job.DoesNotExist), changing(step.job_id) as job:
            held = Step.objects.filter(pk=step.pk, attempt=step.attempt, status=StepStatus.PROCESSING)
            fresh = {"lease_expires_at": None, "sent_at": None, "queued_at": timezone.now()}
            if held.update(status=StepStatus.QUEUED, losses=F("losses") + 1, **fresh):
                save_change(job)
                released.append(step.pk)
    return released


def _never_sent() -> list[int]:
    old = timezone.now() - UNSENT_AFTER
    due = Q(retry_at=None) | Q(retry_at__lt=old)
    steps = _active_steps().filter(due, status=StepStatus.QUEUED, sent_at=None, queued_at__lt=old)
    return list(steps.values_list("pk", flat=True)[:BATCH])


def _lost_messages() -> list[int]:
    """Return steps whose message is gone: they wait though their queue is empty, or runs what was sent long after them.

    One that a worker has only prefetched looks the same; its second message is dropped at the claim.
    """
    old = timezone.now() - LOST_AFTER
    very_old = timezone.now() - SURELY_LOST_AFTER
    due = Q(retry_at=None) | Q(retry_at__lt=old)
    waiting = _active_steps().filter(due, status=StepStatus.QUEUED, sent_at__lt=old)
    queues = waiting.order_by().values_list("queue", flat=True).distinct()
    empty = [queue for queue, messages in waiting_messages(queues).items() if messages == 0]
    lost = waiting.filter(Q(queue__in=empty) | Q(sent_at__lt=very_old) | _overtaken())
    return list(lost.values_list("pk", flat=True)[:BATCH])


def _overtaken() -> Q:
    """Match steps that were sent long before others of their queue and priority which have ended already."""
    ended = Step.objects.filter(finished_at__gt=timezone.now() - SURELY_LOST_AFTER, sent_at__isnull=False)
    lines = ended.order_by().values("queue", "job__priority").annotate(newest=Max("sent_at"))
    overtaken = Q(pk__in=[])
    for line in lines:
        sent_before = line["newest"] - LOST_AFTER
        overtaken |= Q(queue=line["queue"], job__priority=line["job__priority"], sent_at__lt=sent_before)
    return overtaken


def _close_finished_jobs() -> None:
    unended = Step.objects.filter(status__in=UNENDED_STEP).values("job")
    for job in Job.objects.filter(status__in=ACTIVE_JOB).exclude(pk__in=unended)[:BATCH]:
        with suppress(Job.DoesNotExist), changing(job.pk) as held:
            if held.status in ACTIVE_JOB:
                advance(held)


def clean_up() -> int:
    """Expire uploads that never finished, and delete files that no job owns. Returns how many jobs' files went."""
    old = timezone.now() - UPLOAD_EXPIRES_AFTER
    unfinished = Job.objects.filter(status__in=UNFINISHED_UPLOAD, created_at__lt=old)
    gone = []
    for job in unfinished[:BATCH]:
        with suppress(Job.DoesNotExist), changing(job.pk) as held:
            if held.status in UNFINISHED_UPLOAD:
                save_change(held, status=JobStatus.EXPIRED, finished_at=timezone.now())
                gone.append(str(job.pk))
    gone += _orphans()
    for job_id in gone:
        files.delete_job_files(job_id)
    return len(gone)


def _orphans() -> list[str]:
    """Return ids of jobs that have files, but no row, and are old enough that no submit is making the row just now."""
    old = timezone.now() - UPLOAD_EXPIRES_AFTER
    known = {str(pk) for pk in Job.objects.values_list("pk", flat=True).iterator()}
    unknown = [job_id for job_id in files.folders() if job_id not in known]
    return [job_id for job_id in unknown if (modified := files.modified_at(job_id)) is None or modified < old]
