"""Excel's workbooks and Parquet: files that say what their values are."""

import datetime
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from tables import typed
from tables.kinds import convert
from tests.tables.conftest import Reader


def workbook(folder: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    return path


def test_cells_are_read_as_they_would_stand_in_csv(reader: Reader) -> None:
    rows: list[list[object]] = [
        ["id", "price", "day", "moment", "flag", "text", None],
        [1, 2.5, datetime.date(2024, 1, 31), datetime.datetime(2024, 1, 31, 12, 30), True, "007", None],
        [None, None, None, None, None, None, None],
        [9007199254740991, 3.0, None, None, False, "", "x"],
    ]
    read = reader.read(workbook(reader.folder, rows))
    assert read.table.names == ["id", "price", "day", "moment", "flag", "text", "column_7"]
    assert read.rows == [
        ("1", "2.5", "2024-01-31", "2024-01-31 12:30:00", "true", "007", None),
        ("9007199254740991", "3", None, None, "false", None, "x"),
    ]


def test_first_sheet_with_cells_is_read_and_named(reader: Reader) -> None:
    read = reader.read(workbook(reader.folder, [], [["a"], [1]], [["b"], [2]]))
    assert (read.rows, read.table.notes) == ([("1",)], ["Read was the sheet Sheet 2, the first of 2."])


def test_workbook_without_rows_damaged_or_huge_is_refused(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no sheet with cells" in reader.refusal(workbook(reader.folder, []))
    assert "has a header but no rows" in reader.refusal(workbook(reader.folder, [["a", "b"]]))
    damaged = reader.folder / "damaged.xlsx"
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "can't be read" in reader.refusal(damaged)
    archive_of_texts = reader.folder / "texts.zip"
    with zipfile.ZipFile(archive_of_texts, "w") as archive:
        archive.writestr("a.txt", "a")
    assert "This is a ZIP archive" in reader.refusal(archive_of_texts)
    monkeypatch.setattr(typed, "MAX_UNPACKED", 1_000)
    assert "too large when it is unpacked" in reader.refusal(workbook(reader.folder, [["a"], [1]]))


def test_parquet_keeps_its_types(reader: Reader) -> None:
    frame = pl.DataFrame(
        {
            "small": pl.Series([1, None], dtype=pl.UInt8),
            "money": pl.Series([Decimal("1.50"), Decimal("2.25")]),
            "code": ["007", "12"],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "moment": pl.Series([datetime.datetime(2024, 1, 1, 12), None]).dt.replace_time_zone("Europe/Berlin"),
            "many": [[1, 2], []],
            "bytes": [b"\x01\xff", None],
            "large": pl.Series([2**64 - 1, 1], dtype=pl.UInt64),
        }
    )
    path = reader.folder / "source.parquet"
    frame.write_parquet(path)
    read = reader.read(path)
    assert read.table.is_typed
    assert read.rows == [
        (1, 1.5, "007", "a", datetime.datetime(2024, 1, 1, 11), '{"many":[1,2]}', "01ff", "18446744073709551615"),
        (None, 2.25, "12", "b", None, '{"many":[]}', None, "1"),
    ]
    kinds = [convert(column, is_typed=True)[1] for column in read.frame]
    assert kinds == ["integer", "number", "text", "text", "date", "text", "text", "text"]


def test_damaged_parquet_is_refused(reader: Reader) -> None:
    assert "can't be read" in reader.refusal(b"PAR1" + b"\0" * 100)
