"""People, a pipeline to ask for, and a storage of the test's own."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.pipelines import Options, Pipeline, Planned, Stage, registry


class ProbeOptions(Options):
    parts: int = 2


PROBE = Pipeline(
    kind="probe",
    title="Probe",
    description="For tests",
    options=ProbeOptions,
    stages=(
        Stage(name="split", queue="ingestion_io", run="none.split"),
        Stage(name="draw", queue="charts_cpu", run="none.draw", plan=lambda results: [Planned("a", {})], weight=3),
    ),
)


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    default = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": {"location": tmp_path / "storage"}}}


@pytest.fixture(autouse=True)
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._pipelines, "probe", PROBE)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada", password="lovelace")


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("eve")


@pytest.fixture
def ada(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def eve(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client
