"""A diary as CSV: out of the store, and into it without keeping anything twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from clarkson.diary.diary import end, record_kept, record_with
from clarkson.diary.entries import entries
from clarkson.diary.moments import now_here, refuse_before_birth
from clarkson.diary.plain import Fact, plain
from clarkson.diary.words import words_of
from clarkson.errors import RecordError, SettingError
from clarkson.record.csv_writing import csv_of
from clarkson.record.read import read_bytes
from clarkson.record.record import Dose, Record, Skipped
from clarkson.store.store import Store

_TRAITS = ("sex", "age_years", "height_cm", "weight_kg", "citation")


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in from a file: how many facts are new, how many were there, and what was not used."""

    new: int
    known: int
    skipped: tuple[Skipped, ...]


def give_out(store: Store, subject: str) -> str:
    """Everything that stands in a diary as CSV, which ``take_in`` and ``clarkson assess`` read.

    Raises
    ------
    StoreError
        There is no such diary, or the store cannot be read.
    """
    text = csv_of(store.record(subject, purpose=None))
    store.note_export(subject, "diary as CSV")
    return text


def take_in(
    store: Store, subject: str, data: bytes, name: str, *, patient: str | None = None, timezone: str | None = None
) -> Taken:
    """Keep what a CSV file says of the person; what the diary has, or had and took back, is not kept again.

    The file must name the person as the diary does, or as ``patient`` says, if it names anyone. Where the diary says
    sex or age already, the file changes nothing.

    Raises
    ------
    ClarksonError
        The file cannot be read, it is another person's, or the store cannot be written.
    """
    owner = patient or subject
    try:
        read = read_bytes(data, name, format="csv", patient=owner, timezone=timezone)
    except RecordError as error:
        if "has no results of" in str(error):
            raise RecordError(f"{error}; if that is the same person, say so with that name (--patient)") from None
        raise
    if read.origin is not None:
        raise RecordError(f"'{name}' gives hours without dates; a diary needs the time of each entry")
    old = record_kept(store, subject, purpose=None)
    possible = list(_possible(read, old, now_here()))
    facts = [each for each in possible if not isinstance(each, Skipped)]
    skipped = (*read.skipped, *(each for each in possible if isinstance(each, Skipped)))
    kept = entries(store, subject, purpose=None)
    known = {plain(fact) for each in kept for fact in each.facts}
    going = {plain(each.facts[0]): each for each in kept if each.goes_on}
    begun = {_without_end(fact) for fact in known}
    new: list[Fact] = []
    stopped: list[Dose] = []
    for fact in facts:
        same = plain(fact)
        if same in known or (_goes_on(same) and same in begun):
            continue
        known.add(same)
        if isinstance(fact, Dose) and _without_end(same) in going:
            stopped.append(fact)
        else:
            new.append(fact)
    more = {
        trait: value for trait in _TRAITS if old is None or not getattr(old, trait) if (value := getattr(read, trait))
    }
    if new or more:
        # The same file again may hold more: what lay in the future has happened since.
        whole = hashlib.sha256(data + repr((owner, new, more)).encode()).hexdigest()
        store.add(record_with(subject, new, Record(subject, **more)), file=name, sha256=whole)
    if not (new or more or stopped):
        entries(store, subject)  # a reading: the answer tells that all of it stands there
    for dose in stopped:
        if dose.end is not None:
            going_on = going[_without_end(plain(dose))]
            end(store, subject, going_on, dose.end, exact=dose.exact_time, why=f"stopped, as {name} says")
    return Taken(len(new) + len(stopped), len(facts) - len(new) - len(stopped), skipped)


def _possible(read: Record, old: Record | None, now: datetime) -> Iterator[Fact | Skipped]:
    """What the file says, and in place of what cannot have happened why not."""
    everything: tuple[Fact, ...] = (*read.results, *read.doses, *read.events)
    for fact in everything:
        time = fact.start if isinstance(fact, Dose) else fact.time
        try:
            if time is not None and time > now:
                raise SettingError(f"{time.isoformat()} lies in the future")
            if time is not None:
                refuse_before_birth(time, old, now)
        except SettingError as error:
            yield Skipped(fact.source, str(error), words_of((fact,)))
        else:
            yield fact


def _goes_on(fact: Fact) -> bool:
    return isinstance(fact, Dose) and fact.lasting and fact.end is None


def _without_end(fact: Fact) -> Fact:
    return replace(fact, end=None, exact_time=True) if isinstance(fact, Dose) and fact.lasting else fact
