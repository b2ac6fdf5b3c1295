"""FHIR Bulk Data: the people in a file or a folder of NDJSON, with or without the manifest of the export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from clarkson.analytes import analytes, method_of_loinc
from clarkson.errors import RecordError
from clarkson.record.account import Account, Tally, sources
from clarkson.record.canonical_columns import BATCH_ROWS, JUDGED, RESULT_COLUMNS, batch_of, clean_batch, prepare
from clarkson.record.concepts import concept_sets
from clarkson.record.fhir import record_of_resources
from clarkson.record.fhir_lines import READ_KINDS, results_query, tables_of_lines
from clarkson.record.fhir_observation import read_observation
from clarkson.record.fhir_resources import HELPING, INSIDE, Resource, withdrawn
from clarkson.record.people import listed
from clarkson.record.printed import NO_DOSES, NO_EVENTS, Printed, tests_table
from clarkson.record.record import Record, Result, Skipped, Source
from clarkson.record.tables import grouped, literal
from clarkson.units import ucum_codes

_KINDS = ", ".join(f"'{kind}'" for kind in READ_KINDS)
_KNOWN = ", ".join(f"'{code}'" for entry in analytes().values() for code in entry.loinc)
_TOGETHER = "SELECT owner FROM together"
_PYTHON_ROWS = 2048


@dataclass(frozen=True, slots=True)
class _Lines:
    """How many lines of a file are alike: their kind, and whether they are objects, of a person, deleted since."""

    file: str
    kind: str | None
    whole: bool
    owned: bool
    gone: bool
    medicated: bool
    count: int


class BulkFhir:
    """The people of a bulk export and their records, read when they are asked for; the same doors as ``Dataset``."""

    def __init__(self, path: Path, timezone: str | None = None) -> None:
        """Look at the files, without keeping them.

        Raises
        ------
        RecordError
            There is no file of resources, or one cannot be read.
        """
        self._tables, self.remarks = tables_of_lines(path)
        self.name = path.name
        self._timezone = timezone
        known = [
            (code, entry.key, method_of_loinc(code) or entry.usual_method, "")
            for entry in analytes().values()
            for code in entry.loinc
        ]
        # Others are read too, one by one.
        units = (*ucum_codes(), *concept_sets()["fhir"]["units"])
        printed = Printed(
            "", results_query(_KNOWN), NO_DOSES, NO_EVENTS, tests_table(known), (), clock_time=False, units=units
        )
        prepare(self._tables, printed, None)

    @property
    def people(self) -> tuple[str, ...]:
        """The id of everyone to whom a resource belongs."""
        query = "SELECT owner FROM resource WHERE owner IS NOT NULL GROUP BY owner ORDER BY length(owner), owner"
        return tuple(str(row[0]) for row in self._tables.rows(query))

    def record(self, subject: str) -> Record:
        """The record of one person.

        Raises
        ------
        RecordError
            There is no such person, or the files cannot be read.
        """
        found = list(self._groups(f"owner = {literal(subject)}"))
        if not found:
            raise RecordError(f"'{self.name}' has nothing of '{subject}'; it has {listed(self.people)}")
        return self._record(*found[0])

    def __iter__(self) -> Iterator[Record]:
        """The record of every person, in the order of ``people``.

        Raises
        ------
        RecordError
            The files cannot be read.
        """
        return (self._record(subject, rows) for subject, rows in self._groups("owner IS NOT NULL"))

    def results(self) -> pa.RecordBatchReader:
        """Every usable result as canonical columns, in no particular order, in bounded memory.

        Raises
        ------
        RecordError
            The files cannot be read.
        """
        return pa.RecordBatchReader.from_batches(RESULT_COLUMNS, (each for each in self._batches() if each.num_rows))

    def _batches(self) -> Iterator[pa.RecordBatch]:
        together = self._keep_those_read_together()
        query = f"SELECT {JUDGED}, inside, CASE WHEN canonical IS NULL THEN line END AS line FROM judged"
        if together:
            query += f" WHERE subject NOT IN ({_TOGETHER})"
        for batch in self._tables.stream(query, BATCH_ROWS):
            clean = pc.is_valid(batch.column("canonical"))
            yield clean_batch(batch.filter(clean))
            odd = batch.filter(pc.invert(clean)).select(["subject", "file", "place", "inside", "line"]).to_pylist()
            observations = [list(parts) for _, parts in groupby(odd, itemgetter("line"))]
            yield batch_of([found for parts in observations for found in self._alone(parts)])
        if together:
            for subject, rows in self._groups(f"owner IN ({_TOGETHER})"):
                yield batch_of([(subject, each) for each in self._record(subject, rows).results])

    def _keep_those_read_together(self) -> bool:
        """Whether there are people whose results need other resources, and keep them as the table ``together``.

        Such is a report's time, a newer version, what contains them.
        """
        timeless = " AND ".join(
            f"json_extract(line, '$.{name}') IS NULL" for name in ("effectivePeriod", "effectiveInstant", "issued")
        )
        needing = (
            "(contained IS NOT NULL OR kind = 'Observation' AND (id IS NULL OR"
            f" CASE WHEN effective IS NULL THEN {timeless} ELSE false END))"
        )
        mine = f"FROM resource WHERE owner IS NOT NULL AND kind IN ({_KINDS})"
        # Numbers are counted faster than texts; a number that two ids share by chance does no harm.
        [(needed, repeated)] = self._tables.rows(
            f"SELECT count_if({needing}), count(id) > count(DISTINCT hash(kind, id)) FILTER (WHERE id IS NOT NULL)"
            f" {mine}"
        )
        several = f"SELECT hash(kind, id) {mine} AND id IS NOT NULL GROUP BY ALL HAVING count(*) > 1"
        queries = [f"SELECT owner {mine} AND {needing}"] if needed else []
        queries += [f"SELECT owner {mine} AND hash(kind, id) IN ({several})"] if repeated else []
        if queries:
            self._tables.run(f"CREATE OR REPLACE TABLE together AS {' UNION '.join(queries)}")
        return bool(queries)

    def _alone(self, parts: Sequence[Mapping[str, Any]]) -> list[tuple[str, Result]]:
        """The results in these parts of an Observation that needs no other resource."""
        first = parts[0]
        body = orjson.loads(first["line"])
        source = Source(first["file"], first["place"].removesuffix(first["inside"]))
        if withdrawn(Resource(body, source)):
            return []
        results, _ = read_observation(body, source, self._timezone, None)
        places = {part["place"] for part in parts}
        return [(first["subject"], each) for each in results if each.source.place in places]

    def _groups(self, where: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """The resources of each person, without lines if of a kind that is not used, and Medications they refer to."""
        query = (
            f"SELECT owner, kind, id, file, CASE WHEN kind IN ({_KINDS}) THEN line END AS line, true AS own"
            f" FROM resource WHERE {where}"
        )
        if any(each.medicated for each in self._lines):
            query += (
                " UNION ALL SELECT a.owner, 'Medication', m.id, m.file, m.line, false FROM"
                f" (SELECT DISTINCT owner, medication FROM resource WHERE {where} AND kind = 'MedicationAdministration'"
                " AND medication IS NOT NULL) a"
                " JOIN (SELECT id, file, line FROM resource WHERE kind = 'Medication') m ON m.id = a.medication"
            )
        ordered = f"SELECT * FROM ({query}) ORDER BY length(owner), owner, file, id, kind, hash(line)"
        return grouped(self._tables.stream(ordered, _PYTHON_ROWS), "owner")

    @cached_property
    def _lines(self) -> tuple[_Lines, ...]:
        rows = self._tables.rows(
            "SELECT file, kind, kind IS NOT NULL OR coalesce(json_type(line) = 'OBJECT', false), owner IS NOT NULL,"
            " gone, kind = 'MedicationAdministration' AND medication IS NOT NULL, count(*) FROM line"
            " GROUP BY ALL ORDER BY ALL"
        )
        return tuple(_Lines(*row) for row in rows)

    def _record(self, subject: str, rows: Sequence[Mapping[str, Any]]) -> Record:
        resources, skipped = _resources(rows)
        # Of someone whose resources are all of kinds that are not used, nothing is read, and they are listed.
        patient = subject if resources else None
        try:
            record = record_of_resources(
                resources, self.name, timezone=self._timezone, patient=patient, skipped=skipped
            )
        except RecordError as error:
            # Everything was withdrawn, or names them so oddly that it may be another's.
            told = Counter(each.source for each in skipped)
            for each in resources:
                told[each.source] -= 1
                if told[each.source] < 0:
                    skipped.append(Skipped(each.source, str(error), each.kind))
            return Record(subject, skipped=tuple(skipped))
        return replace(record, subject=subject)

    def account(self) -> Account:
        """How many lines there are, and what became of every one of them.

        Raises
        ------
        RecordError
            The files cannot be read.
        """
        pieces: Counter[str] = Counter()
        for each in self._lines:
            pieces[each.file] += each.count
        tally, used, given_up = Tally(), 0, 0
        for subject, rows in self._groups("owner IS NOT NULL"):
            record = self._record(subject, rows)
            tally.add(record)
            read = [row for row in rows if row["line"]]
            places = [INSIDE.sub("", _place(row, number)) for number, row in enumerate(read)]
            kinds = {place: row["kind"] for place, row in zip(places, read, strict=True)}
            own = Counter(place for place, row in zip(places, read, strict=True) if row["own"])
            told = {INSIDE.sub("", each.place) for each in sources(record)}
            silent = Counter(INSIDE.sub("", each.source.place) for each in record.skipped)
            for place, count in own.items():
                # Of several versions of a resource one is used and the others are listed.
                taken = 1 if place in told or (kinds[place] in HELPING and silent[place] < count) else 0
                used += taken
                given_up += min(count - taken, silent[place]) if taken else min(count, silent[place])
            given_up += len(rows) - len(read)
        for reason, count in self._nobodys():
            tally.skipped[reason] += count
            given_up += count
        used += sum(each.count for each in self._lines if each.kind == "Medication" and not each.owned | each.gone)
        return tally.account(pieces, used, given_up)

    def _nobodys(self) -> Iterator[tuple[str, int]]:
        """Lines that belong to no person, by the reason."""
        for each in self._lines:
            if not each.whole:
                yield "it is no JSON object", each.count
            elif each.gone:
                yield "deleted since, as the export says", each.count
            elif not each.owned and each.kind in READ_KINDS and each.kind != "Medication":
                yield f"it does not say whose it is: {each.kind}", each.count
            elif not each.owned and each.kind != "Medication":
                yield _unused(each.kind), each.count


def _resources(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Resource], list[Skipped]]:
    read = [row for row in rows if row["line"]]
    resources = [
        Resource(orjson.loads(row["line"]), Source(row["file"], _place(row, number))) for number, row in enumerate(read)
    ]
    unread: dict[str | None, list[str]] = {}
    for row in rows:
        if not row["line"]:
            unread.setdefault(row["kind"], []).append(row["file"])
    skipped = [
        Skipped(Source(files[0], f"{len(files)} resources"), _unused(kind), count=len(files))
        for kind, files in unread.items()
    ]
    return resources, skipped


def _unused(kind: str | None) -> str:
    return f"Clarkson does not use {kind or 'a resource without a type'}"


def _place(row: Mapping[str, Any], number: int) -> str:
    return f"{row['kind']}/{row['id']}" if row["id"] else f"{row['kind']} without id, {number + 1}"
