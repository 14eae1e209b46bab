"""The bridge under gevent: a real thread with a real loop, its results handed back through the hub.

asyncio keeps its running loop per thread, and all greenlets share one: a coroutine inside a greenlet breaks every
other. So the loop lives in a thread that gevent didn't patch, and the hub's `async_()` watcher, the one wake-up that
gevent allows from another thread, brings the result back. https://www.gevent.org/api/gevent.hub.html
"""

import asyncio
import collections
import selectors
import socket
from collections.abc import Coroutine
from typing import Any, TypeVar

import gevent
from gevent import monkey
from gevent.event import AsyncResult
from gevent.pool import Group

T = TypeVar("T")

_start_thread = monkey.get_original("_thread", "start_new_thread")
_allocate_lock = monkey.get_original("_thread", "allocate_lock")
_getaddrinfo = monkey.get_original("socket", "getaddrinfo")
_Selector = monkey.get_original("selectors", "DefaultSelector")


class _Loop(asyncio.SelectorEventLoop):
    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's name
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        # the default runs in an executor, whose threads gevent has patched: it would wait for ever
        found = _getaddrinfo(host, port, family, type, proto, flags)
        return [(socket.AddressFamily(family), socket.SocketKind(kind), *rest) for family, kind, *rest in found]


class GeventBridge:
    def __init__(self) -> None:
        self._done: collections.deque[tuple[AsyncResult, asyncio.Task[Any]]] = collections.deque()
        self._started = Group()
        self._watcher = gevent.get_hub().loop.async_()
        self._watcher.start(self._deliver)
        started = _allocate_lock()
        started.acquire()
        _start_thread(self._run_loop, (started,))
        started.acquire()

    def _run_loop(self, started: Any) -> None:
        self._loop = _Loop(_original_selector())
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(started.release)
        self._loop.run_forever()

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None) -> T:
        result = AsyncResult()
        tasks: list[asyncio.Task[T]] = []
        self._loop.call_soon_threadsafe(self._start, coroutine, result, tasks)
        try:
            with gevent.Timeout(timeout, TimeoutError(f"not finished within {timeout} s")):
                value: T = result.get()
                return value
        finally:
            if not result.ready():  # timed out, or this greenlet was killed: end the coroutine as well
                self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._started.spawn(self.run, coroutine, None)

    def wait(self, timeout: float) -> None:
        self._started.join(timeout)

    def _start(self, coroutine: Coroutine[Any, Any, T], result: AsyncResult, tasks: list[asyncio.Task[T]]) -> None:
        """In the loop's thread: start the task, and wake the hub when it has ended."""
        task = self._loop.create_task(coroutine)
        tasks.append(task)

        def wake(ended: asyncio.Task[T]) -> None:
            self._done.append((result, ended))
            self._watcher.send()

        task.add_done_callback(wake)

    def _deliver(self) -> None:
        """In the hub's thread: hand each outcome to the greenlet that waits for it."""
        while self._done:
            result, task = self._done.popleft()
            if task.cancelled():
                result.set_exception(asyncio.CancelledError())
            elif error := task.exception():
                result.set_exception(error)
            else:
                result.set(task.result())


def _original_selector() -> selectors.BaseSelector:
    selector: selectors.BaseSelector = _Selector()
    return selector
