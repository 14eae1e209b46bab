"""By what a socket is signed in, and whether it still counts: a session, or a token, of an active user."""

from collections.abc import Collection
from typing import Literal, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.authtoken.models import Token


class Credential(NamedTuple):
    kind: Literal["session", "token"]
    key: str
    user_id: int


def still_valid(credentials: Collection[Credential]) -> set[Credential]:
    """Return those that still sign somebody in: three queries, however many they are."""
    keys = {kind: [item.key for item in credentials if item.kind == kind] for kind in ("session", "token")}
    users = get_user_model().objects.filter(pk__in={item.user_id for item in credentials}, is_active=True)
    active = set(users.values_list("pk", flat=True))
    sessions = Session.objects.filter(session_key__in=keys["session"], expire_date__gt=timezone.now())
    known = {("session", key) for key in sessions.values_list("session_key", flat=True)}
    known |= {("token", key) for key in Token.objects.filter(key__in=keys["token"]).values_list("key", flat=True)}
    return {item for item in credentials if item.user_id in active and (item.kind, item.key) in known}
