"""The diary of one person: write, correct, take back, stop, all on the store.

Nothing is changed in place: a correction stands beside what it replaces, with who, when and why.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from clarkson.diary.entries import Entry, entries
from clarkson.diary.moments import moment, now_here, refuse_before_birth
from clarkson.diary.plain import Fact, plain
from clarkson.diary.words import Stop, read_words
from clarkson.errors import ClarksonError, NobodyError, RecordError, SettingError, StoreError
from clarkson.record.record import Dose, Event, Record, Result, Source
from clarkson.store.store import Store

ME = "me"
"""Whose diary it is where nobody is named."""

NOTICE = (
    "The diary does not watch you: nothing in it raises an alarm, and a leak can start within hours of any entry. "
    "If you feel an attack coming, do not wait for this program."
)
"""What every view of a diary says."""

STOPPED = "stopped"
_LONGEST_NAME = 80
_STOP_OF = "stop of "


def checked_subject(subject: str) -> str:
    """The name under which a diary is kept.

    Raises
    ------
    SettingError
        It is empty, too long, or begins with a sign.

    >>> checked_subject(" me ")
    'me'
    """
    name = " ".join(subject.split())
    if not name or not name.isprintable() or not name[0].isalnum() or len(name) > _LONGEST_NAME:
        raise SettingError(f"'{name[:_LONGEST_NAME]}' cannot name a person here; begin with a letter, as in '{ME}'")
    return name


def write(
    store: Store, subject: str, lines: Sequence[str], *, at: str = "", now: datetime | None = None, token: str = ""
) -> tuple[Entry, ...]:
    """Keep what the lines say, all or nothing, and give the entries. What stands there already is not kept twice.

    The same ``token`` with the same lines arrives once.

    Raises
    ------
    ClarksonError
        A line or the time cannot be read, what is to be stopped does not go on, or the store cannot be written.
    """
    now = now or now_here()
    time, exact = moment(at, now)
    read = [read_words(line, time, exact=exact) for line in lines]
    stops = [each for each in read if isinstance(each, Stop)]
    if stops and len(read) > 1:
        raise RecordError("stop one treatment at a time")
    if stops:
        return (stop(store, subject, stops[0].what, time, exact=exact),)
    facts = tuple(dict.fromkeys(fact for each in read if not isinstance(each, Stop) for fact in each))
    with _looked_at(store, subject) as known:
        refuse_before_birth(time, record_kept(store, subject, purpose=None), now)
        standing = {plain(fact) for each in known if not each.withdrawn for fact in each.facts}
        for fact in facts:
            if isinstance(fact, Dose) and fact.lasting and fact not in standing:
                _refuse_started_twice(known, fact)
    new = [_apart_from_fallen(fact, known) for fact in facts if fact not in standing]
    if new:
        spoken = "\n".join((token or secrets.token_hex(16), *lines))
        store.add(record_with(subject, new), file="diary", sha256=hashlib.sha256(spoken.encode()).hexdigest())
    wanted = set(facts)
    # Where nothing is new, the answer tells what stood there before.
    after = entries(store, subject, purpose=None if new else "read history")
    return tuple(each for each in after if not each.withdrawn and wanted & {plain(fact) for fact in each.facts})


def correct(
    store: Store, subject: str, number: int, words: str, *, why: str, at: str = "", now: datetime | None = None
) -> Entry:
    """Replace an entry by what the words say, at its own time if no other is given. A stop stays where it was.

    Raises
    ------
    ClarksonError
        There is no such entry or it does not stand, no reason is given, or the words or the time cannot be read.
    """
    now = now or now_here()
    with _looked_at(store, subject) as known:
        old = _standing(known, subject, number)
        time, exact = moment(at, now) if at.strip() or old.time is None else (old.time, old.exact)
        refuse_before_birth(time, record_kept(store, subject, purpose=None), now)
        read = read_words(words, time, exact=exact)
        if isinstance(read, Stop):
            raise RecordError(
                f"a correction says what should stand in place of '{old.words}'; to stop it, add '{words}'"
            )
        if _what(read) != _what(old.facts):
            raise RecordError(
                f"entry {old.number} is '{old.shown}', and '{words}' is something else: "
                "is the number right? What should not stand can be taken back"
            )
        facts = tuple(_ended_like(fact, old.facts[0]) for fact in read)
        standing = {plain(fact): each.number for each in known if not each.withdrawn for fact in each.facts}
        if all(fact in standing for fact in facts):
            raise RecordError(f"entry {standing[facts[0]]} says that already")
        for fact in facts:
            if isinstance(fact, Dose) and fact.lasting:
                _refuse_started_twice((each for each in known if each.number != old.number), fact)
    # A correction back to what stood before would otherwise be the fact that was taken back.
    corrected = [replace(fact, source=Source("diary", f"correction of {old.number}")) for fact in facts]
    store.correct(subject, old.number, why=why, by=record_with(subject, corrected), also=old.numbers[1:])
    return next(each for each in entries(store, subject, purpose=None) if corrected[0] in each.facts)


def withdraw(store: Store, subject: str, number: int, *, why: str) -> Entry:
    """Take an entry back; it stays in the history.

    Raises
    ------
    StoreError
        There is no such entry, it does not stand, or no reason is given.
    """
    with _looked_at(store, subject) as known:
        old = _standing(known, subject, number)
    store.correct(subject, old.number, why=why, also=old.numbers[1:])
    return old


def stop(store: Store, subject: str, what: str, time: datetime, *, exact: bool = True) -> Entry:
    """Stop a treatment at a time: by its name if one of that name goes on, or by the number of its entry.

    A number also moves the stop of one that was stopped before. ``exact`` is false where only the day of the time is
    known.

    Raises
    ------
    ClarksonError
        Nothing or more than one thing of that name goes on, or it began later.
    """
    with _looked_at(store, subject) as known:
        if what.isdecimal():
            old = _standing(known, subject, int(what))
        else:
            going = [each for each in known if each.goes_on]
            named = [each for each in going if _name(each).casefold() == what.casefold()]
            if len(named) > 1:
                numbers = " or ".join(f"'stop {each.number}'" for each in named)
                raise RecordError(f"'{what}' was started more than once: write {numbers}")
            if not named:
                listed = ", ".join(f"'{_name(each)}'" for each in going) or "nothing"
                raise RecordError(f"'{what}' is not going on; what goes on is {listed}")
            old = named[0]
        dose = old.facts[0]
        if not isinstance(dose, Dose) or not dose.lasting:
            raise RecordError(f"entry {old.number} is no treatment that goes on: '{old.shown}'")
        if time < dose.start:
            raise SettingError(f"'{dose.what}' began at {old.when}, after the time of its stop")
    if dose.end == time and (exact or not dose.exact_time):
        return next(each for each in entries(store, subject) if each.number == old.number)
    return end(store, subject, old, time, exact=exact, why=STOPPED)


def about(store: Store, subject: str, *, sex: str | None, age_years: float | None) -> None:
    """Keep what an assessment needs to know of the person beside the entries.

    Raises
    ------
    StoreError
        The store cannot be written, or would not take it.
    """
    said = {"sex": sex, "age_years": age_years}
    traits = Record(subject, **{name: value for name, value in said.items() if value is not None})  # type: ignore[arg-type]
    store.add(traits, file="diary", sha256=secrets.token_hex(32))
    record = store.record(subject, purpose=None)
    if any(value is not None and getattr(record, name) != value for name, value in said.items()):
        raise StoreError("this was said once before and replaced since; write the age with another digit, such as 45.1")


def end(store: Store, subject: str, old: Entry, time: datetime, *, exact: bool, why: str) -> Entry:
    """Replace a lasting dose by the same with an end; ``exact`` is false where only the day of the end is known.

    Raises
    ------
    StoreError
        It does not stand any more, or the store cannot be written.
    """
    (dose,) = (each for each in old.facts if isinstance(each, Dose))
    # The place makes it another fact than an earlier stop at the same time that was moved since.
    place = "; ".join(filter(None, (dose.source.place.split(_STOP_OF)[0], f"{_STOP_OF}{old.number}")))
    source = Source(dose.source.file, place)
    ended = replace(dose, end=time, exact_time=dose.exact_time and exact, source=source)
    store.correct(subject, old.number, why=why, by=record_with(subject, [ended]))
    return next(each for each in entries(store, subject, purpose=None) if ended in each.facts)


@contextmanager
def _looked_at(store: Store, subject: str) -> Iterator[tuple[Entry, ...]]:
    """The entries, to decide by them. A refusal can tell what stands there: then this was a reading, and is noted."""
    try:
        yield entries(store, subject, purpose=None)
    except ClarksonError:
        entries(store, subject)
        raise


def record_kept(store: Store, subject: str, *, purpose: str | None = "read") -> Record | None:
    """The record of a person as it stands, or None of nobody; ``purpose`` is that of ``Store.record``.

    Raises
    ------
    StoreError
        The store cannot be read.
    """
    try:
        return store.record(subject, purpose=purpose)
    except NobodyError:
        return None


def record_with(subject: str, facts: Iterable[Fact], traits: Record | None = None) -> Record:
    """A record of these facts, in the order in which a store keeps them."""
    found = tuple(facts)
    return replace(
        traits or Record(subject),
        results=tuple(each for each in found if isinstance(each, Result)),
        doses=tuple(each for each in found if isinstance(each, Dose)),
        events=tuple(each for each in found if isinstance(each, Event)),
    )


def _standing(known: Iterable[Entry], subject: str, number: int) -> Entry:
    found = next((each for each in known if number in each.numbers), None)
    if found is None:
        raise StoreError(f"the diary of '{subject}' has no entry {number}")
    if found.withdrawn:
        raise StoreError(f"entry {number} does not stand any more: corrected {found.withdrawn}")
    return found


def _what(facts: Iterable[Fact]) -> set[str]:
    """What a correction keeps: the test, or that it is a dose, a treatment or an event."""
    return {
        each.analyte
        if isinstance(each, Result)
        else ("treatment" if each.lasting else "dose")
        if isinstance(each, Dose)
        else "event"
        for each in facts
    }


def _name(entry: Entry) -> str:
    first = entry.facts[0]
    return first.what if isinstance(first, Dose) else ""


def _refuse_started_twice(known: Iterable[Entry], dose: Dose) -> None:
    going = next((each for each in known if each.goes_on and _name(each).casefold() == dose.what.casefold()), None)
    if going is not None and dose.end is None:
        raise RecordError(
            f"'{dose.what}' goes on already since {going.when} (entry {going.number}): "
            f"stop it first with 'stop {dose.what}', or correct that entry"
        )


def _apart_from_fallen(fact: Fact, known: Iterable[Entry]) -> Fact:
    """The fact, told apart by its place from the same that was written before and taken back."""
    fallen = [each.number for each in known if each.withdrawn for one in each.facts if plain(one) == fact]
    return replace(fact, source=Source("diary", f"again after {max(fallen)}")) if fallen else fact


def _ended_like(fact: Fact, old: Fact) -> Fact:
    """A lasting dose with the end of the one that it replaces."""
    if isinstance(fact, Dose) and isinstance(old, Dose) and fact.lasting and old.lasting and old.end is not None:
        return replace(fact, end=max(old.end, fact.start), exact_time=fact.exact_time and old.exact_time)
    return fact
