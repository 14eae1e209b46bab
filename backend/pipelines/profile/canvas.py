"""The look that all charts share. Importing it sets matplotlib's defaults, for the worker that draws.

Figures are opaque and light, so that a chart reads the same on a dark page, on a light one and pasted into a report.
"""

import io
import logging
import math
import warnings
from collections.abc import Sequence
from itertools import pairwise

from matplotlib import font_manager, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

WIDTH, HEIGHT = 7.2, 4.2  # inches
DPI = 200  # twice the size at which a page shows it
MIN_BARS = 5  # room for as many: two bars need not fill the figure
SEPARATOR = "   ·   "  # between the facts of a subtitle
BLUE, ORANGE, GREY = "#3566c9", "#d9662b", "#c4cad4"
ROUND = [1, 2, 2.5, 5, 10]  # steps between the ticks of an axis
TINT, INK, MUTED, LINE = "#e4ebf9", "#1d2433", "#5d6675", "#e6e9ef"

# The first is bundled with matplotlib; the others draw what it lacks, where they are installed.
FONTS = (
    *("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans", "WenQuanYi Micro Hei"),
    *("Microsoft YaHei", "Malgun Gothic", "Segoe UI Emoji", "Hiragino Sans", "Apple SD Gothic Neo"),
)
_installed = set(font_manager.get_font_names())

rcParams.update(
    {
        "text.parse_math": False,  # a column may be called $\frac{
        "font.family": [font for font in FONTS if font in _installed],
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": LINE,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.unicode_minus": True,
        "grid.color": LINE,
        "grid.linewidth": 0.8,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }
)
# A character that no font has is drawn as a box; the log needs no line for each.
warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def canvas(title: str, subtitle: str, *, height: float = HEIGHT, panels: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure with its headings, and `panels` axes below each other that share the horizontal axis."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    figure.set_layout_engine("constrained", rect=(0.025, 0.02, 0.95, 1 - 0.88 / height), hspace=0.06)
    figure.text(0.032, 1 - 0.26 / height, title, fontsize=14, fontweight="bold", va="center")
    figure.text(0.032, 1 - 0.56 / height, subtitle, fontsize=9.5, color=MUTED, va="center")
    axes = figure.subplots(panels, 1, sharex=True, squeeze=False)
    return figure, list(axes[:, 0])


def empty(title: str, message: str) -> Figure:
    """Return a chart that says why there is nothing to draw."""
    figure, (axes,) = canvas(title, "")
    axes.set_axis_off()
    axes.text(0.5, 0.55, message, ha="center", va="center", color=MUTED, fontsize=12, transform=axes.transAxes)
    return figure


def to_png(figure: Figure, description: str) -> bytes:
    """Return the figure as PNG with its description inside, for those who can't see it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Description": description, "Software": None})
    return buffer.getvalue()


class AxisNumbers(Formatter):
    """Writes the numbers of an axis with as many decimals as tell them apart, and large ones in M (1e6) or B (1e9)."""

    def __call__(self, value: float, position: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        largest = max((abs(value) for value in values), default=0.0)
        if largest >= 1e13 or 0 < largest < 1e-4:
            return [f"{value:.3g}" for value in values]
        step = min((b - a for a, b in pairwise(sorted(values)) if b > a), default=1.0)
        units = ((1e9, "B"), (1e6, "M"), (1.0, ""))
        unit, suffix = next((u, s) for u, s in units if u == 1 or (largest >= u and step >= u / 1000))
        decimals = next((d for d in range(9) if math.isclose(round(step / unit, d), step / unit)), 9)
        separator = "," if largest >= 10_000 else ""
        written = (f"{value / unit:{separator}.{decimals}f}{suffix}" for value in values)
        return [text.replace("-", "\N{MINUS SIGN}") for text in written]


def bars_height(bars: int) -> float:
    """Return how high a figure with so many horizontal bars is, in inches."""
    return max(HEIGHT, 1.2 + 0.24 * bars)


def horizontal_bars(axes: Axes, names: list[str], *, longest: int = 30) -> list[int]:
    """Prepare `axes` for one bar per name, from the top down, and return the bars' positions."""
    positions = list(range(len(names)))
    shown = [name if len(name) <= longest else name[: longest - 1] + "…" for name in names]
    axes.set_yticks(positions, shown, color=INK, fontsize=9.5 if len(names) <= 16 else 7.5)
    axes.set_ylim(max(len(names), MIN_BARS) - 0.4, -0.6)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return positions
