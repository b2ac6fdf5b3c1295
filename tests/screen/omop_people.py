"""People planted in OMOP tables: attacks of a published size, and what must not count as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

TABLES = {
    "person": "person_id INTEGER, gender_concept_id INTEGER, year_of_birth INTEGER, month_of_birth INTEGER,"
    " day_of_birth INTEGER, birth_datetime TIMESTAMP, race_concept_id INTEGER, ethnicity_concept_id INTEGER",
    "observation_period": "observation_period_id INTEGER, person_id INTEGER, observation_period_start_date DATE,"
    " observation_period_end_date DATE, period_type_concept_id INTEGER",
    "measurement": "measurement_id INTEGER, person_id INTEGER, measurement_concept_id INTEGER, measurement_date DATE,"
    " measurement_datetime TIMESTAMP, measurement_type_concept_id INTEGER, operator_concept_id INTEGER,"
    " value_as_number NUMERIC, value_as_concept_id INTEGER, unit_concept_id INTEGER, unit_source_value VARCHAR(50),"
    " range_low NUMERIC, range_high NUMERIC, visit_occurrence_id INTEGER, visit_detail_id INTEGER,"
    " provider_id INTEGER",
    "condition_occurrence": "condition_occurrence_id INTEGER, person_id INTEGER, condition_concept_id INTEGER,"
    " condition_start_date DATE, condition_start_datetime TIMESTAMP, condition_end_date DATE,"
    " condition_end_datetime TIMESTAMP, condition_source_value VARCHAR(50), condition_type_concept_id INTEGER,"
    " stop_reason VARCHAR(20), provider_id INTEGER, visit_occurrence_id INTEGER, visit_detail_id INTEGER,"
    " condition_status_concept_id INTEGER",
    "procedure_occurrence": "procedure_occurrence_id INTEGER, person_id INTEGER, procedure_concept_id INTEGER,"
    " procedure_date DATE, procedure_datetime TIMESTAMP, procedure_source_value VARCHAR(50),"
    " procedure_end_date DATE, procedure_type_concept_id INTEGER, modifier_concept_id INTEGER, quantity INTEGER,"
    " provider_id INTEGER, visit_occurrence_id INTEGER, visit_detail_id INTEGER",
    "drug_exposure": "drug_exposure_id INTEGER, person_id INTEGER, drug_concept_id INTEGER,"
    " drug_exposure_start_date DATE, drug_exposure_start_datetime TIMESTAMP, drug_exposure_end_date DATE,"
    " drug_exposure_end_datetime TIMESTAMP, drug_source_value VARCHAR(50)",
}
"""The columns of OMOP CDM 5.4 that the rule, or Circe, or the reader of Clarkson looks at."""

PERCENT, SHARE, G_PER_DL, G_PER_L = 8554, 44777604, 8713, 8636
HEMATOCRIT, BLOOD_GAS, HEMOGLOBIN, ALBUMIN = 3023314, 3050746, 3000963, 3024561
MALE = 8507
FIRST, SECOND = date(2024, 3, 1), date(2024, 9, 1)


Result = tuple[date, int, int, float, int]


@dataclass(frozen=True)
class Planted:
    """One person: results as (day, hour, concept, value, unit), and what else is recorded."""

    results: tuple[Result, ...] = ()
    conditions: tuple[tuple[date, int, str], ...] = ()
    procedures: tuple[tuple[date, int], ...] = ()
    drugs: tuple[tuple[date, str], ...] = ()

    def draw(self, day: date, high: float | None, albumin: float | None, red: int = HEMATOCRIT) -> Planted:
        """The results of one blood sample."""
        found = list(self.results)
        if high is not None:
            found.append((day, 8, red, high, G_PER_DL if red == HEMOGLOBIN else PERCENT))
        if albumin is not None:
            found.append((day, 9, ALBUMIN, albumin, G_PER_DL))
        return replace(self, results=tuple(found))

    def steady(self, day: date, red: int = HEMATOCRIT) -> Planted:
        """A sample at rest: hematocrit 42 % or hemoglobin 14 g/dL, albumin 4.2 g/dL."""
        return self.draw(day, 14.0 if red == HEMOGLOBIN else 42.0, 4.2, red)

    def attack(self, day: date, red: int = HEMATOCRIT, back_days: int | None = 9, albumin: float = 2.1) -> Planted:
        """Steady, then hematocrit 60 % or hemoglobin 20 g/dL, a day later low albumin, then back."""
        before = self.steady(day - timedelta(days=20), red).steady(day - timedelta(days=10), red)
        sick = before.draw(day, 20.0 if red == HEMOGLOBIN else 60.0, None, red)
        sick = sick.draw(day + timedelta(days=1), None, albumin)
        return sick if back_days is None else sick.steady(day + timedelta(days=back_days), red)

    def in_other_units(self) -> Planted:
        """The same values: hematocrit as a share all along, albumin in g/L from the second year half on."""
        return replace(self, results=tuple(_in_other_unit(each) for each in self.results))


def _in_other_unit(result: Result) -> Result:
    day, hour, concept, value, _ = result
    if concept == HEMATOCRIT:
        return day, hour, concept, value / 100, SHARE
    return (day, hour, concept, value * 10, G_PER_L) if day >= SECOND else result


TWICE = Planted().attack(FIRST).attack(SECOND)
SEPSIS, RED_CELLS = 132797, 4108705

PEOPLE = {
    1: TWICE,
    2: Planted().attack(FIRST),
    3: replace(TWICE, procedures=((SECOND - timedelta(days=1), RED_CELLS),)),
    4: Planted().attack(FIRST, back_days=None).attack(SECOND, back_days=None),
    5: Planted().attack(FIRST, HEMOGLOBIN).attack(SECOND, HEMOGLOBIN),
    6: Planted().steady(FIRST).steady(FIRST + timedelta(days=40)).steady(SECOND),
    # Thirst: albumin rises with the hematocrit.
    7: Planted().attack(FIRST, albumin=4.9).attack(SECOND, albumin=4.9),
    # Sepsis near both, once by its ICD-10 code alone, once five days later.
    8: replace(TWICE, conditions=((FIRST, 0, "A41.9"), (SECOND + timedelta(days=5), SEPSIS, ""))),
    9: Planted().attack(FIRST, back_days=15).attack(SECOND, back_days=15),
    # Low albumin three days after the high hematocrit.
    10: Planted().steady(FIRST - timedelta(days=9)).draw(FIRST, 60.0, None).draw(FIRST + timedelta(days=3), None, 2.1),
    11: Planted().attack(FIRST, BLOOD_GAS).attack(SECOND, BLOOD_GAS),
    12: Planted().attack(FIRST).attack(FIRST + timedelta(days=24)),
    13: TWICE.in_other_units(),
    14: replace(TWICE, drugs=((FIRST, "Red Blood Cells 1 unit"),)),
    15: replace(TWICE, conditions=((FIRST - timedelta(days=60), SEPSIS, ""),)),
    # Nothing is known of this person before the attack.
    16: Planted().draw(FIRST, 60.0, 2.1).steady(FIRST + timedelta(days=9)),
}
"""Everyone, by person_id."""

TWO = {1, 5, 13, 15}
"""Two attacks: by hematocrit, by hemoglobin, in other units, and with a sepsis long before."""

ONE = TWO | {2, 3, 12, 14}
"""Also who had one attack, one without red cells given near it, or two within 30 days."""


def rows(table: str) -> Iterator[tuple[object, ...]]:
    """The rows of a table, in the order of its columns."""
    numbers = count(1)
    for who, each in PEOPLE.items():
        if table == "person":
            yield who, MALE, 1970, 1, 1, None, 0, 0
        elif table == "observation_period":
            yield who, who, date(2020, 1, 1), date(2026, 1, 1), 0
        elif table == "measurement":
            for day, hour, concept, value, unit in each.results:
                at = datetime(day.year, day.month, day.day, hour)
                yield next(numbers), who, concept, day, at, 0, 0, value, None, unit, *[None] * 6
        elif table == "condition_occurrence":
            for day, concept, source in each.conditions:
                yield next(numbers), who, concept, day, None, day, None, source, *[None] * 6
        elif table == "procedure_occurrence":
            for day, concept in each.procedures:
                yield next(numbers), who, concept, day, None, "", *[None] * 7
        elif table == "drug_exposure":
            for day, source in each.drugs:
                yield next(numbers), who, 0, day, None, day, None, source
