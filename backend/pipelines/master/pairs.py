"""Which rows are compared at all: neighbours, when the table is sorted by one column after another (blocking).

The sorted-neighbourhood method of Hernández and Stolfo (1995). What it costs is known beforehand: PASSES * WINDOW pairs
for a row, whatever the values are.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.master.columns import Compared

WINDOW = 6  # neighbours below each row
SECOND = 3  # columns by which rows are sorted, in turn, where the first has the same value
MOST = 8  # columns by which rows are sorted first: those that tell most


def candidates(columns: Sequence[Compared]) -> pl.DataFrame:
    """Return the pairs of rows to compare, `a` < `b`, each once."""
    table = pl.DataFrame([column.values.alias(str(place)) for place, column in enumerate(columns)])
    table = table.with_row_index("row")
    found = pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
    for first in range(min(len(columns), MOST)):
        others = [place for place in range(len(columns)) if place != first]
        for second in others[:SECOND] or [first]:
            rest = [place for place in others if place != second]
            order = [str(place) for place in (first, second, *rest)]
            rows = table.filter(pl.col(str(first)).is_not_null()).sort(order, nulls_last=True)["row"]
            found = pl.concat([found, _neighbours(rows)]).unique()
    return found.sort("a", "b")


def _neighbours(rows: pl.Series) -> pl.DataFrame:
    pairs = [
        pl.DataFrame({"x": rows.head(len(rows) - apart), "y": rows.tail(len(rows) - apart)})
        for apart in range(1, min(WINDOW, len(rows) - 1) + 1)
    ]
    if not pairs:
        return pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
    return pl.concat(pairs).select(a=pl.min_horizontal("x", "y"), b=pl.max_horizontal("x", "y"))
