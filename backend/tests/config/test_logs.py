"""Every line says what it is about, as text and as JSON; each logger has its level."""

import json
import logging
import logging.config
import os
import subprocess
import sys

import pytest

from config import env
from config.logs import LoggedLines, read_levels

SCRIPT = """
import logging, logging.config
from config.logs import add_facts, log_what_is_printed, logging_config
config = logging_config()
config["handlers"].pop("steps")
config["root"]["handlers"] = ["console"]
logging.config.dictConfig(config)
log_what_is_printed()
log = logging.getLogger("apps.example")
log.info("before")
add_facts(task="t-1", job="j-1", step=7, attempt=2)
log.debug("detail")
print("two", "words", 3)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("broken")
"""


def logged(**variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=os.environ | variables, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_lines_of_a_step_say_so_as_text() -> None:
    before, printed, broken, *traceback = logged()
    assert before.endswith("INFO apps.example: before")
    assert printed.endswith("INFO print: two words 3 [task=t-1 job=j-1 step=7 attempt=2]")
    assert broken.endswith("ERROR apps.example: broken [task=t-1 job=j-1 step=7 attempt=2]")
    assert traceback[-1] == "ZeroDivisionError: division by zero"


def test_lines_of_a_step_say_so_as_json() -> None:
    before, printed, broken = (json.loads(line) for line in logged(LOG_FORMAT="json"))
    assert "job" not in before
    about = {"task": "t-1", "job": "j-1", "step": 7, "attempt": 2}
    assert printed.items() >= {**about, "message": "two words 3", "levelname": "INFO"}.items()
    assert broken.items() >= about.items()
    assert broken["asctime"]
    assert "division by zero" in broken["exc_info"]


def test_each_logger_has_its_level() -> None:
    lines = logged(LOG_LEVEL="WARNING,apps.example=DEBUG")
    assert [line.partition(": ")[2].split()[0] for line in lines[:3]] == ["before", "detail", "broken"]


def test_level_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("LOUD", "INFO,apps.jobs", "INFO,apps.jobs="):
        monkeypatch.setenv("LOG_LEVEL", wrong)
        with pytest.raises(env.BadVariable, match=r"LOG_LEVEL has .* Expected one of DEBUG"):
            read_levels("LOG_LEVEL")


def test_line_that_is_printed_in_parts_is_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    out = LoggedLines(logging.getLogger("print"))
    for part in ("one ", "line", "\n\nand another\nrest"):
        out.write(part)
    assert caplog.messages == ["one line", "and another"]
