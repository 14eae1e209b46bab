"""What one line says. Every reason to refuse it is a sentence for whoever has to correct it."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a line has a date of its own
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from iso4217 import Currency

from apps.jobs.pipelines import Json
from pipelines.transactions.models import DECIMALS, DIGITS

LAYOUTS = {"2024-01-31": "%Y-%m-%d", "31.01.2024": "%d.%m.%Y", "31/01/2024": "%d/%m/%Y", "01/31/2024": "%m/%d/%Y"}
CURRENCIES = {currency.code for currency in Currency}
POINT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")  # 1,234.5
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")  # 1.234,5
MAX_INSTRUMENT, MAX_REFERENCE = 50, 90


class BadLine(Exception):
    """A line that can't be imported. The message says why."""


@dataclass(frozen=True)
class Line:
    """A good line. `key` is made as Transaction says."""

    number: int
    text: str
    key: str
    date: Date
    instrument: str
    quantity: Decimal
    price: Decimal
    currency: str

    @property
    def values(self) -> tuple[Date, str, Decimal, Decimal, str]:
        return self.date, self.instrument, self.quantity, self.price, self.currency


@dataclass(frozen=True)
class Rejected:
    """A bad line, and why it is."""

    line: int
    reason: str
    text: str


def parse(lines: Iterable[str], *, read: Json, dates: str) -> Iterator[Line | Rejected]:
    """Yield what each line below the header says. `read` is what the stage of that name returned."""
    alike: Counter[bytes] = Counter()
    for number, text in enumerate(lines, 1):
        if number <= read["header_line"] or not text.strip():
            continue
        try:
            yield _line(number, text.rstrip("\n"), read, dates, alike)
        except BadLine as bad:
            yield Rejected(number, str(bad), text.rstrip("\n"))


def _line(number: int, text: str, read: Json, dates: str, alike: Counter[bytes]) -> Line:
    fields = _fields(text, read)
    day = _date(fields["date"], dates)
    instrument = fields["instrument"]
    if not instrument or len(instrument) > MAX_INSTRUMENT:
        raise BadLine(f"The instrument has {len(instrument)} characters. Give it 1 to {MAX_INSTRUMENT}.")
    quantity = _decimal("quantity", fields["quantity"], read["delimiter"])
    price = _decimal("price", fields["price"], read["delimiter"])
    if not quantity:
        raise BadLine("The quantity is 0. Leave the line out, or correct it.")
    if price < 0:
        raise BadLine(f"The price {fields['price']} is negative. A sale has a negative quantity.")
    currency = fields["currency"].upper()
    if currency not in CURRENCIES:
        raise BadLine(f"{fields['currency']!r} is no currency. Write its three letters of ISO 4217, such as EUR.")
    key = _key(fields.get("reference", ""), (day, instrument, quantity, price, currency), alike)
    return Line(number, text, key, day, instrument, quantity, price, currency)


def _fields(text: str, read: Json) -> dict[str, str]:
    try:
        row = next(csv.reader([text], delimiter=read["delimiter"], strict=True))
    except csv.Error:
        raise BadLine("A double quote is misplaced. Quote whole values only, and double a quote inside one.") from None
    if len(row) != read["width"]:
        raise BadLine(f"The line has {len(row)} values, and the first line has {read['width']}.")
    return {field: row[place].strip() for field, place in read["columns"].items()}


def _date(text: str, dates: str) -> Date:
    try:
        return datetime.strptime(text, LAYOUTS[dates]).date()
    except ValueError:
        raise BadLine(f"{text!r} is no date like {dates}.") from None


def _decimal(field: str, text: str, delimiter: str) -> Decimal:
    """Return an exact number. Where semicolons separate values, a comma may separate decimals."""
    if POINT.fullmatch(text):
        plain = text.replace(",", "")
    elif delimiter == ";" and COMMA.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    else:
        raise BadLine(f"The {field} {text!r} is no number like 1234.50.")
    number = Decimal(plain)
    if abs(number) >= Decimal(10) ** (DIGITS - DECIMALS) or number != round(number, DECIMALS):
        raise BadLine(f"The {field} {text} has too many digits: at most {DIGITS - DECIMALS}, and {DECIMALS} decimals.")
    return number


def _key(reference: str, values: tuple[object, ...], alike: Counter[bytes]) -> str:
    if len(reference) > MAX_REFERENCE:
        raise BadLine(f"The reference has {len(reference)} characters, and at most {MAX_REFERENCE} are kept.")
    if reference:
        return f"reference {reference}"
    *words, quantity, price, currency = values
    said = "\n".join(map(str, (*words, f"{quantity:f}", f"{price:f}", currency)))
    fingerprint = sha256(said.encode()).digest()[:16]
    alike[fingerprint] += 1
    return f"line {fingerprint.hex()} {alike[fingerprint]}"
