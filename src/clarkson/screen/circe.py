"""What OHDSI Circe can say of the rule of ``phenotype.py``: fixed limits, by sex, in place of the person's own level.

Circe compares a result with a number, not with the person's other results, and counts days, not hours. So this finds
other people: it misses who leaks from a low level of their own, and takes in who is always high. It is an
approximation with a number of its own, not the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from clarkson.analytes import analyte
from clarkson.record.concepts import concept_sets
from clarkson.screen.phenotype import APART_DAYS, PAIR_HOURS, RECOVERY_DAYS, Episodes, concepts_of, excluded, read_codes
from clarkson.units import scale

HEMATOCRIT_ABOVE = {"male": 0.49, "female": 0.43}
"""Hematocrit of the triad: above 49 to 50 % in men, 43 to 45 % in women (BMJ Case Rep 2018, PMC6119378)."""
ALBUMIN_BELOW = 30.0
"""Albumin of the triad in g/L (PMC6119378)."""

Json = dict[str, Any]
RED_CELLS = ("hematocrit", "hemoglobin")
_UNITS = {"hematocrit": ("%", "L/L"), "hemoglobin": ("g/dL", "g/L"), "albumin": ("g/dL", "g/L")}
_PROCEDURES = frozenset({"transfusion"})
_PAIR_DAYS = PAIR_HOURS // 24
_NONE, _AT_LEAST = 0, 2


def circe_expression(episodes: Episodes = 2) -> Json:
    """The cohort expression: a person enters at the first of two such events, or with one episode at each.

    >>> [rule["name"] for rule in circe_expression(1)["InclusionRules"]]
    ['Albumin below 30 g/L within 2 days', 'Both back within 14 days', 'Nothing else recorded near it']
    """
    albumin = _group("ANY", _albumin_near("lt", _PAIR_DAYS, _PAIR_DAYS))
    back = _group("ALL", (), _group("ANY", _red_cells_back()), _group("ANY", _albumin_near("gte", -1, RECOVERY_DAYS)))
    nothing_else = _group("ALL", list(_no_exclusion()))
    rules = [
        (f"Albumin below {ALBUMIN_BELOW:g} g/L within {_PAIR_DAYS} days", _approximates(), albumin),
        (f"Both back within {RECOVERY_DAYS} days", "Hematocrit or hemoglobin, and albumin.", back),
        ("Nothing else recorded near it", _left_out(), nothing_else),
    ]
    if episodes == 2:
        high = _group("ANY", [_some(each, _window(_PAIR_DAYS, _PAIR_DAYS)) for each in _red_cells("gt")])
        such = _group("ALL", (), high, back, nothing_else)
        # The later event is looked for by its albumin, of which there are fewer criteria: the SQL is shorter.
        later = [_some(_with(each, such), _window(-APART_DAYS, None)) for each in _albumins("lt")]
        rules.append((f"Another such event {APART_DAYS} days later or more", "", _group("ANY", later)))
    return {
        "cdmVersionRange": ">=5.0.0",
        "Title": "Recurrent capillary leak by fixed limits"
        if episodes == 2
        else "Possible capillary leak by fixed limits",
        "ConceptSets": _concept_sets(),
        "PrimaryCriteria": {
            "CriteriaList": _red_cells("gt"),
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"},
        },
        "QualifiedLimit": {"Type": "All"},
        "ExpressionLimit": {"Type": "All"},
        "InclusionRules": [{"name": name, "description": said, "expression": group} for name, said, group in rules],
        "EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": RECOVERY_DAYS}},
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": RECOVERY_DAYS},
        "CensorWindow": {},
    }


def expressed() -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The exclusions of the rule that have OMOP concepts which somebody read, with those concepts."""
    found = ((each.label, tuple(int(code) for code in read_codes(each, "OMOP"))) for each in excluded())
    return tuple((label, concepts) for label, concepts in found if concepts)


def _approximates() -> str:
    limits = " and ".join(f"{value:.0%} in {sex}s" for sex, value in HEMATOCRIT_ABOVE.items())
    return (
        "Circe cannot compare a result with the person's own earlier level, as the rule of Clarkson does. Fixed limits"
        f" stand here instead: hematocrit above {limits} or hemoglobin above its reference, and albumin below"
        f" {ALBUMIN_BELOW:g} g/L. Days stand for hours. This finds other people than the rule."
    )


def _left_out() -> str:
    missing = sorted({each.label for each in excluded()} - {label for label, _ in expressed()})
    return f"Not expressed, for want of a concept that was read in the vocabulary: {', '.join(missing)}."


def _limit(key: str, sex: str) -> float:
    """What is high, in the canonical unit: of hemoglobin the upper end of its reference."""
    entry = analyte(key)
    reference = entry.reference["male" if sex == "male" else "female"]
    return HEMATOCRIT_ABOVE[sex] if key == "hematocrit" else reference.high


def _red_cells(sign: str) -> list[Json]:
    """Results on one side of the limit, of each analyte, sex and unit."""
    sexes = {name: int(concept) for concept, name in concept_sets()["omop"]["sex"].items()}
    return [
        _measured(key, unit, sign, _limit(key, sex), {"Gender": [_concept(sexes[sex], sex, "Gender")]})
        for key in RED_CELLS
        for sex in HEMATOCRIT_ABOVE
        for unit in _UNITS[key]
    ]


def _red_cells_back() -> list[Json]:
    return [_some(each, _window(-1, RECOVERY_DAYS)) for each in _red_cells("lte")]


def _albumin_near(sign: str, before_days: int, after_days: int) -> list[Json]:
    return [_some(each, _window(before_days, after_days)) for each in _albumins(sign)]


def _albumins(sign: str) -> list[Json]:
    return [_measured("albumin", unit, sign, ALBUMIN_BELOW, {}) for unit in _UNITS["albumin"]]


def _measured(key: str, unit: str, sign: str, canonical: float, also: Json) -> Json:
    factor, _ = scale(key, unit)
    concept = next(int(each) for each, code in concept_sets()["omop"]["units"].items() if code == unit)
    value = {"Value": round(canonical / float(factor), 4), "Op": sign}
    return {
        "Measurement": {
            "CodesetId": _place(key),
            "MeasurementTypeExclude": False,
            "ValueAsNumber": value,
            "Unit": [_concept(concept, unit, "Unit")],
            **also,
        }
    }


def _no_exclusion() -> Iterator[Json]:
    for each in excluded():
        if any(label == each.label for label, _ in expressed()) and each.before is not None:
            domain = "ProcedureOccurrence" if each.label in _PROCEDURES else "ConditionOccurrence"
            window = _window(each.before.days, each.after.days + _PAIR_DAYS)
            yield _counted({domain: {"CodesetId": _place(each.label)}}, window, _NONE, 0)


def _with(criterion: Json, group: Json) -> Json:
    """The criterion, where ``group`` holds about it."""
    ((kind, body),) = criterion.items()
    return {kind: {**body, "CorrelatedCriteria": group}}


def _some(criterion: Json, window: Json) -> Json:
    return _counted(criterion, window, _AT_LEAST, 1)


def _counted(criterion: Json, window: Json, kind: int, count: int) -> Json:
    return {"Criteria": criterion, "StartWindow": window, "Occurrence": {"Type": kind, "Count": count}}


def _window(before_days: int, after_days: int | None) -> Json:
    """From so many days before (negative: after) until so many days after; None is for ever."""
    start = {"Days": abs(before_days), "Coeff": -1 if before_days >= 0 else 1}
    return {"Start": start, "End": {"Coeff": 1} if after_days is None else {"Days": after_days, "Coeff": 1}}


def _group(kind: str, criteria: Sequence[Json], *groups: Json) -> Json:
    return {"Type": kind, "CriteriaList": list(criteria), "DemographicCriteriaList": [], "Groups": list(groups)}


def _place(name: str) -> int:
    return [*_UNITS, *(label for label, _ in expressed())].index(name)


def _concept_sets() -> list[Json]:
    sets = [(key, concepts_of(key), False, "Measurement") for key in _UNITS]
    sets += [
        (label, concepts, True, "Procedure" if label in _PROCEDURES else "Condition") for label, concepts in expressed()
    ]
    return [
        {
            "id": _place(name),
            "name": name,
            "expression": {
                "items": [
                    {
                        "concept": _concept(concept, f"{name} ({concept})", domain),
                        "isExcluded": False,
                        "includeDescendants": below,
                        "includeMapped": False,
                    }
                    for concept in concepts
                ]
            },
        }
        for name, concepts, below, domain in sets
    ]


def _concept(concept: int, name: str, domain: str) -> Json:
    return {"CONCEPT_ID": concept, "CONCEPT_NAME": name, "DOMAIN_ID": domain}
