from pathlib import Path

import pytest

from config import env


@pytest.fixture(autouse=True)
def names_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "names_read", set())


def test_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIZE", "")
    assert env.integer("SIZE", 7) == 7


def test_value_is_read_from_the_named_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    monkeypatch.setenv("SECRET_FILE", str(file))
    assert env.text("SECRET") == "s3cret"


def test_value_and_file_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "a")
    monkeypatch.setenv("SECRET_FILE", "/b")
    with pytest.raises(env.BadVariable, match="both set"):
        env.text("SECRET")


def test_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_FILE", "/nowhere/at/all")
    with pytest.raises(env.BadVariable, match="/nowhere/at/all"):
        env.text("SECRET")


@pytest.mark.parametrize("value", ["many", "0", "1.5"])
def test_wrong_number_is_refused_with_what_is_expected(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SIZE", value)
    with pytest.raises(env.BadVariable, match=r"SIZE is .* whole number of at least 1"):
        env.integer("SIZE", 7, at_least=1)


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("YES", True), ("0", False), ("no", False)])
def test_flag_reads_the_usual_words(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("LATE", value)
    assert env.flag("LATE", not expected) is expected


def test_flag_refuses_any_other_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATE", "maybe")
    with pytest.raises(env.BadVariable, match="true or false"):
        env.flag("LATE", True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://redis:6379/0", "redis://:p%40ss@redis:6379/0"),
        ("postgres://app@postgres:5432/app", "postgres://app:p%40ss@postgres:5432/app"),
        ("redis://:own@redis:6379/0", "redis://:own@redis:6379/0"),
        ("sqlite:////data/db.sqlite3", "sqlite:////data/db.sqlite3"),
        ("memory://", "memory://"),
    ],
)
def test_password_goes_into_a_url_that_has_none(url: str, expected: str) -> None:
    assert env.url_with_password(url, "p@ss") == expected
