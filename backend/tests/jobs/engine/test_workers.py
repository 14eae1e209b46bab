"""What a process that runs steps does besides: shows life, notices what it lost or must end, sends missing permits."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.engine.attempt import claim
from apps.jobs.engine.losses import release
from apps.jobs.engine.run import complete
from apps.jobs.engine.statements import Fence
from apps.jobs.engine.workers import Presence
from apps.jobs.failures import ErrorCode
from apps.jobs.models import Job, JobStatus, Step, StepStatus, Worker
from apps.jobs.services import cancel_job, delete_job, submit_job
from tests.jobs.conftest import Broker, Functions, only_step

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class FakeSlots:
    """What a pool says of itself."""

    runs: set[str] = field(default_factory=set)
    size: int = 2
    count: int = 0
    stopped: list[str] = field(default_factory=list)

    def queues(self) -> Collection[str]:
        return ["ingestion_io", "charts_cpu"]

    def known(self) -> Collection[str]:
        return self.runs

    def free(self) -> int:
        return self.size - len(self.runs)

    def taken(self) -> int:
        return self.count

    def stop(self, task_ids: Iterable[str]) -> None:
        self.stopped += task_ids


@pytest.fixture
def slots() -> FakeSlots:
    return FakeSlots()


@pytest.fixture
def presence(slots: FakeSlots, db: None) -> Presence:
    presence = Presence(name="worker", queues=[{"name": "ingestion_io"}], slots=slots)
    presence.show_life()
    return presence


@pytest.fixture
def held(job: Job, presence: Presence, slots: FakeSlots, broker: Broker) -> Step:
    """A step that the process runs, and has seen itself run."""
    broker.permits.clear()
    claim("ingestion_io", holder=presence.holder, task_id="one")
    slots.runs.add("one")
    presence.compare()
    return only_step(job)


def test_sign_of_life_makes_the_row_and_then_renews_it(presence: Presence) -> None:
    Worker.objects.update(missed=5, seen_at=timezone.now() - timedelta(hours=1))
    presence.show_life()
    row = Worker.objects.get()
    assert (row.pk, row.name, row.missed, row.queues) == (presence.holder.id, "worker", 0, [{"name": "ingestion_io"}])
    assert timezone.now() - row.seen_at < timedelta(minutes=1)


def test_worker_that_was_forgotten_is_back_with_its_next_sign_of_life(presence: Presence) -> None:
    Worker.objects.all().delete()
    presence.show_life()
    assert Worker.objects.get().pk == presence.holder.id


def test_step_that_is_held_and_runs_is_left_alone(held: Step, presence: Presence, slots: FakeSlots) -> None:
    presence.compare()
    presence.compare()
    held.refresh_from_db()
    assert (held.status, held.losses, slots.stopped) == (StepStatus.PROCESSING, 0, [])


def test_step_that_is_held_and_does_not_run_is_released_at_the_second_look(
    held: Step, presence: Presence, slots: FakeSlots
) -> None:
    slots.runs.clear()
    presence.compare()
    held.refresh_from_db()
    assert held.status == StepStatus.PROCESSING  # its task may just have been taken on, or ended
    presence.compare()
    held.refresh_from_db()
    assert (held.status, held.losses) == (StepStatus.QUEUED, 1)


@pytest.mark.parametrize("way", ["cancelled", "deleted", "released"])
def test_run_that_holds_no_step_any_more_is_ended(held: Step, presence: Presence, slots: FakeSlots, way: str) -> None:
    match way:
        case "cancelled":
            cancel_job(held.job_id)
        case "deleted":
            delete_job(held.job.pk)
        case "released":
            release(held)
    presence.compare()
    assert slots.stopped == ["one"]


def test_run_cancelled_before_the_first_look_is_ended_once(
    job: Job, presence: Presence, slots: FakeSlots, broker: Broker
) -> None:
    claim("ingestion_io", holder=presence.holder, task_id="one")
    slots.runs.add("one")
    cancel_job(job.pk)
    presence.compare()
    presence.compare()
    assert slots.stopped == ["one"]
    assert only_step(job).held_by is None


def test_run_whose_step_has_ended_is_not_ended_while_it_tidies_up(
    held: Step, presence: Presence, slots: FakeSlots
) -> None:
    complete(Fence.of(held), {"parts": 1})
    presence.compare()
    assert slots.stopped == []


def test_steps_of_another_worker_are_none_of_its_business(job: Job, presence: Presence, broker: Broker) -> None:
    claim("ingestion_io", holder=broker.holder, task_id="theirs")
    presence.compare()
    presence.compare()
    assert only_step(job).status == StepStatus.PROCESSING


def test_loss_that_is_reported_is_handled_at_once_and_once(held: Step, presence: Presence) -> None:
    presence.lost("one")
    presence.lost("one")
    presence.lost("of no step")
    presence._handle_reported()
    held.refresh_from_db()
    assert (held.status, held.losses) == (StepStatus.QUEUED, 1)


def test_hard_limit_that_is_reported_is_a_timeout(held: Step, presence: Presence) -> None:
    presence.timed_out("one")
    presence.lost("one")  # as the pool says of the killed process, too
    presence._handle_reported()
    job = Job.objects.get()
    assert (job.status, job.error_code) == (JobStatus.FAILED, ErrorCode.TIMEOUT)


def test_missing_permits_are_sent_when_slots_are_free_and_none_came(
    job: Job, presence: Presence, broker: Broker
) -> None:
    broker.permits.clear()
    presence.send_missing_permits()
    assert broker.permits == []  # one may be under way
    presence.send_missing_permits()
    assert broker.permits == ["ingestion_io"]


def test_no_permit_is_sent_while_permits_come_or_no_slot_is_free_or_nothing_is_due(
    job: Job, presence: Presence, slots: FakeSlots, broker: Broker
) -> None:
    broker.permits.clear()
    for _ in range(3):
        slots.count += 1
        presence.send_missing_permits()
    slots.runs = {"one", "two"}
    for _ in range(3):
        presence.send_missing_permits()
    slots.runs.clear()
    Step.objects.update(retry_at=timezone.now() + timedelta(minutes=1))
    for _ in range(3):
        presence.send_missing_permits()
    assert broker.permits == []


def test_broker_that_is_away_is_not_asked_for_each_queue(
    owner: User, probe: Functions, presence: Presence, broker: Broker
) -> None:
    broker.is_away = True
    submit_job(owner=owner, kind="probe")
    for _ in range(3):
        presence.send_missing_permits()
    assert broker.permits == []
    broker.is_away = False
    presence.send_missing_permits()
    assert broker.permits == ["ingestion_io"]


def test_process_that_stops_gives_back_what_it_holds(held: Step, presence: Presence) -> None:
    presence._stopping = True
    presence._run()
    held.refresh_from_db()
    assert (held.status, held.losses) == (StepStatus.QUEUED, 1)
    assert not Worker.objects.exists()
