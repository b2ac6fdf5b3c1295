"""An entry in words: read strictly into facts of a record, and printed back as words that read the same.

What is not clear is refused with an example of how to write it; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clarkson.diary.dose_words import dose_in_words, started_in_words, words_of_dose
from clarkson.diary.plain import DIARY, Fact
from clarkson.diary.result_words import pressures_in_words, result_in_words, words_of_pressures, words_of_result
from clarkson.errors import RecordError
from clarkson.record.record import Dose, Event, EventKind, Result

LONGEST = 200

EXAMPLES = (
    "hemoglobin 17.2 g/dL",
    "hemoglobin 17.2 g/dL meter HemoCue",
    "hematocrit 48 % laboratory",
    "albumin 29 g/L",
    "blood pressure 92/60",
    "pulse 110",
    "weight 71.2 kg",
    "symptom lightheaded",
    "attack",
    "attack severe, hospital",
    "infection cold",
    "trigger travel",
    "IVIG 70 g over 4 h",
    "albumin 20 % 100 mL",
    "terbutaline 5 mg",
    "took paracetamol 500 mg",
    "start theophylline 300 mg twice a day",
    "stop theophylline",
)
"""One entry of each kind, as it can be written."""

_EVENTS: dict[str, EventKind] = {
    "symptom": "symptom", "attack": "attack", "infection": "infection", "bleed": "bleed", "bleeding": "bleed",
    "trigger": "trigger", "procedure": "procedure", "diagnosis": "diagnosis", "note": "other",
}  # fmt: skip
_ALONE = frozenset({"attack", "infection", "bleed"})
_EXAMPLE_OF = {
    "symptom": "symptom lightheaded", "trigger": "trigger travel", "procedure": "procedure phlebotomy",
    "diagnosis": "diagnosis monoclonal gammopathy", "other": "note slept badly",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """What is stopped: a treatment by its name, or the entry of that number."""

    what: str


def read_words(words: str, time: datetime, *, exact: bool = True) -> tuple[Fact, ...] | Stop:
    """What an entry says, at that time; ``exact`` is false where only its day is known.

    Raises
    ------
    RecordError
        The words cannot be read without guessing.
    DoseError
        They say a dose that nobody could be given.
    UnitError
        A value and its unit cannot be true together.

    >>> from datetime import UTC
    >>> read_words("symptom lightheaded", datetime(2026, 3, 4, tzinfo=UTC))[0].text
    'lightheaded'
    """
    said = _checked(words)
    first, _, rest = said.partition(" ")
    name, rest = first.lower().rstrip(":"), rest.strip()
    if name == "stop":
        if not rest:
            raise RecordError("what was stopped? Write it like 'stop theophylline'")
        return Stop(rest)
    if name == "start":
        return (started_in_words(rest, time, exact=exact),)
    if name in ("took", "dose", "infusion"):
        return (dose_in_words(rest, time, exact=exact, said_to_be_one=True),)
    if name in _EVENTS:
        return (_event(_EVENTS[name], rest, time, exact=exact),)
    found = pressures_in_words(said, time, exact=exact) or result_in_words(said, time, exact=exact)
    return found or (dose_in_words(said, time, exact=exact),)


def words_of(facts: Sequence[Fact]) -> str:
    """The words that are read as these facts: of one, or of the two pressures of a cuff.

    >>> from datetime import UTC
    >>> words_of(read_words("Attack severe,  hospital", datetime(2026, 3, 4, tzinfo=UTC)))
    'attack severe, hospital'
    """
    first = facts[0]
    if isinstance(first, Result):
        two = [each for each in facts if isinstance(each, Result)]
        return words_of_pressures(two[0], two[1]) if len(two) > 1 else words_of_result(first)
    if isinstance(first, Dose):
        return words_of_dose(first)
    kind = "note" if first.kind == "other" else first.kind
    return kind if kind in _ALONE and first.text == kind else f"{kind} {first.text}"


def _checked(words: str) -> str:
    said = " ".join(words.split())
    if not said:
        raise RecordError(f"nothing was written; write an entry like '{EXAMPLES[0]}' or '{EXAMPLES[7]}'")
    if len(said) > LONGEST:
        raise RecordError(f"an entry has at most {LONGEST} letters, and this one has {len(said)}; write it as several")
    if not said.isprintable():
        raise RecordError("there is a sign in it that cannot be printed; write the entry by hand")
    return said


def _event(kind: EventKind, text: str, time: datetime, *, exact: bool) -> Event:
    if not text and kind not in _ALONE:
        raise RecordError(f"what was it? Write it like '{_EXAMPLE_OF[kind]}'")
    if text and not re.match(r"\w", text):
        raise RecordError(f"'{text}' begins with a sign; begin with a letter, as in '{_EXAMPLE_OF['other']}'")
    return Event(kind, text or kind, time, DIARY, exact)
