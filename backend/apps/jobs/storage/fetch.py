"""Downloads a file from an address that a stranger typed, and reaches public servers only. The engine may use it.

The guard sits where the connection is opened: a host's addresses are resolved once, all of them are checked, and the
socket goes to one of those checked, so a second DNS answer (rebinding) has no say. TLS still verifies the host's name.
The time left of the whole download bounds every read, headers included, so a server that drips bytes gains nothing.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import httpcore
import httpx

from apps.jobs.failures import ErrorCode, JobError, TransientError, parse_retry_after
from apps.jobs.storage.addresses import Address, is_public

CONNECT_TIMEOUT = 5.0  # seconds, DNS and TLS included
READ_TIMEOUT = 10.0  # seconds without a byte
TOTAL_TIMEOUT = 45.0  # seconds for everything; below the soft limit of the queue that fetches
MAX_REDIRECTS = 5
CHUNK_BYTES = 64 * 1024
HEADERS = [(b"Accept", b"*/*"), (b"Accept-Encoding", b"gzip, identity;q=0.5"), (b"User-Agent", b"job-fetch/1.0")]
STATUS_ADVICE = {
    401: "It wants a sign-in: download the file yourself and upload it.",
    403: "It refuses access: download the file yourself and upload it.",
    404: "Nothing is there: check the path of the address.",
    429: "It is asked too often: try again later.",
}

trusted = cache(httpx.create_ssl_context)  # reading the certificates takes longer than many a download
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Fetched:
    """A file that arrived: the name that its server gave it, its size in bytes, and its content type ("" if unsaid)."""

    name: str
    size: int
    content_type: str


def fetch(
    url: str,
    destination: Path,
    *,
    max_bytes: int,
    allowed_private_hosts: Collection[str] = (),
    on_progress: Progress | None = None,
) -> Fetched:
    """Download `url` into `destination`. `on_progress` hears bytes received, and of how many when that is known.

    Hosts named in `allowed_private_hosts` may have private addresses. Whatever goes wrong, no file stays. Raises
    JobError: INVALID_INPUT (the address or the size is refused), UPSTREAM_ERROR (the server failed), TIMEOUT.
    """
    guard = _Guard(allowed_private_hosts, deadline=time.monotonic() + TOTAL_TIMEOUT)
    try:
        with httpcore.ConnectionPool(ssl_context=trusted(), network_backend=guard) as pool:
            return _follow(pool, _parse(url), destination, max_bytes, on_progress)
    except BaseException:  # limits of time arrive as exceptions of many kinds
        destination.unlink(missing_ok=True)
        raise


def _follow(
    pool: httpcore.ConnectionPool, url: httpx.URL, destination: Path, max_bytes: int, on_progress: Progress | None
) -> Fetched:
    for _ in range(MAX_REDIRECTS + 1):
        with _connected(pool, url) as response:
            headers = httpx.Headers(response.headers)
            if response.status not in (301, 302, 303, 307, 308):
                if response.status != 200:
                    advice = STATUS_ADVICE.get(response.status, "Check the address, or try again later.")
                    message = f"{url.host} answered with HTTP status {response.status}. {advice}"
                    if response.status == 429 or response.status >= 500:
                        raise _may_pass(message, retry_after=parse_retry_after(headers.get("retry-after")))
                    raise _upstream(message)
                size = _save(response, headers, url, destination, max_bytes, on_progress)
                return Fetched(_file_name(headers, url), size, headers.get("content-type", ""))
            if not (location := headers.get("location")):
                raise _upstream(f"{url.host} redirects without saying where to.")
        url = _parse(location, base=url)
    raise _upstream(f"{url.host} redirects more than {MAX_REDIRECTS} times. Use the address that it ends at.")


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        parsed = base.join(url) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _invalid(f"This is not a valid address: {error}.") from error
    where = f"{base.host} redirects to an address that is refused: it" if base else "The address"
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise _invalid(f"{where} must start with http:// or https:// and name a host.")
    if parsed.userinfo:
        raise _invalid(f"{where} must not contain a user name or password. Remove what stands before the @.")
    return parsed


@contextmanager
def _connected(pool: httpcore.ConnectionPool, url: httpx.URL) -> Iterator[httpcore.Response]:
    """Open one response, and tell what fails in words that name its host."""
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    limits = {"connect": CONNECT_TIMEOUT, "read": READ_TIMEOUT, "write": READ_TIMEOUT}
    try:
        with pool.stream(
            "GET", target, headers=[(b"Host", url.netloc), *HEADERS], extensions={"timeout": limits}
        ) as response:
            yield response
    except httpcore.ConnectTimeout as error:
        raise _timeout(f"{url.host} did not accept a connection within {CONNECT_TIMEOUT:g} s.") from error
    except httpcore.TimeoutException as error:
        raise _timeout(f"{url.host} sent nothing for {READ_TIMEOUT:g} s.") from error
    except httpcore.ConnectError as error:
        message = f"No trusted connection to {url.host} could be made: {error}."
        untrusted = isinstance(error.__cause__, ssl.SSLCertVerificationError)
        raise (_upstream if untrusted else _may_pass)(message) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _may_pass(f"{url.host} broke off before the file was complete: {error}.") from error


def _save(
    response: httpcore.Response,
    headers: httpx.Headers,
    url: httpx.URL,
    destination: Path,
    max_bytes: int,
    on_progress: Progress | None,
) -> int:
    limit = f"{max_bytes / 1e6:,.0f} MB" if max_bytes >= 1e6 else f"{max_bytes:,} bytes"
    too_large = _invalid(f"The file at {url.host} is larger than {limit}, the most accepted. Use a smaller one.")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise too_large
    total = int(length) if length.isdecimal() and encoding == "identity" else None
    size = 0
    with destination.open("wb") as file:
        for piece in _decoded(response.iter_stream(), encoding, url.host):
            size += len(piece)
            if size > max_bytes:
                raise too_large
            file.write(piece)
            if on_progress:
                on_progress(size, total)
    return size


def _decoded(chunks: Iterable[bytes], encoding: str, host: str) -> Iterator[bytes]:
    """Undo gzip in bounded pieces: a small chunk can unfold a thousandfold."""
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding != "gzip":
        raise _upstream(f"{host} sent the file in the encoding {encoding!r}, which was not asked for.")
    decompressor = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            data = chunk
            while data and not decompressor.eof:
                yield decompressor.decompress(data, CHUNK_BYTES)
                data = decompressor.unconsumed_tail
    except zlib.error as error:
        raise _upstream(f"{host} sent a compressed file that is damaged.") from error
    if not decompressor.eof:
        raise _may_pass(f"{host} broke off before the compressed file was complete.")


def _file_name(headers: httpx.Headers, url: httpx.URL) -> str:
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    given = message.get_filename() or unquote(PurePosixPath(url.path).name)
    name = re.split(r"[/\\]", given)[-1]
    return re.sub(r"[\x00-\x1f\x7f]", "", name).strip(" .")[-150:] or url.host


class _Guard(httpcore.NetworkBackend):
    """Opens connections to checked addresses only, and bounds all of their waiting by one deadline."""

    def __init__(self, allowed_private_hosts: Collection[str], deadline: float) -> None:
        self._allowed = {host.lower() for host in allowed_private_hosts}
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolve(host, port, _remaining(self._deadline, timeout))
        if host.lower() not in self._allowed and not all(map(is_public, addresses)):
            raise _invalid(f"{host} is a private or local address, which is never fetched. Use a public one.")
        for address in addresses:
            try:
                stream = self._backend.connect_tcp(str(address), port, _remaining(self._deadline, timeout))
                return _BoundedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise httpcore.ConnectError("it has no address")


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every operation ends by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, _remaining(self._deadline, timeout))
        except httpcore.ReadTimeout:
            _remaining(self._deadline, timeout)  # says so when it was the deadline that cut the wait short
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline, timeout))
        return _BoundedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _remaining(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _timeout(f"The download took longer than {TOTAL_TIMEOUT:g} s.")
    return left if timeout is None else min(left, timeout)


def _resolve(host: str, port: int, timeout: float) -> list[Address]:
    """Return every address of `host`. In a thread, because getaddrinfo itself knows no time limit."""
    answers: list[list[Address]] = []
    failures: list[OSError] = []

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)
            answers.append([ipaddress.ip_address(str(sockaddr[0])) for *_, sockaddr in found])
        except OSError as error:
            failures.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(timeout)
    if failures and failures[0].errno == socket.EAI_NONAME:
        raise _invalid(f"No server is called {host!r}. Check the address.") from failures[0]
    if failures:
        raise _may_pass(f"The name {host!r} could not be looked up: {failures[0].strerror}.") from failures[0]
    if not answers:
        raise _timeout(f"The name {host!r} was not resolved within {timeout:.0f} s.")
    return answers[0]


def _invalid(message: str) -> JobError:
    return JobError(ErrorCode.INVALID_INPUT, message)


def _upstream(message: str) -> JobError:
    return JobError(ErrorCode.UPSTREAM_ERROR, message)


def _may_pass(message: str, *, retry_after: float | None = None) -> TransientError:
    return TransientError(ErrorCode.UPSTREAM_ERROR, message, retry_after=retry_after)


def _timeout(message: str) -> TransientError:
    advice = "Try again later, or download the file yourself and upload it."
    return TransientError(ErrorCode.TIMEOUT, f"{message} {advice}")
