"""The columns of a table that was read, for stages that work on the text of values."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tables.names import unique

# What a spreadsheet would run instead of showing it: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = r"^[=+\-@\t\r]"


def read_texts(table: Path, name: str) -> pl.Series:
    """Return a column of any type as its values would stand in CSV, null where nothing stands."""
    values = pl.read_parquet(table, columns=[name], glob=False, memory_map=False).to_series()
    if values.dtype == pl.Datetime:
        return values.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    return values.cast(pl.String)


def without_formulas(values: pl.Series) -> pl.Series:
    """Quote the texts that a spreadsheet would run: those that begin as a formula does, and are no number."""
    is_formula = values.str.contains(FORMULA) & values.cast(pl.Float64, strict=False).is_null()
    return values.zip_with(~is_formula.fill_null(False), "'" + values)


def headings(names: Sequence[str]) -> list[str]:
    """Return the names of columns as they may stand in a file that a spreadsheet opens, no two alike."""
    return unique(without_formulas(pl.Series(names, dtype=pl.String)))
