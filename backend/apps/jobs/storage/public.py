"""Asks many strangers' servers at once, and only public ones: the addresses that they really lead to are checked.

The asynchronous counterpart of `fetch`. https://www.encode.io/httpcore/network-backends/
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager

import httpcore
import httpx

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.storage.addresses import is_public
from apps.jobs.storage.fetch import trusted

MAX_ANSWER = 64 * 1024  # bytes that are read of an answer


class PublicServers:
    """`timeout` bounds a request as a whole, in seconds. Hosts of `allowed_private_hosts` may be private."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, timeout: float) -> None:
        self._pool, self._timeout = pool, timeout

    async def post(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        """Send, and return the status of the answer. No redirect is followed.

        Raises JobError for an address that is refused, and OSError or TimeoutError when nothing comes back.
        """
        try:
            async with asyncio.timeout(self._timeout):
                host = httpx.URL(url).netloc.decode()
                every = [("Host", host), *headers.items(), ("Content-Length", str(len(content)))]
                async with self._pool.stream("POST", url, headers=every, content=content) as response:
                    return await _status(response)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise OSError(str(error) or type(error).__name__) from error


async def _status(response: httpcore.Response) -> int:
    read = 0
    async for piece in response.aiter_stream():
        read += len(piece)
        if read > MAX_ANSWER:
            break
    return response.status


@asynccontextmanager
async def public_servers(
    *, timeout: float, allowed_private_hosts: Collection[str] = (), at_once: int = 200
) -> AsyncIterator[PublicServers]:
    guard = _Guard({host.lower() for host in allowed_private_hosts})
    async with httpcore.AsyncConnectionPool(
        ssl_context=trusted(), network_backend=guard, max_connections=at_once, max_keepalive_connections=0
    ) as pool:
        yield PublicServers(pool, timeout)


class _Guard(httpcore.AsyncNetworkBackend):
    def __init__(self, allowed: set[str]) -> None:
        self._allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(sockaddr[0])) for *_, sockaddr in found]
        if host.lower() not in self._allowed and not all(map(is_public, addresses)):
            message = f"{host} is a private or local address, which is never asked. Use a public one."
            raise JobError(ErrorCode.INVALID_INPUT, message)
        for address in addresses:
            try:
                return await self._backend.connect_tcp(str(address), port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise httpcore.ConnectError("it has no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
