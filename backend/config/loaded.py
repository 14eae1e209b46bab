"""Tells the reloader which of our files a process has loaded. Nothing happens where there is no reloader."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

BACKEND = Path(__file__).resolve().parent.parent
REPORT = "RELOAD_REPORT"  # set by the reloader: where to write the report, as JSON


class Report(TypedDict):
    """What the reloader is told of a process. Places are files and folders."""

    loaded: list[str]
    waiting: list[str]  # places whose edits can wait
    names: list[str] | None  # a new file can wait, unless it has one of them in its text; None: it can't


_awaited: set[Path] = set()
_waiting: set[Path] = set()
_names: set[str] | None = None


def await_edits(folder: Path) -> None:
    """Have any edit in a folder concern this process, whatever it has loaded of it: something there is broken."""
    _awaited.add(folder)


def let_wait(place: Path) -> None:
    """Have edits of a file or folder wait until those have restarted which run what stands there."""
    _waiting.add(place)


def let_new_files_wait(*, unless_named: Iterable[str]) -> None:
    """Have a new file wait in the same way, unless its text has one of these names, say of a queue served here."""
    global _names
    _names = set(unless_named)


def report_loaded_files() -> None:
    """Tell the reloader, if there is one, which of our files this process has loaded."""
    if report := os.environ.get(REPORT):
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        ours = [file for file in files if file and Path(file).is_relative_to(BACKEND)]
        report_of: Report = {
            "loaded": [*ours, *map(str, _awaited)],
            "waiting": list(map(str, _waiting)),
            "names": None if _names is None else sorted(_names),
        }
        Path(report).write_text(json.dumps(report_of), encoding="utf-8")
