"""Many programs at once on few jobs, on PostgreSQL: nobody waits for each other in a ring, and no count is lost."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.engine import reconcile as reconciling
from apps.jobs.engine.attempt import Attempt, Holder, LostClaim, claim
from apps.jobs.engine.losses import release
from apps.jobs.engine.reconcile import queue_steps_to_retry, reconcile
from apps.jobs.engine.run import run_step
from apps.jobs.failures import ErrorCode, TransientError
from apps.jobs.models import ACTIVE_JOB, Job, Step
from apps.jobs.pipelines import Json, Run
from apps.jobs.services import Conflict, cancel_job, delete_job, retry_job, run_step_again, submit_job
from testing.waiting import wait_until
from tests.jobs.conftest import PROBE, Broker, Functions
from tests.jobs.engine.promises import Promises

pytestmark = pytest.mark.integration

SECONDS = 20
JOBS = 4
PARTS = 8


def work(run: Attempt) -> Json:
    run.report(50, "half")
    run.save_artifact(run.label, b"", "text/plain")
    if random.random() < 0.2:
        raise TransientError(ErrorCode.UPSTREAM_ERROR)
    return {"attempt": run.attempt, "parts": PARTS}


class Crowd:
    """What each thread does again and again, until it is told to end."""

    def __init__(self, owner: User) -> None:
        self.owner, self.is_over, self.done = owner, Event(), Counter[str]()

    def repeat(self, act: Callable[[], object]) -> None:
        try:
            while not self.is_over.is_set():
                with suppress(Conflict, Job.DoesNotExist, Step.DoesNotExist, IndexError):
                    act()
                    self.done[act.__name__] += 1
        finally:
            self.is_over.set()  # one error ends it for all
            connections.close_all()

    def run(self) -> None:
        run_step(random.choice(PROBE.stages).queue, holder=Holder(uuid4(), "worker"), task_id=uuid4().hex)

    def submit(self) -> None:
        if Job.objects.count() < JOBS:
            submit_job(owner=self.owner, kind="probe", options={"parts": PARTS})
        time.sleep(0.02)

    def cancel(self) -> None:
        cancel_job(self.any_job().pk)
        time.sleep(0.05)

    def retry(self) -> None:
        retry_job(self.any_job().pk)
        time.sleep(0.01)

    def run_step_again(self) -> None:
        step = random.choice(Step.objects.filter(status__in=("completed", "failed", "cancelled")))
        run_step_again(step.job_id, step.pk)
        time.sleep(0.02)

    def delete(self) -> None:
        delete_job(self.any_job().pk)
        time.sleep(0.2)

    def release(self) -> None:
        release(random.choice(Step.objects.filter(status="processing")))
        time.sleep(0.02)

    def reconcile(self) -> None:
        reconcile()

    def any_job(self) -> Job:
        return random.choice(Job.objects.all())


def test_crowd_neither_blocks_itself_nor_miscounts(
    on_postgres: None, probe: Functions, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe.split = probe.draw = work  # type: ignore[assignment]
    monkeypatch.setattr("apps.jobs.engine.attempt.REPORT_INTERVAL", 0)
    monkeypatch.setattr("apps.jobs.engine.run.retry_delay", lambda retry, retry_after: 0)
    monkeypatch.setattr(reconciling, "MAX_MISSED", 0)
    for module in ("engine.attempt", "engine.changes", "services.changes"):
        monkeypatch.setattr(f"apps.jobs.{module}.ring", lambda job_id, owner_id: None)  # nobody watches
    crowd = Crowd(User.objects.create_user("ada"))
    acts = [crowd.run] * 6 + [crowd.cancel, crowd.retry, crowd.delete, crowd.release, crowd.reconcile] * 2
    acts.append(crowd.run_step_again)
    with ThreadPoolExecutor(len(acts) + 1) as threads:
        ends = [threads.submit(crowd.repeat, act) for act in (crowd.submit, *acts)]
        crowd.is_over.wait(SECONDS)
        crowd.is_over.set()
    for end in ends:
        end.result()
    assert set(crowd.done) == {"submit", *(act.__name__ for act in acts)}, crowd.done
    Promises().observe()
    for _ in range(20):
        reconcile()
        broker.catch_up()
    assert not Job.objects.filter(status__in=ACTIVE_JOB).exists()
    Promises().observe()


def test_steps_are_made_due_without_waiting_for_what_is_locked(
    on_postgres: None, probe: Functions, broker: Broker
) -> None:
    owner = User.objects.create_user("ada")
    locked, free = (submit_job(owner=owner, kind="probe")[0].steps.get() for _ in range(2))
    Step.objects.update(retry_at=timezone.now())
    is_locked, is_done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Step.objects.select_for_update().get(pk=locked.pk)
            is_locked.set()
            is_done.wait(5)
        connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        end = threads.submit(hold)
        is_locked.wait(5)
        queue_steps_to_retry()
        due = list(Step.objects.filter(retry_at=None))
        is_done.set()
    end.result()
    assert due == [free]
    queue_steps_to_retry()
    assert Step.objects.filter(retry_at=None).count() == 2


def test_step_outlives_its_connection(on_postgres: None, probe: Functions, broker: Broker) -> None:
    def lose_connection(run: Run) -> Json:
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return {"parts": 1}

    probe.split = lose_connection
    job, _ = submit_job(owner=User.objects.create_user("ada"), kind="probe")
    broker.deliver()
    job.refresh_from_db()
    assert (job.status, {step.attempt for step in job.steps.all()}) == ("completed", {1})


def test_report_that_waited_for_a_cancel_writes_nothing(on_postgres: None, probe: Functions, broker: Broker) -> None:
    job, _ = submit_job(owner=User.objects.create_user("ada"), kind="probe")
    attempt = claim("ingestion_io", holder=broker.holder, task_id="one")
    assert attempt

    def report() -> None:
        try:
            with pytest.raises(LostClaim):
                attempt.report(50, "half")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            cancel_job(job.pk)
            end = threads.submit(report)
            wait_until(lambda: blocked() == 1, what="the report to wait")
        end.result()
    version = Job.objects.get(pk=job.pk).version
    assert (Job.objects.get(pk=job.pk).message, version) == ("", job.steps.get().version)


def blocked() -> int:
    """Return how many connections wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])
