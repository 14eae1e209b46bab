"""The chart of one column: a distribution, a timeline, the most frequent values, or the lengths of unlike texts."""

import datetime
from itertools import pairwise

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipelines.profile.canvas import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    SEPARATOR,
    TINT,
    AxisNumbers,
    canvas,
    empty,
    horizontal_bars,
)
from pipelines.profile.columns import NUMERIC, Column, Histogram
from pipelines.profile.names import printable
from pipelines.profile.numbers import above
from pipelines.profile.statistics import TOP_VALUES, histogram
from pipelines.profile.wording import count, day, number, share

TITLE_LENGTH = 56
IDENTIFIER_VALUES = 50  # a text with more values than this, nearly all different, has no frequent ones
FLATTENING = 8  # times as high as the next that a bar is, when the others would be hard to see on a linear axis
ROUND = [1, 2, 2.5, 5, 10]  # steps between the ticks of an axis
EPOCH = datetime.date(1970, 1, 1).toordinal()  # matplotlib counts days from here, and knows years 1 to 9999 only
EARLIEST, LATEST = datetime.date.min.toordinal() - EPOCH, datetime.date.max.toordinal() - EPOCH
MAX_PERIODS = 72
# Length in days, name, and polars' word for it; the shortest that gives at most MAX_PERIODS bars is drawn.
PERIODS = (
    (1 / 24, "hour", "1h"),
    (1, "day", "1d"),
    (7, "week", "1w"),
    (30.4, "month", "1mo"),
    (91.3, "quarter", "1q"),
    (365.2, "year", "1y"),
    (3652, "decade", "10y"),
    (36_524, "century", "100y"),
)
HOURS, DAYS, MONTHS, YEARS = 0, 1, 3, 5  # places in PERIODS


def column_chart(column: Column, table: pl.DataFrame) -> tuple[Figure, str]:
    """Return the chart that suits the column's type, and what it shows in words. `table` holds its values.

    Further columns of `table` are drawn over time below a column of dates.
    """
    rows = table.height - column["missing"]
    title = printable(column["name"], TITLE_LENGTH)
    if not rows:
        return empty(title, "This column has no values."), f"{column['name']} has no values."
    if column["type"] in NUMERIC:
        return _distribution(title, column, rows)
    if column["type"] == "date":
        return _timeline(title, column, table)
    if column["unique"] > max(IDENTIFIER_VALUES, 0.9 * rows):
        return _lengths(title, column, table[column["name"]])
    return _frequencies(title, column, rows)


def _distribution(title: str, column: Column, rows: int) -> tuple[Figure, str]:
    bins = column["histogram"]
    if bins is None or column["median"] is None or column["quartiles"] is None:
        return empty(title, "These values can't be drawn on one axis."), f"{column['name']}: too extreme to draw."
    low, high = column["quartiles"]
    subtitle = _subtitle(
        column, rows, f"median {number(column['median'])}, middle half {number(low)} to {number(high)}"
    )
    figure, (axes,) = canvas(title, subtitle)
    axes.axvspan(above(bins["base"], low), above(bins["base"], high), color=TINT, zorder=0)
    _bars(axes, bins, whole=column["type"] == "integer")
    if bins["base"]:
        axes.set_xlabel(f"more than {number(bins['base'])}")
    median = above(bins["base"], column["median"])
    axes.axvline(median, color=ORANGE, linewidth=1.6)
    axes.annotate(
        "median",
        (median, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(5, -3),
        textcoords="offset points",
        color=ORANGE,
        fontsize=9,
        va="top",
    )
    return figure, f"Histogram of {column['name']}: {subtitle}."


def _bars(axes: Axes, bins: Histogram, *, whole: bool) -> None:
    edges = bins["edges"]
    widths = [right - left for left, right in pairwise(edges)]
    axes.bar(edges[:-1], bins["counts"], width=widths, align="edge", color=BLUE, edgecolor="white", linewidth=0.8)
    margin = 0.01 * (edges[-1] - edges[0]) if len(widths) > 1 else 2 * widths[0]
    axes.set_xlim(edges[0] - margin, edges[-1] + margin)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND, integer=whole, min_n_ticks=1))
    axes.xaxis.set_major_formatter(AxisNumbers())
    highest, *others = sorted(bins["counts"], reverse=True)
    if others and highest > FLATTENING * max(others[0], 1):
        axes.set_yscale("log")
        axes.set_ylim(0.7, max(bins["counts"]) * 3)
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel("Rows (logarithmic)")
    else:
        axes.set_ylim(0, max(bins["counts"]) * 1.12)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=ROUND, integer=True, min_n_ticks=1))
        axes.yaxis.set_major_formatter(AxisNumbers())
        axes.set_ylabel("Rows")
    axes.grid(axis="y")


def _timeline(title: str, column: Column, table: pl.DataFrame) -> tuple[Figure, str]:
    first, last = (datetime.datetime.fromisoformat(str(column[end])) for end in ("min", "max"))
    rows = table.height - column["missing"]
    days = max((last - first).total_seconds() / 86_400, 1 / 24)
    periods = PERIODS[_shortest_period(table[column["name"]].drop_nulls()) :]
    length, period, every = next((p for p in periods if days / p[0] <= MAX_PERIODS), PERIODS[-1])
    grouped = _by_period(table, column["name"], every)
    trends = [name for name in table.columns if name != column["name"]] if grouped.height > 1 else []

    span = f"{day(first)} to {day(last)}, by {period}" if first != last else f"always {day(first)}"
    subtitle = _subtitle(column, rows, span)
    figure, panels = canvas(title, subtitle, panels=1 + len(trends))
    starts = grouped["start"].to_numpy()
    panels[0].bar(starts, grouped["rows"].to_numpy(), width=length * 0.9, align="edge", color=BLUE)
    panels[0].set_ylim(0)
    for position, axes in enumerate(panels[1:]):
        axes.plot(
            starts + length / 2,
            grouped[f"mean {position}"].to_numpy(),
            color=BLUE,
            linewidth=1.6,
            marker=".",
            markersize=4,
        )
    for axes, label in zip(panels, ["Rows", *(f"Mean {printable(name, 40)}" for name in trends)], strict=True):
        axes.set_title(label, fontsize=9, color=MUTED, loc="left", pad=4)
        axes.grid(axis="y")
        axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=ROUND, integer=label == "Rows", min_n_ticks=1))
        axes.yaxis.set_major_formatter(AxisNumbers())
    left, right = panels[-1].get_xlim()
    panels[-1].set_xlim(max(left, EARLIEST), min(right, LATEST))
    locator = AutoDateLocator(minticks=3, maxticks=10)  # type: ignore[no-untyped-call]
    panels[-1].xaxis.set_major_locator(locator)
    panels[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
    return figure, f"Rows over time by {column['name']}: {subtitle}."


def _shortest_period(dates: pl.Series) -> int:
    """Return the place in PERIODS of the one that the dates are given by: shorter ones would only draw gaps."""
    if dates.dtype != pl.Date:
        return HOURS
    if (dates.dt.ordinal_day() == 1).all():
        return YEARS
    return MONTHS if (dates.dt.day() == 1).all() else DAYS


def _by_period(table: pl.DataFrame, name: str, every: str) -> pl.DataFrame:
    """Return per period, empty ones included: `start` in days since 1970, `rows`, and `mean 0`, … of other columns."""
    others = [other for other in table.columns if other != name]
    # Positions as names: a column of the file may be called anything.
    plain = table.rename({other: f"mean {position}" for position, other in enumerate(others)} | {name: "start"})
    return (
        plain.drop_nulls("start")
        .with_columns(pl.col("start").cast(pl.Datetime("us")).dt.truncate(every))
        .group_by("start")
        .agg(pl.len().alias("rows"), pl.col("^mean .*$").mean())
        .sort("start")
        .upsample("start", every=every)
        .with_columns(pl.col("start").dt.epoch("us") / 86_400e6, pl.col("rows").fill_null(0))
    )


def _frequencies(title: str, column: Column, rows: int) -> tuple[Figure, str]:
    top = column["top"][:TOP_VALUES]
    rest = rows - sum(value["count"] for value in top)
    others = column["unique"] - len(top)
    names = [value["value"] for value in top] + ([count(others, "other value")] if others else [])
    counts = [value["count"] for value in top] + ([rest] if others else [])

    subtitle = _subtitle(column, rows, f"{count(column['unique'], 'different value')}")
    figure, (axes,) = canvas(title, subtitle)
    positions = horizontal_bars(axes, names)
    axes.barh(positions, counts, height=0.72, color=[BLUE] * len(top) + [GREY] * (len(names) - len(top)))
    axes.set_xlim(0, max(counts) * 1.18)
    for position, amount in zip(positions, counts, strict=True):
        text = f"  {amount:,}  ({share(amount, rows)})"
        axes.text(amount, position, text, va="center", color=INK if position < len(top) else MUTED, fontsize=9)
    leading = f"{top[0]['value']} leads with {share(top[0]['count'], rows)}"
    return figure, f"Most frequent values of {column['name']}: {subtitle}; {leading}."


def _lengths(title: str, column: Column, values: pl.Series) -> tuple[Figure, str]:
    lengths = values.drop_nulls().str.len_chars().cast(pl.Int64)
    all_differ = column["unique"] == len(lengths)
    what = "all different" if all_differ else f"{count(column['unique'], 'different value')}"
    subtitle = _subtitle(column, len(lengths), f"{what}, so their lengths are drawn")
    figure, (axes,) = canvas(title, subtitle)
    if bins := histogram(lengths):
        _bars(axes, bins, whole=True)
    axes.set_xlabel("Characters")
    return figure, f"Lengths of the texts in {column['name']}: {subtitle}."


def _subtitle(column: Column, rows: int, facts: str) -> str:
    outliers = count(column["outliers"], "outlier") if column["outliers"] else ""
    missing = f"{column['missing']:,} missing" if column["missing"] else ""
    return SEPARATOR.join(filter(None, (count(rows, "value"), facts, outliers, missing)))
