"""A server that speaks the chat completions API, and can fail at it in every way that is known."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class ModelServer:
    """Answers `reply` after `delay` seconds, word by word where that is asked for, and remembers what it was asked.

    `status` and `body` replace the answer, `headers` come with it; `message` joins the reply's own fields.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.reply: str | None = "A fine table."
        self.status = 200
        self.body: bytes | None = None
        self.headers: dict[str, str] = {}
        self.message: Json = {}
        self.finish_reason = "stop"
        self.usage: Json | None = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        self.delay = 0.0
        self.between_words = 0.0  # seconds
        self.words: int | None = None  # after so many a stream breaks off
        self.asked: list[Json] = []
        self._http = ThreadingHTTPServer((address, 0), self._handler())
        self._http.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append({"path": self.path, "key": self.headers["Authorization"], **asked})
                time.sleep(outer.delay)
                streams = asked.get("stream") and outer.status == 200 and outer.body is None
                self.send_response(outer.status)
                self.send_header("Content-Type", "text/event-stream" if streams else "application/json")
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if streams:
                    outer._stream(self.wfile)
                else:
                    self.wfile.write(outer.body if outer.body is not None else outer._completion())

            def log_message(self, *args: Any) -> None:
                pass

        return Handler

    def _completion(self) -> bytes:
        message = {"role": "assistant", "content": self.reply, **self.message}
        choice = {"index": 0, "finish_reason": self.finish_reason, "message": message}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "small", "choices": [choice]}
        return json.dumps(answer | {"usage": self.usage}).encode()

    def _stream(self, file: Any) -> None:
        def send(choices: list[Json], usage: Json | None = None) -> None:
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "small", "choices": choices}
            file.write(f"data: {json.dumps(chunk | {'usage': usage})}\n\n".encode())
            file.flush()

        words = (self.reply or "").split(" ")
        for number, word in enumerate(words[: self.words]):
            delta = {"content": f" {word}" if number else word, **self.message}
            send([{"index": 0, "finish_reason": None, "delta": delta}])
            time.sleep(self.between_words)
        if self.words is not None:
            return
        send([{"index": 0, "finish_reason": self.finish_reason, "delta": {}}])
        if self.usage:
            send([], self.usage)
        file.write(b"data: [DONE]\n\n")


@contextmanager
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    try:
        yield server
    finally:
        server.close()
