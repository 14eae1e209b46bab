"""Finds what was lost, and has it run again. Every worker and web process calls in; one of them takes each turn."""

import logging
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from apps.jobs.engine.changes import changing, save_change
from apps.jobs.engine.losses import release
from apps.jobs.engine.stages import close_stage
from apps.jobs.models import ACTIVE_JOB, Job, Stage, Step, StepStatus, Turn, Worker

log = logging.getLogger(__name__)

ROUND = timedelta(seconds=3)
LATE = timedelta(seconds=4)  # a worker that wasn't seen for so long has missed a round
MAX_MISSED = 9  # rounds: with LATE, 30 s of silence. Rounds that couldn't be held, as without a database, don't count.
BATCH = 500
RECONCILE = "reconcile"
UNSERVED = "unserved "  # with a queue's name: the Turn that holds since when the queue has had no worker


def reconcile_in_turn() -> None:
    """Hold a round, unless somebody did within the last seconds."""
    if take_turn(RECONCILE, ROUND):
        reconcile()


def take_turn(duty: str, every: timedelta) -> bool:
    """Tell whether it is on the caller to do something that is done once in so long, whoever does it."""
    if Turn.objects.filter(duty=duty, taken_at__lt=Now() - every).update(taken_at=Now()):
        return True
    return Turn.objects.get_or_create(duty=duty, defaults={"taken_at": Now()})[1]


def reconcile() -> None:
    """Look once at everything that can be lost. Doing it twice at once is safe: every write is fenced."""
    release_steps_of_silent_workers()
    release_steps_without_worker()
    queue_steps_to_retry()
    close_finished_stages()
    tell_of_queues_without_worker()


def release_steps_of_silent_workers() -> None:
    """Count the rounds for which a worker was silent, and queue again what one held that is taken for dead."""
    Worker.objects.filter(seen_at__lt=Now() - LATE).update(missed=F("missed") + 1)
    for worker in Worker.objects.filter(missed__gte=MAX_MISSED):
        log.warning("worker %s has been silent since %s: its steps are queued again", worker.name, worker.seen_at)
        end_worker(worker)


def end_worker(worker: Worker) -> None:
    """Queue again what a worker still holds, and forget it."""
    for step in _held().filter(held_by=worker.pk):
        release(step)
    worker.delete()


def release_steps_without_worker() -> None:
    """Queue again what is held by a worker that was forgotten, as one is that was frozen and then went on."""
    long_ago = Now() - LATE * MAX_MISSED
    forgotten = _held().exclude(held_by__in=Worker.objects.values("pk"))
    for step in forgotten.filter(held_by__isnull=False, started_at__lt=long_ago)[:BATCH]:
        release(step)


def _held() -> QuerySet[Step]:
    return Step.objects.select_related("job", "stage").filter(status=StepStatus.PROCESSING)


def queue_steps_to_retry() -> None:
    """Make steps due whose time to be tried again has come. What somebody else has locked is left to the next round."""
    waiting = Step.objects.filter(status=StepStatus.QUEUED, retry_at__lte=Now())
    with transaction.atomic():  # no waiting for locks: others take those of several steps in another order
        due = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Step.objects.filter(pk__in=due).update(retry_at=None)


def close_finished_stages() -> None:
    """Close stages whose last step ended while nobody could close them."""
    ended = Q(total__gt=0, total=F("completed") + F("failed") + F("cancelled"))
    stages = Stage.objects.filter(ended, job__status__in=ACTIVE_JOB, name=F("job__stage"))
    for job_id in stages.values_list("job", flat=True)[:BATCH]:
        close_stage(job_id)


def tell_of_queues_without_worker() -> None:
    """Say in the message of a job that its queue has had no worker for a while. The next step that starts clears it."""
    served = {queue["name"] for queues in Worker.objects.values_list("queues", flat=True) for queue in queues}
    waiting = Stage.objects.filter(job__status__in=ACTIVE_JOB, name=F("job__stage"))
    queues = set(waiting.order_by().values_list("queue", flat=True).distinct())
    Turn.objects.filter(duty__startswith=UNSERVED, duty__in=[UNSERVED + queue for queue in served]).delete()
    patience = timedelta(seconds=settings.JOBS_NO_WORKER_AFTER)
    for queue in queues - served:
        duty = UNSERVED + queue
        Turn.objects.get_or_create(duty=duty, defaults={"taken_at": Now()})
        if Turn.objects.filter(duty=duty, taken_at__lt=Now() - patience).exists():
            _tell(waiting.filter(queue=queue, job__stalled=False), queue)


def _tell(stages: QuerySet[Stage], queue: str) -> None:
    text = f"No worker has served the queue {queue} for {settings.JOBS_NO_WORKER_AFTER} s. Start one, and this goes on."
    for job_id in stages.values_list("job", flat=True)[:BATCH]:
        with suppress(Job.DoesNotExist), changing(job_id) as job:
            if job.status in ACTIVE_JOB:
                save_change(job, message=text, stalled=True)
