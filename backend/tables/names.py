"""Names that a stranger chose, made fit for labels and files: printable, short, and no two alike."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

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


def column_names(header: Sequence[str], *, noted: bool = True) -> tuple[list[str], list[str]]:
    """Return printable names for columns, no two alike, and a sentence for each that had to be put right."""
    given = [printable(name) for name in header]
    filled = [name or f"column_{position}" for position, name in enumerate(given, 1)]
    names = unique(filled)
    notes = [
        f"Column {position} has no name and is called {name}."
        for position, name in enumerate(names, 1)
        if not given[position - 1]
    ]
    notes += [
        f"The name {old} occurs twice; the later column is called {new}."
        for old, new in zip(filled, names, strict=True)
        if old != new
    ]
    return names, notes if noted else []


def file_stem(name: str) -> str:
    """Return `name` as the beginning of a file's name on every system: letters, digits, _ and - only."""
    stem = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", name)).strip("_-")[:MAX_FILE_NAME]
    return f"column_{stem}".strip("_") if not stem or DEVICES.fullmatch(stem) else stem
