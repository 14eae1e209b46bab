"""Accounts that people make themselves, and new passwords for old ones."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from apps.accounts.models import User

pytestmark = pytest.mark.django_db

NEW = "difference engine"


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", email="ada@example.org", password="lovelace")


def sign_up(client: Client, **changes: str) -> Any:
    account = {"username": "grace", "email": "grace@example.org", "password": NEW} | changes
    return client.post("/api/users/", account, "application/json")


def reset_link(client: Client, email: str = "ada@example.org") -> dict[str, str]:
    """Ask for a new password, and return what the link in the mail holds."""
    assert client.post("/api/password/reset/", {"email": email}, "application/json").status_code == 204
    found = re.search(r"http://testserver/password/(\w+)/([\w-]+)", str(mail.outbox[-1].body))
    assert found
    return {"user": found[1], "token": found[2]}


def test_whoever_signs_up_is_signed_in(client: Client) -> None:
    response = sign_up(client)
    assert (response.status_code, response.json()["user"]) == (201, {"username": "grace", "is_staff": False})
    assert client.get("/api/jobs/").status_code == 200
    assert Client().login(username="grace", password=NEW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "ada"),
        ("username", ""),
        ("email", "nowhere"),
        ("email", ""),
        ("password", "12345678"),
        ("password", "grace1"),
    ],
)
def test_account_that_cannot_be_made_says_at_which_field(client: Client, ada: User, field: str, value: str) -> None:
    response = sign_up(client, **{field: value})
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]
    assert User.objects.filter(username="grace").count() == 0


def test_nobody_makes_themselves_an_operator(client: Client) -> None:
    client.post(
        "/api/users/",
        {"username": "eve", "email": "e@example.org", "password": NEW, "is_staff": True, "is_superuser": True},
        "application/json",
    )
    assert not User.objects.filter(username="eve", is_staff=True).exists()


def test_sign_up_can_be_off(client: Client, settings: Settings) -> None:
    settings.SIGN_UP = False
    assert sign_up(client).status_code == 403
    assert client.get("/api/session/").json()["sign_up"] is False
    assert not User.objects.filter(username="grace").exists()


def test_new_password_signs_out_other_browsers_and_programs_but_not_this_one(client: Client, ada: User) -> None:
    Token.objects.create(user=ada)
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(ada)
    wanted = {"old_password": "lovelace", "new_password": NEW}
    assert client.put("/api/password/", wanted, "application/json").status_code == 204
    assert client.get("/api/jobs/").status_code == 200
    assert elsewhere.get("/api/jobs/").status_code == 401
    assert not Token.objects.exists()
    assert Client().login(username="ada", password=NEW)


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("old_password", {"old_password": "byron", "new_password": NEW}),
        ("new_password", {"old_password": "lovelace", "new_password": "ada"}),
    ],
)
def test_password_that_is_not_changed_says_why(client: Client, ada: User, field: str, wanted: dict[str, str]) -> None:
    client.force_login(ada)
    response = client.put("/api/password/", wanted, "application/json")
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]
    assert Client().login(username="ada", password="lovelace")


def test_stranger_changes_no_password(client: Client) -> None:
    assert client.put("/api/password/", {}, "application/json").status_code == 401


def test_forgotten_password_is_replaced_by_the_link_in_the_mail_once(client: Client, ada: User) -> None:
    link = reset_link(client)
    confirm = "/api/password/reset/confirm/"
    assert client.post(confirm, link | {"new_password": NEW}, "application/json").status_code == 204
    assert Client().login(username="ada", password=NEW)
    again = client.post(confirm, link | {"new_password": "something else"}, "application/json")
    assert again.status_code == 400
    assert "Ask for a new one" in again.json()["error"]["message"]


@pytest.mark.parametrize(
    "changes", [{"user": "MQ"}, {"user": "%"}, {"user": ""}, {"token": "a-b"}, {"new_password": "ada"}]
)
def test_link_that_is_not_right_changes_nothing(client: Client, ada: User, changes: dict[str, str]) -> None:
    User.objects.create_user("eve")
    wanted = reset_link(client) | {"new_password": NEW} | changes
    assert client.post("/api/password/reset/confirm/", wanted, "application/json").status_code == 400
    assert Client().login(username="ada", password="lovelace")


def test_who_has_an_account_is_not_told(client: Client, ada: User) -> None:
    response = client.post("/api/password/reset/", {"email": "nobody@example.org"}, "application/json")
    assert response.status_code == 204
    assert not mail.outbox


def test_site_that_sends_no_mail_says_so(client: Client, ada: User, settings: Settings) -> None:
    settings.EMAIL_URL = ""
    response = client.post("/api/password/reset/", {"email": "ada@example.org"}, "application/json")
    assert response.status_code == 400
    assert "operator" in response.json()["error"]["message"]
    assert client.get("/api/session/").json()["password_reset"] is False
