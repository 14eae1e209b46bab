"""Which columns are compared, what they weigh, and how their values are written for it."""

import math
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apps.jobs.failures import ErrorCode, JobError
from tables.columns import read_texts

# That many of a thousand values occur once in a key, such as a number of each row: it tells nothing about sameness.
KEY = 999


@dataclass(frozen=True)
class Compared:
    """A column that is compared: its values in comparable writing, and the bits that one value tells on average."""

    name: str
    values: pl.Series
    bits: float


def compared_columns(table: Path, names: list[str], wanted: str) -> list[Compared]:
    """Return the columns that are compared, those that tell most first. Raises JobError(INVALID_INPUT)."""
    chosen = [name.strip() for name in wanted.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in names]:
        raise JobError(
            ErrorCode.INVALID_INPUT,
            f"There is no column {unknown[0]!r} to compare. The columns are: {', '.join(names[:20])}.",
        )
    columns = []
    for name in chosen or names:
        values = comparable(read_texts(table, name))
        counts = values.drop_nulls().value_counts()["count"]
        is_key = len(values) > 2 and 1000 * (counts == 1).sum() > KEY * len(values)
        if chosen or (len(counts) > 1 and not is_key):
            columns.append(Compared(name, values, _bits(counts)))
    if not columns:
        raise JobError(
            ErrorCode.INVALID_INPUT,
            "Every column is a key or constant, so there is nothing to compare. Name the columns to compare.",
        )
    return sorted(columns, key=lambda column: -column.bits)


def comparable(values: pl.Series) -> pl.Series:
    """Write values without case, accents and punctuation, null where nothing is left of them."""
    distinct = values.drop_nulls().unique()
    written = pl.Series([_plain(value) or None for value in distinct], dtype=pl.String)
    return values.replace_strict(distinct, written, default=None, return_dtype=pl.String)


def _plain(value: str) -> str:
    apart = unicodedata.normalize("NFKD", value.casefold())
    kept = ("" if unicodedata.combining(letter) else letter if letter.isalnum() else " " for letter in apart)
    return " ".join("".join(kept).split())


def _bits(counts: pl.Series) -> float:
    """Return the entropy of the values: 0 when all are alike, log2(n) when no two are."""
    total = counts.sum()
    return -sum(count / total * math.log2(count / total) for count in counts) if total else 0.0
