"""Whose turn it is: priority, then fairness between users, then age. And how many permits are sent for it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.jobs.engine import queueing
from apps.jobs.engine.attempt import claim
from apps.jobs.engine.run import complete
from apps.jobs.models import Job
from apps.jobs.services import submit_job
from tests.jobs.conftest import Broker, Functions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve")


def submit(owner: User, priority: str = "normal", parts: int = 1) -> Job:
    return submit_job(owner=owner, kind="probe", priority=priority, options={"parts": parts})[0]


def next_job(broker: Broker, queue: str = "ingestion_io") -> object:
    attempt = claim(queue, holder=broker.holder, task_id="one")
    assert attempt
    return attempt.job_id


def test_most_urgent_job_goes_first_and_of_equals_the_oldest(owner: User, probe: Functions, broker: Broker) -> None:
    low, normal, high, normal_too = (submit(owner, priority) for priority in ("low", "normal", "high", "normal"))
    assert [next_job(broker) for _ in range(4)] == [high.pk, normal.pk, normal_too.pk, low.pk]


def test_one_job_of_a_user_does_not_wait_for_all_of_another(
    owner: User, eve: User, probe: Functions, broker: Broker
) -> None:
    crowd = [submit(owner) for _ in range(20)]
    assert [next_job(broker) for _ in range(5)] == [job.pk for job in crowd[:5]]
    job = submit(eve)
    assert job.pk in (next_job(broker), next_job(broker))


def test_steps_of_a_large_job_leave_a_turn_to_others(owner: User, eve: User, probe: Functions, broker: Broker) -> None:
    large, small = submit(owner, parts=1000), submit(eve, parts=3)
    for _ in range(2):
        broker.run("ingestion_io")
    first = [next_job(broker, "charts_cpu") for _ in range(6)]
    assert first.count(small.pk) == first.count(large.pk) == 3


def test_user_who_comes_back_does_not_pay_for_the_past(
    owner: User, eve: User, probe: Functions, broker: Broker
) -> None:
    for _ in range(30):
        submit(owner)
        next_job(broker)
    submit(eve)
    submit(eve)
    mine = submit(owner)
    assert mine.pk in (next_job(broker), next_job(broker))


def test_permits_are_sent_ahead_and_each_start_passes_one_on(
    owner: User, probe: Functions, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "PERMITS_AHEAD", 3)
    job = submit(owner, parts=10)
    broker.run(broker.permits.pop())
    assert broker.permits == ["charts_cpu"] * 3
    outcomes = broker.deliver()
    job.refresh_from_db()
    assert (job.status, len(outcomes)) == ("completed", 10)


def test_job_without_a_row_in_the_queue_table_waits(owner: User, probe: Functions) -> None:
    assert queueing.send_permits("gone", 3) == 0


def work_of_one_step(broker: Broker) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        attempt = claim("charts_cpu", holder=broker.holder, task_id="one")
        assert attempt
        attempt.report(50, "half")
        complete(attempt.fence, {})
    return [query["sql"] for query in queries]


@pytest.fixture
def touched() -> Callable[[str], int]:
    """Count the rows that statements change, by triggers."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE touched (name TEXT)")
        for table in ("jobs_job", "jobs_stage", "jobs_step"):
            noting = f"INSERT INTO touched VALUES ('{table}')"
            cursor.execute(f"CREATE TRIGGER touched_{table} AFTER UPDATE ON {table} BEGIN {noting}; END")

    def count(table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM touched WHERE name = %s", [table])
            found: int = cursor.fetchone()[0]
        return found

    return count


def test_step_costs_the_same_in_a_small_job_and_in_a_large_one(
    owner: User, probe: Functions, broker: Broker, touched: Callable[[str], int]
) -> None:
    costs = []
    for parts in (10, 5000):
        Job.objects.all().delete()
        job = submit(owner, parts=parts)
        broker.run("ingestion_io")
        before = [touched(table) for table in ("jobs_step", "jobs_job", "jobs_stage")]
        statements_sent = len(work_of_one_step(broker))
        after = [touched(table) for table in ("jobs_step", "jobs_job", "jobs_stage")]
        costs.append((statements_sent, [now - then for then, now in zip(before, after, strict=True)]))
        assert job.steps.count() == parts + 1
    with connection.cursor() as cursor:
        for table in ("jobs_job", "jobs_stage", "jobs_step"):
            cursor.execute(f"DROP TRIGGER touched_{table}")
        cursor.execute("DROP TABLE touched")
    assert costs[0] == costs[1]
    assert costs[0][1] == [4, 3, 1]  # the step four times: claim, begin, report, end
