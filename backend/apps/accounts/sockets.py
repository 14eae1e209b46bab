"""Who is at the other end of a WebSocket: a browser by its session, a program by `Authorization: Token …`."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.security.websocket import AllowedHostsOriginValidator
from django.contrib.auth.models import AnonymousUser
from rest_framework.authtoken.models import Token


def authenticated(application: Any) -> Any:
    """Return the application behind both ways to sign in, as ASGI middleware.

    A browser sends the cookie on its own, so its Origin is checked. It can't set the header of a token, so whoever
    sends one needs no Origin.
    """
    by_session = AllowedHostsOriginValidator(AuthMiddlewareStack(application))

    async def choose(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "token":
            return await by_session(scope, receive, send)
        token = await Token.objects.select_related("user").filter(key=key.strip(), user__is_active=True).afirst()
        return await application({**scope, "user": token.user if token else AnonymousUser()}, receive, send)

    return choose
