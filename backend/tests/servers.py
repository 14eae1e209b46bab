"""Real servers for tests, on free ports and gone at the end: from Docker where an engine answers, else from PATH."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis as redis_client
from psycopg import sql

from native.ports import free_port
from native.processes import Process, Service, stop
from native.redis_server import NoRedis, find_redis_server, redis_command
from testing.compose import engine_answers
from testing.waiting import wait_until

PASSWORD = secrets.token_urlsafe(12)


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield the URL, without a database, of a Redis that is the test's own: TEST_REDIS_URL, Docker, PATH or a wheel."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given.rstrip("/")
    elif engine_answers():
        with _container(image="redis:8-trixie", port=6379) as port:
            yield _answering_redis(port)
    else:
        try:
            server = find_redis_server()
        except NoRedis as error:
            pytest.skip(str(error))
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            with _process(redis_command(server, port=port), folder=folder):
                yield _answering_redis(port)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database: TEST_DATABASE_URL, Docker or the machine's own binaries."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
    elif engine_answers():
        with _container(image="postgres:17-trixie", port=5432, environment={"POSTGRES_PASSWORD": PASSWORD}) as port:
            yield _answering_postgres(port)
    elif binaries := _postgres_binaries():
        with _local_postgres(binaries) as port:
            yield _answering_postgres(port)
    else:
        pytest.skip("PostgreSQL is needed: a Docker engine, initdb on PATH, or TEST_DATABASE_URL.")


@contextmanager
def database_beside(server: str, name: str) -> Iterator[str]:
    """Yield the URL of one more database on the server: what is done there is not seen by whoever uses the first."""
    with psycopg.connect(server.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _container(*, image: str, port: int, environment: dict[str, str] | None = None) -> Iterator[int]:
    variables = [word for name, value in (environment or {}).items() for word in ("-e", f"{name}={value}")]
    # tmpfs, for the database's files: nothing has to outlive the test.
    run = ["docker", "run", "--rm", "-d", "-p", f"127.0.0.1::{port}", "--tmpfs", "/var/lib/postgresql/data", *variables]
    identifier = subprocess.run([*run, image], check=True, capture_output=True, text=True).stdout.strip()
    try:
        address = subprocess.run(["docker", "port", identifier, str(port)], check=True, capture_output=True, text=True)
        yield int(address.stdout.splitlines()[0].rpartition(":")[2])
    finally:
        subprocess.run(["docker", "rm", "-f", "-v", identifier], capture_output=True)


@contextmanager
def _process(command: Sequence[str], *, folder: str, user: str | None = None) -> Iterator[None]:
    # Interrupted, PostgreSQL doesn't wait until its clients have gone.
    service = Service("server", command, Path(folder), os.environ, stop_signal=signal.SIGINT, user=user)
    process = Process(service, log=Path(folder) / "server.log")
    try:
        yield
    finally:
        stop([process], patience=30)


def _answering_redis(port: int) -> str:
    url = f"redis://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return bool(redis_client.Redis.from_url(url, socket_timeout=2).ping())
        except redis_client.RedisError:
            return False

    wait_until(answers, what=f"Redis on port {port}")
    return url


def _postgres_binaries() -> Path | None:
    """Return the folder of initdb and postgres: on PATH, or where Debian keeps them."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


@contextmanager
def _local_postgres(binaries: Path) -> Iterator[int]:
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data, secret, port = Path(folder) / "data", Path(folder) / "password", free_port()
        secret.write_text(PASSWORD)
        if user:
            for path in (folder, secret):
                shutil.chown(path, user)
        initdb = [str(binaries / "initdb"), "--pgdata", str(data), "--username", "postgres", "--auth", "scram-sha-256"]
        initdb += ["--pwfile", str(secret), "--no-sync", "--encoding", "UTF8"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, user=user)
        command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1"]
        with _process([*command, "-k", folder, "-c", "fsync=off"], folder=folder, user=user):
            yield port


def _answering_postgres(port: int) -> str:
    url = f"postgres://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"

    def answers() -> bool:
        try:
            with psycopg.connect(url.replace("postgres://", "postgresql://", 1), connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    # The image starts its server once for setting up, on a socket only, so TCP answers when it is really there.
    wait_until(answers, what=f"PostgreSQL on port {port}")
    return url
