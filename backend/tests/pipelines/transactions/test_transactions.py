"""Importing transactions: each line once, bad ones named, positions exact."""

import csv
import io
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts.models import User
from apps.jobs.failures import ErrorCode, JobError
from pipelines.transactions.models import Transaction
from tests.pipelines.memory_run import MemoryRun

HEADER = "date,instrument,quantity,price,currency,reference\n"
GOOD = """2024-01-31,ACME,10,1.10,EUR,T-1
2024-02-01,ACME,-3,1.25,EUR,T-2
2024-02-01,Ünïcorp,0.000001,999999999.999999,USD,
"""


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


def imported(folder: Path, owner: User, content: str | bytes, **options: object) -> tuple[dict[str, Any], MemoryRun]:
    source = folder / "file.csv"
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    run = MemoryRun("import", folder, source, owner.pk, **options)
    return run.complete(), run


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    return result["lines"], result["imported"], result["already_there"], result["rejected"]


def test_good_lines_become_transactions_and_positions(tmp_path: Path, ada: User) -> None:
    result, run = imported(tmp_path, ada, HEADER + GOOD)
    assert counts(result) == (3, 3, 0, 0)
    assert result["positions"] == [
        {"instrument": "ACME", "currency": "EUR", "quantity": "7", "cost": "7.25"},
        {"instrument": "Ünïcorp", "currency": "USD", "quantity": "0.000001", "cost": "999.999999999999"},
    ]
    assert list(run.artifacts) == ["positions.csv"]
    first = Transaction.objects.get(key="reference T-1")
    assert (first.date.isoformat(), first.quantity, first.price) == ("2024-01-31", Decimal(10), Decimal("1.1"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-02-30,ACME,1,1,EUR,", "'2024-02-30' is no date like 2024-01-31."),
        ("31.01.2024,ACME,1,1,EUR,", "'31.01.2024' is no date like 2024-01-31."),
        ("2024-01-31,,1,1,EUR,", "The instrument has 0 characters. Give it 1 to 50."),
        ("2024-01-31,ACME,ten,1,EUR,", "The quantity 'ten' is no number like 1234.50."),
        ("2024-01-31,ACME,NaN,1,EUR,", "The quantity 'NaN' is no number like 1234.50."),
        ("2024-01-31,ACME,1e5,1,EUR,", "The quantity '1e5' is no number like 1234.50."),
        ("2024-01-31,ACME,0,1,EUR,", "The quantity is 0. Leave the line out, or correct it."),
        ("2024-01-31,ACME,1,-1,EUR,", "The price -1 is negative. A sale has a negative quantity."),
        ("2024-01-31,ACME,1,0.1234567,EUR,", "The price 0.1234567 has too many digits: at most 9, and 6 decimals."),
        ("2024-01-31,ACME,1,1234567890,EUR,", "The price 1234567890 has too many digits: at most 9, and 6 decimals."),
        ("2024-01-31,ACME,1,1,EURO,", "'EURO' is no currency. Write its three letters of ISO 4217, such as EUR."),
        ("2024-01-31,ACME,1,1,EUR", "The line has 5 values, and the first line has 6."),
        (
            '2024-01-31,"AC"ME,1,1,EUR,',
            "A double quote is misplaced. Quote whole values only, and double a quote inside",
        ),
    ],
)
def test_bad_line_is_named_with_its_number_and_reason_and_good_ones_are_kept(
    tmp_path: Path, ada: User, line: str, reason: str
) -> None:
    result, run = imported(tmp_path, ada, f"{HEADER}{line}\n\n{GOOD}")
    assert counts(result) == (4, 3, 0, 1)
    (bad,) = result["bad_lines"]
    assert (bad["line"], bad["text"]) == (2, line)
    assert bad["reason"].startswith(reason)
    listed = list(csv.reader(io.StringIO(run.artifacts["bad-lines.csv"].decode("utf-8-sig"))))
    assert listed == [["line", "reason", "text"], ["2", bad["reason"], line]]


def test_importing_twice_or_half_and_then_all_changes_nothing(tmp_path: Path, ada: User) -> None:
    same = "2024-01-31,ACME,1,1,EUR,\n"  # three purchases that are alike: three transactions
    half, whole = HEADER + same * 2 + GOOD.splitlines()[0], HEADER + same * 3 + GOOD
    assert counts(imported(tmp_path, ada, half)[0]) == (3, 3, 0, 0)
    first, _ = imported(tmp_path, ada, whole)
    again, _ = imported(tmp_path, ada, whole)
    assert counts(first) == (6, 3, 3, 0)
    assert counts(again) == (6, 0, 6, 0)
    assert again["positions"] == first["positions"]
    assert Transaction.objects.count() == 6


def test_attempt_that_runs_again_counts_what_the_lost_one_saved(tmp_path: Path, ada: User) -> None:
    result, run = imported(tmp_path, ada, HEADER + GOOD)
    assert run.run_stage("save") == [result]


def test_reference_of_another_transaction_is_refused(tmp_path: Path, ada: User) -> None:
    imported(tmp_path, ada, HEADER + GOOD)
    result, _ = imported(tmp_path, ada, HEADER + "2024-01-31,ACME,11,1.10,EUR,T-1\n" + GOOD)
    assert counts(result) == (4, 0, 3, 1)
    assert result["bad_lines"][0]["reason"] == "Another transaction has the reference T-1, with other values."


def test_transactions_of_different_users_are_apart(tmp_path: Path, ada: User) -> None:
    imported(tmp_path, ada, HEADER + GOOD)
    result, _ = imported(tmp_path, User.objects.create_user("bo"), HEADER + GOOD.splitlines()[0])
    assert counts(result) == (1, 1, 0, 0)
    assert [position["quantity"] for position in result["positions"]] == ["10"]


def test_other_ways_to_write_a_file(tmp_path: Path, ada: User) -> None:
    content = "\n\nPrice;Currency;Date;Instrument;Quantity\n1.234,50;eur;31.01.2024;Škoda;-2\n"
    result, _ = imported(tmp_path, ada, content.encode("utf-16"), dates="31.01.2024")
    assert result["positions"] == [{"instrument": "Škoda", "currency": "EUR", "quantity": "-2", "cost": "-2469"}]


def test_what_a_spreadsheet_would_run_is_quoted_in_files(tmp_path: Path, ada: User) -> None:
    _, run = imported(tmp_path, ada, HEADER + "2024-01-31,=A1,1,1,EUR,\n-bad\n")
    assert b"\n'=A1,EUR,1,1" in run.artifacts["positions.csv"].replace(b"\r", b"")
    assert b",'-bad" in run.artifacts["bad-lines.csv"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("date,instrument,quantity,price\n2024-01-31,A,1,1\n", "no column 'currency'"),
        (HEADER, "None of the 0 lines could be imported. There is none below the first."),
        (HEADER + "x,A,1,1,EUR,\n", "None of the 1 lines could be imported. Line 2: 'x' is no date"),
    ],
)
def test_file_without_a_good_line_is_refused(tmp_path: Path, ada: User, content: str, error: str) -> None:
    with pytest.raises(JobError, match=error) as refusal:
        imported(tmp_path, ada, content)
    assert refusal.value.code == ErrorCode.INVALID_INPUT


def test_many_lines_cost_a_fixed_number_of_queries_for_a_thousand(
    tmp_path: Path, ada: User, django_assert_max_num_queries: Any
) -> None:
    lines = "".join(f"2024-01-31,I{n % 7},1,{n},EUR,T-{n}\n" for n in range(5_000))
    with django_assert_max_num_queries(5 * 12):
        result, _ = imported(tmp_path, ada, HEADER + lines)
    assert result["imported"] == 5_000


decimals = st.decimals("-999999999", "999999999", places=6).filter(bool)
purchases = st.tuples(st.sampled_from(["A", "B", "日本"]), st.sampled_from(["EUR", "JPY"]), decimals, decimals.map(abs))


class PositionsTest(TestCase):
    @given(st.lists(purchases, min_size=1, max_size=20))
    @settings(max_examples=25, deadline=None)
    def test_positions_are_exact(self, bought: list[tuple[str, str, Decimal, Decimal]]) -> None:
        lines = "".join(f"2024-01-31,{i},{quantity:f},{price:f},{c},\n" for i, c, quantity, price in bought)
        owner = User.objects.create_user(f"user {User.objects.count()}")
        with TemporaryDirectory() as folder:
            result, _ = imported(Path(folder), owner, HEADER + lines)
        sums: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
        for instrument, currency, quantity, price in bought:
            held, cost = sums.get((instrument, currency), (Fraction(0), Fraction(0)))
            sums[instrument, currency] = held + Fraction(quantity), cost + Fraction(quantity) * Fraction(price)
        shown = {
            (position["instrument"], position["currency"]): (
                Fraction(position["quantity"]),
                Fraction(position["cost"]),
            )
            for position in result["positions"]
        }
        assert shown == sums
