"""Finds out what a column of strings really holds, and converts it: all of its values or none."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

import polars as pl

ColumnType = Literal["number", "integer", "text", "date", "boolean"]

LARGEST_EXACT = 2**53  # of whole numbers in a double, which is what JSON has in a browser
SAMPLE_ROWS = 200
# Stand for a missing value, but only in columns that are no text: NA is also Namibia.
MISSING_WORDS = ["na", "n/a", "#n/a", "nan", "null", "none", "-", "."]
BOOLEANS = {"true": True, "false": False, "yes": True, "no": False}
INTEGER = r"^[+-]?\d+$"
PADDED = r"^[+-]?0\d"  # 007 is a code, not a number
GROUPED = r"^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$"  # 1,234.5
DECIMAL_COMMA = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$"  # 1.234,5
TIME = r"[ T]\d{1,2}:\d{2}"
# A pattern, because the parser alone takes 12 for a year; what month and day are, the first format that fits decides.
DATE_FORMATS = (
    (r"^\d{4}-\d{1,2}-\d{1,2}$", "%Y-%m-%d"),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", "%m/%d/%Y"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", "%d/%m/%Y"),
    (r"^\d{1,2}/\d{1,2}/\d{2}$", "%m/%d/%y"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y"),
    (r"^\d{4}-\d{2}$", "%Y-%m"),
    (r"^[A-Za-z]{3,9} \d{1,2},? \d{4}$", "%b %d %Y"),
    (r"^\d{1,2} [A-Za-z]{3,9} \d{4}$", "%d %b %Y"),
)
MOMENT_FORMATS = (
    (rf"^\d{{4}}-\d{{1,2}}-\d{{1,2}}{TIME}:\d{{2}}(\.\d+)?$", "%Y-%m-%d %H:%M:%S%.f"),
    (rf"^\d{{4}}-\d{{1,2}}-\d{{1,2}}{TIME}$", "%Y-%m-%d %H:%M"),
    (rf"^\d{{4}}-\d{{1,2}}-\d{{1,2}}{TIME}:\d{{2}}(\.\d+)?(Z|[+-]\d{{2}}:?\d{{2}})$", "%Y-%m-%d %H:%M:%S%.f%#z"),
    (rf"^\d{{4}}/\d{{1,2}}/\d{{1,2}}{TIME}$", "%Y/%m/%d %H:%M"),
    (rf"^\d{{4}}/\d{{1,2}}/\d{{1,2}}{TIME}:\d{{2}}$", "%Y/%m/%d %H:%M:%S"),
    (rf"^\d{{1,2}}/\d{{1,2}}/\d{{4}}{TIME}$", "%m/%d/%Y %H:%M"),
    (rf"^\d{{1,2}}/\d{{1,2}}/\d{{2}}{TIME}$", "%m/%d/%y %H:%M"),
    (rf"^\d{{1,2}}\.\d{{1,2}}\.\d{{4}}{TIME}$", "%d.%m.%Y %H:%M"),
)

Attempt = Callable[[pl.Series], pl.Series]


def convert(values: pl.Series, *, delimiter: str = ",", is_typed: bool = False) -> tuple[pl.Series, ColumnType]:
    """Return the column in the narrowest type that takes every value, and that type's name.

    Numbers that are infinite become null. Times with a zone become UTC. Whole numbers too long for 64 bits and those
    with leading zeros stay text, because they are identifiers. Numbers that are all whole, as 3.0 is, are integers.
    In files separated by semicolons 1,5 is a number. Strings of a file that `is_typed` are texts, whatever they hold.
    """
    if values.dtype != pl.String:
        finished = _finished(values)
        return finished, _type_of(finished)
    if is_typed:
        return values, "text"
    stripped = values.str.strip_chars()
    missing = stripped.str.to_lowercase().is_in(MISSING_WORDS)
    strings = stripped.set(missing, None)
    sample = strings.drop_nulls().head(SAMPLE_ROWS)
    if sample.is_empty():
        return strings, "text"
    for kind, attempt in _attempts(sample, delimiter):
        if attempt(sample).null_count() == 0:
            converted = attempt(strings)
            if converted.null_count() == strings.null_count():
                finished = _finished(converted)
                return finished, "integer" if finished.dtype == pl.Int64 else kind
    return values, "text"


def _type_of(values: pl.Series) -> ColumnType:
    if values.dtype == pl.Boolean:
        return "boolean"
    if values.dtype.is_temporal():
        return "date"
    return "integer" if values.dtype == pl.Int64 else "number"


def looks_typed(values: Sequence[str]) -> bool:
    """Tell whether values are anything but text."""
    return convert(pl.Series(values, dtype=pl.String))[1] != "text"


def _attempts(sample: pl.Series, delimiter: str) -> Iterator[tuple[ColumnType, Attempt]]:
    yield "boolean", _booleans
    yield "integer", _integers
    if sample.str.contains(INTEGER).all():
        return  # whole, but no integer of ours: never a rounded number
    yield "number", lambda values: values.cast(pl.Float64, strict=False)
    if sample.str.contains(",", literal=True).any():
        yield "number", _decimal_comma if delimiter == ";" else _grouped
    for pattern, layout in DATE_FORMATS:
        yield "date", partial(_dates, pattern=pattern, layout=layout)
    for pattern, layout in MOMENT_FORMATS:
        yield "date", partial(_moments, pattern=pattern, layout=layout)


def _booleans(values: pl.Series) -> pl.Series:
    return values.str.to_lowercase().replace_strict(BOOLEANS, default=None, return_dtype=pl.Boolean)


def _integers(values: pl.Series) -> pl.Series:
    if values.str.contains(PADDED).any():
        return pl.repeat(None, len(values), dtype=pl.Int64, eager=True)
    return values.cast(pl.Int64, strict=False)


def _grouped(values: pl.Series) -> pl.Series:
    return _matching(values, GROUPED).str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)


def _decimal_comma(values: pl.Series) -> pl.Series:
    plain = _matching(values, DECIMAL_COMMA).str.replace_all(".", "", literal=True)
    return plain.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)


def _dates(values: pl.Series, pattern: str, layout: str) -> pl.Series:
    dates = _matching(values, pattern).str.replace(",", "", literal=True).str.to_date(layout, strict=False)
    return dates.set(dates.dt.year() < 1, None)  # Python's dates begin with the year 1


def _moments(values: pl.Series, pattern: str, layout: str) -> pl.Series:
    spaced = _matching(values, pattern).str.replace("T", " ", literal=True)
    moments = spaced.str.to_datetime(layout, strict=False, time_unit="us", ambiguous="earliest")
    return moments.set(moments.dt.year() < 1, None).dt.replace_time_zone(None)


def _matching(values: pl.Series, pattern: str) -> pl.Series:
    return values.set(~values.str.contains(pattern), None)


def _finished(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Float64:
        finite = values.set(~values.is_finite(), None)
        is_whole = (finite.drop_nulls() % 1 == 0).all() and (finite.drop_nulls().abs() <= LARGEST_EXACT).all()
        return finite.cast(pl.Int64) if is_whole else finite
    if values.dtype == pl.Datetime and (values.dt.time().drop_nulls().cast(pl.Int64) == 0).all():
        return values.cast(pl.Date)
    return values
