"""Stage `save`: good lines become transactions. Those that are there already stay, so that it may run again."""

import csv
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import polars as pl

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run
from pipelines.transactions.lines import Line, Rejected, parse
from pipelines.transactions.models import Transaction
from pipelines.transactions.positions import positions_of
from pipelines.transactions.read import LINES_FILE
from tables.columns import without_formulas

BATCH = 1_000  # lines that are saved together
SHOWN = 100  # bad lines, and positions, in the job's result; the files have all
FIELDS = ("date", "instrument", "quantity", "price", "currency")


def save(run: Run) -> Json:
    """Return {"lines", "imported", "already_there", "rejected", "bad_lines", "positions", "instruments"}.

    `bad_lines` are the first of [{"line", "reason", "text"}]; a file has all. `positions` are those of
    positions_of(), of every transaction that the job's owner ever imported.
    """
    read = run.results("read")[0]
    lines, bad = 0, list[Rejected]()
    rejected = 0
    with run.open_file(LINES_FILE) as path, run.working_folder() as folder:
        size = max(path.stat().st_size, 1)
        with path.open(encoding="utf-8-sig") as text, (folder / "bad.csv").open("w", encoding="utf-8-sig") as file:
            table = csv.writer(file)
            table.writerow(["line", "reason", "text"])
            parsed = parse(text, read=read, dates=run.options["dates"])
            done = 0
            while batch := list(islice(parsed, BATCH)):
                lines += len(batch)
                done += sum(len(entry.text) for entry in batch)
                refused = _save(run, batch)
                rejected += len(refused)
                bad += refused[: SHOWN - len(bad)]
                table.writerows([entry.line, entry.reason, _escaped(entry.text)] for entry in refused)
                run.report(min(95, 95 * done / size), f"{lines:,} lines read")
        if rejected:
            run.save_artifact("bad-lines.csv", folder / "bad.csv", "text/csv", title="Bad lines")
        if lines == rejected:
            first = f" Line {bad[0].line}: {bad[0].reason}" if bad else " There is none below the first."
            raise JobError(ErrorCode.INVALID_INPUT, f"None of the {lines:,} lines could be imported.{first}")
        positions, instruments = _positions(run, folder)
    imported = Transaction.objects.filter(owner=run.owner_id, job_id=run.job_id).count()
    return {
        "lines": lines,
        "imported": imported,
        "already_there": lines - rejected - imported,
        "rejected": rejected,
        "bad_lines": [asdict(entry) for entry in bad],
        "positions": positions,
        "instruments": instruments,
    }


def _save(run: Run, batch: list[Line | Rejected]) -> list[Rejected]:
    """Save the good lines of a batch, and return the bad ones, in the order of the file."""
    good = [entry for entry in batch if isinstance(entry, Line)]
    Transaction.objects.bulk_create(
        [
            Transaction(
                owner_id=run.owner_id,
                job_id=run.job_id,
                **{field: getattr(line, field) for field in ("key", *FIELDS)},
            )
            for line in good
        ],
        ignore_conflicts=True,
    )
    there = {
        key: values
        for key, *values in Transaction.objects.filter(
            owner=run.owner_id, key__in=[line.key for line in good]
        ).values_list("key", *FIELDS)
    }
    refused = [entry for entry in batch if isinstance(entry, Rejected)]
    refused += [
        Rejected(line.number, f"Another transaction has the {line.key}, with other values.", line.text)
        for line in good
        if there[line.key] != list(line.values)
    ]
    return sorted(refused, key=lambda entry: entry.line)


def _positions(run: Run, folder: Path) -> tuple[list[Json], int]:
    """Save all positions as a file, and return the first, and how many there are."""
    shown, count = list[Json](), 0
    target = folder / "positions.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["instrument", "currency", "quantity", "cost"])
        for position in positions_of(run.owner_id):
            count += 1
            shown += [position] if count <= SHOWN else []
            table.writerow([_escaped(position["instrument"]), *list(position.values())[1:]])
    run.save_artifact("positions.csv", target, "text/csv", title="Positions")
    return shown, count


def _escaped(text: str) -> str:
    return str(without_formulas(pl.Series([text]))[0])
