"""A data set: the records of many people, one by one or as whole columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from clarkson.errors import RecordError
from clarkson.record.account import Account, Tally
from clarkson.record.canonical_columns import BATCH_ROWS, RESULT_COLUMNS, canonical_batches, instants, prepare
from clarkson.record.copies import BY_SUBJECT, copy_rows, records_of_queries
from clarkson.record.doses import kind_of, kind_of_code
from clarkson.record.measurements import CONCEPTS, Measurements
from clarkson.record.people import listed
from clarkson.record.printed import Printed
from clarkson.record.record import Record
from clarkson.record.rows import Rows, record_of_rows
from clarkson.record.tables import Tables, literal
from clarkson.record.times import EARLIEST_YEAR, LATEST_YEAR
from clarkson.record.values import copy_values

_SYSTEMS = {"ATC": "http://www.whocc.no/atc", "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm"}
_EARLIEST_BIRTH = EARLIEST_YEAR - 130
TRAITS = pa.schema([("subject", pa.string()), ("sex", pa.string()), ("born", pa.date32()), ("age_years", pa.float64())])
_KINDS = pa.schema([("drug", pa.string()), ("words", pa.string()), ("kind", pa.string())])


class Dataset:
    """The people of a data set and their records, read when they are asked for.

    Iterating gives the record of every person, in the order of ``people``, in bounded memory. A data set that is not
    read through tables has the same four doors.
    """

    def __init__(self, tables: Tables, printed: Printed, timezone: str | None = None) -> None:
        """Look at the tables, without reading them.

        Raises
        ------
        RecordError
            The data set cannot be read.
        SettingError
            There is no such time zone.
        """
        self.name = tables.name
        self.remarks = printed.remarks
        self._tables = tables
        self._printed = printed
        self._timezone = timezone
        prepare(tables, printed, timezone)
        _prepare_doses_and_events(tables, printed, timezone)

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone of whom anything is known, those without a row of their own among them."""
        everyone = " UNION ".join(f"SELECT subject FROM {view}" for view in ("people", "printed", "given", "happened"))
        found = self._tables.rows(f"SELECT subject FROM ({everyone}) WHERE subject IS NOT NULL ORDER BY {BY_SUBJECT}")
        return tuple(str(row[0]) for row in found)

    def record(self, subject: str) -> Record:
        """The record of one person.

        Raises
        ------
        RecordError
            There is no such person, or the data set cannot be read.
        """
        rows = {
            name: self._tables.stream(f"{query} WHERE subject = {literal(subject)}", BATCH_ROWS)
            for name, query in _QUERIES.items()
        }
        found = {name: [row for batch in batches for row in batch.to_pylist()] for name, batches in rows.items()}
        if not any(found.values()):
            raise RecordError(f"'{self.name}' has nothing of '{subject}'; it has {listed(self.people)}")
        return record_of_rows(subject, Rows(**found), self._printed.citation)

    def __iter__(self) -> Iterator[Record]:
        """The record of every person.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        queries = {name: f"{query} WHERE subject IS NOT NULL" for name, query in _QUERIES.items()}
        yield from records_of_queries(self._tables, queries, self._printed.citation)

    def copy_rows(self, chosen: pa.Table, folder: Path) -> None:
        """Copy every row of some people as Parquet (``copies.copy_rows``).

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        copy_rows(self._tables, {name: query for name, query in _QUERIES.items() if name != "unread"}, chosen, folder)

    def traits(self) -> pa.Table:
        """Subject, sex, day of birth and age in years of everyone in the table of people, once.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        query = (
            "SELECT DISTINCT ON (subject) subject, sex::VARCHAR AS sex, born, age_years FROM people"
            " WHERE subject IS NOT NULL ORDER BY subject, born, age_years, sex"
        )
        return pa.Table.from_batches(self._tables.stream(query, BATCH_ROWS), schema=TRAITS)

    def copy_values(self, analytes: Sequence[str], folder: Path, parts: int) -> None:
        """Copy the values of some analytes as Parquet (``values.copy_values``).

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        copy_values(self._tables, analytes, folder, parts)

    def measurements(self, analytes: Sequence[str]) -> Measurements:
        """How other processes read some analytes from batches of the table ``measurement`` of an OMOP data set.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        units = tuple(row[0] for row in self._tables.rows("SELECT DISTINCT unit FROM scales ORDER BY unit"))
        concepts = None
        if "concept" in self._tables:
            texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in CONCEPTS.names)
            query = f"SELECT {texts} FROM concept WHERE vocabulary_id::VARCHAR = 'UCUM'"
            concepts = pa.Table.from_batches(self._tables.stream(query, BATCH_ROWS), schema=CONCEPTS)
        return Measurements(replace(self._printed, units=units), concepts, self._timezone, tuple(analytes))

    def results(self) -> pa.RecordBatchReader:
        """Every usable result as canonical columns, in no particular order, in bounded memory.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        return pa.RecordBatchReader.from_batches(
            RESULT_COLUMNS, (batch for batch, _ in canonical_batches(self._tables) if batch.num_rows)
        )

    def account(self) -> Account:
        """How many rows stand in the tables that are read, and what became of every one of them.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        rows = {table: self._count(f'SELECT count(*) FROM "{table}"') for table in self._printed.counted}
        tally = Tally()
        for record in self:
            tally.add(record)
        traits = self._count("SELECT coalesce(sum(rows), 0) - count(*) + count(DISTINCT subject) FROM people")
        for view in ("people", "printed", "given", "happened"):
            if count := self._count(f"SELECT count(*) FROM {view} WHERE subject IS NULL"):
                tally.skipped["it does not say whose it is"] += count
        used = traits + sum(map(sum, (each.values() for each in (tally.results, tally.doses, tally.events))))
        return tally.account(rows, used, sum(tally.skipped.values()))

    def _count(self, query: str) -> int:
        return int(self._tables.rows(query)[0][0])


_QUERIES = {
    "people": "SELECT * FROM people",
    "results": "SELECT * FROM judged",
    "doses": "SELECT * FROM dosed",
    "events": "SELECT * FROM happened",
    "unread": "SELECT * FROM unread",
}


def _prepare_doses_and_events(tables: Tables, printed: Printed, timezone: str | None) -> None:
    # A date that no calendar of ours has cannot leave DuckDB.
    born = f"CASE WHEN year(born) BETWEEN {_EARLIEST_BIRTH} AND {LATEST_YEAR} THEN born END AS born"
    tables.view("people", f"SELECT * REPLACE ({born}) FROM ({printed.people})")
    # A table of others may hold a time or a number where a word is meant.
    text = "words::VARCHAR AS words" + (", drug::VARCHAR AS drug" if printed.drugs is None else "")
    tables.view("given", f"SELECT * REPLACE ({text}) FROM ({printed.doses})")
    tables.view("happened_as_printed", f"SELECT * REPLACE (words::VARCHAR AS words) FROM ({printed.events})")
    if printed.drugs is None:
        pairs = tables.rows("SELECT DISTINCT coalesce(drug, ''), coalesce(words, '') FROM given")
        rows = [{"drug": drug, "words": words, "kind": _kind(drug, words)} for drug, words in pairs]
        tables.keep("kinds", pa.Table.from_pylist(rows, schema=_KINDS))
        kinds = "JOIN kinds k ON coalesce(g.drug, '') = k.drug AND coalesce(g.words, '') = k.words"
    else:
        tables.keep("kinds", printed.drugs)
        kinds = "JOIN kinds k ON g.drug = k.drug"
    columns, clock = instants("g.start_us", "g.refusal", printed, timezone)
    end, until = ("g.end_us - until.offset_us", "ASOF LEFT JOIN clock until ON g.end_us >= until.from_us")
    if not clock:
        end, until = "g.end_us", ""
    tables.view(
        "dosed",
        f"SELECT g.* EXCLUDE (start_us, end_us, refusal), k.kind, {end} AS end_us, {columns}"
        f" FROM given g {kinds} {clock} {until}",
    )
    columns, clock = instants("e.time_us", "e.refusal", printed, timezone)
    tables.view("happened", f"SELECT e.* EXCLUDE (time_us, refusal), {columns} FROM happened_as_printed e {clock}")
    unread = (
        "SELECT p.subject, any_value(p.file) AS file, p.test AS code, any_value(p.words) AS words,"
        " count(*) AS rows FROM printed p ANTI JOIN tests t ON p.test = t.test GROUP BY p.subject, p.test"
    )
    if printed.drugs is not None:
        unread += (
            " UNION ALL SELECT g.subject, any_value(g.file), g.drug, any_value(g.words), count(*)"
            " FROM given g ANTI JOIN kinds k ON g.drug = k.drug GROUP BY g.subject, g.drug"
        )
    tables.view("unread", unread)


def _kind(drug: str, words: str) -> str:
    system, _, code = drug.partition(" ")
    return kind_of_code(_SYSTEMS.get(system, ""), code) or kind_of(words)
