"""Reading CSV: what is accepted, and what is said about the rest."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.conftest import Reader

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\r\n1,2\r\n3,4",
        b"a,b\r1,2\r3,4\r",
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",
        "a,b\n1,2\n3,4\n".encode("utf-16"),
        b"\n\na, b\n\n1,2\n\n3,4\n\n",
        b'"a","b"\n"1","2"\n"3","4"\n',
        b"a;b\n1;2\n3;4\n",
        b"a\tb\n1\t2\n3\t4\n",
        b"a|b\n1|2\n3|4\n",
    ],
)
def test_usual_forms_of_csv_give_the_same_table(reader: Reader, content: bytes) -> None:
    read = reader.read(content)
    assert (read.table.names, read.rows) == (["a", "b"], [("1", "2"), ("3", "4")])


def test_quoted_values_keep_delimiters_quotes_and_line_ends(reader: Reader) -> None:
    assert reader.read('a,b\n"x,y","say ""hi""\nthere"\n').rows == [("x,y", 'say "hi"\nthere')]


def test_empty_values_are_missing(reader: Reader) -> None:
    assert reader.read('a,b\n,2\n"",\n').rows == [(None, "2"), (None, None)]


def test_delimiter_can_be_given(reader: Reader) -> None:
    assert reader.read("a;b,c\n1;2,3\n", delimiter=";").table.names == ["a", "b,c"]


def test_one_column_needs_no_delimiter(reader: Reader) -> None:
    assert reader.read("a\n1\n\n2\n").rows == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("1,2\n3,4\n", ["column_1", "column_2"]),
        ("2024-01-01,5\n2024-01-02,6\n", ["column_1", "column_2"]),
        ("ann,3\nbob,4\n", ["column_1", "column_2"]),
        ("name,city\nann,Rome\n", ["name", "city"]),
        ("name,2019,2020\nann,1,2\nbob,3,4\n", ["name", "2019", "2020"]),
        ("a,b\n", None),
    ],
)
def test_header_is_told_from_data(reader: Reader, content: str, names: list[str] | None) -> None:
    if names is None:
        assert "has a header but no rows" in reader.refusal(content)
    else:
        assert reader.read(content).table.names == names


def test_header_can_be_said_to_be_there_or_not(reader: Reader) -> None:
    assert reader.read("1,2\n3,4\n", header="yes").table.names == ["1", "2"]
    without = reader.read("name,city\nann,Rome\n", header="no")
    assert (without.table.names, len(without.rows)) == (["column_1", "column_2"], 2)
    assert reader.read("1,2\n3,4\n").table.notes == [
        "The first row looks like data, not like names: the columns are numbered."
    ]


def test_names_that_are_empty_or_repeated_are_put_right_and_noted(reader: Reader) -> None:
    table = reader.read("a,,A,a\nx,2,3,4\n").table
    assert table.names == ["a", "column_2", "A_2", "a_3"]
    assert table.notes == [
        "Column 2 has no name and is called column_2.",
        "The name A occurs twice; the later column is called A_2.",
        "The name a occurs twice; the later column is called a_3.",
    ]


def test_names_are_made_printable_and_short(reader: Reader) -> None:
    names = reader.read(f'"two\nlines","\x1b[31mred\u202e",{"x" * 500}\nx,2,3\n').table.names
    assert names[:2] == ["two lines", "[31mred"]
    assert len(names[2]) == 80


def test_progress_is_heard_and_only_grows(reader: Reader) -> None:
    heard = reader.read("a,b\n" + "1,2\n" * 20_000).heard
    assert heard == sorted(heard)
    assert 0 < heard[-1] <= 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n \n", "The file is empty."),
        (b"a,b,c\n\n\n", "has a header but no rows"),
        (PNG, "This is a PNG image, not a table."),
        (b"\x1f\x8b\x08\x00", "This is a gzip archive"),
        (b"\x00\x01\x02\x03" * 100, "contains zero bytes"),
        (b"a,b\n1,2\n" * 50_000 + b"\x00,1\n", "contains zero bytes"),
        (b"<!DOCTYPE html><html>", "This is a web page"),
        (b'[{"a": 1},\n{"a": 2}]', "This is a JSON document"),
        (b"a,b\n1,2\n3\n", "Line 3 has 1 value, but the header has 2."),
        (b"a,b\n1,2\n\n1,2,3\n", "Line 4 has 3 values, but the header has 2."),
        (b'a,b\n"x\ny",1\n1,2,3\n', "Line 4 has 3 values"),
        (b"a,b\n1,2\n   \n3,4\n", "Line 3 holds nothing but spaces or quotes."),
        (b'a,b\n1,"2\n3,4\n', "A double quote is opened and not closed"),
        (b'a,b\n1,"2"x\n3,4\n', "The double quotes in line 2 are misplaced."),
        (b"\xff\xfea\xd8\xd8\xd8", "The file is not utf-16"),
    ],
)
def test_what_is_no_csv_is_refused_with_place_and_remedy(reader: Reader, content: bytes, said: str) -> None:
    assert said in reader.refusal(content)


@pytest.mark.parametrize("columns", [2_001, 20_000])
def test_too_many_columns_are_counted_and_refused(reader: Reader, columns: int) -> None:
    content = ",".join(f"c{i}" for i in range(columns)) + "\n" + ",".join("1" * columns) + "\n"
    assert f"The file has {columns:,} columns" in reader.refusal(content)


def test_two_thousand_columns_are_read(reader: Reader) -> None:
    content = ",".join(f"c{i}" for i in range(2_000)) + "\n" + (",".join("1" * 2_000) + "\n") * 50
    read = reader.read(content)
    assert (len(read.table.names), read.table.rows) == (2_000, 50)


def test_line_of_megabytes_is_refused(reader: Reader) -> None:
    assert "far too long" in reader.refusal("a,b\n1,2\n" + "x" * 5_000_000 + "\n")


TEXT = st.text(st.characters(exclude_categories=["C"]) | st.sampled_from('",;\n'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=8)
    ),
)
def test_whatever_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, end: str, quoting: Literal[0, 1], rows: list[list[str]]
) -> None:
    text = io.StringIO()
    header = [f"name\n{position}" for position in range(len(rows[0]))]
    csv.writer(text, quoting=quoting, lineterminator=end).writerows([header, *rows])
    reader = Reader(tmp_path_factory.mktemp("written"))
    expected = [tuple(value or None for value in row) for row in rows]
    if len(rows[0]) == 1:
        expected = [row for row in expected if row[0] is not None]
    if not expected:
        assert "no rows" in reader.refusal(text.getvalue())
    else:
        assert reader.read(text.getvalue(), delimiter=",", header="yes").rows == expected
