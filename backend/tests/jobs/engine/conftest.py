"""A PostgreSQL for tests of the engine, with the settings by which production connects to it."""

from collections.abc import Iterator

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests import servers

# As in config.settings: no lock without an end.
OPTIONS = {"options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=10s"}


@pytest.fixture(scope="session")
def engine_database(postgres_server: str) -> Iterator[str]:
    with servers.database_beside(postgres_server, "engine") as url:
        yield url


@pytest.fixture
def on_postgres(
    engine_database: str, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let everything here use a PostgreSQL whose tables are empty."""
    parsed = dj_database_url.parse(engine_database) | {"OPTIONS": OPTIONS}
    usual = connections["default"]
    monkeypatch.setitem(connections.settings, "default", connections.configure_settings({"default": parsed})["default"])
    del connections["default"]
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        _keep_autovacuum_out()
        yield
        call_command("flush", verbosity=0, interactive=False)
        connections["default"].close()
    connections["default"] = usual


def _keep_autovacuum_out() -> None:
    """Let nobody else take a lock on the tables, at moments that no test chooses."""
    with connections["default"].cursor() as cursor:
        for table in connections["default"].introspection.table_names(cursor):
            cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = false)')
