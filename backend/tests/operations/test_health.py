"""Whether this process is alive, and whether what it needs can be reached."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.operations import api
from apps.operations.health import check_database, check_storage, find_problems


def unreachable() -> None:
    raise ConnectionError("Connection refused")


def silent() -> None:
    raise TimeoutError


def test_process_that_answers_is_alive(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(("check", "reason"), [(unreachable, "Connection refused"), (silent, "TimeoutError")])
def test_what_can_not_be_reached_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch, check: Callable[[], None], reason: str
) -> None:
    monkeypatch.setattr(api, "NEEDED_BY_WEB", {"database": lambda: None, "broker": check})
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "problems": {"broker": reason}}


def test_process_that_reaches_everything_is_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "NEEDED_BY_WEB", {"database": lambda: None})
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "problems": {}})


@pytest.mark.django_db
def test_database_and_storage_of_the_tests_are_found() -> None:
    assert find_problems({"database": check_database, "storage": check_storage}) == {}
