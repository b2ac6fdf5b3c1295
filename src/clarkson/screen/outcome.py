"""What a screening leaves: episodes, people in the order of review, negatives, their results, labels and a cohort."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from clarkson.record.canonical_columns import RESULT_COLUMNS
from clarkson.screen.following import TRAITS
from clarkson.screen.ranking import ranked
from clarkson.screen.schema import EPISODES, MEDS_LABEL, NEGATIVES, PEOPLE, RUN
from clarkson.screen.summary import summary
from clarkson.whole_file import whole_file

SCHEMA_VERSION = "1.0"
COHORT = 1  # cohort_definition_id: whoever keeps several cohorts in one table renumbers it
ROW_GROUP = 65536
Row = dict[str, Any]


def write_outcome(output: Path, work: Path, dataset: str, settings: dict[str, Any]) -> None:
    """Write every file of a screening from what stands in ``work``, ``run.json`` last: where it is, all are."""
    traits = sorted(_all(work, "traits", TRAITS).to_pylist(), key=lambda row: _order(row["subject"]))
    rows = _all(work, "episodes", EPISODES).to_pylist()
    rows.sort(key=lambda row: (*_order(row["subject"]), row["episode"]))
    by_person: dict[str, list[Row]] = {}
    for row in rows:
        by_person.setdefault(row["subject"], []).append(row)
    people = ranked(traits, by_person)
    chosen = parquet.read_table(work / "chosen.parquet")
    random = set(chosen.filter(chosen["random"])["subject"].to_pylist())
    negatives = [row for row in traits if row["subject"] in random and row["subject"] not in by_person]
    shown = pa.array([*by_person, *(row["subject"] for row in negatives)], pa.string())
    results = _all(work, "results", RESULT_COLUMNS)
    results = results.filter(pc.is_in(results["subject"], shown))
    results = results.sort_by([(name, "ascending") for name in ("subject", "time", "analyte", "file", "place")])
    episodes = pa.Table.from_pylist(rows, EPISODES)
    made = work / "outcome"  # what a killed process leaves half written goes with ``work``
    made.mkdir(mode=0o700, exist_ok=True)
    tables = {
        "episodes.parquet": episodes,
        "people.parquet": pa.Table.from_pylist(people, PEOPLE),
        "negatives.parquet": pa.Table.from_pylist(negatives, NEGATIVES),
        "results.parquet": results,
        "labels.parquet": episodes.select([name for name, _ in MEDS_LABEL]),
        "cohort.parquet": _cohort(rows),
    }
    for name, table in tables.items():
        with whole_file(made / name) as partial:
            parquet.write_table(table, partial, row_group_size=ROW_GROUP)
    run = {
        "schema_version": SCHEMA_VERSION,
        "clarkson": version("clarkson"),
        "dataset": dataset,
        "settings": settings,
        "counts": _counts(work, chosen, people, rows, len(negatives)),
    }
    texts = {"summary.md": summary(run), RUN: json.dumps(run, indent=1) + "\n"}
    for name, text in texts.items():
        with whole_file(made / name) as partial:
            partial.write_text(text, encoding="utf-8")
    for name in (*tables, *texts):
        (made / name).replace(output / name)


def _all(work: Path, name: str, schema: pa.Schema) -> pa.Table:
    files = sorted((work / "followed").glob(f"*/{name}.parquet"))
    return pa.concat_tables([schema.empty_table(), *(parquet.read_table(each, schema=schema) for each in files)])


def _order(subject: str) -> tuple[int, str]:
    return len(subject), subject


def _cohort(episodes: Iterable[Row]) -> pa.Table:
    """The OMOP table ``cohort``: an episode that was called a leak is an entry."""
    called = [row for row in episodes if row["boolean_value"]]
    columns = {
        "cohort_definition_id": pa.array([COHORT] * len(called), pa.int32()),
        "subject_id": pa.array([row["subject_id"] for row in called], pa.int64()),
        "cohort_start_date": pa.array([row["start"].date() for row in called], pa.date32()),
        "cohort_end_date": pa.array([row["end"].date() for row in called], pa.date32()),
    }
    return pa.table(columns)


def _counts(work: Path, chosen: pa.Table, people: list[Row], episodes: list[Row], negatives: int) -> dict[str, Any]:
    return {
        "people_in_data": parquet.read_metadata(work / "traits.parquet").num_rows,
        "people": parquet.read_metadata(work / "standing.parquet").num_rows,
        "followed": chosen.num_rows - int(pc.sum(chosen["random"]).as_py() or 0),
        "people_with_episodes": len(people),
        "people_with_unexplained": sum(row["unexplained"] > 0 for row in people),
        "people_with_recurrence": sum(row["unexplained"] > 1 for row in people),
        "episodes": len(episodes),
        "verdicts": dict(sorted(Counter(row["verdict"] for row in episodes).items())),
        "causes": dict(sorted(Counter(cause for row in people for cause in row["causes"]).items())),
        "negatives": negatives,
    }
