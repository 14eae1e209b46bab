"""Stage `merge`: rows that match become clusters, and each cluster one golden record."""

from pathlib import Path
from typing import Any

import polars as pl

from apps.jobs.failures import ErrorCode, JobError
from apps.jobs.pipelines import Json, Run
from pipelines.master import Rule
from pipelines.master.clusters import clusters
from pipelines.master.match import MATCHES_FILE
from tables.columns import headings, read_texts, without_formulas
from tables.ingest import TABLE_FILE
from tables.names import unique

EXAMPLES = 20  # clusters that are shown, the largest first
SHOWN = 10  # rows that are shown of each


def merge(run: Run) -> Json:
    """Return {"rows", "records", "clusters", "pairs", "matches", "compared", "examples"}.

    Saves the golden records, every row with its cluster, and every match with its scores, as CSV. Rows count from 1
    below the header. `clusters` have two rows or more; `examples` are golden records, with
    their cluster and its rows.
    """
    read, matched = run.results("read")[0], run.results("match")[0]
    names: list[str] = read["names"]
    rules = _rules(run.options["rules"], names)
    with run.open_file(MATCHES_FILE) as path:
        matches = pl.read_parquet(path, glob=False, memory_map=False)
    members = clusters(read["rows"], matches)
    run.report(20, "Merging")
    with run.open_file(TABLE_FILE) as table:
        columns = [read_texts(table, name) for name in names]
    usual: Rule = run.options["keep"]
    golden = pl.DataFrame([_kept(column, members, rules.get(column.name, usual)) for column in columns])
    sizes = members.value_counts().sort("cluster")
    cluster, size = unique(["cluster", "rows"], taken=names)

    run.report(60, "Writing")
    numbered = pl.DataFrame([sizes["cluster"].alias(cluster), sizes["count"].alias(size)])
    _save(run, "golden.csv", pl.concat([golden, numbered], how="horizontal"), "Golden records")
    _save(run, "rows.csv", pl.DataFrame([*columns, members.alias(cluster)]), "Every row with its cluster")
    _save(run, "matches.csv", _match_table(matches, members, [c["name"] for c in matched["compared"]]), "Matches")
    return {
        "rows": read["rows"],
        "records": len(golden),
        "clusters": int((sizes["count"] > 1).sum()),
        "pairs": matched["pairs"],
        "matches": matched["matches"],
        "compared": matched["compared"],
        "examples": _examples(sizes, members, golden, cluster, size),
    }


def _rules(text: str, names: list[str]) -> dict[str, Rule]:
    """Return the rule of each column that has one of its own. Raises JobError(INVALID_INPUT)."""
    rules = {}
    for entry in (entry for entry in text.split(",") if entry.strip()):
        name, _, rule = entry.rpartition("=")
        if name.strip() not in names:
            listed = ", ".join(names[:20])
            raise JobError(ErrorCode.INVALID_INPUT, f"There is no column {name.strip()!r}. The columns are: {listed}.")
        rules[name.strip()] = rule.strip()
    return rules  # type: ignore[return-value]  # the options were checked


def _kept(values: pl.Series, members: pl.Series, rule: Rule) -> pl.Series:
    """Return one value for each cluster, by the rule; of those that are equal by it, the first."""
    filled = pl.DataFrame({"cluster": members, "value": values}).with_row_index("row").drop_nulls("value")
    if rule == "most frequent":
        counted = filled.group_by("cluster", "value").agg(pl.len().alias("times"), pl.col("row").min())
        ordered = counted.sort(["times", "row"], descending=[True, False])
    elif rule == "longest":
        ordered = filled.sort([pl.col("value").str.len_chars(), pl.col("row")], descending=[True, False])
    else:
        ordered = filled.sort("row", descending=rule == "last")
    chosen = ordered.unique("cluster", keep="first", maintain_order=True).select("cluster", "value")
    every = pl.DataFrame({"cluster": members}).unique().sort("cluster")
    return every.join(chosen, on="cluster", how="left", maintain_order="left")["value"].alias(values.name)


def _match_table(matches: pl.DataFrame, members: pl.Series, compared: list[str]) -> pl.DataFrame:
    likenesses = [
        pl.col(str(place)).fill_nan(None).mul(100).round(0).cast(pl.Int64).alias(name)
        for place, name in enumerate(unique([f"{name} alike" for name in compared]))
    ]
    return matches.sort("score", descending=True).select(
        members.gather(matches.sort("score", descending=True)["a"]).alias("cluster"),
        (pl.col("a") + 1).alias("row"),
        (pl.col("b") + 1).alias("other row"),
        pl.col("score").round(1),
        *likenesses,
    )


def _examples(
    sizes: pl.DataFrame, members: pl.Series, golden: pl.DataFrame, cluster: str, rows: str
) -> list[dict[str, Any]]:
    largest = sizes.filter(pl.col("count") > 1).sort(["count", "cluster"], descending=[True, False]).head(EXAMPLES)
    return [
        {
            cluster: number,
            rows: ", ".join(str(row + 1) for row in (members == number).arg_true().head(SHOWN)),
            **golden.row(number - 1, named=True),
        }
        for number in largest["cluster"]
    ]


def _save(run: Run, name: str, table: pl.DataFrame, title: str) -> None:
    texts = [without_formulas(column) if column.dtype == pl.String else column for column in table]
    with run.working_folder() as folder:
        target: Path = folder / name
        named = pl.DataFrame(texts).rename(dict(zip(table.columns, headings(table.columns), strict=True)))
        named.write_csv(target, include_bom=True)
        run.save_artifact(name, target, "text/csv", title=title)
