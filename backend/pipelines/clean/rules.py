"""What is done to the values of one column. Each rule says what it changed."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.clean.outliers import clipped, emptied
from tables.columns import without_formulas
from tables.kinds import MISSING_WORDS, convert

NUMERIC = ("integer", "number")


@dataclass(frozen=True)
class Change:
    """What a rule did to a column: the places of the cells that it changed, and these before and after."""

    rule: str
    places: pl.Series
    before: pl.Series
    after: pl.Series


def clean_column(values: pl.Series, options: dict[str, Any], delimiter: str) -> tuple[pl.Series, list[Change]]:
    """Apply the rules that the options ask for, one after the other, to a column of strings."""
    changes: list[Change] = []
    for rule, apply in _rules(options, delimiter):
        after = apply(values)
        if change := _change(rule, values, after):
            changes.append(change)
            values = after
    return values, changes


Rule = Callable[[pl.Series], pl.Series]


def _rules(options: dict[str, Any], delimiter: str) -> Iterator[tuple[str, Rule]]:
    also_missing = [word.strip().lower() for word in options["also_missing"].split(",") if word.strip()]
    if options["trim"]:
        yield "trim", lambda values: values.str.strip_chars().replace("", None)
    if also_missing:
        yield "missing", lambda values: _without(values, also_missing)
    if options["missing"]:
        yield "missing", lambda values: _without_missing(values, delimiter)
    if options["types"]:
        yield "type", lambda values: _canonical(values, delimiter)
    if options["outliers"] in ("empty", "clip"):
        treat = emptied if options["outliers"] == "empty" else clipped
        yield "outlier", lambda values: _of_numbers(values, delimiter, treat)
    yield "formula", lambda values: _without_formulas(values, delimiter)


def _change(rule: str, before: pl.Series, after: pl.Series) -> Change | None:
    places = before.ne_missing(after).arg_true()
    return Change(rule, places, before.gather(places), after.gather(places)) if len(places) else None


def _without(values: pl.Series, words: Collection[str]) -> pl.Series:
    return values.set(values.str.strip_chars().str.to_lowercase().is_in(list(words)), None)


def _without_missing(values: pl.Series, delimiter: str) -> pl.Series:
    """Empty the words for nothing, but not in a column of text: NA is also Namibia."""
    kind = convert(values, delimiter=delimiter)[1]
    return values if kind == "text" and not _is_empty_but_for_words(values) else _without(values, MISSING_WORDS)


def _is_empty_but_for_words(values: pl.Series) -> bool:
    return bool(values.drop_nulls().str.strip_chars().str.to_lowercase().is_in(MISSING_WORDS).all())


def _canonical(values: pl.Series, delimiter: str) -> pl.Series:
    """Write each value as all others of its type are written. What is written so already stays, digit by digit."""
    typed, kind = convert(values, delimiter=delimiter)
    if kind == "boolean":
        written = typed.cast(pl.String)
    elif kind == "date":
        written = typed.dt.to_string(_layout(typed))
    elif kind in NUMERIC:
        return _plain_numbers(values, typed, delimiter)
    else:
        return values
    return written.zip_with(typed.is_not_null(), values)


def _of_numbers(values: pl.Series, delimiter: str, treat: Callable[[pl.Series, pl.Series], pl.Series]) -> pl.Series:
    numbers, kind = convert(values, delimiter=delimiter)
    return treat(values, numbers) if kind in NUMERIC else values


def _layout(moments: pl.Series) -> str:
    if moments.dtype == pl.Date:
        return "%Y-%m-%d"
    has_fractions = (moments.dt.microsecond() > 0).any()
    return "%Y-%m-%d %H:%M:%S%.6f" if has_fractions else "%Y-%m-%d %H:%M:%S"


def _plain_numbers(values: pl.Series, typed: pl.Series, delimiter: str) -> pl.Series:
    """Take separators of thousands, decimal commas and plus signs away, where a number isn't read without that."""
    stripped = values.str.strip_chars().str.strip_prefix("+")
    is_plain = stripped.cast(pl.Float64, strict=False).eq_missing(typed.cast(pl.Float64)) | typed.is_null()
    ungrouped = stripped.str.replace_all("." if delimiter == ";" else ",", "", literal=True)
    written = ungrouped.str.replace(",", ".", literal=True)
    return stripped.zip_with(is_plain, written).zip_with(typed.is_not_null(), values)


def _without_formulas(values: pl.Series, delimiter: str) -> pl.Series:
    if convert(values, delimiter=delimiter)[1] != "text":
        return values
    return without_formulas(values)
