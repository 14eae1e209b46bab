"""Reading CSV files: what is accepted, and what is said about the rest."""

import zipfile
from pathlib import Path

import pytest

from apps.jobs.failures import ErrorCode, JobError
from pipelines.profile import table as tables
from pipelines.profile.table import read_table
from tests.pipelines.profile.conftest import WriteFile

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def refusal(path: Path, delimiter: str = "auto") -> str:
    with pytest.raises(JobError) as caught:
        read_table(path, delimiter=delimiter)
    assert caught.value.code == ErrorCode.INVALID_INPUT
    return caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\r\n1,2\r\n3,4",
        b"a,b\r1,2\r3,4\r",
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",
        "a,b\n1,2\n3,4\n".encode("utf-16"),
        b"\n\na, b\n\n1,2\n  \n3,4\n\n",
        b'"a","b"\n"1","2"\n"3","4"\n',
        b"a;b\n1;2\n3;4\n",
        b"a\tb\n1\t2\n3\t4\n",
        b"a|b\n1|2\n3|4\n",
    ],
)
def test_usual_forms_of_csv_give_the_same_table(write: WriteFile, content: bytes) -> None:
    assert read_table(write(content)).frame.rows() == [("1", "2"), ("3", "4")]


def test_quoted_values_keep_delimiters_quotes_and_line_ends(write: WriteFile) -> None:
    frame = read_table(write('a,b\n"x,y","say ""hi""\nthere"\n')).frame
    assert frame.rows() == [("x,y", 'say "hi"\nthere')]


def test_empty_values_are_missing(write: WriteFile) -> None:
    assert read_table(write('a,b\n,2\n"",\n')).frame.rows() == [(None, "2"), (None, None)]


def test_delimiter_can_be_given(write: WriteFile) -> None:
    assert read_table(write("a;b,c\n1;2,3\n"), delimiter=";").frame.columns == ["a", "b,c"]


def test_one_column_needs_no_delimiter(write: WriteFile) -> None:
    assert read_table(write("a\n1\n2\n")).frame.rows() == [("1",), ("2",)]


def test_names_that_are_empty_or_repeated_are_put_right_and_noted(write: WriteFile) -> None:
    table = read_table(write("a,,A,a\n1,2,3,4\n"))
    assert table.frame.columns == ["a", "column_2", "A_2", "a_3"]
    assert table.notes == [
        "Column 2 has no name and is called column_2.",
        "The name A occurs twice; the later column is called A_2.",
        "The name a occurs twice; the later column is called a_3.",
    ]


def test_names_are_made_printable_and_short(write: WriteFile) -> None:
    columns = read_table(write(f'"two\nlines","\x1b[31mred\u202e",{"x" * 500}\n1,2,3\n')).frame.columns
    assert columns[:2] == ["two lines", "[31mred"]
    assert len(columns[2]) == 80


def test_progress_is_heard_up_to_the_end(write: WriteFile) -> None:
    heard: list[float] = []
    read_table(write("a,b\n" + "1,2\n" * 20_000), on_progress=heard.append)
    assert len(heard) > 1
    assert heard[-1] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n \n", "The file is empty."),
        (b"a,b,c\n", "has a header but no rows"),
        (b"a,b,c\n\n\n", "has a header but no rows"),
        (PNG, "This is a PNG image, not a CSV file."),
        (b"\x1f\x8b\x08\x00", "This is a gzip archive"),
        (b"\x00\x01\x02\x03" * 100, "This is a binary file"),
        (b"a,b\n1,2\n" * 20_000 + b"\x00,1\n", "contains zero bytes"),
        (b"<!DOCTYPE html><html>", "This is a web page"),
        (b'[{"a": 1},\n{"a": 2}]', "This is a JSON document"),
        (b"a,b\n1,2\n3\n", "Line 3 has 1 value, but the header has 2."),
        (b"a,b\n1,2\n\n1,2,3\n", "Line 4 has 3 values, but the header has 2."),
        (b'a,b\n"x\ny",1\n1,2,3\n', "Line 4 has 3 values"),
        (b'a,b\n1,"2\n3,4\n', "A double quote is opened and not closed"),
        (b'a,b\n1,"2"x\n3,4\n', "The double quotes in line 2 are misplaced."),
        ("a,b\n1,2\n3,température\n".encode("latin-1"), "Line 3 is not UTF-8: byte 15 of the file is 0xe9."),
        (b"\xff\xfea\xd8\xd8\xd8", "begins like UTF-16"),
    ],
)
def test_what_is_no_csv_is_refused_with_place_and_remedy(write: WriteFile, content: bytes, said: str) -> None:
    assert said in refusal(write(content))


def test_excel_workbook_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "an Excel workbook" in refusal(path)


@pytest.mark.parametrize("columns", [201, 100_000])
def test_too_many_columns_are_counted_and_refused(write: WriteFile, columns: int) -> None:
    path = write(",".join(f"c{i}" for i in range(columns)) + "\n" + ",".join("1" * columns) + "\n")
    assert f"The file has {columns:,} columns." in refusal(path)


def test_header_of_megabytes_is_refused_before_it_is_parsed(write: WriteFile) -> None:
    assert "far more than 200 columns" in refusal(write("a" * 50 + ",b" * 1_000_000 + "\n1\n"))


def test_line_of_megabytes_is_refused_before_it_is_parsed(write: WriteFile) -> None:
    assert "A line is longer than" in refusal(write("a,b\n1,2\n" + "x" * 2_500_000 + "\n"))


def test_too_many_values_are_refused(write: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_CELLS", 1000)
    assert "more than 500 rows, the most for 2 columns" in refusal(write("a,b\n" + "1,2\n" * 501))
    assert read_table(write("a,b\n" + "1,2\n" * 500)).frame.height == 500
