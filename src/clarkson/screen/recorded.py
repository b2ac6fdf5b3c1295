"""What a record says in words or codes, and whether it names something.

Readers print words where a data set has them ("Septic shock") and else a code behind the name of its vocabulary
("ICD-9 78552", "ICD10CM A41.9", "concept 132797", "drug 1397141", "RxNorm 12574"), or a code alone ("A41.9").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_CLAUSES = re.compile(r"[,;.()\n]+(?!\d)")
_CODE = re.compile(r"^(?:(?P<vocabulary>[A-Za-z][A-Za-z0-9 _-]*?)[\s:/]+)?(?P<code>[A-Za-z]?\d[A-Za-z0-9.]*)$")
_VOCABULARIES = {
    "ICD-9": re.compile(r"ICD9\w*"),
    "ICD-10": re.compile(r"ICD10\w*"),
    "ICD-11": re.compile(r"ICD11\w*"),
    "SNOMED": re.compile(r"SNOMED(CT)?|SCT"),
    "OMOP": re.compile(r"OMOP|CONCEPT|DRUG"),
    "RxNorm": re.compile(r"RXNORM"),
    "ATC": re.compile(r"ATC"),
    "ORPHA": re.compile(r"ORPHA(NET|CODE)?"),
}
_HOLDS_BELOW = frozenset({"ICD-9", "ICD-10", "ATC"})
_SHORTEST_SNOMED = 6

NotSaid = tuple[tuple[str, ...], tuple[str, ...]]
"""Words of clauses that are passed over whole, and words from which on the rest of a clause is."""


@dataclass(frozen=True, slots=True)
class Said:
    """A fact of a record: its kind, its text, and when it was; no ``start`` is no date, no ``end`` goes on."""

    kind: str
    text: str
    start: datetime | None
    end: datetime | None
    dose_kind: str = ""


def spoken(text: str, words: Sequence[str], not_words: Sequence[str], not_said: NotSaid) -> bool:
    """Whether a clause of a text has one of these words and none of ``not_words``, and does not deny it.

    Words stand whole, in any case, also with an s; "*" stands for letters.

    >>> spoken("Ulcer without mention of hemorrhage", ("hemorrhag*",), (), (("history of",), ("without",)))
    False
    """
    passed_over, rest = not_said
    for clause in _CLAUSES.split(text.lower().replace("_", " ")):
        if passed_over and _any_of(tuple(passed_over)).search(clause):
            continue
        told = _any_of(tuple(rest)).split(clause, maxsplit=1)[0] if rest else clause
        if _any_of(tuple(words)).search(told) and not (not_words and _any_of(tuple(not_words)).search(told)):
            return True
    return False


def said(text: str, codes: Sequence[str]) -> bool:
    """Whether a text is one of these codes, or below one of ICD or ATC.

    >>> said("ICD10CM A41.9", ("ICD-10 A41",)), said("concept 132797", ("OMOP 132797",)), said("A4", ("ICD-10 A41",))
    (True, True, False)
    """
    printed = _CODE.match(text.strip())
    if printed is None:
        return False
    code = printed["code"].replace(".", "").upper()
    vocabularies = _vocabularies(printed["vocabulary"] or "", code)
    for each in codes:
        vocabulary, _, wanted = each.rpartition(" ")
        wanted = wanted.replace(".", "")
        if vocabulary in vocabularies and (code.startswith(wanted) if vocabulary in _HOLDS_BELOW else code == wanted):
            return True
    return False


def _vocabularies(name: str, code: str) -> frozenset[str]:
    """Where a code may come from: its vocabulary if it is named, else what has codes of that form."""
    folded = re.sub(r"[^A-Z0-9]", "", name.upper())
    if folded == "ICD":
        return frozenset({"ICD-10"} if code[0].isalpha() else {"ICD-9"})
    if folded:
        return frozenset(each for each, pattern in _VOCABULARIES.items() if pattern.fullmatch(folded))
    if code[0].isalpha():
        return frozenset({"ICD-10", "ATC"})
    return frozenset({"SNOMED"} if len(code) >= _SHORTEST_SNOMED else ())


@lru_cache(maxsize=1024)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    each = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"(?<![a-z0-9])(?:{each})(?:e?s)?(?![a-z0-9])")
