"""The summary without a language model: what an analyst would notice in the statistics, in plain sentences."""

from datetime import datetime

from pipelines.profile.columns import NUMERIC, Column, Correlation, Count, Gaps, Number, TableFacts
from pipelines.profile.wording import count, day, isolated, listed, number, share

MAX_DESCRIBED = 6  # columns of one type that get a sentence of their own
SKEWED = 1.0  # |skewness| from which mean and median tell different stories
CORRELATED = 0.5  # |r| from which a pair is worth a word
DOMINANT = 0.6  # share from which one value outweighs the others by far
MOSTLY_MISSING = 0.2
MIN_ROWS = 10  # below that, shapes of distributions mean nothing


def summary_of(table: TableFacts, columns: list[Column], notes: list[str]) -> str:
    """Return plain paragraphs, separated by an empty line: size, time, numbers, relations, categories, checks."""
    rows = table["rows"]
    columns = [_as_said(column) for column in columns]
    correlations: list[Correlation] = [
        {**pair, "first": isolated(pair["first"]), "second": isolated(pair["second"])} for pair in table["correlations"]
    ]
    paragraphs = (
        _size(rows, columns),
        _time(rows, columns),
        _numbers(rows, columns),
        _relations(rows, correlations),
        _categories(rows, columns),
        _checks(table, columns, notes),
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _as_said(column: Column) -> Column:
    top: list[Count] = [{**count, "value": isolated(count["value"])} for count in column["top"]]
    return {**column, "name": isolated(column["name"]), "top": top}


def _size(rows: int, columns: list[Column]) -> str:
    numeric = sum(column["type"] in NUMERIC for column in columns)
    kinds = [("numeric", numeric)] + [
        (kind, sum(column["type"] == kind for column in columns)) for kind in ("date", "text", "boolean")
    ]
    made_of = listed([f"{amount:,} {kind}" for kind, amount in kinds if amount])
    missing = sum(column["missing"] for column in columns)
    affected = [column["name"] for column in columns if column["missing"]]
    completeness = (
        f"{share(missing, rows * len(columns))} of the values are missing, in {listed(affected)}."
        if missing
        else "No value is missing."
    )
    return f"The table has {count(rows, 'row')} and {count(len(columns), 'column')}: {made_of}. {completeness}"


def _time(rows: int, columns: list[Column]) -> str:
    return " ".join(_period(column, rows) for column in columns if column["type"] == "date" and column["min"])


def _period(column: Column, rows: int) -> str:
    first, last = datetime.fromisoformat(str(column["min"])), datetime.fromisoformat(str(column["max"]))
    name, days = column["name"], (last - first).days + 1
    if first == last:
        return f"{name} is always {day(first)}."
    text = f"{name} runs from {day(first)} to {day(last)}"
    if column["unique"] == rows and days == rows:
        return f"{text}, one row for every day without a gap."
    differ = column["unique"] == rows - column["missing"]
    often = "each time only once" if differ else f"with {count(column['unique'], 'different time')}"
    return f"{text}, {often}{_gaps(column['gaps'])}."


def _gaps(gaps: Gaps | None) -> str:
    if gaps is None or not gaps["missing"]:
        return ""
    longest = datetime.fromisoformat(gaps["longest_from"])
    told = f"; {count(gaps['missing'], gaps['period'])} in between {'has' if gaps['missing'] == 1 else 'have'} no row"
    return f"{told}, at most {count(gaps['longest'], gaps['period'])} together, from {day(longest)}"


def _numbers(rows: int, columns: list[Column]) -> str:
    varying = [column for column in columns if column["type"] in NUMERIC and column["unique"] > 1]
    # The most remarkable first: those with outliers and skew say more than even ones.
    ranked = sorted(varying, key=lambda column: -abs(float(column["skewness"] or 0)))[:MAX_DESCRIBED]
    sentences = [_range(column, rows) for column in varying if column in ranked]
    if len(varying) > len(ranked):
        sentences.append(f"{count(len(varying) - len(ranked), 'further numeric column')} are in the charts.")
    return " ".join(sentences)


def _range(column: Column, rows: int) -> str:
    name, values = column["name"], rows - column["missing"]
    text = f"{name} ranges from {number(column['min'] or 0)} to {number(column['max'] or 0)}"
    if values < MIN_ROWS or not column["quantiles"] or column["median"] is None:
        return f"{text}."
    _, low, _, high, _ = column["quantiles"]
    text += f" with a median of {number(column['median'])}; {_half(low, high)}"
    skewness = float(column["skewness"] or 0)
    if abs(skewness) >= SKEWED and column["mean"] is not None:
        side = "high" if skewness > 0 else "low"
        text += f". A few {side} values pull its mean to {number(column['mean'])}"
    if column["outliers"]:
        amount = count(column["outliers"], "value")
        verb = "lies" if column["outliers"] == 1 else "lie"
        text += f"; {amount} ({share(column['outliers'], values)}) {verb} far outside the middle half"
    return f"{text}."


def _half(low: Number, high: Number) -> str:
    if low == high:
        return f"at least half of its values are {number(low)}"
    return f"half of its values lie between {number(low)} and {number(high)}"


def _relations(rows: int, correlations: list[Correlation]) -> str:
    strong = [pair for pair in correlations if abs(pair["r"]) >= CORRELATED][:3]
    if rows < MIN_ROWS or not correlations:
        return ""
    if not strong:
        best = correlations[0]
        return (
            "No two numeric columns move closely together; the nearest are "
            f"{best['first']} and {best['second']} (r = {best['r']:.2f})."
        )
    return " ".join(
        f"{pair['first']} and {pair['second']} move {'together' if pair['r'] > 0 else 'in opposite directions'} "
        f"(r = {pair['r']:.2f})."
        for pair in strong
    )


def _categories(rows: int, columns: list[Column]) -> str:
    categorical = [c for c in columns if c["top"] and 1 < c["unique"] <= max(2, 0.5 * rows)]
    sentences = [_leaders(column, rows) for column in categorical[:MAX_DESCRIBED]]
    if len(categorical) > MAX_DESCRIBED:
        sentences.append(
            f"{count(len(categorical) - MAX_DESCRIBED, 'further column')} of categories are in the charts."
        )
    return " ".join(sentences)


def _leaders(column: Column, rows: int) -> str:
    values = rows - column["missing"]
    first, *others = column["top"]
    leading = f"{first['value']} ({share(first['count'], values)})"
    if first["count"] / values >= DOMINANT:
        return f"{column['name']} is mostly {leading}, among {count(column['unique'], 'different value')}."
    followers = listed([f"{value['value']} ({share(value['count'], values)})" for value in others[:2]])
    return f"The most frequent of {column['unique']:,} values of {column['name']} is {leading}, before {followers}."


def _checks(table: TableFacts, columns: list[Column], notes: list[str]) -> str:
    rows, duplicates = table["rows"], table["duplicates"]
    empty = [c["name"] for c in columns if c["missing"] == rows]
    gaps = [
        f"{c['name']} lacks {share(c['missing'], rows)}" for c in columns if MOSTLY_MISSING <= c["missing"] / rows < 1
    ]
    together = [
        f"{listed(list(map(isolated, missing['columns'])))} are missing together in {missing['rows']:,} rows."
        for missing in table["missing_together"][:1]
        if missing["rows"] > 1
    ]
    verb = "repeats" if duplicates == 1 else "repeat"
    repeated = f"{count(duplicates, 'row')} {verb} an earlier one." if duplicates else ""
    constant = [isolated(name) for name in table["constant"]]
    keys = [isolated(name) for name in table["keys"]] if rows >= MIN_ROWS else []
    found = [
        f"{listed(empty)} {_have(empty)} no values at all." if empty else "",
        f"{listed(gaps)} of its values." if gaps else "",
        *together,
        repeated,
        f"{listed(constant)} {_have(constant)} the same value throughout." if constant else "",
        f"{listed(keys)} {_have(keys)} a different value in every row, like an identifier." if keys else "",
        *notes,
    ]
    sentences = " ".join(sentence for sentence in found if sentence)
    return f"Worth checking: {sentences}" if sentences else ""


def _have(names: list[str]) -> str:
    return "has" if len(names) == 1 else "have"
