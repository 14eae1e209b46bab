"""Runs coroutines from ordinary code, under every pool: one event loop per process, in a thread of its own, that stays.

`asgiref.sync.async_to_sync` makes a loop, and so a new Redis connection, for each call, and breaks under gevent.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent import futures
from typing import Any, Protocol, TypeVar

from config.pools import gevent_is_patched

T = TypeVar("T")


class Bridge(Protocol):
    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float) -> T: ...
    def start(self, coroutine: Coroutine[Any, Any, None]) -> None: ...
    def wait(self, timeout: float) -> None: ...


class ThreadBridge:
    """The loop runs in a thread; the caller waits for its result."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.started: set[futures.Future[None]] = set()
        threading.Thread(target=self.loop.run_forever, name="bridge", daemon=True).start()

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float) -> T:
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(coroutine, timeout), self.loop).result()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        self.started.add(future)
        future.add_done_callback(self.started.discard)

    def wait(self, timeout: float) -> None:
        futures.wait(set(self.started), timeout)


_bridge: Bridge | None = None
_process: int | None = None  # a prefork child inherits the variable, but not the thread
_lock = threading.Lock()


def run(coroutine: Coroutine[Any, Any, T], timeout: float) -> T:
    """Run a coroutine to its end and return its value. Not for code that runs in an event loop: await it there.

    Raises what the coroutine raises, and TimeoutError after `timeout` seconds.
    """
    return _get_bridge().run(coroutine, timeout)


def start(coroutine: Coroutine[Any, Any, None]) -> None:
    """Let a coroutine run, without waiting for it. It has to handle its own errors."""
    _get_bridge().start(coroutine)


def wait(timeout: float) -> None:
    """Wait, at most `timeout` seconds, until everything that was started has ended."""
    _get_bridge().wait(timeout)


def _get_bridge() -> Bridge:
    global _bridge, _process
    with _lock:
        if _bridge is None or _process != os.getpid():
            _bridge, _process = _make_bridge(), os.getpid()
        return _bridge


def _make_bridge() -> Bridge:
    if not gevent_is_patched():
        return ThreadBridge()
    from apps.jobs.live.gevent_bridge import GeventBridge

    return GeventBridge()
