"""A stack whose Redis can be taken away, and another server that its processes may fetch from."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests import servers
from tests.journeys.proxy import Proxy, running_proxy
from tests.journeys.upstream import REACHABLE, Upstream, running_upstream
from tests.stack import Stack, running_stack

BROKER, CHANNELS = 2, 3  # databases of Redis: with TEST_REDIS_URL 0 and 1 are the other stack's


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def redis_beside() -> Iterator[str]:
    """One more Redis: what this stack does must not be seen in the other's."""
    with servers.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def proxy(redis_beside: str) -> Iterator[Proxy]:
    parts = urlsplit(redis_beside)
    with running_proxy(host=parts.hostname or "", port=parts.port or 6379) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def session_proxied_stack(
    redis_beside: str, postgres_server: str, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    parts = urlsplit(redis_beside)
    address = f"{parts.netloc.rpartition('@')[0]}@{proxy.host}:{proxy.port}".removeprefix("@")
    redis = urlunsplit(parts._replace(netloc=address))
    broker, channels = f"{redis}/{BROKER}", f"{redis}/{CHANNELS}"
    variables = {"CELERY_BROKER_URL": broker, "CELERY_RESULT_BACKEND": broker, "REDIS_URL": channels, **REACHABLE}
    folder = tmp_path_factory.mktemp("proxied")
    with (
        servers.database_beside(postgres_server, "beside") as database,
        running_stack(redis=redis, database=database, folder=folder, variables=variables) as stack,
    ):
        yield stack


@pytest.fixture
def proxied_stack(session_proxied_stack: Stack, proxy: Proxy, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A stack that reaches Redis through `proxy` alone and may fetch from `upstream`; its rows are its own."""
    begun, failed_before = session_proxied_stack.log_size(), request.session.testsfailed
    yield session_proxied_stack
    proxy.open()
    if request.session.testsfailed > failed_before:
        print(session_proxied_stack.log_since(begun))
