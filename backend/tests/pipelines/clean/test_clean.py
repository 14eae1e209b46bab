"""Cleaning: what each rule does, what is reported, and that what was cleaned is clean."""

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clean import clean as stage
from tests.pipelines.memory_run import MemoryRun


def cleaned(folder: Path, content: str | bytes, **options: object) -> tuple[list[list[str]], dict[str, Any]]:
    """Return the rows of the cleaned file, with its header, and the job's result."""
    source = folder / "file.csv"
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    run = MemoryRun("clean", folder, source, **options)
    result = run.complete()
    return rows_of(run.artifacts["cleaned.csv"], run.results("read")[0]["delimiter"]), result


def rows_of(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def counts(result: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(counted["rule"], counted["column"], counted["count"]) for counted in result["counts"]]


def test_values_are_trimmed_emptied_and_written_alike(tmp_path: Path) -> None:
    rows, result = cleaned(
        tmp_path,
        'day,price,ok,name\n1/31/2024,"1,234.50",yes, Ann \n2/1/2024,+7,NO,NA\nn/a, 12.10,null,x\n',
    )
    assert rows == [
        ["day", "price", "ok", "name"],
        ["2024-01-31", "1234.50", "true", "Ann"],
        ["2024-02-01", "7", "false", "NA"],
        ["", "12.10", "", "x"],
    ]
    assert counts(result) == [
        ("missing", "day", 1),
        ("type", "day", 2),
        ("trim", "price", 1),
        ("type", "price", 2),
        ("missing", "ok", 1),
        ("type", "ok", 2),
        ("trim", "name", 1),
    ]
    assert result["examples"][1] == {
        "rule": "type",
        "column": "day",
        "row": 1,
        "before": "1/31/2024",
        "after": "2024-01-31",
    }


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    rows, _ = cleaned(tmp_path, "id;amount\n9007199254740993;1.234.567,10\n2;0,30\n")
    assert rows[1:] == [["9007199254740993", "1234567.10"], ["2", "0.30"]]


def test_duplicates_are_dropped_and_told_by_their_rows(tmp_path: Path) -> None:
    rows, result = cleaned(tmp_path, "a,b\n1,x\n2,y\n 1,x\n1, x \n")
    assert rows[1:] == [["1", "x"], ["2", "y"]]
    assert (result["rows_before"], result["rows_after"]) == (4, 2)
    assert ("duplicate", "", 2) in counts(result)
    assert [example["row"] for example in result["examples"] if example["rule"] == "duplicate"] == [3, 4]


@pytest.mark.parametrize(
    ("outliers", "expected"),
    [("keep", "1000"), ("empty", ""), ("clip", "14.9"), ("drop", None)],
)
def test_outliers(tmp_path: Path, outliers: str, expected: str | None) -> None:
    values = ["9.5", "10.1", "10.4", "10.9", "11.3", "11.8", "12.2", "13.0", "1000"]
    content = "n,v\n" + "".join(f"row {number},{value}\n" for number, value in enumerate(values))
    rows, result = cleaned(tmp_path, content, outliers=outliers)
    last = [row[1] for row in rows if row[0] == "row 8"]
    assert last == ([] if expected is None else [expected])
    assert sum(count for rule, _, count in counts(result) if rule == "outlier") == (outliers != "keep")


def test_rules_can_be_left_out(tmp_path: Path) -> None:
    content = "a,b\n 1 ,n/a\n 1 ,n/a\n"
    off = {"trim": False, "missing": False, "types": False, "duplicates": False}
    rows, result = cleaned(tmp_path, content, **off)
    assert (rows[1:], counts(result)) == ([[" 1 ", "n/a"]] * 2, [])


def test_words_for_nothing_can_be_added(tmp_path: Path) -> None:
    rows, _ = cleaned(tmp_path, "name,age\nann,?\nUnknown,3\n", also_missing="?, unknown")
    assert rows[1:] == [["ann", ""], ["", "3"]]


def test_what_a_spreadsheet_would_run_is_quoted_in_what_is_downloaded(tmp_path: Path) -> None:
    content = 'note,n\n"=HYPERLINK(""http://x"")",-1\n@sum,-2\n-3,+4\nfine,5\n'
    rows, result = cleaned(tmp_path, content)
    assert [row[0] for row in rows[1:]] == ['\'=HYPERLINK("http://x")', "'@sum", "-3", "fine"]
    assert [row[1] for row in rows[1:]] == ["-1", "-2", "4", "5"]
    assert ("formula", "note", 2) in counts(result)


def test_parquet_is_cleaned_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1.5, 1.5, None], "ok": [True, True, False], "text": [" a", "a", "b"]})
    frame.write_parquet(tmp_path / "source.parquet")
    run = MemoryRun("clean", tmp_path, tmp_path / "source.parquet")
    run.complete()
    assert rows_of(run.artifacts["cleaned.csv"])[1:] == [["1.5", "true", "a"], ["", "false", "b"]]


def test_a_hundred_examples_at_most(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(40))
    row = ",".join(f" x{number} " for number in range(40))
    _, result = cleaned(tmp_path, header + "\n" + f"{row}\n" * 30, duplicates=False)
    assert len(result["examples"]) == 100
    assert counts(result) == [("trim", f"c{number}", 30) for number in range(40)]


CELLS = st.one_of(
    st.sampled_from(["", " ", "NA", "n/a", "-", "yes", "no", "true", "=1+1", "'x", "+5", "1,000", "1.5", "1,5", "007"]),
    st.sampled_from(["1/2/2024", "2024-01-31", "31.12.2023", "2024-01-31 10:00", "1e5", "inf", "nan", "0.0", "3.0"]),
    st.integers(-1000, 1000).map(str),
    st.floats(-1e6, 1e6).map(str),
    st.text(st.characters(exclude_categories=["C"]), max_size=4),
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
    ),
    st.sampled_from(["keep", "empty", "clip", "drop"]),
    st.sampled_from([",", ";"]),
)
def test_what_was_cleaned_is_clean(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], outliers: str, delimiter: str
) -> None:
    folder = tmp_path_factory.mktemp("clean")
    text = io.StringIO()
    header = [f"column {position}" for position in range(len(rows[0]))] + ["key"]
    keyed = [[*row, f"row {number % 5}"] for number, row in enumerate(rows)]
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([header, *keyed])
    options = {"outliers": outliers, "header": "yes"}
    first, result = cleaned(folder, text.getvalue(), delimiter=delimiter, **options)
    if result["rows_after"] == 0:
        return
    again = io.StringIO()
    csv.writer(again, delimiter=delimiter).writerows(first)
    second, result = cleaned(folder, again.getvalue(), delimiter=delimiter, **options)
    assert (second, counts(result)) == (first, [])


def test_few_numbers_are_clipped_until_none_is_far(tmp_path: Path) -> None:
    rows, result = cleaned(tmp_path, "a;b\n1.5;w\n0.0;x\n-424173.9750126195;y\n7;z\n", outliers="clip")
    assert rows[3] == ["-11.5000000001", "y"]  # the fence below it is 0.625 v - 4.3125: -11.5, but for the last digit
    assert counts(result) == [("outlier", "a", 1)]


def test_attempt_after_a_lost_one_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "a,b,c,d\n" + "".join(f" {n % 7} ,n/a,+{n},x{n % 7}\n" for n in range(50))
    whole_rows, whole = cleaned(tmp_path, content)
    monkeypatch.setattr(stage, "SAVE_EVERY", 0.0)

    class Lost(Exception):
        pass

    for lost_at in range(1, 11):  # after every checkpoint
        folder = tmp_path / str(lost_at)
        folder.mkdir()
        (folder / "file.csv").write_text(content)
        run = MemoryRun("clean", folder, folder / "file.csv")
        run.run_stage("read")
        saved = 0
        checkpoint = run.checkpoint

        def lose(state: dict[str, Any], run: MemoryRun = run, at: int = lost_at) -> None:
            nonlocal saved
            saved += 1
            if saved == at:
                raise Lost
            MemoryRun.checkpoint(run, state)

        monkeypatch.setattr(run, "checkpoint", lose)
        with pytest.raises(Lost):
            run.run_stage("clean")
        monkeypatch.setattr(run, "checkpoint", checkpoint)
        assert run.run_stage("clean") == [whole]
        assert rows_of(run.artifacts["cleaned.csv"]) == whole_rows
