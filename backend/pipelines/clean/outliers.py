"""Numbers far from the others: further than 1.5 interquartile ranges from the middle half (Tukey's fences)."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

import polars as pl

REACH = Fraction(3, 2)  # interquartile ranges


def far_from_others(numbers: pl.Series) -> pl.Series:
    """Return which numbers are far from the others. Those that are null aren't."""
    low, high = _fences(numbers)
    return ((numbers < low) | (numbers > high)).fill_null(False)


def emptied(values: pl.Series, numbers: pl.Series) -> pl.Series:
    """Empty the values whose numbers are far, until none is: without the farthest, others are."""
    while (far := far_from_others(numbers)).any():
        values, numbers = values.set(far, None), numbers.set(far, None)
    return values


def clipped(values: pl.Series, numbers: pl.Series) -> pl.Series:
    """Move what is far to the fence on its side, rounded inwards to the decimals that the column has.

    Again, until nothing is far: among few numbers a fence moves with those that it holds.
    """
    decimals = values.drop_nulls().str.extract(r"\.(\d+)$").str.len_chars().max()
    step = Decimal(1).scaleb(-decimals if isinstance(decimals, int) else 0)
    while far_from_others(numbers).any():
        low, high = _fences(numbers)
        for far, fence, rounding in ((numbers < low, low, ROUND_CEILING), (numbers > high, high, ROUND_FLOOR)):
            if far.any():
                written = f"{Decimal(fence).quantize(step, rounding):f}"
                values = values.set(far.fill_null(False), written)
                numbers = numbers.cast(pl.Float64).set(far.fill_null(False), float(written))
    return values


def _fences(numbers: pl.Series) -> tuple[float, float]:
    present = numbers.drop_nulls().cast(pl.Float64)
    if present.is_empty():
        return float("-inf"), float("inf")
    first, third = (Fraction(present.quantile(share, "linear") or 0.0) for share in (0.25, 0.75))
    reach = REACH * (third - first)
    # 12.2 + 1.5 * (12.2 - 10.4) is 14.9, and in binary a little less.
    low, high = (float(f"{float(fence):.12g}") for fence in (first - reach, third + reach))
    return low, high
