"""DuckDB as a tool of one step: bounded memory, a folder of its own, no network, no extension."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

MEMORY = "500MB"
THREADS = 2
LOOK = 0.2  # seconds between two looks at how far a query is


@contextmanager
def connect(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database in memory; what doesn't fit goes into `folder`, which is also all of the disk that it sees."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "temp_directory": str(folder / "duckdb"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=settings) as connection:
        yield connection


def run_slowly(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    values: dict[str, Any],
    *,
    on_progress: Callable[[float], None],
) -> None:
    """Run a query in a thread of its own, so that a time limit or a cancel can interrupt it, and tell its progress.

    `on_progress` hears the share that is done, 0 to 1. Raises duckdb.Error, and what `on_progress` raises.
    """
    failed: list[BaseException] = []

    def work() -> None:
        try:
            connection.execute(sql, values)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(LOOK)
            on_progress(max(connection.query_progress(), 0) / 100)
    finally:
        if thread.is_alive():
            connection.interrupt()
            thread.join()
    if failed:
        raise failed[0]
