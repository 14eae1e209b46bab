"""Whatever goes wrong is told as {"error": {"code", "message", "fields"?}}."""

import sqlite3
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from apps.accounts.models import User
from tests.jobs.api.rows import make_job

urlpatterns = [path("plain/", lambda request: HttpResponse("done"))]  # for the test that names this module

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(response: Any) -> tuple[int, str]:
    body = response.json()
    assert body["error"]["message"]
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "fields"}
    return response.status_code, body["error"]["code"]


@pytest.fixture(params=[False, True], ids=["production", "debug"])
def debug(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.DEBUG = request.param


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/api/nothing/", "/api/jobs/not-an-id/", "/api/jobs", "/api", "/api/"])
def test_address_that_does_not_exist_is_not_found(method: str, address: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, address)
    assert code_of(response) == (404, "NOT_FOUND")


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize(
    ("method", "address"),
    [("PUT", "/api/jobs/"), ("PATCH", "/api/queues/"), ("DELETE", "/api/pipelines/"), ("POST", "/healthz")],
)
def test_method_that_an_address_does_not_know_is_refused(ada: Client, method: str, address: str) -> None:
    response = ada.generic(method, address)
    assert code_of(response) == (405, "METHOD_NOT_ALLOWED")
    assert "GET" in response["Allow"]


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("address", ["/api/jobs/", "/api/session/"])
def test_request_without_csrf_token_is_refused(owner: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert code_of(client.post(address, {"kind": "probe"})) == (403, "PERMISSION_DENIED")


@pytest.mark.usefixtures("debug")
@pytest.mark.urls(__name__)
def test_plain_view_refuses_a_missing_csrf_token_alike() -> None:
    response = Client(enforce_csrf_checks=True).post("/plain/")
    assert code_of(response) == (403, "PERMISSION_DENIED")


def test_nobody_signed_in_is_refused(client: Client) -> None:
    assert code_of(client.get("/api/jobs/")) == (401, "NOT_AUTHENTICATED")
    assert code_of(client.post("/api/jobs/", {"kind": "probe"})) == (401, "NOT_AUTHENTICATED")


def test_token_that_is_none_is_refused(client: Client) -> None:
    for token in ("0123", "a b", "\xff"):
        response = client.get("/api/jobs/", headers={"Authorization": f"Token {token}"})
        assert code_of(response) == (401, "AUTHENTICATION_FAILED")


def test_body_of_an_unknown_type_is_refused(ada: Client) -> None:
    response = ada.post("/api/jobs/", "<a/>", content_type="application/xml")
    assert code_of(response) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_lock_that_is_not_given_in_time_is_told_with_when_to_try_again(ada: Client, owner: User) -> None:
    job = make_job(owner)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        response = ada.post(f"/api/jobs/{job.pk}/cancel/")
    finally:
        other.close()
        connection.close()
    assert code_of(response) == (503, "DATABASE_BUSY")
    assert int(response["Retry-After"]) > 0
