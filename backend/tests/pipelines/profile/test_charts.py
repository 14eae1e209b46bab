"""Charts: which are planned, under what names, and that whatever a file holds can be drawn."""

import csv
import io
import struct
import warnings

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from pipelines.profile import canvas, plan_columns, plan_table
from pipelines.profile.canvas import AxisNumbers
from pipelines.profile.column_charts import column_chart
from pipelines.profile.statistics import describe
from pipelines.profile.table_charts import correlation_chart
from tables.kinds import convert
from tables.names import file_stem
from tests.pipelines.profile.conftest import SAMPLE, MakeRun

HOSTILE = [
    "../../etc/passwd",
    r"$\frac{1$",
    r"\alpha_{",
    "",
    "a b",
    "a_b",
    "A_B",
    "con",
    "x" * 300,
    "名前",
    "<script>",
    "Correlations",
    "missing values",
    "line\nbreak",
    "%s{0}",
]


def dimensions(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def as_csv(header: list[str], *rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def test_every_column_and_the_whole_table_get_a_chart(run_on: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "DPI", 200)
    run = run_on(SAMPLE)
    run.complete()
    pictures = {name: run.artifacts[name] for name in run.artifacts if name.endswith(".png")}
    assert [run.titles[name] for name in pictures] == [
        *("date", "precipitation", "temp_max", "temp_min", "wind", "weather"),
        *("Correlations", "Over time", "Duplicate rows"),
    ]
    assert {"temp_max.png", "correlations.png", "over_time.png"} <= set(pictures)
    assert max(map(len, pictures.values())) < 150_000
    assert {dimensions(png)[0] for png in pictures.values()} == {1440}
    assert "Drawing temp_max" in [message for _, message in run.reports]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_hostile_names_are_drawn_under_safe_file_names_of_their_own(run_on: MakeRun) -> None:
    run = run_on(as_csv(HOSTILE, *([str(n * k) for k in range(len(HOSTILE))] for n in range(5))))
    labels = [step.label for step in plan_columns(run.run_stage("ingest"))]
    run.run_stage("columns")
    run.run_stage("table")
    assert len(set(labels)) == len(labels) == len(HOSTILE) == len(run.artifacts) - 2
    assert max(map(len, labels)) <= 100
    folded = [name.casefold() for name in run.artifacts]
    assert len(set(folded)) == len(folded), "no two names alike where upper and lower case are the same"
    assert all(name.removesuffix(".png").replace("-", "").replace("_", "").isalnum() for name in run.artifacts)
    assert {"etc_passwd.png", "column_con.png", "correlations-2.png".capitalize(), "missing_values-2.png"} <= set(
        run.artifacts
    )


@pytest.mark.parametrize(
    "content",
    [
        "a,b,c,d\n1,2.5,2020-01-01,x\n",
        "empty,flat\n,1\n,1\n,1\n",
        "when,v\n2020-01-01 10:00:00,1\n2020-01-01 11:30:00,\n,3\n",
        "when,n\n0001-01-01,1\n9999-12-31,2\n",
        "flag,other\nyes,no\nno,\n",
        "huge,far\n1000000000000000000,1e308\n1000000000000000001,-1e308\n",
        "tiny,wide\n1e-300,1\n2e-300,1e15\n",
        "text\n" + "\n".join(f"id {'x' * (n % 7)} {n}" for n in range(60)) + "\n",
        "skewed\n" + "0\n" * 100 + "5000000\n",
        "money\n$5 and $6\n$x^2$\n",
        ",".join(f"n{k}" for k in range(20))
        + "\n"
        + "\n".join(",".join(str(n * k % 7 or "") for k in range(20)) for n in range(9)),
    ],
    ids=["one row", "empty and flat", "gaps", "far dates", "flags", "huge", "tiny", "ids", "skewed", "money", "wide"],
)
def test_whatever_a_file_holds_is_drawn_without_a_warning(run_on: MakeRun, content: str) -> None:
    run = run_on(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        columns = run.columns()
        compared = run.run_stage("table")
    assert len(run.artifacts) == len(columns) + len(compared)


def test_table_without_two_numeric_columns_counts_distinct_values_instead(run_on: MakeRun) -> None:
    run = run_on("name,age\nann,3\nbob,4\n")
    run.complete()
    assert "distinct_values.png" in run.artifacts
    assert "correlations.png" not in run.artifacts


def drawn(name: str, values: list[str]) -> Figure:
    """Return the chart of a column."""
    series, kind = convert(pl.Series(name, values))
    return column_chart(describe(name, series, kind), series)[0]


def test_whole_numbers_written_as_decimals_have_their_bars_over_them() -> None:
    figure = drawn("rooms", ["1.0", "2.0", "2.0", "3.0"])
    bars = figure.axes[0].containers[0]
    assert [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in bars] == [(1, 1), (2, 2), (3, 1)]


def test_long_identifiers_are_drawn_from_the_smallest_on() -> None:
    figure = drawn("id", ["9007199254740993", "9007199254740995", "9007199254741001"])
    assert sum(bar.get_height() for bar in figure.axes[0].containers[0]) == 3
    assert figure.axes[0].get_xlabel() == "more than 9,007,199,254,740,993"


@pytest.mark.parametrize(
    ("dates", "period", "bars"),
    [
        ([f"{year}-01-01" for year in range(2001, 2011)], "year", 10),
        ([f"2020-{month:02}-01" for month in range(1, 13)], "month", 12),
        ([f"2020-01-{day:02}" for day in range(1, 11)], "day", 10),
    ],
)
def test_dates_are_drawn_by_the_period_that_they_are_given_by(dates: list[str], period: str, bars: int) -> None:
    series, kind = convert(pl.Series("when", dates))
    figure, description = column_chart(describe("when", series, kind), series)
    assert f"by {period}" in description
    assert [bar.get_height() for bar in figure.axes[0].containers[0]] == [1] * bars


def test_one_bar_far_above_the_others_does_not_hide_them() -> None:
    figure = drawn("delay", ["0"] * 890 + [str(minute % 40 + 1) for minute in range(110)])
    assert figure.axes[0].get_yscale() == "log"
    assert drawn("size", [str(n % 10) for n in range(100)]).axes[0].get_yscale() == "linear"


@pytest.mark.parametrize("text", ["Ελλάδα", "Москва", "القاهرة", "ירושלים"])
def test_text_of_other_scripts_has_glyphs(text: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        canvas.to_png(drawn("city", [text, text, "Rome"]), "")


def test_many_correlations_are_listed_by_pair() -> None:
    names = [f"n{k}" for k in range(20)]
    r = np.array([[1 - abs(a - b) / 20 for a in range(20)] for b in range(20)])
    figure, description = correlation_chart(names, r)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == 20
    assert labels[0] == "n0 and n1"
    assert "  +0.95" in [text.get_text() for text in figure.axes[0].texts]
    assert description == "Correlations of 20 numeric columns; strongest: n0 and n1 (+0.95)."


def test_missing_values_are_drawn_when_there_are_any(run_on: MakeRun) -> None:
    labels = [step.label for step in plan_table(run_on("a,b\nx,2\ny,\n").columns())]
    assert labels == ["Distinct values", "Missing values", "Duplicate rows"]


def test_columns_that_lack_values_together_are_found(run_on: MakeRun) -> None:
    run = run_on("a,b,c\nx,1,2\ny,,\nz,,\nw,,5\n")
    run.columns()
    found = next(result for result in run.run_stage("table") if "missing_together" in result)
    assert found["missing_together"] == [{"columns": ["b", "c"], "rows": 2}]
    assert found["description"] == "Columns that lack values in the same rows: b and c in 2 rows."


def test_description_stands_in_the_picture_too(run_on: MakeRun) -> None:
    run = run_on("name,age\nann,3\nbob,4\n")
    described = run.columns()[1]["description"]
    assert described == "Histogram of age: 2 values, median 3.5, middle half 3.25 to 3.75."
    assert described.encode() in run.artifacts["age.png"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("temp_max", "temp_max"),
        ("../../x", "x"),
        ("été (°C)", "été_C"),
        ("名前", "名前"),
        ("العمود", "العمود"),
        ("", "column"),
        ("NUL", "column_NUL"),
        ("a" * 100, "a" * 60),
    ],
)
def test_file_name_is_safe_everywhere(name: str, stem: str) -> None:
    assert file_stem(name) == stem


@pytest.mark.parametrize(
    ("ticks", "written"),
    [
        ([0, 10, 20], ["0", "10", "20"]),
        ([0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
        ([1990, 1995, 2000], ["1990", "1995", "2000"]),
        ([0, 20_000], ["0", "20,000"]),
        ([0, 2e6], ["0M", "2M"]),
        ([-1e9, 0.5e9], ["\N{MINUS SIGN}1.0B", "0.5B"]),
        ([1_000_000, 1_000_001], ["1,000,000", "1,000,001"]),
    ],
)
def test_axis_shows_as_many_decimals_as_tell_its_ticks_apart(ticks: list[float], written: list[str]) -> None:
    assert AxisNumbers().format_ticks(ticks) == written
