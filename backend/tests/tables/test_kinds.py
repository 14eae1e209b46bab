"""The type of a column: all of its values fit, or it is text."""

from datetime import date, datetime

import polars as pl
import pytest

from tables.kinds import ColumnType, convert


@pytest.mark.parametrize(
    ("given", "kind", "values"),
    [
        (["1", "-2", "+3", None], "integer", [1, -2, 3, None]),
        (["1", "NA", "n/a", "-"], "integer", [1, None, None, None]),
        (["1", "2.5", " 3 ", "1e3"], "number", [1.0, 2.5, 3.0, 1000.0]),
        (["3.0", "4.00", None], "integer", [3, 4, None]),
        (["3.0", "1e300"], "number", [3.0, 1e300]),
        (["1", "2", "x"], "text", ["1", "2", "x"]),
        (["1.5", "inf", "NaN", "-Infinity"], "number", [1.5, None, None, None]),
        (["1,234.5", "12"], "number", [1234.5, 12.0]),
        (["1,23.5", "12"], "text", ["1,23.5", "12"]),
        (["007", "042"], "text", ["007", "042"]),
        (["0", "10"], "integer", [0, 10]),
        (["9223372036854775808", "1"], "text", ["9223372036854775808", "1"]),
        (["true", "FALSE", "null"], "boolean", [True, False, None]),
        (["Yes", "no", None], "boolean", [True, False, None]),
        (["NA", "DE"], "text", ["NA", "DE"]),
        (["NA", None], "text", [None, None]),
        ([None, None], "text", [None, None]),
        (["2012-01-31", "2012-2-1"], "date", [date(2012, 1, 31), date(2012, 2, 1)]),
        (["2012-01-31", "2012-02-31"], "text", ["2012-01-31", "2012-02-31"]),
        (["12-01-01", "13-01-01"], "text", ["12-01-01", "13-01-01"]),
        (["01/31/2012", "02/01/2012"], "date", [date(2012, 1, 31), date(2012, 2, 1)]),
        (["31/01/2012", "01/02/2012"], "date", [date(2012, 1, 31), date(2012, 2, 1)]),
        (["31.1.2012"], "date", [date(2012, 1, 31)]),
        (["Jan 1 2000", "Feb 3, 2001"], "date", [date(2000, 1, 1), date(2001, 2, 3)]),
        (["0000-01-01"], "text", ["0000-01-01"]),
        (["2012-01"], "date", [date(2012, 1, 1)]),
        (["2012-01-31T10:00:30"], "date", [datetime(2012, 1, 31, 10, 0, 30)]),
        (["2012-01-31T01:00:00+02:00"], "date", [datetime(2012, 1, 30, 23)]),
        (["2012/01/31 00:00:00", "2012/02/01 00:00:00"], "date", [date(2012, 1, 31), date(2012, 2, 1)]),
    ],
)
def test_type_is_the_narrowest_that_takes_every_value(
    given: list[str | None], kind: ColumnType, values: list[object]
) -> None:
    converted, found = convert(pl.Series("x", given, pl.String))
    assert (found, converted.to_list()) == (kind, values)


def test_comma_is_the_decimal_point_only_in_files_separated_by_semicolons() -> None:
    strings = pl.Series("x", ["1.234,5", "0,25"])
    assert convert(strings, delimiter=";")[0].to_list() == [1234.5, 0.25]
    assert convert(strings, delimiter=",")[1] == "text"


def test_exception_after_the_sample_makes_the_whole_column_text() -> None:
    strings = pl.Series("x", ["1"] * 1000 + ["oops"])
    assert convert(strings)[1] == "text"
