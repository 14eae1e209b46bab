"""The statistics as files: what stands in them is what the page shows."""

import csv
import json
from io import StringIO

import polars as pl
import pytest

from pipelines.profile.files import as_cell, statistics_files
from pipelines.profile.statistics import describe


def test_statistics_are_the_same_as_csv_and_as_json() -> None:
    columns = [
        describe("=cmd", pl.Series([1, 2, 3, 9007199254740993]), "integer"),
        describe("名前", pl.Series(["a", None, "a", "b"]), "text"),
    ]
    files = statistics_files(columns)
    assert json.loads(files["statistics.json"][0]) == columns
    first, second = csv.DictReader(StringIO(files["statistics.csv"][0].decode("utf-8-sig")))
    assert (first["name"], first["max"], first["missing"]) == ("'=cmd", "9007199254740993", "0")
    assert [first[f"quantile_{percent}"] for percent in ("05", "50", "95")] == [
        str(value) for value in (columns[0]["quantiles"] or [])[::2]
    ]
    assert (second["length_min"], second["length_median"], second["length_max"]) == ("1", "1.0", "1")
    assert (second["name"], second["missing"], second["unique"], second["mean"]) == ("名前", "1", "2", "")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("-5", "-5"),
        ("-1e3", "-1e3"),
        ("-cmd", "'-cmd"),
        ("@x", "'@x"),
        (-5, -5),
        (None, None),
        ("2012", "2012"),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_quoted(value: object, cell: object) -> None:
    assert as_cell(value) == cell
