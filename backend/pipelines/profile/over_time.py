"""Columns of dates: how many rows there are in each period, and how numbers move from one to the next."""

import datetime

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipelines.profile.canvas import BLUE, MUTED, ROUND, AxisNumbers, canvas
from pipelines.profile.columns import Column
from pipelines.profile.dates import period_for
from pipelines.profile.headings import subtitle_of, title_of
from pipelines.profile.wording import count, day, listed
from tables.names import printable

EPOCH = datetime.date(1970, 1, 1).toordinal()  # matplotlib counts days from here, and knows years 1 to 9999 only
EARLIEST, LATEST = datetime.date.min.toordinal() - EPOCH, datetime.date.max.toordinal() - EPOCH


def rows_over_time(column: Column, dates: pl.Series) -> tuple[Figure, str]:
    """Return how many rows there are in each period."""
    present = dates.drop_nulls()
    period = period_for(present)
    grouped = _by_period(present.to_frame("start"), period.every)
    subtitle = subtitle_of(column, len(present), _span(column, period.name))
    figure, (axes,) = canvas(title_of(column), subtitle)
    axes.bar(grouped["start"].to_numpy(), grouped["rows"].to_numpy(), width=period.days * 0.9, align="edge", color=BLUE)
    axes.set_ylim(0)
    _scale(axes, "Rows", whole=True)
    _date_axis(axes)
    return figure, f"Rows over time by {column['name']}: {subtitle}."


def over_time(column: Column, table: pl.DataFrame) -> tuple[Figure, str]:
    """Return the means of numeric columns in each period. The first column of `table` has the dates."""
    _, *names = table.columns
    plain = table.rename(dict(zip(table.columns, ["start", *map(str, range(len(names)))], strict=True)))
    plain = plain.drop_nulls("start")
    period = period_for(plain["start"])
    grouped = _by_period(plain, period.every)
    fact = f"By {period.name} of {printable(column['name'], 40)}, {count(len(names), 'numeric column')}"
    figure, panels = canvas("Over time", fact, panels=len(names))
    middles = grouped["start"].to_numpy() + period.days / 2
    for position, (axes, name) in enumerate(zip(panels, names, strict=True)):
        axes.plot(middles, grouped[str(position)].to_numpy(), color=BLUE, linewidth=1.6, marker=".", markersize=4)
        _scale(axes, f"Mean {printable(name, 40)}", whole=False)
    _date_axis(panels[-1])
    return figure, f"Mean {listed(names)} by {period.name} of {column['name']}."


def _span(column: Column, period: str) -> str:
    first, last = (datetime.datetime.fromisoformat(str(column[end])) for end in ("min", "max"))
    return f"{day(first)} to {day(last)}, by {period}" if first != last else f"always {day(first)}"


def _scale(axes: Axes, label: str, *, whole: bool) -> None:
    axes.set_title(label, fontsize=9, color=MUTED, loc="left", pad=4)
    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=ROUND, integer=whole, min_n_ticks=1))
    axes.yaxis.set_major_formatter(AxisNumbers())


def _date_axis(axes: Axes) -> None:
    left, right = axes.get_xlim()
    axes.set_xlim(max(left, EARLIEST), min(right, LATEST))
    locator = AutoDateLocator(minticks=3, maxticks=10)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]


def _by_period(table: pl.DataFrame, every: str) -> pl.DataFrame:
    """Return per period, empty ones included: `start` in days since 1970, `rows`, and the means of other columns."""
    return (
        table.with_columns(pl.col("start").cast(pl.Datetime("us")).dt.truncate(every))
        .group_by("start")
        .agg(pl.len().alias("rows"), pl.exclude("start").mean())
        .sort("start")
        .upsample("start", every=every)
        .with_columns(pl.col("start").dt.epoch("us") / 86_400e6, pl.col("rows").fill_null(0))
    )
