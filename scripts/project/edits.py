"""Edits of the project's files, all or none: whatever is refused is refused before anything is written."""

import keyword
import re
import sys
from collections.abc import Callable
from pathlib import Path

from native.environment import ROOT


class Refused(Exception):
    """The project stays as it is. The message says why, and what to do."""


class Edits:
    """What is to be written into a checkout. Nothing is until `save`."""

    def __init__(self) -> None:
        self._texts: dict[Path, str] = {}

    def read(self, name: str) -> str:
        path = ROOT / name
        return self._texts[path] if path in self._texts else path.read_text(encoding="utf-8")

    def exists(self, name: str) -> bool:
        return (ROOT / name).exists()

    def create(self, name: str, text: str) -> None:
        """Raises Refused when there is such a file."""
        if self.exists(name):
            raise Refused(f"{name} exists already. Choose another name, or delete it first.")
        self._texts[ROOT / name] = text

    def change(self, name: str, change: Callable[[str], str]) -> None:
        """Raises Refused when the change finds nothing to change."""
        before = self.read(name)
        after = change(before)
        if after == before:
            raise Refused(f"{name} isn't as this script expects it. Edit it by hand.")
        self._texts[ROOT / name] = after

    def save(self) -> list[str]:
        """Write everything, and return what was written."""
        for path, text in self._texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        return [path.relative_to(ROOT).as_posix() for path in self._texts]


def carry_out(change: Callable[[], list[str]], *, afterwards: str) -> int:
    """Make a change, say which files it wrote and what comes next, or why it can't be. Return the exit code."""
    try:
        files = change()
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print("Written:", *files, sep="\n  ")
    print(afterwards)
    return 0


def checked_name(name: str) -> str:
    """Return a name that Python, PostgreSQL and Redis all take. Raises Refused."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) or keyword.iskeyword(name):
        raise Refused(f"{name!r} can't be a name here: use small letters, digits and _, such as send_mail.")
    return name
