"""Numbers, dates and lists as a person writes them: for titles, axes and the written summary."""

from collections.abc import Sequence
from datetime import date, datetime


def number(value: float) -> str:
    """Return about four significant digits: 12.8, 2015, 14,610, 3.235 billion or 3.4e+12. Years need no separator."""
    size = abs(value)
    if 1e6 <= size < 1e12:
        return f"{value / 1e9:.4g} billion" if size >= 1e9 else f"{value / 1e6:.4g} million"
    if 1000 <= size < 1e6 or value == 0:
        return f"{value:,.0f}" if size >= 10_000 else f"{value:.0f}"
    return f"{value:.4g}"


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
