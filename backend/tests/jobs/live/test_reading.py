"""What a job costs to read and to send does not grow with it."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.jobs.live import reading
from apps.jobs.models import Job, Step
from tests.jobs.api.rows import make_job

pytestmark = pytest.mark.django_db

MAX_BYTES = 256_000


@pytest.fixture
def large(owner: User) -> Job:
    """A job of 10,000 steps with the longest labels there are."""
    job = make_job(owner, steps=10_000)
    Step.objects.update(label="漢" * 200, error_message="漢" * 5000, error_code="TIMEOUT")
    return job


def queries_of(call: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_number_of_queries_does_not_grow_with_the_job(owner: User) -> None:
    small, large = make_job(owner, steps=10), make_job(owner, steps=2000)
    for read in (reading.read_snapshot, reading.read_summary_update, lambda pk: reading.read_update(pk, 0)):
        assert queries_of(lambda read=read: read(large.pk)) <= queries_of(lambda read=read: read(small.pk)) + 8


def test_number_of_queries_does_not_grow_with_the_list(owner: User) -> None:
    counts = []
    for jobs in (5, 50):
        for _ in range(jobs):
            make_job(owner)
        counts.append(queries_of(lambda: reading.read_list(Job.objects.filter(owner=owner), 50)))
    assert counts[0] == counts[1]


def test_messages_of_a_large_job_stay_below_the_limit(large: Job) -> None:
    for found in (reading.read_snapshot(large.pk), reading.read_update(large.pk, 0), reading.read_update(large.pk, 9)):
        assert found
        assert len(found[1].encode()) <= MAX_BYTES
        assert json.loads(found[1])["job"]["steps_total"] == 10_000


def test_list_of_wide_jobs_stays_below_64_kb(owner: User) -> None:
    for _ in range(50):
        make_job(owner, steps=30, result={"columns": ["a column of a table"] * 500})
    versions, text = reading.read_list(Job.objects.filter(owner=owner), 50)
    assert len(versions) == 50
    assert len(text.encode()) < 64_000


def test_result_that_is_too_large_is_an_address(owner: User) -> None:
    job = make_job(owner, status="completed", result={"text": "x" * 300_000})
    state = reading.read_job(job.pk)
    assert state
    assert (state.result, state.result_url) == (None, f"/api/jobs/{job.pk}/result/")


def test_what_runs_or_failed_comes_first(owner: User) -> None:
    job = make_job(owner, steps=300)
    telling = dict(
        zip(Step.objects.order_by("-id").values_list("pk", flat=True)[:2], ("failed", "processing"), strict=True)
    )
    for pk, status in telling.items():
        Step.objects.filter(pk=pk).update(status=status)
    state = reading.read_job(job.pk)
    assert state
    assert len(state.steps) == 200
    assert telling.keys() <= {step.id for step in state.steps}
    stage = state.stages[0]
    assert (stage.total, stage.processing, stage.queued) == (300, 1, 299)


def test_progress_counts_stages_by_weight_and_running_steps_by_theirs(owner: User) -> None:
    job = make_job(owner, steps=2)
    first, second = Step.objects.order_by("id")
    Step.objects.filter(pk=first.pk).update(status="completed")
    job.stages.filter(name="split").update(completed=1)
    Step.objects.filter(pk=second.pk).update(status="processing", progress=50)
    assert reading.percent_done(job) == 18.8  # (100 + 50) / 2 of a stage that weighs 1 of 4
