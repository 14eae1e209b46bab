"""Who is at the other end of a WebSocket: a browser by its session, a program by `Authorization: Token …`."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.security.websocket import AllowedHostsOriginValidator
from rest_framework.authtoken.models import Token

from apps.jobs.live.credentials import Credential


def authenticated(application: Any) -> Any:
    """Return the application behind both ways to sign in, as ASGI middleware: `scope["credential"]`, or None.

    An Origin has to be ours. A browser always sends one, and its cookie along with it; a program that sends a token,
    which no page can make a browser do, may leave it out.
    """

    async def by_token(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        tokens = Token.objects.filter(key=_token_key(scope), user__is_active=True)
        token = await tokens.select_related("user").afirst()
        credential = Credential.of("token", token.key, token.user) if token else None
        return await application({**scope, "credential": credential}, receive, send)

    async def by_session(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        user, key = scope["user"], scope["session"].session_key
        credential = Credential.of("session", key, user) if user.is_authenticated and key else None
        return await application({**scope, "credential": credential}, receive, send)

    async def choose(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        signed_in = by_token if _token_key(scope) else AuthMiddlewareStack(by_session)
        if _token_key(scope) and b"origin" not in dict(scope["headers"]):
            return await signed_in(scope, receive, send)
        return await AllowedHostsOriginValidator(signed_in)(scope, receive, send)

    return choose


def _token_key(scope: dict[str, Any]) -> str:
    """Return the key in `Authorization: Token KEY`, or "" when there is none."""
    header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() == "token" else ""
