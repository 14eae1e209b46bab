"""How the queues do, for people who look at them: over HTTP and as metrics, from the database alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.jobs.models import StepStatus, Worker
from apps.operations.figures import finished_per_minute, queue_states
from config.queues import QUEUES
from tests.operations.conftest import StepMaker, WorkerMaker

pytestmark = pytest.mark.django_db


def state(queue: str = "charts_cpu") -> dict[str, Any]:
    return next(state.model_dump() for state in queue_states() if state.name == queue)


def test_due_steps_wait_and_later_ones_do_not(make_steps: StepMaker) -> None:
    make_steps(3)
    make_steps(5, retry_at=timezone.now() + timedelta(minutes=1))
    make_steps(2, status=StepStatus.PROCESSING)
    make_steps(7, status=StepStatus.COMPLETED)
    assert (state()["waiting"], state()["processing"], state()["workers"]) == (3, 2, 0)
    assert (state("ai")["waiting"], state("ai")["processing"]) == (0, 0)


def test_queue_without_a_worker_shows_the_numbers_of_the_table() -> None:
    for queue in QUEUES.values():
        shown = state(queue.name)
        assert shown["workers"] == 0
        for name in ("purpose", "pool", "concurrency", "prefetch_multiplier", "acks_late", "time_limit"):
            assert shown[name] == getattr(queue, name)


def test_queue_shows_what_its_workers_say_of_themselves(make_worker: WorkerMaker) -> None:
    make_worker(pool="gevent", concurrency=200, prefetch_multiplier=8, acks_late=False, time_limit=9, soft_time_limit=8)
    make_worker(concurrency=3)
    make_worker("ai")
    shown, numbers = state(), ("concurrency", "prefetch_multiplier", "time_limit", "soft_time_limit")
    assert [shown[name] for name in numbers] == [203, 8, 9, 8]
    assert (shown["pool"], shown["acks_late"], shown["workers"]) == ("gevent", False, 2)
    assert state("ai")["workers"] == 1


def test_process_that_serves_no_queue_is_no_worker(make_worker: WorkerMaker) -> None:
    make_worker()
    Worker.objects.update(queues=[])
    assert {state.workers for state in queue_states()} == {0}


def test_queue_that_only_steps_or_workers_name_is_left_out(make_steps: StepMaker, make_worker: WorkerMaker) -> None:
    make_steps(2, queue="removed")
    make_steps(2, queue="removed", status=StepStatus.COMPLETED, finished_at=timezone.now())
    make_worker("elsewhere")
    assert [state.name for state in queue_states()] == list(QUEUES)


def test_ended_steps_are_counted_by_minute_the_running_one_last(make_steps: StepMaker) -> None:
    this_minute = timezone.now().replace(second=0, microsecond=0)
    for minutes_ago in (0, 0, 1, 14, 15, -1):  # the last by a clock that is ahead
        make_steps(1, finished_at=this_minute - timedelta(minutes=minutes_ago))
    make_steps(1, finished_at=None)
    counts = finished_per_minute()
    assert counts["charts_cpu"] == [1, *[0] * 12, 1, 3]
    assert {name for name, numbers in counts.items() if not any(numbers)} == set(QUEUES) - {"charts_cpu"}


def test_many_rows_take_as_many_queries_as_none(
    make_steps: StepMaker, make_worker: WorkerMaker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        queue_states()
    for queue in QUEUES:
        make_steps(500, queue=queue)
        make_steps(500, queue=queue, status=StepStatus.COMPLETED, finished_at=timezone.now())
        make_worker(queue)
    with django_assert_num_queries(4):
        assert sum(state.waiting for state in queue_states()) == 500 * len(QUEUES)


def test_signed_in_user_sees_the_queues(client: Client) -> None:
    assert client.get("/api/queues/").status_code == 401
    client.force_login(User.objects.create_user("eve"))
    assert [queue["name"] for queue in client.get("/api/queues/").json()] == list(QUEUES)


@pytest.mark.parametrize("accept", ["*/*", "text/plain", "application/openmetrics-text; version=1.0.0"])
def test_metrics_tell_the_same_figures(
    client: Client, make_steps: StepMaker, make_worker: WorkerMaker, accept: str
) -> None:
    make_steps(3)
    make_steps(2, status=StepStatus.PROCESSING)
    make_worker()
    response = client.get("/metrics", headers={"Accept": accept})
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert {
        'queue_waiting{queue="charts_cpu"} 3.0',
        'queue_processing{queue="charts_cpu"} 2.0',
        'queue_workers{queue="charts_cpu"} 1.0',
        'queue_workers{queue="ai"} 0.0',
        'jobs{kind="probe",status="queued"} 1.0',
    } <= set(lines)
