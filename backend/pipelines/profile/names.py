"""Names that a stranger chose, made fit for labels and files: printable, short, and no two alike."""

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME = 80
MAX_FILE_NAME = 60
# Windows opens a device instead of a file of one of these names, whatever its ending.
DEVICES = re.compile(r"(?i)con|prn|aux|nul|com\d|lpt\d")


def printable(text: str, longest: int = MAX_NAME) -> str:
    """Return `text` on one line, without control and direction characters, cut to `longest`."""
    spaced = " ".join(text.split())
    kept = "".join(character for character in spaced if unicodedata.category(character)[0] != "C")
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def unique(names: Iterable[str], taken: Iterable[str] = (), joint: str = "_") -> list[str]:
    """Return the names with a number after each that was there before: a, a_2. Upper and lower case are alike."""
    seen = {name.casefold() for name in taken}
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate.casefold() in seen:
            number += 1
            candidate = f"{name}{joint}{number}"
        seen.add(candidate.casefold())
        result.append(candidate)
    return result


def file_stem(name: str) -> str:
    """Return `name` as the beginning of a file's name on every system: letters, digits, _ and - only."""
    stem = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", name)).strip("_-")[:MAX_FILE_NAME]
    return f"column_{stem}".strip("_") if not stem or DEVICES.fullmatch(stem) else stem
