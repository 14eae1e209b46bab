"""The charts of the whole table: how numeric columns move together, how many values there are, and rows alike."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from pipelines.profile.canvas import (
    BLUE,
    HEIGHT,
    INK,
    LINE,
    ORANGE,
    SEPARATOR,
    bars_height,
    canvas,
    empty,
    horizontal_bars,
)
from pipelines.profile.columns import Column, Correlation
from pipelines.profile.statistics import Floats, strongest
from pipelines.profile.wording import count, share

MAX_BARS = 40
MAX_CORRELATED = 12  # columns up to which there is room for a cell and its number for each two
MAX_PAIRS = 20
MAX_LABEL = 16


def correlation_chart(names: list[str], r: Floats) -> tuple[Figure, str]:
    """Return a heat map of Pearson's r, or of more columns than that has room for the pairs that move closest."""
    pairs = strongest(names, r, most=MAX_PAIRS)
    if not pairs:
        return empty("Correlations", "No two numeric columns vary together often enough."), "No correlations."
    first = pairs[0]
    closest = f"strongest: {first['first']} and {first['second']} ({first['r']:+.2f})"
    subtitle = f"{count(len(names), 'numeric column')}{SEPARATOR}{_cut(closest, 90)}"
    figure = _heat_map(subtitle, names, r) if len(names) <= MAX_CORRELATED else _closest_pairs(subtitle, pairs)
    return figure, f"Correlations of {count(len(names), 'numeric column')}; {closest}."


def _heat_map(subtitle: str, names: list[str], r: Floats) -> Figure:
    size = len(names)
    figure, (axes,) = canvas("Correlations", subtitle, height=max(HEIGHT, 5.2))
    colors = colormaps["RdBu"].with_extremes(bad=LINE)
    image = axes.imshow(np.ma.masked_invalid(r), cmap=colors, vmin=-1, vmax=1, aspect="auto")
    labels = [_cut(name, MAX_LABEL) for name in names]
    axes.set_xticks(range(size), labels, rotation=0 if size <= 5 else 45, ha="center" if size <= 5 else "right")
    axes.set_yticks(range(size), labels)
    axes.tick_params(labelsize=9.5, labelcolor=INK)
    axes.set_xticks([position + 0.5 for position in range(size - 1)], minor=True)
    axes.set_yticks([position + 0.5 for position in range(size - 1)], minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    axes.spines["bottom"].set_visible(False)
    for (row, column), value in np.ndenumerate(r):
        text = f"{value:.2f}" if np.isfinite(value) else ""
        axes.text(column, row, text, ha="center", va="center", color="white" if abs(value) > 0.6 else INK)
    bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=30, pad=0.02, ticks=[-1, 0, 1])
    bar.outline.set_visible(False)
    return figure


def _closest_pairs(subtitle: str, pairs: list[Correlation]) -> Figure:
    named = [f"{_cut(pair['first'], MAX_LABEL)} and {_cut(pair['second'], MAX_LABEL)}" for pair in pairs]
    figure, (axes,) = canvas(
        "Correlations", f"{subtitle}{SEPARATOR}the closest {len(pairs)}", height=bars_height(len(pairs))
    )
    positions = horizontal_bars(axes, named, longest=2 * MAX_LABEL + 5)
    colors = [BLUE if pair["r"] > 0 else ORANGE for pair in pairs]
    axes.barh(positions, [abs(pair["r"]) for pair in pairs], height=0.72, color=colors)
    axes.set_xlim(0, 1.15)
    for position, pair in zip(positions, pairs, strict=True):
        axes.text(abs(pair["r"]), position, f"  {pair['r']:+.2f}", va="center", fontsize=9)
    return figure


def distinct_values(columns: list[Column]) -> tuple[Figure, str]:
    """Return how many different values each column has, the richest first."""
    chosen = sorted(columns, key=lambda column: -column["unique"])[:MAX_BARS]
    fact = f"Different values in each of {count(len(columns), 'column')}"
    figure, (axes,) = canvas("Distinct values", fact + _subset(chosen, columns), height=bars_height(len(chosen)))
    positions = horizontal_bars(axes, [column["name"] for column in chosen])
    counts = [column["unique"] for column in chosen]
    axes.barh(positions, counts, height=0.72, color=BLUE)
    axes.set_xlim(0, max(*counts, 1) * 1.15)
    for position, amount in zip(positions, counts, strict=True):
        axes.text(amount, position, f"  {amount:,}", va="center", fontsize=9)
    return figure, f"{fact}."


def duplicates_chart(duplicates: int, rows: int) -> tuple[Figure, str]:
    """Return how many rows repeat an earlier one."""
    fact = f"{share(duplicates, rows)} of the rows repeat an earlier one" if duplicates else "No row repeats another"
    figure, (axes,) = canvas("Duplicate rows", f"{count(rows, 'row')}{SEPARATOR}{fact}")
    positions = horizontal_bars(axes, ["Different rows", "Repeated rows"])
    counts = [rows - duplicates, duplicates]
    axes.barh(positions, counts, height=0.72, color=[BLUE, ORANGE])
    axes.set_xlim(0, max(counts) * 1.18)
    for position, amount in zip(positions, counts, strict=True):
        axes.text(amount, position, f"  {amount:,}", va="center", fontsize=9)
    return figure, f"Duplicate rows: {fact[0].lower()}{fact[1:]}."


def _subset(chosen: list[Column], columns: list[Column]) -> str:
    return f"{SEPARATOR}{len(chosen)} of {len(columns)} shown" if len(chosen) < len(columns) else ""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
