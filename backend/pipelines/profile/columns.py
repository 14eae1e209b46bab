"""What is known about a column, as stages hand it on and the API shows it: plain JSON, so no NaN and no infinity."""

from typing import Literal, TypedDict

Number = float | str  # a string of digits where a double would change them

ColumnType = Literal["number", "integer", "text", "date", "boolean"]
NUMERIC = ("number", "integer")


def column_file(position: int) -> str:
    """Return the name of the file in which a column's values are left for the whole table, typed."""
    return f"column-{position}.parquet"


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


class Lengths(TypedDict):
    """How many characters texts have."""

    min: int
    median: float
    max: int


class Gaps(TypedDict):
    """What dates leave out between the first and the last: how many of their periods, and the longest stretch."""

    period: Literal["day", "month", "year"]
    missing: int
    longest: int  # periods in a row
    longest_from: str  # the first of them, ISO 8601


class Column(TypedDict):
    """One column's profile. What makes no sense for its type is None, or empty.

    `min` and `max` are ISO 8601 strings for dates. Whole numbers beyond 2^53 are strings of digits. All numbers are
    rounded already: to be shown as they are. `outliers` counts values further than 1.5 interquartile ranges
    from the middle half (Tukey's fences). `quantiles` are the 5th, 25th, 50th, 75th and 95th of a hundred.
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
    quantiles: list[Number] | None
    skewness: Number | None
    outliers: int | None
    top: list[Count]
    histogram: Histogram | None
    lengths: Lengths | None
    gaps: Gaps | None


class Correlation(TypedDict):
    """Pearson's r of two columns, over the rows in which both have a value."""

    first: str
    second: str
    r: float


class MissingTogether(TypedDict):
    """Columns that lack their values in the same rows, and how many rows those are."""

    columns: list[str]
    rows: int


class TableFacts(TypedDict):
    """What is known of the table as a whole. `duplicates` counts rows that repeat an earlier one."""

    rows: int
    duplicates: int
    constant: list[str]  # columns with one value throughout
    keys: list[str]  # columns of text or whole numbers with another value in each row
    missing_together: list[MissingTogether]
    correlations: list[Correlation]
