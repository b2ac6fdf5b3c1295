"""What the item numbers of MIMIC-III and MIMIC-IV stand for (``concept_sets.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from clarkson.analytes import Analyte, Method, analyte
from clarkson.record.concepts import concept_sets
from clarkson.record.record import DoseKind


@cache
def laboratory() -> Mapping[int, str]:
    """LOINC code by item of ``labevents``.

    >>> laboratory()[50862]
    '1751-7'
    """
    return {int(item): code for item, code in concept_sets()["mimic"]["laboratory"].items()}


@cache
def charted() -> Mapping[int, tuple[Analyte, Method, str]]:
    """Analyte, method and unit of rows that print none, by item of ``chartevents``.

    >>> entry, method, unit = charted()[220179]
    >>> entry.key, method, unit
    ('systolic_pressure', 'cuff', 'mmHg')
    """
    return {
        item: (analyte(group["analyte"]), group["method"], group["unit"])
        for group in concept_sets()["mimic"]["charted"]
        for item in group["items"]
    }


@cache
def given() -> Mapping[int, DoseKind]:
    """Kind of dose by item of ``inputevents``, ``inputevents_cv`` and ``inputevents_mv``.

    >>> given()[220862]
    'albumin'
    """
    return {item: kind for kind, items in concept_sets()["mimic"]["given"].items() for item in items}
