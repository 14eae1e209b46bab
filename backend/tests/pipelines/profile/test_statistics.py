"""Numbers about columns: right where known, finite always."""

import json
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.profile.kinds import convert
from pipelines.profile.statistics import correlations, describe, histogram, strongest
from tests.pipelines.profile.conftest import SAMPLE, MakeRun


def test_statistics_of_a_number_column_are_right() -> None:
    column = describe("x", pl.Series([1.0, 2.0, 3.0, 4.0, 100.0, None]), "number")
    assert column["missing"] == 1
    assert column["unique"] == 5
    assert (column["min"], column["max"], column["mean"], column["median"]) == (1, 100, 22, 3)
    assert column["std"] == pytest.approx(43.61766)
    assert column["quartiles"] == [2, 4]
    assert column["outliers"] == 1
    assert column["top"] == []


def test_top_values_are_counted_and_ties_are_in_order() -> None:
    column = describe("x", pl.Series(["b", "a", "b", "c", "a", None]), "text")
    assert column["top"] == [{"value": "a", "count": 2}, {"value": "b", "count": 2}, {"value": "c", "count": 1}]
    assert (column["min"], column["mean"], column["histogram"]) == (None, None, None)


def test_whole_numbers_get_bins_centred_on_them() -> None:
    assert histogram(pl.Series([1, 2, 2, 4])) == {"edges": [0.5, 1.5, 2.5, 3.5, 4.5], "counts": [1, 2, 0, 1]}


def test_constant_and_single_values_have_one_bin_and_no_spread() -> None:
    column = describe("x", pl.Series([7.5]), "number")
    assert column["histogram"] == {"edges": [7.0, 8.0], "counts": [1]}
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
    result = run_on(SAMPLE).ingest()
    kinds = {column["name"]: column["type"] for column in result["columns"]}
    assert result["rows"] == 1461
    assert kinds == {
        "date": "date",
        "precipitation": "number",
        "temp_max": "number",
        "temp_min": "number",
        "wind": "number",
        "weather": "text",
    }
    date, *_, weather = result["columns"]
    assert (date["min"], date["max"]) == ("2012-01-01", "2015-12-31")
    assert weather["top"][0] == {"value": "rain", "count": 641}
