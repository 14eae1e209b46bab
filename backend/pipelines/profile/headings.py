"""What stands above the chart of a column."""

from pipelines.profile.canvas import SEPARATOR
from pipelines.profile.columns import Column
from pipelines.profile.wording import count
from tables.names import printable

TITLE_LENGTH = 56


def title_of(column: Column) -> str:
    return printable(column["name"], TITLE_LENGTH)


def subtitle_of(column: Column, rows: int, facts: str) -> str:
    """Return how many values there are, the facts, and how many are outliers or missing."""
    outliers = count(column["outliers"], "outlier") if column["outliers"] else ""
    missing = f"{column['missing']:,} missing" if column["missing"] else ""
    return SEPARATOR.join(filter(None, (count(rows, "value"), facts, outliers, missing)))
