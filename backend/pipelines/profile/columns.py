"""What is known about a column, as stages hand it on and the API shows it: plain JSON, so no NaN and no infinity."""

from typing import Literal, TypedDict

ColumnType = Literal["number", "integer", "text", "date", "boolean"]
NUMERIC = ("number", "integer")
TABLE_FILE = "table.parquet"  # what `ingest` leaves for the charts


class Count(TypedDict):
    """A value and how often it occurs."""

    value: str
    count: int


class Histogram(TypedDict):
    """Counts between neighbouring edges: one edge more than counts."""

    edges: list[float]
    counts: list[int]


class Column(TypedDict):
    """One column's profile. What makes no sense for its type is None, or empty.

    `min` and `max` are ISO 8601 strings for dates. `outliers` counts values further than 1.5 interquartile ranges
    from the middle half (Tukey's fences).
    """

    name: str
    type: ColumnType
    missing: int
    unique: int
    min: float | str | None
    max: float | str | None
    mean: float | None
    median: float | None
    std: float | None
    quartiles: list[float] | None
    skewness: float | None
    outliers: int | None
    top: list[Count]
    histogram: Histogram | None


class Correlation(TypedDict):
    """Pearson's r of two columns, over the rows in which both have a value."""

    first: str
    second: str
    r: float
