"""What breaks a run off in the middle: time limits, which are signals, and a database that goes away."""

from contextlib import suppress

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from config.pools import time_limit_errors


class Interrupted(Exception):
    """A run was broken off by something that is not its own: the database went away, or another step's signal came."""


def interruptions() -> tuple[type[BaseException], ...]:
    """Return what may come up while the engine itself reads or writes, outside of a stage's function."""
    return (DatabaseError, *time_limit_errors())


def all_errors() -> tuple[type[BaseException], ...]:
    """Return what a stage's function may raise: under gevent a time limit is no Exception."""
    return (Exception, *time_limit_errors())


def is_time_limit(error: BaseException | None) -> bool:
    """Tell whether a time limit is what happened, also where it came up as another error, such as a driver's."""
    return error is not None and (isinstance(error, time_limit_errors()) or is_time_limit(error.__context__))


def drop_connection() -> None:
    """Have the next query use a new database connection: a signal may have come in the middle of the old one's."""
    connection = connections[DEFAULT_DB_ALIAS]
    with suppress(Exception):  # whatever state it is in
        if connection.connection is not None:
            connection.connection.close()
        connection.close()
    del connections[DEFAULT_DB_ALIAS]
