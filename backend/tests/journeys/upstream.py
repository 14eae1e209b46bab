"""Another server, as a job's URL names one: on this machine, with a turn of answers of its own for each path."""

import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
REACHABLE = {"FETCH_PRIVATE_HOSTS": HOST}  # what lets a process fetch from here
DRIP = 0.3  # seconds between two bytes

Answer = Callable[[BaseHTTPRequestHandler], None]


class Upstream:
    """`asked` holds the times at which each path was asked for."""

    def __init__(self, port: int) -> None:
        self.asked: dict[str, list[float]] = defaultdict(list)
        self._port = port
        self._answers: dict[str, list[Answer]] = {}

    def offer(self, path: str, *answers: Answer) -> str:
        """Give these answers in turn to whoever asks for the path, the last one again and again. Returns its URL."""
        self._answers[path] = list(answers)
        self.asked[path].clear()
        return f"http://{HOST}:{self._port}{path}"

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.partition("?")[0]
        answers = self._answers[path]
        turn = min(len(self.asked[path]), len(answers) - 1)
        self.asked[path].append(time.monotonic())
        answers[turn](handler)


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            upstream.respond(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    upstream = Upstream(server.server_port)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()


def status(code: int, **headers: str) -> Answer:
    """Answer with a status other than 200."""
    return lambda handler: _send(handler, code, b"not now", **headers)


def whole(body: bytes, **headers: str) -> Answer:
    return lambda handler: _send(handler, 200, body, **headers)


def half(body: bytes) -> Answer:
    """Promise all of it, send half, and hang up."""
    return lambda handler: _send(handler, 200, body[: len(body) // 2], Content_Length=str(len(body)))


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off without an answer, as a server that crashes."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()  # the connection stays open while a file holds it
    handler.connection.close()


def slowly(body: bytes, hurry: threading.Event) -> Answer:
    """Send a byte now and then, and the rest once `hurry` is set."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        _send(handler, 200, body[:1], Content_Length=str(len(body)))
        sent = 1
        while sent < len(body) - 1 and not hurry.wait(DRIP):
            handler.wfile.write(body[sent : sent + 1])
            sent += 1
        handler.wfile.write(body[sent:])

    return drip


def _send(handler: BaseHTTPRequestHandler, code: int, body: bytes, **headers: str) -> None:
    handler.send_response(code)
    for name, value in ({"Content_Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
