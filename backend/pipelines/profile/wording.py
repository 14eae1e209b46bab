"""Numbers, dates and lists as a person writes them: for titles, axes and the written summary."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from pipelines.profile.columns import Number
from pipelines.profile.numbers import HUGE, TINY

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def number(value: Number) -> str:
    """Return the number as it is, its thousands apart from 10,000 on: 12.85, 2015, 14,610, 3.4e+17."""
    if isinstance(value, str) or (abs(value) < HUGE and value == int(value)):
        whole = int(value)
        return f"{whole:,}" if abs(whole) >= 10_000 else str(whole)
    if TINY <= abs(value) < HUGE:
        return format(Decimal(repr(value)), ",f" if abs(value) >= 10_000 else "f")
    return re.sub(r"e([+-])0*", r"e\1", f"{value:.6g}")


def isolated(text: str) -> str:
    """Return `text` so that one written from right to left leaves the order of the words around it alone.

    https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    is_rightward = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if is_rightward else text


def share(part: float, whole: float) -> str:
    """Return a percentage that never claims 0 or 100 % where that is not exact."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 0.1:
        return "under 0.1%"
    if 99.9 < percent < 100:
        return "over 99.9%"
    return f"{percent:.1f}".removesuffix(".0") + "%"


def count(amount: int, noun: str, plural: str = "") -> str:
    """Return "1 row" or "1,461 rows"."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def day(value: date | datetime) -> str:
    """Return "1 January 2012", with the time of day when there is one."""
    text = f"{value.day} {value:%B} {value.year}"
    return f"{text} {value:%H:%M}" if isinstance(value, datetime) and (value.hour or value.minute) else text


def listed(words: Sequence[str], most: int = 5) -> str:
    """Return "a, b and c"; past `most`, "a, b and 7 more"."""
    shown = list(words) if len(words) <= most else [*words[:most], f"{len(words) - most} more"]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""
