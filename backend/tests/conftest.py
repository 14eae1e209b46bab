"""Fixtures for every test. Unit tests reach no server (see settings.py); the others get real ones of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.stack import Stack, running_stack


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis of the tests' own: its URL without a database."""
    with servers.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of the tests' own: the URL of its empty database."""
    with servers.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def session_stack(redis_server: str, postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(redis=redis_server, database=postgres_server, folder=folder) as stack:
        yield stack


@pytest.fixture
def stack(session_stack: Stack, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The running stack: web, every worker and beat on PostgreSQL and Redis. A failed test shows what they logged."""
    session_stack.start_missing()
    begun = session_stack.log_size()
    failed_before = request.session.testsfailed
    yield session_stack
    if request.session.testsfailed > failed_before:
        print(session_stack.log_since(begun))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table for `rehearsal`: 6 columns, 100 rows."""
    file = tmp_path_factory.mktemp("sample") / "weather.csv"
    rows = "".join(f"2026-01-{day % 31 + 1:02},{day},{day / 2},rain,yes,北\n" for day in range(100))
    file.write_text("date,rain,wind,kind,measured,place\n" + rows, encoding="utf-8")
    return file
