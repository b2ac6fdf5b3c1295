"""A folder of FHIR documents, such as one Bundle a person: the people in it and their records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import orjson
import pyarrow as pa

from clarkson.errors import RecordError
from clarkson.record.account import Account, Tally, sources
from clarkson.record.canonical_columns import RESULT_COLUMNS, batch_of
from clarkson.record.fhir import OF_ANOTHER, people_of, record_of_resources
from clarkson.record.fhir_people import people_in
from clarkson.record.fhir_resources import HELPING, INSIDE, Resource, bundled
from clarkson.record.people import listed
from clarkson.record.record import Record, Skipped, Source

LARGEST_BYTES = 256 * 1024 * 1024


class FhirFolder:
    """The people in the ``.json`` files of a folder, read one at a time; the same doors as ``Dataset``.

    A file that is no FHIR document is listed in ``remarks``; resources that belong to nobody are read with each person.
    """

    def __init__(self, folder: Path, timezone: str | None = None) -> None:
        """Look into every file for whose it is.

        Raises
        ------
        RecordError
            No file is a FHIR document.
        """
        self.name = folder.name
        self._timezone = timezone
        self._folder = folder
        self._files: dict[str, list[Path]] = {}
        self._nobodys: list[Path] = []
        remarks: list[str] = []
        unknown: list[Path] = []
        for path in sorted(folder.rglob("*.json")):
            try:
                people = people_of(_resources(path, self._named(path), []))
            except RecordError as error:
                remarks.append(str(error))
                continue
            for person in people:
                self._files.setdefault(person, []).append(path)
            if not people:
                unknown.append(path)
        # What was withdrawn is listed with the person to whom it belonged, if that is one.
        for path in unknown:
            owners = self._files.keys() & set(people_in(_resources(path, self._named(path), [])).names)
            for person in owners:
                self._files[person].append(path)
            if not owners:
                self._nobodys.append(path)
        self.remarks = tuple(remarks)
        if not self._files and not self._nobodys:
            raise RecordError(f"'{folder.name}' holds no FHIR document")

    def _named(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everyone to whom a resource belongs."""
        return tuple(sorted(self._files, key=lambda name: (len(name), name)))

    def record(self, subject: str) -> Record:
        """The record of one person, from every file that has something of theirs.

        Raises
        ------
        RecordError
            There is no such person, or a file cannot be read.
        """
        if subject not in self._files:
            raise RecordError(f"'{self.name}' has nothing of '{subject}'; it has {listed(self.people)}")
        skipped: list[Skipped] = []
        resources = [each for path in self._files[subject] for each in _resources(path, self._named(path), skipped)]
        name = ", ".join(map(self._named, self._files[subject]))
        record = record_of_resources(resources, name, timezone=self._timezone, patient=subject, skipped=skipped)
        return replace(record, skipped=tuple(each for each in record.skipped if each.reason != OF_ANOTHER))

    def __iter__(self) -> Iterator[Record]:
        """The record of every person, in the order of ``people``."""
        return (self.record(subject) for subject in self.people)

    def results(self) -> pa.RecordBatchReader:
        """Every result as canonical columns, person by person."""
        batches = (batch_of([(each.subject, one) for one in each.results]) for each in self)
        return pa.RecordBatchReader.from_batches(RESULT_COLUMNS, batches)

    def account(self) -> Account:
        """How many resources there are, and what became of every one of them."""
        tally = Tally()
        told: set[tuple[str, str]] = set()
        silent: set[tuple[str, str]] = set()
        for record in self:
            tally.add(record)
            told |= {_place(each) for each in sources(record)}
            silent |= {_place(each.source) for each in record.skipped}
        pieces: dict[str, int] = {}
        used = given_up = 0
        for path in sorted({path for paths in self._files.values() for path in paths} | {*self._nobodys}):
            skipped: list[Skipped] = []
            found = _resources(path, self._named(path), skipped)
            pieces[self._named(path)] = len(found) + len(skipped)
            given_up += len(skipped)
            if path in self._nobodys:
                given_up += len(found)
                tally.skipped["it belongs to no person"] += len(found)
                continue
            for each in found:
                place = _place(each.source)
                used += place in told or (place not in silent and each.kind in HELPING)
                given_up += place in silent and place not in told
        return tally.account(pieces, used, given_up)


def _place(source: Source) -> tuple[str, str]:
    return source.file, INSIDE.sub("", source.place)


def _resources(path: Path, name: str, skipped: list[Skipped]) -> list[Resource]:
    if path.stat().st_size > LARGEST_BYTES:
        raise RecordError(f"'{path.name}' is larger than {LARGEST_BYTES // 2**20} MiB")
    try:
        parsed = orjson.loads(path.read_bytes())
    except (orjson.JSONDecodeError, OSError) as error:
        raise RecordError(f"'{path.name}' cannot be read: {error}") from None
    if not isinstance(parsed, dict) or "resourceType" not in parsed:
        raise RecordError(f"'{path.name}' is no FHIR document")
    return bundled(parsed, name, skipped)
