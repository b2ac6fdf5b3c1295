"""FHIR Bulk Data: the people in a file or a folder of NDJSON, with or without the manifest of the export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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

_ORDER = "length(owner), owner, file, r.id"
_KINDS = ", ".join(f"'{kind}'" for kind in READ_KINDS)
_KNOWN = ", ".join(f"'{code}'" for entry in analytes().values() for code in entry.loinc)
_PYTHON_ROWS = 2048


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
        together = self._read_together()
        query = f"SELECT {JUDGED}, CASE WHEN canonical IS NULL THEN line END AS line FROM judged"
        if together:
            query += " WHERE subject NOT IN (SELECT owner FROM together)"
        for batch in self._tables.stream(query, BATCH_ROWS):
            clean = pc.is_valid(batch.column("canonical"))
            yield clean_batch(batch.filter(clean))
            rows = batch.filter(pc.invert(clean)).select(["subject", "file", "line", "place"]).to_pylist()
            yield batch_of([found for row in rows for found in self._alone(row)])
        for subject in together:
            yield batch_of([(subject, each) for each in self.record(subject).results])

    def _read_together(self) -> tuple[str, ...]:
        """The people whose results need other resources: a report's time, a newer version, what contains them."""
        timeless = " AND ".join(
            f"json_extract(line, '$.{name}') IS NULL" for name in ("effectivePeriod", "effectiveInstant", "issued")
        )
        needing = (
            "r.contained IS NOT NULL OR kind = 'Observation' AND (r.id IS NULL OR"
            f" CASE WHEN r.effectiveDateTime IS NULL THEN {timeless} ELSE false END)"
        )
        mine = f"FROM resource WHERE owner IS NOT NULL AND kind IN ({_KINDS})"
        # Mostly there is nobody, which four elements of each line show. Numbers are counted faster than texts; a
        # number that two ids share by chance does no harm.
        found = self._tables.rows(
            "SELECT count(DISTINCT hash(e[1], e[2])) FILTER (WHERE e[2] IS NOT NULL) = count(e[2]),"
            " count_if(e[3] IS NOT NULL OR e[1] = 'Observation' AND (e[2] IS NULL OR e[4] IS NULL))"
            " FROM (SELECT json_extract_string(line, ['$.resourceType', '$.id', '$.contained', '$.effectiveDateTime'])"
            " AS e FROM unparsed)"
            f" WHERE e[1] IN ({_KINDS})"
        )
        if found == [(True, 0)]:
            return ()
        self._tables.connection.execute(
            f"CREATE OR REPLACE TABLE together AS SELECT DISTINCT owner FROM (SELECT owner {mine} AND ({needing})"
            f" UNION ALL SELECT unnest(list(owner)) {mine} AND r.id IS NOT NULL"
            " GROUP BY kind, r.id HAVING count(*) > 1)"
        )
        return tuple(row[0] for row in self._tables.rows("SELECT owner FROM together ORDER BY length(owner), owner"))

    def _alone(self, row: Mapping[str, Any]) -> list[tuple[str, Result]]:
        """The results of an Observation that needs no other resource."""
        body = orjson.loads(row["line"])
        source = Source(row["file"], f"Observation/{body.get('id', '')}")
        if withdrawn(Resource(body, source)):
            return []
        results, _ = read_observation(body, source, self._timezone, None)
        # Of an Observation that SQL read in parts only the part in this row is meant.
        return [(row["subject"], each) for each in results if row["place"] in (None, each.source.place)]

    def _groups(self, where: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """The resources of each person, those Medications to which they refer, and how many others there are."""
        query = (
            f"SELECT owner, kind, file, line, 1 AS rows, r.id AS id FROM resource WHERE {where} AND kind IN ({_KINDS})"
            " UNION ALL SELECT a.owner, 'Medication', m.file, m.line, 0, m.r.id FROM (SELECT DISTINCT owner, medication"
            f" FROM resource WHERE {where} AND kind = 'MedicationAdministration' AND medication IS NOT NULL) a"
            " JOIN (SELECT file, line, r FROM resource WHERE kind = 'Medication') m ON m.r.id = a.medication"
            f" UNION ALL SELECT owner, kind, any_value(file), NULL, count(*), NULL FROM resource WHERE {where}"
            f" AND coalesce(kind, '') NOT IN ({_KINDS}) GROUP BY owner, kind"
        )
        ordered = f"SELECT * FROM ({query}) ORDER BY {_ORDER.replace('r.id', 'id')}"
        return grouped(self._tables.stream(ordered, _PYTHON_ROWS), "owner")

    def _record(self, subject: str, rows: Sequence[Mapping[str, Any]]) -> Record:
        resources, skipped = _resources(rows)
        # Of someone whose resources are all of kinds that are not used, nothing is read, and they are listed.
        patient = subject if resources else None
        record = record_of_resources(resources, self.name, timezone=self._timezone, patient=patient, skipped=skipped)
        return replace(record, subject=subject)

    def account(self) -> Account:
        """How many lines there are, and what became of every one of them.

        Raises
        ------
        RecordError
            The files cannot be read.
        """
        pieces = dict(self._tables.rows("SELECT file, count(*) FROM line GROUP BY file ORDER BY file"))
        tally, used, given_up = Tally(), 0, 0
        for subject, rows in self._groups("owner IS NOT NULL"):
            record = self._record(subject, rows)
            tally.add(record)
            places = [_place(row["kind"], row["id"], number) for number, row in enumerate(rows)]
            own = Counter(place for place, row in zip(places, rows, strict=True) if row["line"] and row["rows"])
            kinds = {place: row["kind"] for place, row in zip(places, rows, strict=True)}
            told = {INSIDE.sub("", each.place) for each in sources(record)}
            silent = Counter(INSIDE.sub("", each.source.place) for each in record.skipped)
            for place, count in own.items():
                # Of several versions of a resource one is used and the others are listed.
                taken = 1 if place in told or (kinds[place] in HELPING and silent[place] < count) else 0
                used += taken
                given_up += min(count - taken, silent[place]) if taken else min(count, silent[place])
            given_up += sum(row["rows"] for row in rows if row["line"] is None)
        for reason, count in self._nobodys():
            tally.skipped[reason] += count
            given_up += count
        used += self._count("SELECT count(*) FROM resource WHERE kind = 'Medication'")
        return tally.account(pieces, used, given_up)

    def _nobodys(self) -> Iterator[tuple[str, int]]:
        """Lines that belong to no person, by the reason."""
        yield (
            "it is no JSON object",
            self._count("SELECT count(*) FROM line WHERE json_type(line) IS DISTINCT FROM 'OBJECT'"),
        )
        rows = self._tables.rows(
            "SELECT kind, count(*) FROM resource WHERE owner IS NULL AND json_type(line) = 'OBJECT'"
            " AND kind IS DISTINCT FROM 'Medication' GROUP BY kind ORDER BY kind"
        )
        for kind, count in rows:
            whose = kind in READ_KINDS
            yield f"it does not say whose it is: {kind}" if whose else f"Clarkson does not use {kind}", count
        yield (
            "deleted since, as the export says",
            self._count("SELECT (SELECT count(*) FROM line) - (SELECT count(*) FROM resource)"),
        )

    def _count(self, query: str) -> int:
        return int(self._tables.rows(query)[0][0])


def _resources(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Resource], list[Skipped]]:
    resources: list[Resource] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(rows):
        if row["line"] is None:
            reason = f"Clarkson does not use {row['kind'] or 'a resource without a type'}"
            skipped.append(Skipped(Source(row["file"], f"{row['rows']} resources"), reason, count=row["rows"]))
        else:
            source = Source(row["file"], _place(row["kind"], row["id"], number))
            resources.append(Resource(orjson.loads(row["line"]), source))
    return resources, skipped


def _place(kind: str, name: str | None, number: int) -> str:
    return f"{kind}/{name}" if name else f"{kind} without id, {number + 1}"
