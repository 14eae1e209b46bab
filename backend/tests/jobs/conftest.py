"""A pipeline of two stages whose functions the test decides, and permits that are collected instead of sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.engine import queueing
from apps.jobs.engine.attempt import Holder
from apps.jobs.engine.reconcile import queue_steps_to_retry
from apps.jobs.engine.run import run_step
from apps.jobs.models import Job, Step, Worker
from apps.jobs.pipelines import Json, Options, Pipeline, Planned, Run, Stage, registry
from apps.jobs.services import submit_job


class ProbeOptions(Options):
    parts: int = 2


@dataclass
class Functions:
    """What the stages of the pipeline `probe` do."""

    split: Callable[[Run], Json | None] = lambda run: {"parts": run.options["parts"]}
    draw: Callable[[Run], Json | None] = lambda run: {"drawn": run.label}


functions = Functions()


def split(run: Run) -> Json | None:
    return functions.split(run)


def draw(run: Run) -> Json | None:
    return functions.draw(run)


def plan_parts(results: list[Json]) -> list[Planned]:
    return [Planned(label=f"part {number}", input={"number": number}) for number in range(results[0]["parts"])]


PROBE = Pipeline(
    kind="probe",
    title="Probe",
    description="For tests",
    options=ProbeOptions,
    stages=(
        Stage(name="split", queue="ingestion_io", run=f"{__name__}.split"),
        Stage(name="draw", queue="charts_cpu", run=f"{__name__}.draw", plan=plan_parts, weight=3),
    ),
)


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    """A storage of the test's own."""
    default = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": {"location": tmp_path / "storage"}}}


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    monkeypatch.setitem(registry._pipelines, "probe", PROBE)
    # conftest is no importable module: hand out the functions by name
    stages = {"split": split, "draw": draw}
    monkeypatch.setattr(Stage, "load", lambda stage: stages[stage.name])
    yield functions
    functions.__dict__.update(Functions().__dict__)


@dataclass
class Broker:
    """Collects permits instead of sending them; `deliver` runs a step for each, as workers would."""

    permits: list[str] = field(default_factory=list)  # names of queues
    holder: Holder = field(default_factory=lambda: Holder(id=uuid4(), name="test"))
    is_away: bool = False

    def send(self, queue: str, count: int, *, expires: float | None = None) -> int:
        if self.is_away:
            return count
        self.permits += [queue] * count
        return 0

    def deliver(self) -> list[str]:
        """Run until no permit is left, and return what became of each."""
        outcomes = []
        while self.permits:
            outcomes.append(self.run(self.permits.pop(0)))
        return outcomes

    def catch_up(self) -> None:
        """Run what is due without a permit, as workers with free slots would, until nothing is due."""
        while True:
            queue_steps_to_retry()
            due = Step.objects.filter(status="queued", retry_at=None).order_by("urgency", "rank", "id").first()
            if due is None:
                return
            self.run(due.queue)

    def run(self, queue: str) -> str:
        return run_step(queue, holder=self.holder, task_id=uuid4().hex)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(queueing, "send_permits", broker.send)
    monkeypatch.setattr("apps.jobs.engine.workers.send_permits", broker.send)
    return broker


@pytest.fixture
def worker(broker: Broker) -> Worker:
    """The row of the worker that `broker` runs steps as."""
    now = timezone.now()
    return Worker.objects.create(
        pk=broker.holder.id, name="test", queues=[{"name": "ingestion_io"}], started_at=now, seen_at=now
    )


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada", password="lovelace")


@pytest.fixture
def job(owner: User, probe: Functions, broker: Broker) -> Job:
    """A job that waits for its first stage."""
    return submit_job(owner=owner, kind="probe")[0]


def only_step(job: Job) -> Step:
    return Step.objects.get(job=job)
