"""Fetching, against real servers on loopback addresses. Only DNS answers are made up, where a test needs them."""

import gzip
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apps.jobs.failures import ErrorCode, JobError, TransientError
from apps.jobs.storage import fetch as fetching
from apps.jobs.storage.addresses import is_public
from apps.jobs.storage.fetch import Fetched, fetch

CSV = b"a,b\n1,2\n"
Answer = Callable[[BaseHTTPRequestHandler], None]
Get = Callable[..., Fetched]
Refuses = Callable[..., str]


class Server:
    """A real HTTP server in a thread. `paths` maps a path to what answers it; `requests` remembers who asked."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.paths: dict[str, Answer] = {"/data.csv": answer(CSV)}
        self.requests: list[str] = []
        self.stopped = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                outer.paths.get(self.path, answer(b"no", status=404))(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer((address, port), Handler)
        self._http.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()


def answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def redirect(location: str) -> Answer:
    return answer(b"", status=302, Location=location)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server("127.0.0.1")
    yield server
    server.close()


@pytest.fixture
def inside() -> Iterator[Server]:
    """A server that must never be reached."""
    server = Server("127.0.0.2")
    yield server
    server.close()


@pytest.fixture
def get(tmp_path: Path) -> Get:
    """Fetch as the engine would, with 127.0.0.1 allowed unless a test says otherwise."""

    def fetch_it(url: str, **changes: Any) -> Fetched:
        return fetch(
            url, tmp_path / "file", **{"max_bytes": 100_000, "allowed_private_hosts": {"127.0.0.1"}, **changes}
        )

    return fetch_it


@pytest.fixture
def refuses(get: Get, tmp_path: Path) -> Refuses:
    """Fetch, expect `code`, check that no file stays, and return the message."""

    def expect(code: ErrorCode, url: str, **changes: Any) -> str:
        with pytest.raises(JobError) as caught:
            get(url, **changes)
        assert caught.value.code == code
        assert list(tmp_path.iterdir()) == []
        return caught.value.message

    return expect


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Made-up names for the DNS. Each look-up takes the next address; the last one stays. Other names are looked up."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, bytes) and (addresses := known.get(host.decode())):
            host = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


def test_file_arrives_whole_with_name_size_and_type(get: Get, server: Server, tmp_path: Path) -> None:
    server.paths["/data.csv"] = answer(CSV, Content_Type="text/csv")
    heard: list[tuple[int, int | None]] = []
    fetched = get(server.url("/data.csv"), on_progress=lambda done, total: heard.append((done, total)))
    assert fetched == Fetched("data.csv", len(CSV), "text/csv")
    assert (tmp_path / "file").read_bytes() == CSV
    assert heard[-1] == (len(CSV), len(CSV))


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="../../etc/pass wd.csv"', "pass wd.csv"),
        ("attachment; filename*=UTF-8''temp%C3%A9rature.csv", "température.csv"),
        ('attachment; filename="C:\\\\dir\\\\x.csv"', "x.csv"),
        ('attachment; filename=".."', "127.0.0.1"),
    ],
)
def test_name_that_the_server_gives_is_only_a_name(get: Get, server: Server, disposition: str, name: str) -> None:
    server.paths["/"] = answer(CSV, Content_Disposition=disposition)
    assert get(server.url("/")).name == name


def test_redirect_is_followed(get: Get, server: Server) -> None:
    server.paths["/old"] = redirect("/data.csv")
    assert get(server.url("/old")).name == "data.csv"


def test_compressed_answer_is_unpacked(get: Get, server: Server, tmp_path: Path) -> None:
    server.paths["/z"] = answer(gzip.compress(CSV), Content_Encoding="gzip")
    assert get(server.url("/z")).size == len(CSV)
    assert (tmp_path / "file").read_bytes() == CSV


@pytest.mark.parametrize("status", [404, 403, 500, 204])
def test_status_other_than_200_is_named(refuses: Refuses, server: Server, status: int) -> None:
    server.paths["/x"] = answer(b"", status=status)
    assert f"127.0.0.1 answered with HTTP status {status}." in refuses(ErrorCode.UPSTREAM_ERROR, server.url("/x"))


@pytest.mark.parametrize(("status", "may_pass"), [(429, True), (500, True), (503, True), (404, False), (403, False)])
def test_status_that_may_pass_is_tried_again_when_the_server_says(
    get: Get, server: Server, status: int, may_pass: bool
) -> None:
    server.paths["/x"] = answer(b"", status=status, Retry_After="7")
    with pytest.raises(JobError) as caught:
        get(server.url("/x"))
    assert isinstance(caught.value, TransientError) == may_pass
    assert getattr(caught.value, "retry_after", None) == (7 if may_pass else None)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.csv",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "http://",
        "gopher://h/x",
        "http://h:99999/",
        f"http://{'h' * 64}.x",
    ],
)
def test_address_that_is_not_http_is_refused(refuses: Refuses, url: str) -> None:
    refuses(ErrorCode.INVALID_INPUT, url)


def test_credentials_in_the_address_are_refused_and_not_repeated(refuses: Refuses) -> None:
    assert "secret" not in refuses(ErrorCode.INVALID_INPUT, "http://user:secret@127.0.0.1/data.csv")


def test_unknown_host_is_named(refuses: Refuses, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert "'nowhere.test'" in refuses(ErrorCode.INVALID_INPUT, "http://nowhere.test/data.csv")


@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f.2", "2130706434", "127.2", "[::ffff:127.0.0.2]", "127.0.0.2."])
def test_private_address_is_refused_before_connecting(refuses: Refuses, inside: Server, host: str) -> None:
    refuses(ErrorCode.INVALID_INPUT, inside.url("/data.csv", host))
    assert inside.requests == []


def test_name_of_a_private_address_is_refused_before_connecting(
    refuses: Refuses, inside: Server, names: dict[str, list[str]]
) -> None:
    names["intranet.test"] = ["127.0.0.2"]
    message = refuses(ErrorCode.INVALID_INPUT, inside.url("/data.csv", "intranet.test"))
    assert "intranet.test is a private or local address" in message
    assert inside.requests == []


@pytest.mark.parametrize("host", ["127.0.0.2", "intranet.test"])
def test_redirect_to_a_private_address_is_refused_before_connecting(
    refuses: Refuses, server: Server, inside: Server, names: dict[str, list[str]], host: str
) -> None:
    names["intranet.test"] = ["127.0.0.2"]
    server.paths["/go"] = redirect(inside.url("/data.csv", host))
    refuses(ErrorCode.INVALID_INPUT, server.url("/go"))
    assert inside.requests == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://user:secret@127.0.0.1/", "http://[::1/"])
def test_redirect_to_what_is_no_web_address_is_refused(refuses: Refuses, server: Server, location: str) -> None:
    server.paths["/go"] = redirect(location)
    refuses(ErrorCode.INVALID_INPUT, server.url("/go"))


def test_connection_goes_to_the_address_that_was_checked(get: Get, server: Server, names: dict[str, list[str]]) -> None:
    twin = Server("127.0.0.2", server.port)
    names["rebinding.test"] = ["127.0.0.1", "127.0.0.2"]
    get(server.url("/data.csv", "rebinding.test"), allowed_private_hosts={"rebinding.test"})
    assert (server.requests, twin.requests) == (["/data.csv"], [])
    assert names["rebinding.test"] == ["127.0.0.2"], "looked up once"
    twin.close()


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    refuses: Refuses, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    refuses(ErrorCode.INVALID_INPUT, "http://mixed.test/data.csv")


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "fec0::1",
    ],
)
def test_address_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"])
def test_address_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_endless_redirects_end(refuses: Refuses, server: Server) -> None:
    server.paths["/loop"] = redirect("/loop")
    assert "more than 5 times" in refuses(ErrorCode.UPSTREAM_ERROR, server.url("/loop"))
    assert len(server.requests) == fetching.MAX_REDIRECTS + 1


def test_file_that_says_it_is_too_large_is_refused_at_once(refuses: Refuses, server: Server) -> None:
    server.paths["/big"] = answer(b"", Content_Length="100001")
    assert "larger than 100,000 bytes" in refuses(ErrorCode.INVALID_INPUT, server.url("/big"))


def test_stream_without_end_is_cut_at_the_limit(refuses: Refuses, server: Server) -> None:
    def stream(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.stopped.is_set():
            handler.wfile.write(b"1,2\n" * 1000)

    server.paths["/endless"] = stream
    refuses(ErrorCode.INVALID_INPUT, server.url("/endless"))


def test_small_answer_that_unpacks_to_a_large_one_is_refused(refuses: Refuses, server: Server) -> None:
    server.paths["/bomb"] = answer(gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip")
    refuses(ErrorCode.INVALID_INPUT, server.url("/bomb"))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(CSV)[:-9], "gzip"), (b"not packed", "gzip"), (b"x", "gzip, gzip"), (b"x", "br")],
)
def test_damaged_or_unknown_compression_is_an_upstream_error(
    refuses: Refuses, server: Server, body: bytes, encoding: str
) -> None:
    server.paths["/z"] = answer(body, Content_Encoding=encoding)
    refuses(ErrorCode.UPSTREAM_ERROR, server.url("/z"))


def test_connection_that_breaks_off_is_an_upstream_error(refuses: Refuses, server: Server) -> None:
    server.paths["/half"] = answer(CSV, Content_Length="1000")
    assert "before the file was complete" in refuses(ErrorCode.UPSTREAM_ERROR, server.url("/half"))


def test_closed_port_is_an_upstream_error(refuses: Refuses, server: Server) -> None:
    server.close()
    refuses(ErrorCode.UPSTREAM_ERROR, server.url("/data.csv"))


def test_server_that_hangs_is_a_timeout(refuses: Refuses, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(handler: BaseHTTPRequestHandler) -> None:
        server.stopped.wait(5)

    monkeypatch.setattr(fetching, "READ_TIMEOUT", 0.2)
    server.paths["/hang"] = hang
    assert "127.0.0.1 sent nothing for 0.2 s." in refuses(ErrorCode.TIMEOUT, server.url("/hang"))


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["drips headers", "drips the body"])
def test_server_that_drips_is_a_timeout_when_the_time_is_over(
    refuses: Refuses, server: Server, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while not server.stopped.wait(0.05):
            handler.wfile.write(b"x" if head else b"H")

    monkeypatch.setattr(fetching, "TOTAL_TIMEOUT", 0.5)
    server.paths["/drip"] = drip
    started = time.monotonic()
    assert "longer than 0.5 s" in refuses(ErrorCode.TIMEOUT, server.url("/drip"))
    assert time.monotonic() - started < 1


def test_name_server_that_hangs_is_a_timeout(refuses: Refuses, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: Any, **kwargs: Any) -> list[Any]:
        time.sleep(0.5)
        return []

    monkeypatch.setattr(fetching, "CONNECT_TIMEOUT", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert "'slow.test'" in refuses(ErrorCode.TIMEOUT, "http://slow.test/data.csv")


def test_no_file_stays_when_the_step_is_stopped_in_the_middle(get: Get, server: Server, tmp_path: Path) -> None:
    class Stopped(BaseException):
        pass

    def stop(done: int, total: int | None) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        get(server.url("/data.csv"), on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_proxy_of_the_environment_is_not_asked(
    get: Get, server: Server, inside: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", inside.url(""))
    monkeypatch.setenv("ALL_PROXY", inside.url(""))
    get(server.url("/data.csv"))
    assert inside.requests == []
