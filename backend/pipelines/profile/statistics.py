"""Computes what is known about one column, and how numeric columns move together. Never returns NaN or infinity."""

import math
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.profile.columns import NUMERIC, Column, ColumnType, Correlation, Count, Histogram, Lengths
from pipelines.profile.dates import gaps
from pipelines.profile.numbers import decimals_of, decimals_to_show, exact, mean, quantile, rounded
from tables.names import printable

Floats = NDArray[np.floating[Any]]

TOP_VALUES = 12
QUANTILES = (5, 25, 50, 75, 95)  # percent
MIN_BINS, MAX_BINS = 8, 36
LARGEST_DRAWN = 1e300  # beyond, differences and margins overflow
RESOLVED = 1e-6  # of its size that a column's range has to be, for edges that ten digits tell apart
SAMPLED_CELLS = 5_000_000  # correlations of larger tables are of evenly spaced rows


def describe(name: str, values: pl.Series, kind: ColumnType) -> Column:
    """Return the profile of a column that `kinds.convert` typed."""
    present = values.drop_nulls()
    column: Column = {
        "name": name,
        "type": kind,
        "missing": values.null_count(),
        "unique": present.n_unique(),
        "min": None,
        "max": None,
        "mean": None,
        "median": None,
        "std": None,
        "quantiles": None,
        "skewness": None,
        "outliers": None,
        "top": top_values(present) if kind in ("text", "boolean") else [],
        "histogram": histogram(present) if kind in NUMERIC else None,
        "lengths": lengths(present) if kind == "text" else None,
        "gaps": None,
    }
    if present.is_empty():
        return column
    low, high = present.min(), present.max()
    if isinstance(low, date) and isinstance(high, date):
        column["min"], column["max"] = low.isoformat(), high.isoformat()
        column["gaps"] = gaps(present)
    elif isinstance(low, int | float) and isinstance(high, int | float) and kind in NUMERIC:
        _measure(column, present)
    return column


def top_values(present: pl.Series, most: int = TOP_VALUES) -> list[Count]:
    """Return the most frequent values, at equal counts in their own order."""
    counted = present.cast(pl.String).alias("value").value_counts(name="count")
    rows = counted.sort(["count", "value"], descending=[True, False]).head(most).rows()
    return [{"value": printable(value) or "(blank)", "count": count} for value, count in rows]


def lengths(present: pl.Series) -> Lengths | None:
    """Return how many characters texts have."""
    ordered = present.str.len_chars().sort()
    if ordered.is_empty():
        return None
    middle = quantile(ordered, Fraction(1, 2))
    return {"min": int(ordered[0]), "median": float(middle), "max": int(ordered[-1])}


def histogram(present: pl.Series) -> Histogram | None:
    """Return counts between round edges, as many as the Freedman-Diaconis rule asks for within 8 to 36.

    Bins of whole numbers are centred on them. None when there is nothing to count, or the numbers are too large.
    """
    low, high = present.min(), present.max()
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return None
    largest = max(abs(low), abs(high))
    if largest > LARGEST_DRAWN:
        return None
    base = low if low != high and Fraction(high) - Fraction(low) < Fraction(RESOLVED) * Fraction(largest) else 0
    numbers = (present - base if base else present).cast(pl.Float64).to_numpy()
    edges = _edges(numbers, whole=present.dtype.is_integer())
    if (np.diff(edges) <= 0).any():
        return None
    counts, _ = np.histogram(numbers, edges)
    return {
        "base": exact(base) if isinstance(base, int) else base,
        "edges": [float(f"{edge:.10g}") for edge in edges.tolist()],
        "counts": counts.tolist(),
    }


def correlations(table: pl.DataFrame) -> tuple[list[str], Floats]:
    """Return the names of the numeric columns that vary, and the matrix of Pearson's r over pairwise complete rows.

    r is NaN where two columns have fewer than three rows in common or one is constant there.
    """
    matrix = table.cast(pl.Float64).to_numpy()
    with np.errstate(all="ignore"):
        spread = np.nanstd(matrix, axis=0) if len(matrix) else np.zeros(table.width)
        keep = np.isfinite(spread) & (spread > 0)
        matrix = (matrix[:, keep] - np.nanmean(matrix[:, keep], axis=0)) / spread[keep]
        present = np.isfinite(matrix).astype(float)
        filled = np.where(present > 0, matrix, 0.0)
        n, sums, squares = present.T @ present, filled.T @ present, (filled**2).T @ present
        covariance = n * (filled.T @ filled) - sums * sums.T
        variance = n * squares - sums**2
        r = covariance / np.sqrt(variance * variance.T)
    r[(n < 3) | (variance <= 1e-9) | (variance.T <= 1e-9)] = np.nan
    return [name for name, kept in zip(table.columns, keep, strict=True) if kept], np.clip(r, -1, 1)


def strongest(names: list[str], r: Floats, most: int = 10) -> list[Correlation]:
    """Return the pairs of different columns with the largest |r|, strongest first."""
    first, second = np.triu_indices(len(names), k=1)
    values = r[first, second].round(4)
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(-np.abs(values[known]), kind="stable")][:most]
    return [{"first": names[first[pair]], "second": names[second[pair]], "r": float(values[pair])} for pair in order]


def _measure(column: Column, present: pl.Series) -> None:
    ordered = present.sort()
    spread = _spread(present, ordered)
    own = decimals_of(present)
    shown = decimals_to_show(own, spread)
    shares = [quantile(ordered, Fraction(percent, 100)) for percent in QUANTILES]
    _, low, middle, high, _ = shares
    reach = float(Fraction(3, 2) * (high - low))
    column["min"], column["max"] = (rounded(value, shown if own is None else own) for value in ordered[[0, -1]])
    column["mean"], column["median"], column["std"] = (
        rounded(value, shown) for value in (mean(present), middle, spread)
    )
    column["quantiles"] = [value for value in (rounded(share, shown) for share in shares) if value is not None]
    column["skewness"] = rounded(present.skew(), 2) if column["unique"] > 2 else None
    column["outliers"] = int(((present < float(low) - reach) | (present > float(high) + reach)).sum())


def _spread(present: pl.Series, ordered: pl.Series) -> float | None:
    """Return the standard deviation: of distances from the smallest value, as long identifiers share a double."""
    smallest, largest = ordered[0], ordered[-1]
    is_near = present.dtype.is_integer() and largest - smallest < 2**63
    spread = (present - smallest if is_near else present).cast(pl.Float64).std()
    return spread if isinstance(spread, float) else None


def _edges(numbers: Floats, *, whole: bool) -> Floats:
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        half = max(0.5, abs(low) / 1000)
        return np.array([low - half, high + half])
    first, third = np.quantile(numbers, [0.25, 0.75])
    width = 2 * float(third - first) / len(numbers) ** (1 / 3)
    bins = MAX_BINS if width < (high - low) / MAX_BINS else max((high - low) / width, MIN_BINS)
    step = _round_step((high - low) / bins, whole=whole)
    start = math.floor(low / step)
    edges = (start + np.arange(math.floor(high / step) - start + 2)) * step
    if whole:
        return edges - 0.5
    edges = edges[: 1 + max(1, int(np.searchsorted(edges, high)))]
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)  # a rounding error must not lose a value
    return edges


def _round_step(width: float, *, whole: bool) -> float:
    if whole and width <= 1:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(width))
    return next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= width and not (whole and m == 2.5))
