"""What a dose is of, from the words it was written in: the name under which its exposures are joined."""

from __future__ import annotations

import re

from clarkson.record.doses import kind_of
from clarkson.record.record import DoseKind

_PROPHYLAXIS = ("terbutaline", "bambuterol", "theophylline", "aminophylline", "montelukast")
_LEADING = frozenset({"start", "started", "begin", "began", "on", "took", "taking", "take", "of", "dose"})
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?[a-zµμ%/]*")
_UNITS = frozenset(
    {"mg", "g", "µg", "μg", "ug", "mcg", "iu", "ie", "ml", "l", "%", "g/kg", "mg/kg", "tablet", "tablets"}
)
_TIMES = r"(?:once|twice|thrice|(?:one|two|three|four|\d+)(?: ?x| times)?)"
_EVERY = r"(?:other |\d+ ?|two |three |four |six )?(?:h|hours?|days?|weeks?|months?|night|morning|evening)"
RHYTHM = re.compile(
    rf"\b(?:daily|weekly|monthly|yearly|nightly|{_TIMES} (?:a|per|each|every) (?:day|week|month|night)|every {_EVERY}|"
    r"od|bd|bid|tid|qid|qd|q\d+[hdw])\b",
    re.IGNORECASE,
)
"""Words that say that something is taken again and again."""


def goes_on(words: str) -> bool:
    """Whether the words say that it is taken again and again.

    >>> goes_on("theophylline 300 mg twice a day"), goes_on("IVIG 2 g/kg over 2 days")
    (True, False)
    """
    return RHYTHM.search(words) is not None


def drug_name(words: str, kind: DoseKind | None = None) -> str:
    """The name of what was given: no amounts, no rhythm, one name for every brand of immunoglobulin.

    >>> drug_name("IVIG 2 g/kg monthly"), drug_name("Theophylline 300 mg twice a day")
    ('immunoglobulin', 'theophylline')
    >>> drug_name("Vitamin K2 100 µg daily")
    'vitamin k2'
    """
    if (kind or kind_of(words)) == "immunoglobulin":
        return "immunoglobulin"
    folded = words.lower().replace("_", " ")
    known = next((each for each in _PROPHYLAXIS if each in folded), None)
    if known is not None:
        return known
    tokens = RHYTHM.sub(" ", folded).replace(",", " ").split()
    while tokens and (tokens[0] in _LEADING or tokens[0] in _UNITS or _AMOUNT.fullmatch(tokens[0])):
        tokens.pop(0)
    stop = next((place for place, each in enumerate(tokens) if _AMOUNT.fullmatch(each)), len(tokens))
    return " ".join(each for each in tokens[:stop] if each not in _UNITS) or folded.strip()
