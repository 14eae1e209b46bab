"""What is known about a column, as stages hand it on and the API shows it: plain JSON, so no NaN and no infinity."""

from typing import Literal, TypedDict

Number = float | str  # a string of digits where a double would change them
ColumnType = Literal["number", "integer", "text", "date", "boolean"]
NUMERIC = ("number", "integer")
TABLE_FILE = "table.parquet"  # what `ingest` leaves for the charts


class Count(TypedDict):
    """A value and how often it occurs."""

    value: str
    count: int


class Histogram(TypedDict):
    """Counts between neighbouring edges: one edge more than counts. Edges are counted from `base`.

    `base` is 0, or near the values where they are too large for what they differ by, such as long identifiers.
    """

    base: Number
    edges: list[float]
    counts: list[int]


class Column(TypedDict):
    """One column's profile. What makes no sense for its type is None, or empty.

    `min` and `max` are ISO 8601 strings for dates. Whole numbers beyond 2^53 are strings of digits. All numbers are
    rounded already: to be shown as they are. `outliers` counts values further than 1.5 interquartile ranges
    from the middle half (Tukey's fences).
    """

    name: str
    type: ColumnType
    missing: int
    unique: int
    min: Number | None
    max: Number | None
    mean: Number | None
    median: Number | None
    std: Number | None
    quartiles: list[Number] | None
    skewness: Number | None
    outliers: int | None
    top: list[Count]
    histogram: Histogram | None


class Correlation(TypedDict):
    """Pearson's r of two columns, over the rows in which both have a value."""

    first: str
    second: str
    r: float
