"""Numbers about columns: right where known, finite always."""

import json
import math
import statistics
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.profile.statistics import correlations, describe, histogram, strongest
from tables.kinds import convert
from tests.pipelines.profile.conftest import SAMPLE, MakeRun


def test_statistics_of_a_number_column_are_right() -> None:
    column = describe("x", pl.Series([1.0, 2.0, 3.0, 4.0, 100.0, None]), "number")
    assert column["missing"] == 1
    assert column["unique"] == 5
    assert (column["min"], column["max"], column["mean"], column["median"]) == (1, 100, 22, 3)
    assert column["std"] == 43.6
    assert column["quantiles"] == [1.2, 2, 3, 4, 80.8]
    assert column["outliers"] == 1
    assert column["top"] == []


def test_top_values_are_counted_and_ties_are_in_order() -> None:
    column = describe("x", pl.Series(["b", "a", "b", "c", "a", None]), "text")
    assert column["top"] == [{"value": "a", "count": 2}, {"value": "b", "count": 2}, {"value": "c", "count": 1}]
    assert (column["min"], column["mean"], column["histogram"]) == (None, None, None)


def test_whole_numbers_get_bins_centred_on_them() -> None:
    edges = [0.5, 1.5, 2.5, 3.5, 4.5]
    assert histogram(pl.Series([1, 2, 2, 4])) == {"base": 0, "edges": edges, "counts": [1, 2, 0, 1]}


def test_constant_and_single_values_have_one_bin_and_no_spread() -> None:
    column = describe("x", pl.Series([7.5]), "number")
    assert column["histogram"] == {"base": 0, "edges": [7.0, 8.0], "counts": [1]}
    assert (column["std"], column["skewness"]) == (None, None)


@pytest.mark.parametrize("values", [[1e308, -1e308], [10**18, 10**18 + 1], [5e-324, 1.0]])
def test_extreme_numbers_give_finite_statistics(values: list[float]) -> None:
    json.dumps(describe("x", pl.Series(values), "number"), allow_nan=False)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_histogram_counts_every_value_exactly_once(values: list[float]) -> None:
    bins = histogram(pl.Series(values, dtype=pl.Float64))
    if bins:
        assert sum(bins["counts"]) == len(values)
        assert len(bins["edges"]) == len(bins["counts"]) + 1
        assert bins["edges"] == sorted(bins["edges"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.from_regex(r"-?\d{1,25}(\.\d+)?(e\d+)?", fullmatch=True))))
def test_whatever_a_column_contains_its_profile_is_strict_json(values: list[str | None]) -> None:
    strings = pl.Series("x", [value or None for value in values], pl.String)
    converted, kind = convert(strings)
    column = describe("x", converted, kind)
    json.dumps(column, allow_nan=False)
    assert len(converted) == len(strings)


def test_numbers_are_exact_where_whole_and_else_as_fine_as_their_spread() -> None:
    money = describe("x", pl.Series([100_499, 399_999, 250_000, 12]), "integer")
    assert (money["min"], money["median"], money["max"], money["mean"]) == (12, 175249.5, 399999, 187627.5)
    height = describe("x", pl.Series([1.82, 1.755, 1.6]), "number")
    assert (height["min"], height["max"], height["mean"], height["std"]) == (1.6, 1.82, 1.725, 0.113)
    third = describe("x", pl.Series([1 / 3, 2 / 3, 1.0]), "number")
    assert (third["min"], third["max"], third["mean"]) == (0.333, 1.0, 0.667)
    flags = describe("x", pl.Series([0, 1, 1]), "integer")
    assert (flags["mean"], flags["std"]) == (0.667, 0.577)


IDS = [9_007_199_254_740_993, 9_007_199_254_740_995, 9_007_199_254_741_001, 9_007_199_254_740_993]


def test_long_identifiers_keep_every_digit_and_have_a_distribution() -> None:
    column = json.loads(json.dumps(describe("id", pl.Series(IDS), "integer")))
    assert (column["min"], column["median"], column["max"]) == ("9007199254740993", "9007199254740994", str(IDS[2]))
    assert column["mean"] == str(round(Fraction(sum(IDS), 4)))
    assert column["std"] == 3.79
    bins = column["histogram"]
    assert bins["base"] == "9007199254740993"
    assert bins["counts"] == [2, 0, 1, 0, 0, 0, 0, 0, 1]
    assert bins["edges"][0] == -0.5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_whatever_the_whole_numbers_they_are_exact(values: list[int]) -> None:
    column = describe("x", pl.Series(values, dtype=pl.Int64), "integer")
    assert (int(column["min"] or 0), int(column["max"] or 0)) == (min(values), max(values))
    middle = Fraction(statistics.median_low(values) + statistics.median_high(values), 2)
    assert abs(Fraction(column["median"] or 0) - middle) <= Fraction(1, 2)
    bins = column["histogram"]
    assert bins is None or sum(bins["counts"]) == len(values)


def test_correlations_skip_what_is_missing_or_constant() -> None:
    table = pl.DataFrame(
        {"a": [1.0, 2, 3, 4, None], "b": [2.0, 4, 6, None, 0], "flat": [1.0] * 5, "up": [4.0, 3, 2, 1, 9]}
    )
    names, r = correlations(table)
    assert names == ["a", "b", "up"]
    assert strongest(names, r)[0] == {"first": "a", "second": "b", "r": 1.0}
    assert all(math.isfinite(pair["r"]) for pair in strongest(names, r))


def test_correlations_agree_with_polars_on_real_data() -> None:
    table = pl.read_csv(SAMPLE, columns=["temp_max", "temp_min", "wind"])
    names, r = correlations(table)
    for pair in strongest(names, r):
        assert pair["r"] == pytest.approx(table.select(pl.corr(pair["first"], pair["second"])).item(), abs=1e-4)


def test_real_file_is_profiled(run_on: MakeRun) -> None:
    date, *numbers, weather = run_on(SAMPLE).columns()
    assert (date["type"], date["min"], date["max"]) == ("date", "2012-01-01", "2015-12-31")
    assert [column["type"] for column in numbers] == ["number"] * 4
    assert weather["top"][0] == {"value": "rain", "count": 641}


def test_lengths_of_texts() -> None:
    assert describe("x", pl.Series(["a", "", "名前", None]), "text")["lengths"] == {"min": 0, "median": 1, "max": 2}
    assert describe("x", pl.Series([None], dtype=pl.String), "text")["lengths"] is None


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        (["2024-01-01", "2024-01-02", "2024-01-03"], ("day", 0, 0, "")),
        (["2024-02-27", "2024-02-28", "2024-03-02"], ("day", 2, 2, "2024-02-29")),
        (["2023-11-01", "2024-02-01", "2024-03-01"], ("month", 2, 2, "2023-12-01")),
        (["2020-01-01", "2024-01-01"], ("year", 3, 3, "2021-01-01")),
    ],
)
def test_gaps_in_dates(dates: list[str], found: tuple[object, ...]) -> None:
    column = describe("when", pl.Series(dates).str.to_date(), "date")
    assert tuple((column["gaps"] or {}).values()) == found


def test_moments_have_no_gaps() -> None:
    moments = pl.Series(["2024-01-01 10:00:00", "2024-01-09 11:00:00"]).str.to_datetime()
    assert describe("when", moments, "date")["gaps"] is None
