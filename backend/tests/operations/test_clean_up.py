"""What the clean-up removes, and what it leaves alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.storage import files
from apps.operations.clean_up import clean_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    default = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": {"location": tmp_path / "storage"}}}
    monkeypatch.setattr(files, "WORK", tmp_path / "work")


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("ada")


def make_job(owner: User, **columns: Any) -> Job:
    job = Job.objects.create(owner=owner, kind="probe", stage="draw", **columns)
    files.save(files.source_path(job.pk), b"a,b")
    return job


def wait(monkeypatch: pytest.MonkeyPatch, **time: int) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda now=timezone.now: now() + timedelta(**time))


def test_files_that_no_job_owns_go_when_they_are_old(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = make_job(owner)
    files.save(f"{files.job_folder('0b9f6f0e-7a53-4a0c-8a4e-0123456789ab')}/source", b"left behind")
    assert clean_up() == 0
    wait(monkeypatch, minutes=16)
    assert clean_up() == 1
    assert files.folders() == [str(kept.pk)]


def test_ended_jobs_go_with_their_files_after_the_days_that_are_set(owner: User, settings: Settings) -> None:
    settings.JOBS_KEEP_DAYS = 2
    now = timezone.now()
    make_job(owner, status="completed", finished_at=now - timedelta(days=2, minutes=1))
    kept = [
        make_job(owner, status="failed", finished_at=now - timedelta(days=1)),
        make_job(owner, status="processing", finished_at=now - timedelta(days=9)),
        make_job(owner, created_at=now - timedelta(days=9)),
    ]
    assert clean_up() == 1
    assert set(Job.objects.all()) == set(kept)
    assert set(files.folders()) == {str(job.pk) for job in kept}


def test_sessions_that_have_expired_go() -> None:
    for days in (-1, 1):
        session = SessionStore()
        session.set_expiry(timezone.now() + timedelta(days=days))
        session.save()
    clean_up()
    assert Session.objects.count() == 1


def test_working_folder_of_a_job_that_ended_goes(owner: User) -> None:
    active, ended = make_job(owner, status="processing"), make_job(owner, status="failed")
    with files.working_folder(active.pk) as kept:
        left = files.WORK / f"{ended.pk}.abc"
        left.mkdir()
        (left / "source").write_bytes(b"a,b")
        assert clean_up() == 1
        assert (kept.exists(), left.exists()) == (True, False)
