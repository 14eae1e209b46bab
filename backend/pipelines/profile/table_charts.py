"""The charts of the whole table: how numeric columns move together, what is missing, how many values there are."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from pipelines.profile.canvas import (
    BLUE,
    HEIGHT,
    INK,
    LINE,
    MUTED,
    ORANGE,
    SEPARATOR,
    TINT,
    canvas,
    empty,
    horizontal_bars,
)
from pipelines.profile.columns import Column
from pipelines.profile.statistics import Floats, strongest
from pipelines.profile.wording import count, share

MAX_BARS = 40
MAX_CORRELATED = 20
ANNOTATED = 12  # columns up to which each cell shows its number
MAX_LABEL = 16


def correlation_matrix(names: list[str], r: Floats) -> tuple[Figure, str]:
    """Return a heat map of Pearson's r, of the most correlated columns when there are too many to read."""
    pairs = strongest(names, r, most=len(names) ** 2)
    if not pairs:
        return empty("Correlations", "No two numeric columns vary together often enough."), "No correlations."
    chosen = list(dict.fromkeys(name for pair in pairs for name in (pair["first"], pair["second"])))[:MAX_CORRELATED]
    keep = [position for position, name in enumerate(names) if name in chosen]
    shown, size = r[np.ix_(keep, keep)], len(keep)

    first = pairs[0]
    strongest_pair = f"strongest: {first['first']} and {first['second']} ({first['r']:+.2f})"
    subset = f"{size} of {len(names)} columns" if size < len(names) else count(size, "numeric column")
    figure, (axes,) = canvas("Correlations", f"{subset}{SEPARATOR}{_cut(strongest_pair, 90)}", height=max(HEIGHT, 5.2))
    colors = colormaps["RdBu"].with_extremes(bad=LINE)
    image = axes.imshow(np.ma.masked_invalid(shown), cmap=colors, vmin=-1, vmax=1, aspect="auto")
    labels = [_cut(names[position], MAX_LABEL) for position in keep]
    small = 9.5 if size <= ANNOTATED else 7.5
    axes.set_xticks(range(size), labels, rotation=0 if size <= 5 else 45, ha="center" if size <= 5 else "right")
    axes.set_yticks(range(size), labels)
    axes.tick_params(labelsize=small, labelcolor=INK)
    axes.set_xticks([position + 0.5 for position in range(size - 1)], minor=True)
    axes.set_yticks([position + 0.5 for position in range(size - 1)], minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    axes.spines["bottom"].set_visible(False)
    if size <= ANNOTATED:
        for (row, column), value in np.ndenumerate(shown):
            text = f"{value:.2f}" if np.isfinite(value) else ""
            axes.text(column, row, text, ha="center", va="center", color="white" if abs(value) > 0.6 else INK)
    bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=30, pad=0.02, ticks=[-1, 0, 1])
    bar.outline.set_visible(False)
    return figure, f"Correlations of {subset}; {strongest_pair}."


def missing_values(columns: list[Column], rows: int) -> tuple[Figure, str]:
    """Return how much of each column is there, the emptiest first."""
    total = sum(column["missing"] for column in columns)
    affected = sum(1 for column in columns if column["missing"])
    fact = (
        f"{share(total, rows * len(columns))} of all values, in {affected} of {count(len(columns), 'column')}"
        if total
        else f"None: {count(rows, 'row')}, each complete"
    )
    chosen = sorted(columns, key=lambda column: -column["missing"])[:MAX_BARS]
    figure, (axes,) = canvas("Missing values", fact + _subset(chosen, columns), height=_height(len(chosen)))
    positions = horizontal_bars(axes, [column["name"] for column in chosen])
    missing = [column["missing"] / rows for column in chosen]
    axes.barh(positions, [1] * len(chosen), height=0.72, color=TINT)
    axes.barh(positions, missing, height=0.72, color=ORANGE)
    axes.set_xlim(0, 1.2)
    for position, column in zip(positions, chosen, strict=True):
        text = f"{column['missing']:,}  ({share(column['missing'], rows)})" if column["missing"] else "complete"
        axes.text(1.015, position, text, va="center", fontsize=9, color=INK if column["missing"] else MUTED)
    return figure, f"Missing values: {fact[0].lower()}{fact[1:]}."


def distinct_values(columns: list[Column]) -> tuple[Figure, str]:
    """Return how many different values each column has, the richest first."""
    chosen = sorted(columns, key=lambda column: -column["unique"])[:MAX_BARS]
    fact = f"Different values in each of {count(len(columns), 'column')}"
    figure, (axes,) = canvas("Distinct values", fact + _subset(chosen, columns), height=_height(len(chosen)))
    positions = horizontal_bars(axes, [column["name"] for column in chosen])
    counts = [column["unique"] for column in chosen]
    axes.barh(positions, counts, height=0.72, color=BLUE)
    axes.set_xlim(0, max(*counts, 1) * 1.15)
    for position, amount in zip(positions, counts, strict=True):
        axes.text(amount, position, f"  {amount:,}", va="center", fontsize=9)
    return figure, f"{fact}."


def _subset(chosen: list[Column], columns: list[Column]) -> str:
    return f"{SEPARATOR}{len(chosen)} of {len(columns)} shown" if len(chosen) < len(columns) else ""


def _height(bars: int) -> float:
    return max(HEIGHT, 1.2 + 0.24 * bars)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
