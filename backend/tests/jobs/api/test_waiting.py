"""Why a job isn't further: where its steps wait, and what is ahead of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.jobs.models import Job, StepStatus
from tests.jobs.api.rows import make_job

pytestmark = pytest.mark.django_db


def waiting(client: Client, job: Job) -> Any:
    return client.get(f"/api/jobs/{job.pk}/waiting/").json()


def test_steps_ahead_are_the_more_urgent_ones_and_those_of_lower_rank_or_age(ada: Client, owner: User) -> None:
    first, second = make_job(owner, rank=5), make_job(owner, rank=5)
    make_job(owner, rank=4), make_job(owner, rank=6)
    make_job(owner, priority="high", rank=9), make_job(owner, priority="low")
    assert waiting(ada, first) == [{"queue": "ingestion_io", "waiting": 1, "ahead": 2, "processing": 0}]
    assert waiting(ada, second)[0]["ahead"] == 3


def test_own_steps_are_not_ahead(ada: Client, owner: User) -> None:
    job = make_job(owner, steps=3)
    assert waiting(ada, job) == [{"queue": "ingestion_io", "waiting": 3, "ahead": 0, "processing": 0}]
    job.steps.filter(position=0).update(status=StepStatus.COMPLETED)
    assert waiting(ada, job)[0]["waiting"] == 2


def test_step_that_runs_or_is_tried_again_later_does_not_wait_for_its_turn(
    ada: Client, eve: Client, owner: User, stranger: User
) -> None:
    running, later, mine = make_job(stranger), make_job(stranger), make_job(owner)
    running.steps.update(status=StepStatus.PROCESSING)
    later.steps.update(retry_at=timezone.now() + timedelta(minutes=1))
    assert waiting(ada, mine) == [{"queue": "ingestion_io", "waiting": 1, "ahead": 0, "processing": 1}]
    assert waiting(eve, running) == waiting(eve, later) == []


def test_steps_ahead_are_counted_no_further_than_1000(
    ada: Client, owner: User, stranger: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_job(stranger, steps=1500)
    job = make_job(owner, rank=2000)
    with django_assert_num_queries(8):  # session, user, job, stage; first, count, ahead, processing
        assert waiting(ada, job)[0]["ahead"] == 1000
