"""Tells a socket that its client reads too slowly. ASGI has no word for it, and Daphne buffers without end."""

from functools import partial
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

UNREAD = "unread"  # in the scope: what an Unread below says


@implementer(IPushProducer)
class Unread:
    """Twisted's own signal: it pauses its producer while more than 64 kB of output wait to be read."""

    def __init__(self) -> None:
        self.is_waiting = False

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's names
        self.is_waiting = True

    def resumeProducing(self) -> None:  # noqa: N802
        self.is_waiting = False

    def stopProducing(self) -> None:  # noqa: N802
        self.is_waiting = True


def with_backpressure(application: Any) -> Any:
    """Return the application with `scope["unread"]` under Daphne. Other servers let `send` wait by themselves."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if scope["type"] == "websocket" and isinstance(send, partial):
            transport: Any = getattr(send.args[0] if send.args else None, "transport", None)
            if hasattr(transport, "registerProducer"):
                scope = scope | {UNREAD: Unread()}
                transport.unregisterProducer()  # the HTTP request's, before the upgrade
                transport.registerProducer(scope[UNREAD], True)
        return await application(scope, receive, send)

    return wrapped
