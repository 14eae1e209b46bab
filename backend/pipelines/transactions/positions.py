"""What somebody holds: the sums of transactions by instrument and currency."""

from collections.abc import Iterator
from decimal import Context, Decimal
from itertools import groupby
from typing import Any

from apps.jobs.pipelines import Json
from pipelines.transactions.models import Transaction

EXACT = Context(prec=100)  # digits: more than any sum of products has


def positions_of(owner_id: Any) -> Iterator[Json]:
    """Yield {"instrument", "currency", "quantity", "cost"} by instrument. Numbers are strings, with every digit.

    Summed here, because SQLite sums decimals as binary fractions. The rows are streamed.
    """
    rows = (
        Transaction.objects.filter(owner=owner_id)
        .order_by("instrument", "currency")
        .values_list("instrument", "currency", "quantity", "price")
    )
    for (instrument, currency), group in groupby(rows.iterator(chunk_size=10_000), key=lambda row: row[:2]):
        quantity, cost = Decimal(0), Decimal(0)
        for _, _, bought, price in group:
            quantity = EXACT.add(quantity, bought)
            cost = EXACT.fma(bought, price, cost)
        yield {"instrument": instrument, "currency": currency, "quantity": _plain(quantity), "cost": _plain(cost)}


def _plain(number: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
