"""The chart of one column: a distribution, its rows over time, the most frequent values, or the lengths of texts."""

from itertools import pairwise

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipelines.profile.canvas import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    ROUND,
    TINT,
    AxisNumbers,
    canvas,
    empty,
    horizontal_bars,
)
from pipelines.profile.columns import NUMERIC, Column, Histogram
from pipelines.profile.headings import subtitle_of, title_of
from pipelines.profile.numbers import above
from pipelines.profile.over_time import rows_over_time
from pipelines.profile.statistics import TOP_VALUES, histogram
from pipelines.profile.wording import count, number, share

IDENTIFIER_VALUES = 50  # a text with more values than this, nearly all different, has no frequent ones
FLATTENING = 8  # times as high as the next that a bar is, when the others would be hard to see on a linear axis


def column_chart(column: Column, values: pl.Series) -> tuple[Figure, str]:
    """Return the chart that suits the column's type, and what it shows in words."""
    rows = len(values) - column["missing"]
    title = title_of(column)
    if not rows:
        return empty(title, "This column has no values."), f"{column['name']} has no values."
    if column["type"] in NUMERIC:
        return _distribution(title, column, rows)
    if column["type"] == "date":
        return rows_over_time(column, values)
    if column["unique"] > max(IDENTIFIER_VALUES, 0.9 * rows):
        return _lengths(title, column, values)
    return _frequencies(title, column, rows)


def _distribution(title: str, column: Column, rows: int) -> tuple[Figure, str]:
    bins = column["histogram"]
    if bins is None or column["median"] is None or column["quantiles"] is None:
        return empty(title, "These values can't be drawn on one axis."), f"{column['name']}: too extreme to draw."
    _, low, _, high, _ = column["quantiles"]
    subtitle = subtitle_of(
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


def _frequencies(title: str, column: Column, rows: int) -> tuple[Figure, str]:
    top = column["top"][:TOP_VALUES]
    rest = rows - sum(value["count"] for value in top)
    others = column["unique"] - len(top)
    names = [value["value"] for value in top] + ([count(others, "other value")] if others else [])
    counts = [value["count"] for value in top] + ([rest] if others else [])

    subtitle = subtitle_of(column, rows, f"{count(column['unique'], 'different value')}")
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
    subtitle = subtitle_of(column, len(lengths), f"{what}, so their lengths are drawn")
    figure, (axes,) = canvas(title, subtitle)
    if bins := histogram(lengths):
        _bars(axes, bins, whole=True)
    axes.set_xlabel("Characters")
    return figure, f"Lengths of the texts in {column['name']}: {subtitle}."
