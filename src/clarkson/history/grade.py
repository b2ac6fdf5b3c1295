"""The severity of an attack on the published scale of four grades, where the record says enough.

grade 1  low pressure that drinking mends            } Orphanet and UCLouvain give the two ends of the scale
grade 4  the attack ends in death                    }
grade 2  infused fluid, no danger to life            } the grades between are quoted from memory of the NIH's scale:
grade 3  danger to life: vasopressors, intensive care } assumption, no text of it was at hand

A source that names the grade itself is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from clarkson.record.record import Dose, DoseKind, Event

BEFORE = timedelta(days=2)
"""How long before its first sign what is done may belong to an attack: a prodrome lasts up to 2 days (UCLouvain)."""
AFTER = timedelta(days=4)
"""How long after its last sign: a leak lasts 1 to 4 days (PMC3089932)."""

_NAMED = re.compile(r"\bgrade\s*[:=]?\s*([1-4])\b", re.IGNORECASE)
_NEGATED = r"(?<!no )(?<!not )(?<!without )(?<!never )"
_DEATH = re.compile(_NEGATED + r"\b(died|death|deceased|fatal)\b", re.IGNORECASE)
_DANGER = re.compile(
    _NEGATED + r"\b(icu|intensive care|ventilat\w+|intubat\w+|fasciotom\w+|compartment syndrome|dialysis|"
    r"hemofiltration|cardiac arrest|resuscitat\w+|ecmo|vasopressors?)\b",
    re.IGNORECASE,
)
_INFUSED = re.compile(_NEGATED + r"\b(infusions?|drips?|iv fluids?|intravenous fluids?)\b", re.IGNORECASE)
_DRUNK = re.compile(_NEGATED + r"\b(drank|drinking|oral(ly)?|by mouth)\b", re.IGNORECASE)
_FLUIDS: tuple[DoseKind, ...] = ("crystalloid", "colloid", "albumin", "plasma")


def grade(onset: datetime, last: datetime, events: Iterable[Event], doses: Iterable[Dose]) -> int | None:
    """The grade of an attack with its first and last sign, from what happened and was given around it; or None.

    >>> from clarkson.record.record import Source
    >>> day = datetime.fromisoformat("2024-03-01T08:00:00+00:00")
    >>> grade(day, day, [Event("attack", "fainted; two days in intensive care", day, Source("diary"))], [])
    3
    """
    start, stop = onset - BEFORE, last + AFTER
    words = [each.text for each in events if each.time is not None and start <= each.time <= stop]
    given = [each for each in doses if start <= each.start <= stop and not each.lasting]
    told = " . ".join(words)
    named = _NAMED.findall(told)
    if named:
        return max(int(each) for each in named)
    if _DEATH.search(told):
        return 4
    if _DANGER.search(told) or any(each.kind == "vasopressor" for each in given):
        return 3
    fluids = [each for each in given if each.kind in _FLUIDS]
    if _INFUSED.search(told) or any(not _DRUNK.search(each.what) for each in fluids):
        return 2
    return 1 if fluids or _DRUNK.search(told) else None
