"""A server that takes webhooks, slowly if it is to, and keeps what it got."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


class Receiver:
    """Answers every POST with `status` after `delay` seconds, and keeps what it got."""

    def __init__(self) -> None:
        self.status, self.delay = 204, 0.0
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.at_once = self.most_at_once = 0
        self._lock = Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer._lock:
                    outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                time.sleep(outer.delay)
                with outer._lock:
                    outer.at_once -= 1
                self.send_response(outer.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 500

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?token=1"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
