"""Signing in and out: a session for browsers, a token for programs."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from apps.accounts.apps import make_demo_user
from apps.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="lovelace")


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO_USER = True
    make_demo_user()


def test_browser_is_signed_in_as_the_demo_user_in_development(client: Client, demo: None) -> None:
    session = client.get("/api/session/").json()
    assert (session["user"], session["demo"]) == ({"username": "demo", "is_staff": False}, True)
    assert session["csrf_token"]
    assert client.get("/api/jobs/").status_code == 200


def test_browser_that_signed_out_stays_signed_out(client: Client, demo: None) -> None:
    client.get("/api/session/")
    assert client.delete("/api/session/").json()["user"] is None
    assert client.get("/api/session/").json()["user"] is None


def test_late_answer_to_the_old_session_signs_nobody_in(client: Client, demo: None) -> None:
    client.get("/api/session/")
    old = client.cookies["sessionid"].value
    client.delete("/api/session/")
    client.cookies["sessionid"] = old
    client.get("/api/jobs/")  # asked before, answered after: Django tells the browser to forget its session
    assert not client.cookies["sessionid"].value
    assert client.get("/api/session/").json()["user"] is None


def test_signing_out_ends_the_session(client: Client, ada: User) -> None:
    client.force_login(ada)
    client.delete("/api/session/")
    assert client.get("/api/jobs/").status_code == 401
    assert not [session for session in Session.objects.all() if "_auth_user_id" in session.get_decoded()]


@pytest.mark.parametrize("demo_user", [True, False])
def test_stranger_who_signs_out_leaves_no_session(client: Client, settings: Settings, demo_user: bool) -> None:
    settings.DEMO_USER = demo_user
    assert client.delete("/api/session/").status_code == 200
    assert not Session.objects.exists()


def test_nobody_is_signed_in_by_itself_in_production(client: Client, demo: None, settings: Settings) -> None:
    settings.DEMO_USER = False
    session = client.get("/api/session/").json()
    assert (session["user"], session["demo"]) == (None, False)


def test_demo_user_is_not_made_in_production(settings: Settings) -> None:
    User.objects.all().delete()
    settings.DEMO_USER = False
    make_demo_user()
    assert not User.objects.exists()


def test_user_signs_in_with_a_password(client: Client, ada: User) -> None:
    response = client.post("/api/session/", {"username": "ada", "password": "lovelace"}, "application/json")
    assert response.json()["user"] == {"username": "ada", "is_staff": False}


def test_page_elsewhere_cannot_sign_a_browser_in(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    credentials = {"username": "ada", "password": "lovelace"}
    assert client.post("/api/session/", credentials).status_code == 403
    token = client.get("/api/session/").json()["csrf_token"]
    response = client.post("/api/session/", credentials, headers={"X-CSRFToken": token})
    assert response.json()["user"] == {"username": "ada", "is_staff": False}


def test_wrong_password_is_told_at_its_field(client: Client, ada: User) -> None:
    response = client.post("/api/session/", {"username": "ada", "password": "byron"}, "application/json")
    assert response.status_code == 400
    assert "password" in response.json()["error"]["fields"]


@pytest.mark.parametrize("body", [{}, {"username": "ada"}, {"username": "\0", "password": "x"}, ["ada"], None])
@pytest.mark.parametrize("address", ["/api/session/", "/api/token/"])
def test_incomplete_credentials_are_refused(client: Client, address: str, body: object) -> None:
    response = client.post(address, body, "application/json")
    assert response.status_code == 400
    assert response.json()["error"]["fields"]


def test_user_who_was_deactivated_is_refused(client: Client, ada: User) -> None:
    User.objects.update(is_active=False)
    credentials = {"username": "ada", "password": "lovelace"}
    for address in ("/api/session/", "/api/token/"):
        assert client.post(address, credentials, "application/json").status_code == 400


def test_signed_in_browser_needs_the_csrf_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    token = client.get("/api/session/").json()["csrf_token"]
    assert client.delete("/api/session/").status_code == 403
    assert client.delete("/api/session/", headers={"X-CSRFToken": token}).status_code == 200


def test_program_gets_a_token_and_uses_it(client: Client, ada: User) -> None:
    credentials = {"username": "ada", "password": "lovelace"}
    token = client.post("/api/token/", credentials, "application/json").json()["token"]
    assert Client().get("/api/jobs/", headers={"Authorization": f"Token {token}"}).status_code == 200
    assert client.post("/api/token/", credentials | {"password": "x"}, "application/json").status_code == 400
