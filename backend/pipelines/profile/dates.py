"""The periods that dates are given by, and what they leave out."""

from datetime import date
from typing import Literal, NamedTuple

import polars as pl

from pipelines.profile.columns import Gaps

MAX_PERIODS = 72  # that are drawn


class Period(NamedTuple):
    """A length of time: in days, its name, and polars' word for it."""

    days: float
    name: str
    every: str


PERIODS = (
    Period(1 / 24, "hour", "1h"),
    Period(1, "day", "1d"),
    Period(7, "week", "1w"),
    Period(30.4, "month", "1mo"),
    Period(91.3, "quarter", "1q"),
    Period(365.2, "year", "1y"),
    Period(3652, "decade", "10y"),
    Period(36_524, "century", "100y"),
)
Given = Literal["hour", "day", "month", "year"]


def given_by(dates: pl.Series) -> Given:
    """Return the period that dates are given by: shorter ones would only draw gaps."""
    if dates.dtype != pl.Date:
        return "hour"
    if (dates.dt.ordinal_day() == 1).all():
        return "year"
    return "month" if (dates.dt.day() == 1).all() else "day"


def period_for(dates: pl.Series) -> Period:
    """Return the shortest period by which at most MAX_PERIODS bars show all of the dates."""
    first, last = dates.min(), dates.max()
    days = max((last - first).total_seconds() / 86_400, 1 / 24)  # type: ignore[operator, union-attr]
    shortest = [period.name for period in PERIODS].index(given_by(dates))
    return next((period for period in PERIODS[shortest:] if days / period.days <= MAX_PERIODS), PERIODS[-1])


def gaps(dates: pl.Series) -> Gaps | None:
    """Return what dates leave out, None where they are given by the hour, or are one only."""
    period = given_by(dates)
    different = dates.unique().sort()
    if period == "hour" or len(different) < 2:
        return None
    numbers = _numbered(different, period)
    steps = numbers.diff().drop_nulls()
    longest = steps.arg_max() or 0
    return {
        "period": period,
        "missing": int((steps - 1).sum()),
        "longest": int(steps[longest]) - 1,
        "longest_from": _next(different[longest], period).isoformat() if steps[longest] > 1 else "",
    }


def _numbered(dates: pl.Series, period: Given) -> pl.Series:
    if period == "day":
        return dates.to_physical().cast(pl.Int64)
    years = dates.dt.year().cast(pl.Int64)
    return years if period == "year" else 12 * years + dates.dt.month().cast(pl.Int64)


def _next(day: date, period: Given) -> date:
    if period == "day":
        return date.fromordinal(day.toordinal() + 1)
    if period == "year":
        return date(day.year + 1, 1, 1)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
