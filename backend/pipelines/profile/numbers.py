"""One rounding for all that is said of a column: a number is rounded here once, and shown as it is everywhere."""

import math
from fractions import Fraction

import polars as pl

from pipelines.profile.columns import Number
from tables.kinds import LARGEST_EXACT

MOST_DECIMALS = 6  # a column with more has measured values: they are rounded
SIGNIFICANT = 3  # digits of the standard deviation that are shown
TINY, HUGE = 1e-4, 1e15  # beyond, digits are counted from the first one


def decimals_of(present: pl.Series) -> int | None:
    """Return how many decimals the numbers of a column have, None when there are too many to be anybody's choice."""
    if present.dtype.is_integer():
        return 0
    numbers = present.to_numpy()
    return next((d for d in range(MOST_DECIMALS + 1) if (numbers.round(d) == numbers).all()), None)


def decimals_to_show(own: int | None, spread: float | None) -> int:
    """Return the decimals of a mean: one more than its values have, and enough to tell how far they spread."""
    needed = SIGNIFICANT - 1 - math.floor(math.log10(spread)) if spread and math.isfinite(spread) else 0
    return min(max((own or 0) + 1, needed), 15)


def rounded(value: float | Fraction | None, decimals: int) -> Number | None:
    """Return `value` at so many decimals, None when it is not finite. Whole numbers stay exact, whatever their size."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, int):
        return exact(value)
    if value == 0 or TINY <= abs(float(value)) < HUGE:
        return float(round(Fraction(value), decimals))
    return exact(round(value)) if isinstance(value, Fraction) and abs(value) >= HUGE else float(f"{float(value):.6g}")


def exact(value: int) -> Number:
    return value if abs(value) <= LARGEST_EXACT else str(value)


def above(base: Number, value: Number) -> float:
    """Return how far a value is from `base`."""
    return float(Fraction(value) - Fraction(base))


def quantile(ordered: pl.Series, share: Fraction) -> Fraction:
    """Return a quantile of values in order, between its two neighbours where it falls there. Nothing is rounded."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    low, high = Fraction(ordered[below]), Fraction(ordered[min(below + 1, len(ordered) - 1)])
    return low + (place - below) * (high - low)


def mean(present: pl.Series) -> Fraction | float | None:
    if present.dtype.is_integer():
        return Fraction(int(present.cast(pl.Int128).sum()), len(present))
    value = present.mean()
    return value if isinstance(value, float) else None
