"""Charts: which are planned, under what names, and that whatever a file holds can be drawn."""

import csv
import io
import struct
import warnings

import pytest

from pipelines.profile import canvas, plan_charts
from pipelines.profile.canvas import AxisNumbers
from pipelines.profile.charts import chart
from pipelines.profile.names import file_stem
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


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer pixels: what is tested doesn't show in them."""
    monkeypatch.setattr(canvas, "DPI", 40)


def test_every_column_and_the_whole_table_get_a_chart(run_on: MakeRun) -> None:
    run = run_on(SAMPLE)
    run.ingest()
    steps = plan_charts(run.results("ingest"))
    assert [step.label for step in steps] == [
        *("date", "precipitation", "temp_max", "temp_min", "wind", "weather"),
        *("Correlations", "Missing values"),
    ]
    run.draw()
    assert list(run.artifacts) == [step.input["artifact"] for step in steps]
    assert {"temp_max.png", "correlations.png", "missing_values.png"} <= set(run.artifacts)
    assert max(map(len, run.artifacts.values())) < 150_000
    assert {dimensions(png)[0] for png in run.artifacts.values()} == {1440}
    assert "Drawing temp_max" in [message for _, message in run.reports]


def test_each_step_reads_only_the_columns_that_it_draws(run_on: MakeRun) -> None:
    run = run_on(SAMPLE)
    steps = plan_charts([run.ingest()])
    assert [step.input["trends"] for step in steps if "trends" in step.input] == [
        ["precipitation", "temp_max"],
        *([[]] * 5),
    ]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.usefixtures("small")
def test_hostile_names_are_drawn_under_safe_file_names_of_their_own(run_on: MakeRun) -> None:
    run = run_on(as_csv(HOSTILE, *([str(n * k) for k in range(len(HOSTILE))] for n in range(5))))
    run.ingest()
    labels = [step.label for step in plan_charts(run.results("ingest"))]
    run.draw()
    assert len(set(labels)) == len(labels) == len(run.artifacts) == len(HOSTILE) + 2
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
        ",".join(f"n{k}" for k in range(45))
        + "\n"
        + "\n".join(",".join(str(n * k % 7) for k in range(45)) for n in range(9)),
    ],
    ids=["one row", "empty and flat", "gaps", "far dates", "flags", "huge", "tiny", "ids", "skewed", "money", "wide"],
)
@pytest.mark.usefixtures("small")
def test_whatever_a_file_holds_is_drawn_without_a_warning(run_on: MakeRun, content: str) -> None:
    run = run_on(content)
    columns = run.ingest()["columns"]
    # Many columns only matter for the charts of the whole table.
    steps = [step for step in plan_charts(run.results("ingest")) if len(columns) < 10 or "column" not in step.input]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in steps:
            run.do("chart", chart, step.label, step.input)
    assert len(run.artifacts) == len(steps)


def test_table_without_two_numeric_columns_counts_distinct_values_instead(run_on: MakeRun) -> None:
    run = run_on("name,age\nann,3\nbob,4\n")
    run.ingest()
    run.draw()
    assert list(run.artifacts) == ["name.png", "age.png", "distinct_values.png", "missing_values.png"]


def test_description_stands_in_the_picture_too(run_on: MakeRun) -> None:
    run = run_on("name,age\nann,3\nbob,4\n")
    run.ingest()
    described = run.draw()[1]["description"]
    assert described == "Histogram of age: 2 values, median 3.5, middle half 3.25 to 3.75."
    assert described.encode() in run.artifacts["age.png"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("temp_max", "temp_max"),
        ("../../x", "x"),
        ("été (°C)", "ete_C"),
        ("名前", "column"),
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
