"""How everything logs: as text or as JSON, each line of a task with the task's id, and of a step with its job's."""

import io
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from threading import local
from types import MappingProxyType
from typing import Any

from config import env

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# What the lines of this thread or greenlet are about: task, and job, step and attempt.
facts: ContextVar[Mapping[str, Any]] = ContextVar("log_facts", default=MappingProxyType({}))


def add_facts(**more: Any) -> None:
    facts.set({**facts.get(), **more})


class AddFacts(logging.Filter):
    """Puts the facts on each line's record, where a JSON formatter finds them."""

    def filter(self, record: logging.LogRecord) -> bool:
        vars(record).update(facts.get())
        return True


class TextFormatter(logging.Formatter):
    """Has the facts in brackets, behind what was said and before a traceback."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        about = " ".join(f"{name}={value}" for name, value in facts.get().items())
        return super().formatMessage(record) + (f" [{about}]" if about else "")


class LoggedLines(io.TextIOBase):
    """A standard output whose lines are logged. Celery's LoggingProxy makes a line of each argument of a `print`."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._begun = local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._begun.line = (getattr(self._begun, "line", "") + text).split("\n")
        for line in lines:
            if line.strip():
                self._logger.info("%s", line)
        return len(text)


def log_what_is_printed() -> None:
    sys.stdout = LoggedLines(logging.getLogger("print"))


def read_levels(name: str) -> dict[str, str]:
    """Read the level of the root logger, "", and those of others: INFO,apps.jobs=DEBUG. Raises env.BadVariable."""
    levels = {"": "INFO"}
    for word in env.words(name):
        logger, _, level = word.rpartition("=")
        if level.upper() not in LEVELS:
            expected = f"{', '.join(LEVELS)}, or by commas also those of loggers: INFO,apps.jobs=DEBUG"
            raise env.BadVariable(f"{name} has {word!r}. Expected one of {expected}.")
        levels[logger] = level.upper()
    return levels


def logging_config() -> dict[str, Any]:
    """Return what logging.config.dictConfig takes. Reads LOG_FORMAT and LOG_LEVEL."""
    levels = {"httpx": "WARNING"} | read_levels("LOG_LEVEL")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"facts": {"()": AddFacts}},
        "formatters": {
            "text": {"()": TextFormatter, "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.__stderr__",  # whatever print does
                "filters": ["facts"],
                "formatter": env.choice("LOG_FORMAT", "text", ("text", "json")),
            },
            "steps": {"class": "apps.jobs.engine.step_log.KeepLines"},
        },
        "root": {"handlers": ["console", "steps"], "level": levels.pop("")},
        "loggers": {name: {"level": level} for name, level in levels.items()},
    }
