"""Which rows belong together: all that a chain of matches connects."""

import polars as pl


def clusters(rows: int, matches: pl.DataFrame) -> pl.Series:
    """Return the cluster of each row, counted from 1 in the order of their first rows.

    Union-find by hand: what has it as a library is a graph library.
    """
    parents = list(range(rows))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for a, b in matches.select("a", "b").iter_rows():
        first, second = sorted((root(a), root(b)))
        parents[second] = first
    numbers: dict[int, int] = {}
    return pl.Series("cluster", [numbers.setdefault(root(row), len(numbers) + 1) for row in range(rows)])
