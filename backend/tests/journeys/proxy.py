"""A TCP proxy before a real server, which can refuse connections, or take them and say nothing, and come back."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

HOST = "127.0.0.1"


class Proxy:
    """Open at first. It lives in an event loop of its own; its methods return once they are done."""

    host = HOST

    def __init__(self, *, host: str, port: int) -> None:
        self._target = (host, port)
        self._bound = _bound(0)
        self.port: int = self._bound.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        Thread(target=self._loop.run_forever, daemon=True).start()
        self.open()

    def refuse(self) -> None:
        """Break every connection, and take no new one: as if nobody listened."""
        self._do(self._stop_listening)

    def silence(self) -> None:
        """Let nothing through: whoever has a connection, or makes one, waits for its answer."""
        self._do(self._flows.clear)

    def open(self) -> None:
        """Be as if the server itself were there. What was held back in silence comes late."""
        self._do(self._flows.set)
        if self._server is None:
            serving = asyncio.start_server(self._serve, sock=self._bound)
            self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()

    def end(self) -> None:
        self.refuse()
        self._bound.close()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, action: Callable[[], None]) -> None:
        async def act() -> None:
            action()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result()

    def _stop_listening(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
            self._bound = _bound(self.port)  # bound and not listening: it refuses, and nobody else gets the port
        for writer in self._writers:
            writer.transport.abort()
        self._flows.set()  # for those that wait: they find their connection gone

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError):
            await self._flows.wait()
            target_reader, target_writer = await asyncio.open_connection(*self._target)
            self._writers.add(target_writer)
            await asyncio.gather(self._pass_on(reader, target_writer), self._pass_on(target_reader, writer))
            self._writers.discard(target_writer)
        self._writers.discard(writer)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound


@contextmanager
def running_proxy(*, host: str, port: int) -> Iterator[Proxy]:
    proxy = Proxy(host=host, port=port)
    try:
        yield proxy
    finally:
        proxy.end()
