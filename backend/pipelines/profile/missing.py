"""What is missing: how much of each column, and which columns lack their values in the same rows."""

from collections.abc import Callable

import polars as pl
from matplotlib.figure import Figure

from apps.jobs.pipelines import Json
from pipelines.profile.canvas import (
    HEIGHT,
    INK,
    MUTED,
    ORANGE,
    SEPARATOR,
    TINT,
    bars_height,
    canvas,
    horizontal_bars,
)
from pipelines.profile.columns import Column
from pipelines.profile.wording import count, listed, share

MAX_BARS = 40
MAX_COMPARED = 12  # columns, those that lack most
MAX_PATTERNS = 10
MAX_LABEL = 14


def missing_values(columns: list[Column], rows: int) -> tuple[Figure, str]:
    """Return how much of each column is there, the emptiest first."""
    total = sum(column["missing"] for column in columns)
    affected = sum(1 for column in columns if column["missing"])
    fact = f"{share(total, rows * len(columns))} of all values, in {affected} of {count(len(columns), 'column')}"
    chosen = sorted(columns, key=lambda column: -column["missing"])[:MAX_BARS]
    cut = f"{SEPARATOR}{len(chosen)} of {len(columns)} shown" if len(chosen) < len(columns) else ""
    figure, (axes,) = canvas("Missing values", fact + cut, height=bars_height(len(chosen)))
    positions = horizontal_bars(axes, [column["name"] for column in chosen])
    missing = [column["missing"] / rows for column in chosen]
    axes.barh(positions, [1] * len(chosen), height=0.72, color=TINT)
    axes.barh(positions, missing, height=0.72, color=ORANGE)
    axes.set_xlim(0, 1.2)
    for position, column in zip(positions, chosen, strict=True):
        text = f"{column['missing']:,}  ({share(column['missing'], rows)})" if column["missing"] else "complete"
        axes.text(1.015, position, text, va="center", fontsize=9, color=INK if column["missing"] else MUTED)
    return figure, f"Missing values: {fact[0].lower()}{fact[1:]}."


def missing_patterns(columns: list[Column], lacking: Callable[[int], pl.Series]) -> tuple[Figure, str, Json]:
    """Return the sets of columns that lack their values in the same rows, the most frequent first.

    `lacking` returns for a column's position which rows lack its value. Found is {"missing_together": [{"columns",
    "rows"}]}: sets of two columns and more.
    """
    affected = [position for position, column in enumerate(columns) if column["missing"]]
    chosen = sorted(sorted(affected, key=lambda position: -columns[position]["missing"])[:MAX_COMPARED])
    table = pl.DataFrame([lacking(position).alias(str(position)) for position in chosen])
    counted = table.group_by(table.columns).agg(pl.len().alias("rows")).sort("rows", *table.columns, descending=True)
    patterns = [(row[:-1], int(row[-1])) for row in counted.rows() if any(row[:-1])]
    names = [columns[position]["name"] for position in chosen]
    together: list[Json] = [
        {"columns": [name for name, lacks in zip(names, pattern, strict=True) if lacks], "rows": rows}
        for pattern, rows in patterns[:MAX_PATTERNS]
        if sum(pattern) > 1
    ]
    figure = _matrix(names, patterns[:MAX_PATTERNS], table.height, len(patterns))
    first = f"{listed(together[0]['columns'])} in {count(together[0]['rows'], 'row')}" if together else "none"
    return figure, f"Columns that lack values in the same rows: {first}.", {"missing_together": together}


def _matrix(names: list[str], patterns: list[tuple[tuple[bool, ...], int]], rows: int, found: int) -> Figure:
    cut = f"{SEPARATOR}the most frequent {len(patterns)} of {found:,}" if len(patterns) < found else ""
    fact = f"Which values are missing in the same row{cut}"
    figure, (axes,) = canvas("Missing together", fact, height=max(HEIGHT, 1.9 + 0.26 * len(patterns)))
    for row, (pattern, amount) in enumerate(patterns):
        for place, lacks in enumerate(pattern):
            axes.barh(row, 0.92, left=place - 0.46, height=0.8, color=ORANGE if lacks else TINT)
        axes.text(len(names) - 0.3, row, f"{amount:,}  ({share(amount, rows)})", va="center", fontsize=9, color=INK)
    labels = [name if len(name) <= MAX_LABEL else name[: MAX_LABEL - 1] + "…" for name in names]
    steep = len(names) > 4
    axes.set_xticks(range(len(names)), labels, rotation=45 if steep else 0, ha="right" if steep else "center")
    axes.tick_params(axis="x", labelcolor=INK, labelsize=9)
    axes.set_yticks([])
    axes.set_ylim(max(len(patterns), 5) - 0.4, -0.6)
    axes.set_xlim(-0.6, len(names) * 1.25 + 0.6)
    axes.spines["bottom"].set_visible(False)
    return figure
