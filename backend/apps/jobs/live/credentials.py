"""By what a socket is signed in, and whether it still counts: a session, or a token, of an active user."""

from collections.abc import Collection
from typing import Literal, NamedTuple, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.authtoken.models import Token


class Credential(NamedTuple):
    """`password` is a hash of the password's hash, as in the session: a new password ends what the old one opened."""

    kind: Literal["session", "token"]
    key: str
    user_id: int
    is_staff: bool
    password: str

    @classmethod
    def of(cls, kind: Literal["session", "token"], key: str, user: AbstractUser) -> Self:
        return cls(kind, key, user.pk, user.is_staff, user.get_session_auth_hash())


def sees_everybodys(*, is_staff: bool) -> bool:
    """Tell whether somebody may look at the jobs of others: an operator, and all where jobs are shared."""
    return is_staff or settings.JOBS_SHARED


def still_valid(credentials: Collection[Credential]) -> set[Credential]:
    """Return those that still sign somebody in, as who they were: three queries, however many they are."""
    keys = {kind: [item.key for item in credentials if item.kind == kind] for kind in ("session", "token")}
    users = get_user_model().objects.filter(pk__in={item.user_id for item in credentials}, is_active=True)
    active = {(user.pk, user.is_staff, user.get_session_auth_hash()) for user in users}
    sessions = Session.objects.filter(session_key__in=keys["session"], expire_date__gt=timezone.now())
    known = {("session", key) for key in sessions.values_list("session_key", flat=True)}
    known |= {("token", key) for key in Token.objects.filter(key__in=keys["token"]).values_list("key", flat=True)}
    return {item for item in credentials if (item.kind, item.key) in known and item[2:] in active}
