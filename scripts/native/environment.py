"""What every process of the native stack gets as its environment. The shell's variables win over .env, and .env over
the defaults here."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
FLOWER_CONFIG = ROOT / "infrastructure" / "flower" / "flowerconfig.py"

# What leads to a server, to data or to pipelines of the developer's own. Tests leave it out.
PERSONAL = (
    "DATABASE_URL",
    "DATA_DIR",
    "PIPELINES",
    "S3_BUCKET",
    *("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "REDIS_URL", "REDIS_PASSWORD"),
    *("AI_BASE_URL", "AI_API_KEY", "AI_MODEL"),  # examples
    "SEARCH_URL",  # example: answer
)

_ASSIGNMENT = re.compile(r"""^(?:export\s+)?(\w+)=(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$""")

_REDIS_DATABASES = {"CELERY_BROKER_URL": 0, "CELERY_RESULT_BACKEND": 0, "REDIS_URL": 1}


@dataclass(frozen=True)
class Port:
    """A port the stack listens on, and the variable that moves it."""

    service: str
    variable: str
    number: int


PORTS = (
    Port("web", "WEB_PORT", 8000),
    Port("frontend", "FRONTEND_PORT", 5173),
    Port("flower", "FLOWER_PORT", 5555),
    # Not 6379: a Redis that a developer runs for something else is neither used nor in the way.
    Port("redis", "REDIS_PORT", 6390),
    Port("postgres", "POSTGRES_PORT", 5442),
)

# Where a stack that runs on this machine has its servers and files, for whoever works beside it.
_OF_A_STACK = (
    "DATABASE_URL",
    "POSTGRES_PASSWORD",
    "DATA_DIR",
    "CELERY_BROKER_URL",
    "CELERY_RESULT_BACKEND",
    "REDIS_URL",
)


def read_dotenv(text: str) -> dict[str, str]:
    """Return the assignments of a .env file. Understands quotes and comments, not `${NAME}`."""
    found = {}
    for line in text.splitlines():
        if match := _ASSIGNMENT.match(line.strip()):
            name, *values = match.groups()
            found[name] = next((value for value in values if value is not None), "")
    return found


def given_redis(given: Mapping[str, str]) -> str | None:
    """Return the URL of a Redis that is given, or None when the stack has to start one."""
    urls = (given.get(name, "") for name in ("REDIS_URL", "CELERY_BROKER_URL"))
    return next((url for url in urls if url.startswith(("redis://", "rediss://"))), None)


def given_environment(shell: Mapping[str, str] = os.environ, *, dotenv: Path = ROOT / ".env") -> dict[str, str]:
    """Return what the shell and .env set. Empty means unset, as in Compose's ${NAME:-default} and in config.env."""
    given = read_dotenv(dotenv.read_text()) if dotenv.is_file() else {}
    return {name: value for name, value in (given | dict(shell)).items() if value}


def running_file(environment: Mapping[str, str]) -> Path:
    """Return the file that tells where the stack of this folder runs, while it does."""
    return ROOT / environment.get("DATA_DIR", ".data") / "running.env"


@contextmanager
def told_where(environment: Mapping[str, str]) -> Iterator[None]:
    """Tell others where this stack runs, for as long as it does."""
    file = running_file(environment)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    known = {name: environment[name] for name in _OF_A_STACK if environment.get(name)}
    file.write_text("".join(f"{name}={value}\n" for name, value in known.items()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def environment_beside(shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for work beside the stack that runs on this machine, or as if one ran."""
    file = running_file(given_environment(shell))
    told = read_dotenv(file.read_text()) if file.is_file() else {}
    return native_environment(given_environment({**told, **{name: value for name, value in shell.items() if value}}))


def native_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every process: what is given, completed with what native mode needs."""
    environment = dict(given)
    for port in PORTS:
        environment.setdefault(port.variable, str(port.number))
    redis = given_redis(given) or f"redis://127.0.0.1:{environment['REDIS_PORT']}"
    for name, database in _REDIS_DATABASES.items():
        environment.setdefault(name, urlunsplit(urlsplit(redis)._replace(path=f"/{database}")))
    defaults = {
        "DJANGO_DEBUG": "true",
        "DEMO_USER": "true",
        "DATA_DIR": str(ROOT / ".data"),
        "WEB_ORIGIN": f"http://127.0.0.1:{environment['WEB_PORT']}",
        "PYTHONUNBUFFERED": "1",
    }
    environment = defaults | environment
    environment["DATA_DIR"] = str(ROOT / environment["DATA_DIR"])  # processes have different working directories
    return environment


def ports_of(environment: Mapping[str, str]) -> list[Port]:
    """Return the stack's ports as the environment moves them. Raises ValueError, naming the variable."""
    return [replace(port, number=_port_number(port, environment.get(port.variable))) for port in PORTS]


def _port_number(port: Port, value: str | None) -> int:
    if not value:
        return port.number
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ValueError(f"{port.variable} is {value!r}. Expected a port: a number from 1 to 65535.")
    return int(value)
