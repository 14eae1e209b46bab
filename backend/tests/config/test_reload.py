"""The reloader on a real command of two files, with inotify and with polling."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.reload import LATER

pytestmark = pytest.mark.integration

BACKEND = Path(__file__).resolve().parents[2]
COMMAND = """
import sys, time
sys.path.insert(0, {folder!r})
import used
from config.loaded import report_loaded_files
report_loaded_files()
print("started", used.VALUE, flush=True)
time.sleep(60)
"""


@contextmanager
def reloading(folder: Path, *, polling: bool = False, command: str = COMMAND, overlap: bool = False) -> Iterator[Path]:
    """Run a command that loads `used.py` but not `other.py`, with the backend's place taken by `folder`."""
    for name, text in (("used.py", "VALUE = 1\n"), ("other.py", "")):
        (folder / name).write_text(text)
        os.utime(folder / name, (0, 0))  # polling sees whole seconds: an edit in the second of the creation is none
    main = folder / "main.py"
    main.write_text(command.format(folder=str(folder)))
    # both processes look at `folder` instead of the backend
    (folder / "sitecustomize.py").write_text(
        f"import pathlib, config.loaded; config.loaded.BACKEND = pathlib.Path({str(folder)!r})\n"
    )
    start = "import config.reload as r; r.WATCHED = [r.BACKEND]; r.main()"
    environment = os.environ | {
        "PYTHONPATH": f"{folder}:{BACKEND}",
        "WATCHFILES_FORCE_POLLING": "true" if polling else "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = folder / "log"
    with log.open("wb") as output:
        options = ["--overlap"] if overlap else []
        arguments = [sys.executable, "-c", start, *options, sys.executable, str(main)]
        process = subprocess.Popen(arguments, stdout=output, stderr=output, env=environment)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(20)


def wait_for(log: Path, text: str, times: int = 1) -> None:
    until = time.monotonic() + 30
    while log.read_text().count(text) < times:
        assert time.monotonic() < until, f"no {text!r} in:\n{log.read_text()}"
        time.sleep(0.1)


@pytest.mark.parametrize("polling", [False, True], ids=["inotify", "polling"])
def test_edit_of_a_loaded_file_restarts_the_command(tmp_path: Path, polling: bool) -> None:
    with reloading(tmp_path, polling=polling) as log:
        wait_for(log, "started 1")
        (tmp_path / "used.py").write_text("VALUE = 22\n")
        wait_for(log, "started 22")


def test_edit_of_a_file_that_is_not_loaded_restarts_nothing(tmp_path: Path) -> None:
    with reloading(tmp_path) as log:
        wait_for(log, "started 1")
        (tmp_path / "other.py").write_text("VALUE = 0\n")
        (tmp_path / "used.py").write_text("VALUE = 22\n")
        wait_for(log, "started 22")
        assert "other.py changed" not in log.read_text().replace("other.py, used.py", "")
        assert log.read_text().count("started") == 2


def test_new_renamed_and_deleted_files_restart_the_command(tmp_path: Path) -> None:
    with reloading(tmp_path) as log:
        wait_for(log, "started 1")
        (tmp_path / "new.py").write_text("")
        wait_for(log, "started 1", times=2)
        (tmp_path / "used.py").rename(tmp_path / "used_no_more.py")
        wait_for(log, "No module named 'used'")
        (tmp_path / "used_no_more.py").rename(tmp_path / "used.py")
        wait_for(log, "started 1", times=3)


def test_file_that_an_editor_replaces_is_not_new(tmp_path: Path) -> None:
    with reloading(tmp_path) as log:
        wait_for(log, "started 1")
        (tmp_path / "temporary").write_text("VALUE = 0\n")
        (tmp_path / "temporary").replace(tmp_path / "other.py")
        (tmp_path / "used.py").write_text("VALUE = 22\n")
        wait_for(log, "started 22")
        assert log.read_text().count("started") == 2


def test_syntax_error_is_shown_and_its_mending_starts_the_command(tmp_path: Path) -> None:
    with reloading(tmp_path) as log:
        wait_for(log, "started 1")
        (tmp_path / "used.py").write_text("VALUE = = 3\n")
        wait_for(log, "SyntaxError")
        wait_for(log, "edit a file to start it again")
        (tmp_path / "used.py").write_text("VALUE = 333\n")
        wait_for(log, "started 333")


def test_file_that_was_deleted_and_comes_back_is_new(tmp_path: Path) -> None:
    with reloading(tmp_path) as log:
        wait_for(log, "started 1")
        (tmp_path / "new.py").write_text("")
        wait_for(log, "started 1", times=2)
        (tmp_path / "new.py").unlink()
        time.sleep(2)
        (tmp_path / "new.py").write_text("")
        wait_for(log, "started 1", times=3)


FINISHES = """
import signal, sys, time
sys.path.insert(0, {folder!r})
import used
from pathlib import Path
from config.loaded import let_new_files_wait, let_wait, report_loaded_files
let_wait(Path({folder!r}, "other.py"))
let_new_files_wait(unless_named=["mine"])
import other
def finish(*_):
    time.sleep(3)
    print("finished", used.VALUE, flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, finish)
report_loaded_files()
print("started", used.VALUE, flush=True)
time.sleep(60)
"""


def test_new_process_starts_while_the_old_one_finishes(tmp_path: Path) -> None:
    with reloading(tmp_path, command=FINISHES, overlap=True) as log:
        wait_for(log, "started 1")
        (tmp_path / "used.py").write_text("VALUE = 22\n")
        wait_for(log, "started 22")
        assert "finished" not in log.read_text()
        wait_for(log, "finished 1")
    wait_for(log, "finished 22")  # the reloader waits for it


def test_what_can_wait_restarts_after_the_others(tmp_path: Path) -> None:
    with reloading(tmp_path, command=FINISHES, overlap=True) as log:
        wait_for(log, "started 1")
        begun = time.monotonic()
        (tmp_path / "other.py").write_text("VALUE = 0\n")
        wait_for(log, "other.py changed")
        assert time.monotonic() - begun > LATER - 1  # polling and clocks aside


def test_new_file_that_names_nothing_of_the_command_restarts_it_after_the_others(tmp_path: Path) -> None:
    with reloading(tmp_path, command=FINISHES, overlap=True) as log:
        wait_for(log, "started 1")
        begun = time.monotonic()
        (tmp_path / "new.py").write_text('QUEUE = "another"')
        wait_for(log, "new.py changed")
        assert time.monotonic() - begun > LATER - 1
