"""Typed reading of the environment. Remembers every name that was read, so that a test can compare `.env.example`.

An empty value counts as unset: Compose passes empty strings. `NAME_FILE` names a file that holds the value.
Not environs: it refuses an empty number, reads a file with its last newline, and prefers it to a value without a word.
"""

import os
import re  # examples
from collections.abc import Callable, Collection
from decimal import Decimal  # examples
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

T = TypeVar("T")

names_read: set[str] = set()


class BadVariable(ValueError):
    """A variable holds what it can't hold, or is missing. The message names it and says what is expected."""


def _read(name: str) -> str:
    names_read.add(name)
    value = os.environ.get(name, "")
    file = os.environ.get(f"{name}_FILE", "")
    if value and file:
        raise BadVariable(f"{name} and {name}_FILE are both set. Unset one of them.")
    if not file:
        return value.strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadVariable(f"{name}_FILE is {file!r}, which can't be read: {error.strerror}.") from error


def _parsed(name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
    value = _read(name)
    if not value:
        return default
    try:
        return parse(value)
    except (KeyError, ValueError) as error:
        raise BadVariable(f"{name} is {value!r}. Expected {expected}.") from error


def text(name: str, default: str = "") -> str:
    return _read(name) or default


def required(name: str, why: str) -> str:
    value = _read(name)
    if not value:
        raise BadVariable(f"{name} is not set. {why}")
    return value


def flag(name: str, default: bool) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return _parsed(name, default, lambda value: words[value.lower()], "true or false")


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    def parse(value: str) -> int:
        number = int(value)
        if number < at_least:
            raise ValueError(value)
        return number

    return _parsed(name, default, parse, f"a whole number of at least {at_least}")


# examples
def decimal(name: str) -> Decimal:
    """Read a number that is exact, 0 or more; 0 where it is not set."""

    def parse(value: str) -> Decimal:
        if not re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
            raise ValueError(value)
        return Decimal(value)

    return _parsed(name, Decimal(0), parse, "a number such as 0.25")


# end of examples
def choice(name: str, default: str, allowed: Collection[str]) -> str:
    return _parsed(name, default, {word: word for word in allowed}.__getitem__, "one of " + ", ".join(allowed))


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Read a list separated by commas."""
    return [word.strip() for word in _read(name).split(",") if word.strip()] or list(default)


def url_with_password(url: str, password: str) -> str:
    """Return the URL with the password, unless it has one or there is none to give."""
    parts = urlsplit(url)
    if not password or parts.password or not parts.hostname:
        return url
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:{quote(password, safe='')}@{address}"))


def redis_url(name: str, database: int) -> str:
    """Read the URL of a Redis database; REDIS_PASSWORD goes into it when it names none."""
    return url_with_password(text(name, f"redis://localhost:6379/{database}"), text("REDIS_PASSWORD"))
