"""Computes what is known about one column, and how numeric columns move together. Never returns NaN or infinity."""

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.profile.columns import NUMERIC, Column, ColumnType, Correlation, Count, Histogram
from pipelines.profile.names import printable

Floats = NDArray[np.floating[Any]]

TOP_VALUES = 12
MIN_BINS, MAX_BINS = 8, 36
LARGEST_DRAWN = 1e300  # beyond, differences and margins overflow
SAMPLED_CELLS = 5_000_000  # correlations of larger tables are taken from evenly spaced rows


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
        "quartiles": None,
        "skewness": None,
        "outliers": None,
        "top": top_values(present) if kind in ("text", "boolean") else [],
        "histogram": histogram(present) if kind in NUMERIC else None,
    }
    if present.is_empty():
        return column
    low, high = present.min(), present.max()
    if isinstance(low, date) and isinstance(high, date):
        column["min"], column["max"] = low.isoformat(), high.isoformat()
    elif isinstance(low, int | float) and isinstance(high, int | float) and kind in NUMERIC:
        column["min"], column["max"] = low, high
        _measure(column, present)
    return column


def top_values(present: pl.Series, most: int = TOP_VALUES) -> list[Count]:
    """Return the most frequent values, at equal counts in their own order."""
    counted = present.cast(pl.String).alias("value").value_counts(name="count")
    rows = counted.sort(["count", "value"], descending=[True, False]).head(most).rows()
    return [{"value": printable(value) or "(blank)", "count": count} for value, count in rows]


def histogram(present: pl.Series) -> Histogram | None:
    """Return counts between round edges, as many as the Freedman-Diaconis rule asks for within 8 to 36.

    Bins of whole numbers are centred on them. None when there is nothing to count, or the numbers are too
    large, or too large for their differences.
    """
    whole = present.dtype.is_integer()
    numbers = present.cast(pl.Float64).to_numpy()
    if not numbers.size or np.abs(numbers).max() > LARGEST_DRAWN:
        return None
    edges = _edges(numbers, whole=whole)
    if (np.diff(edges) <= 0).any():
        return None
    counts, _ = np.histogram(numbers, edges)
    return {"edges": [_rounded(edge) or 0.0 for edge in edges.tolist()], "counts": counts.tolist()}


def correlations(table: pl.DataFrame) -> tuple[list[str], Floats]:
    """Return the names of the numeric columns that vary, and the matrix of Pearson's r over pairwise complete rows.

    r is NaN where two columns have fewer than three rows in common or one is constant there.
    """
    step = max(1, math.ceil(table.height * table.width / SAMPLED_CELLS))
    matrix = table.gather_every(step).cast(pl.Float64).to_numpy()
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
    pairs: list[Correlation] = [
        {"first": names[i], "second": names[j], "r": round(float(r[i, j]), 4)}
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if math.isfinite(r[i, j])
    ]
    return sorted(pairs, key=lambda pair: -abs(pair["r"]))[:most]


def _measure(column: Column, present: pl.Series) -> None:
    low, middle, high = (present.quantile(q, "linear") or 0.0 for q in (0.25, 0.5, 0.75))
    reach = 1.5 * (high - low)
    column["mean"], column["median"], column["std"] = map(_rounded, (present.mean(), middle, present.std()))
    column["quartiles"] = [low, high] if math.isfinite(low) and math.isfinite(high) else None
    column["skewness"] = _rounded(present.skew()) if column["unique"] > 2 else None
    column["outliers"] = int(((present < low - reach) | (present > high + reach)).sum())


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


def _rounded(value: Any) -> float | None:
    """Return `value` at ten significant digits, None when it is not finite."""
    return float(f"{value:.10g}") if value is not None and math.isfinite(value) else None
