"""A pipeline of two stages whose functions the test decides, and messages that are collected instead of sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.jobs import dispatch, pipelines
from apps.jobs.models import Job, Step
from apps.jobs.pipelines import Json, Options, Pipeline, Planned, Run, Stage
from apps.jobs.services import submit_job
from apps.jobs.engine.work import run_step


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
    monkeypatch.setitem(pipelines._pipelines, "probe", PROBE)
    # conftest is no importable module: hand out the functions by name
    stages = {"split": split, "draw": draw}
    monkeypatch.setattr(Stage, "load", lambda stage: stages[stage.name])
    yield functions
    functions.__dict__.update(Functions().__dict__)


@dataclass
class Broker:
    """Collects messages instead of sending them; `deliver` runs them as workers would."""

    messages: list[int] = field(default_factory=list)

    def deliver(self, **options: Any) -> None:
        while self.messages:
            run_step(self.messages.pop(0), worker="test", predecessor_is_dead=options.get("predecessor_is_dead", False))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()

    def collect(step_ids: Any, *, countdown: float | None = None) -> None:
        ids = list(step_ids)
        broker.messages += ids
        Step.objects.filter(pk__in=ids).update(sent_at=timezone.now())

    monkeypatch.setattr(dispatch, "send", collect)
    monkeypatch.setattr("apps.jobs.engine.reconcile.send", collect)
    return broker


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada", password="lovelace")


@pytest.fixture
def ada(client: Client, owner: User, probe: Functions, broker: Broker) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def eve(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("eve"))
    return client


def make_artifact(broker: Broker, probe: Functions, name: str, content_type: str) -> None:
    """Run the job that waits; its first stage saves the artifact."""

    def split(run: Run) -> Json:
        run.save_artifact(name, b"content", content_type)
        return {"parts": 1}

    probe.split = split
    broker.deliver()


@pytest.fixture
def job(owner: User, probe: Functions, broker: Broker) -> Job:
    """A job that waits for its first stage."""
    return submit_job(owner=owner, kind="probe")[0]


def only_step(job: Job) -> Step:
    return Step.objects.get(job=job)


def expire_lease(step: Step) -> None:
    Step.objects.filter(pk=step.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
