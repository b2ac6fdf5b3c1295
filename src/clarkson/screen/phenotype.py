"""A rule that others can run: capillary leak again and again, from routine results (``phenotype.sql``).

A person has it who had, at least ``APART_DAYS`` apart, two episodes in each of which

- hematocrit or hemoglobin stood above the person's own earlier level by at least its reference change value,
- albumin stood below its own earlier level by at least its own, within ``PAIR_HOURS`` of that,
- both came back within ``RECOVERY_DAYS`` of the first draw of the episode, and
- nothing of ``EXCLUDED`` is recorded near it, within the days of ``causes.toml``.

With one episode the rule says "possible". The own level is the median of the same analyte's results in the
``LEVEL_DAYS`` before, the last ``LEVEL_GAP_HOURS`` left out; who has none is not judged. The rule says nothing of a
single first attack that brings a person to hospital without earlier results, and finds no chronic leak.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Literal

import pyarrow as pa

from clarkson.analytes import analyte, analytes
from clarkson.record.concepts import concept_sets
from clarkson.record.record import Record
from clarkson.record.tables import connect, literal
from clarkson.screen.causes import Cause, catalogue, facts, labels
from clarkson.units import scale

Episodes = Literal[1, 2]

HIGH = {"hematocrit": 0.086, "hemoglobin": 0.080}
"""Rise, as a share of the own level, that chance gives 1 time in 40: two-sided 95 % reference change value, log-normal.

Of within-person and analytic CV: hematocrit 2.9 and 1.0 %, hemoglobin 2.8 and 0.7 % (within-person: Dot 1992).
"""
LOW_ALBUMIN = -0.080
"""Fall of albumin likewise (within-person CV 2.6 %, an assumption; analytic 1.5 %)."""
PAIR_HOURS = 48  # hours between the high and the low draw (assumption)
RECOVERY_DAYS = (
    14  # days from the first draw until both are back: 3 to 15 after a leak of 1 to 4 (UCLouvain, secondary)
)
APART_DAYS = 30  # days between the starts of two episodes (assumption)
LEVEL_DAYS = 365  # days before a draw in which results tell the own level (assumption)
LEVEL_GAP_HOURS = 48  # hours before a draw whose results do not: they may be of the same episode (assumption)
EXCLUDED = ("bleeding", "burn", "dengue", "ovarian hyperstimulation", "sepsis", "transfusion")
"""The causes of ``causes.toml`` that, near an episode, take it out."""
UNITS = {
    "hematocrit": ("%", "1", "L/L"),
    "hemoglobin": ("g/dL", "g/L", "mmol/L", "mg/dL"),
    "albumin": ("g/dL", "g/L", "umol/L", "mg/dL"),
}
"""The units that are read; a result in another, or in none, is not."""
RED_CELLS_GIVEN = ("packed red", "red blood cell", "red cell", "prbc")
"""Words in the source value of a drug that mean red cells."""

RECORDED = pa.schema(
    [
        ("subject", pa.string()),
        ("label", pa.string()),
        ("from_at", pa.timestamp("us", "UTC")),
        ("to_at", pa.timestamp("us", "UTC")),
    ]
)
"""What is recorded of people, a row each: the label of a cause, and when; no ``from_at`` is no date."""

_LONGEST_CODE = {"ICD-9": 5, "ICD-10": 7}
_TABLES = (
    ("condition_occurrence", "condition", "condition_start"),
    ("procedure_occurrence", "procedure", "procedure"),
)


@dataclass(frozen=True, slots=True)
class RuleEpisode:
    """An episode of the rule: of whom, its first draw, and the draw at which both were back."""

    subject: str
    start: datetime
    end: datetime


def rule_sql(episodes: Episodes = 2) -> str:
    """The rule as one SQL query over tables of OMOP CDM 5.3 or 5.4, which runs unchanged on DuckDB and PostgreSQL.

    It reads measurement, condition_occurrence, procedure_occurrence and drug_exposure, and gives ``subject``
    (person_id), ``started_at`` and ``ended_at`` of every episode of the people who have the rule. Numbers and codes
    stand at its top. Concepts are matched by their own id; those below them only through the ICD code that stands in
    the source value of a condition.

    >>> rule_sql().splitlines()[0]
    '-- Recurrent capillary leak from routine results: 2 episodes at least 30 days apart.'
    """
    apart = f"2 episodes at least {APART_DAYS} days apart" if episodes == 2 else "1 episode (possible)"
    parts = (_parameters(episodes), _tests(), _units(), _codes(), _drawn_in_omop(), _near_in_omop())
    return f"-- Recurrent capillary leak from routine results: {apart}.\nWITH " + ",\n".join(parts) + f",\n{_body()}"


def rule_on_columns(
    results: pa.Table | pa.RecordBatchReader, recorded: pa.Table | None = None, episodes: Episodes = 2
) -> tuple[RuleEpisode, ...]:
    """The same rule on canonical results (``RESULT_COLUMNS``) and on what ``recorded_in`` found in the records.

    Only results of a laboratory without a comparator are judged.
    """
    connection = connect()
    connection.register("given_results", results)
    keys = ", ".join(f"'{key}'" for key in (*HIGH, "albumin"))
    connection.execute(
        "CREATE TABLE drawn AS SELECT subject, analyte, time::TIMESTAMP AS drawn_at, value FROM given_results"
        f" WHERE analyte IN ({keys}) AND method = 'laboratory' AND comparator = ''"
    )
    connection.register("given_recorded", RECORDED.empty_table() if recorded is None else recorded)
    connection.execute(
        "CREATE TABLE near AS SELECT subject, label, from_at::TIMESTAMP AS from_at, to_at::TIMESTAMP AS to_at"
        " FROM given_recorded"
    )
    rows = connection.execute(f"WITH {_parameters(episodes)},\n{_body()}").fetchall()
    return tuple(RuleEpisode(who, start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)) for who, start, end in rows)


def recorded_in(records: Iterable[Record]) -> pa.Table:
    """What the rule excludes, found in records by code and by words, as ``RECORDED``."""
    rows = [
        {"subject": record.subject, "label": label, "from_at": fact.start, "to_at": fact.end or fact.start}
        for record in records
        for fact in facts(record)
        for label in sorted(labels(fact) & set(EXCLUDED))
    ]
    return pa.Table.from_pylist(rows, schema=RECORDED)


@cache
def excluded() -> tuple[Cause, ...]:
    """The causes that take an episode out."""
    return tuple(each for each in catalogue() if each.label in EXCLUDED)


def read_codes(cause: Cause, vocabulary: str) -> tuple[str, ...]:
    """The codes of a cause in one vocabulary that somebody read there, without those that are assumed.

    >>> read_codes(next(each for each in excluded() if each.label == "dengue"), "ICD-10")
    ('A97', 'A90', 'A91')
    """
    split = (each.rpartition(" ") for each in cause.codes if each not in cause.assumed)
    return tuple(code for name, _, code in split if name == vocabulary)


def concepts_of(key: str) -> tuple[int, ...]:
    """The OMOP concepts of an analyte as a laboratory measures it: no blood gas, no electrophoresis.

    >>> concepts_of("albumin")
    (3024561,)
    """
    entry = analytes()[key]
    loinc = {code for code in entry.loinc if code not in entry.loinc_method}
    return tuple(sorted(int(concept) for concept, code in concept_sets()["omop"]["tests"].items() if code in loinc))


def _parameters(episodes: Episodes) -> str:
    numbers = {
        "least_episodes": episodes,
        "apart_days": APART_DAYS,
        "pair_hours": PAIR_HOURS,
        "recovery_days": RECOVERY_DAYS,
        "level_days": LEVEL_DAYS,
        "level_gap_hours": LEVEL_GAP_HOURS,
    }
    listed = ", ".join(f"\n    {value} AS {name}" for name, value in numbers.items()) + "\n"
    limits = [
        (key, "red cells" if key in HIGH else "albumin", change, entry.plausible.low, entry.plausible.high)
        for key, change in {**HIGH, "albumin": LOW_ALBUMIN}.items()
        if (entry := analyte(key))
    ]
    near = [(each.label, each.before.days, each.after.days) for each in excluded() if each.before is not None]
    return (
        f"parameters AS (SELECT {listed}),\n"
        "-- Change against the own level that makes a result high or low; what is outside the range is a mix-up.\n"
        f"{_values('analytes', ('analyte', 'side', 'change', 'lowest', 'highest'), limits)},\n"
        f"{_values('exclusions', ('label', 'before_days', 'after_days'), near)}"
    )


def _tests() -> str:
    rows = [(concept, key) for key in (*HIGH, "albumin") for concept in concepts_of(key)]
    return _values("tests", ("concept_id", "analyte"), rows)


def _units() -> str:
    by_id = concept_sets()["omop"]["units"]
    factors = {(key, unit): float(scale(key, unit)[0]) for key, units in UNITS.items() for unit in units}
    ids = [
        (key, int(concept), factor)
        for (key, unit), factor in factors.items()
        for concept, code in by_id.items()
        if code == unit
    ]
    names = [(key, unit.lower(), factor) for (key, unit), factor in factors.items()]
    return (
        "-- Factors to the unit of the range above.\n"
        f"{_values('units', ('analyte', 'unit_concept_id', 'factor'), ids)},\n"
        f"{_values('unit_names', ('analyte', 'unit_name', 'factor'), names)}"
    )


def _codes() -> str:
    concepts = [(each.label, int(code)) for each in excluded() for code in read_codes(each, "OMOP")]
    codes = [
        (each.label, code.replace(".", ""), longest)
        for each in excluded()
        for vocabulary, longest in _LONGEST_CODE.items()
        for code in read_codes(each, vocabulary)
    ]
    return (
        f"{_values('excluded_concepts', ('label', 'concept_id'), concepts)},\n"
        "-- ICD codes without their dot; all codes below them count, up to the longest that there are.\n"
        f"{_values('excluded_codes', ('label', 'code', 'longest'), codes)},\n"
        f"{_values('red_cells_given', ('word',), [(word,) for word in RED_CELLS_GIVEN])}"
    )


def _drawn_in_omop() -> str:
    signs = [sign for sign, meaning in concept_sets()["omop"]["comparators"].items() if not meaning]
    return f"""drawn AS (
    SELECT m.person_id AS subject, t.analyte,
        {_moment("m", "measurement")} AS drawn_at,
        CAST(m.value_as_number AS DOUBLE PRECISION) * CAST(coalesce(u.factor, n.factor) AS DOUBLE PRECISION) AS value
    FROM measurement m
    JOIN tests t ON t.concept_id = m.measurement_concept_id
    LEFT JOIN units u ON u.analyte = t.analyte AND u.unit_concept_id = m.unit_concept_id
    LEFT JOIN unit_names n ON n.analyte = t.analyte AND n.unit_name = lower(trim(CAST(m.unit_source_value AS VARCHAR)))
    WHERE coalesce(m.operator_concept_id, 0) IN ({", ".join(signs)})
)"""


def _near_in_omop() -> str:
    found = []
    for table, stem, start in _TABLES:
        moment = _moment("c", start)
        found.append(
            f"    SELECT c.person_id AS subject, x.label,\n        {moment} AS from_at,\n        {moment} AS to_at\n"
            f"    FROM {table} c JOIN excluded_concepts x ON x.concept_id = c.{stem}_concept_id"
        )
    moment, code = _moment("c", "condition_start"), "upper(replace(CAST(c.condition_source_value AS VARCHAR), '.', ''))"
    found.append(
        f"    SELECT c.person_id, x.label,\n        {moment},\n        {moment}\n"
        f"    FROM condition_occurrence c JOIN excluded_codes x\n"
        f"        ON {code} LIKE x.code || '%'\n        AND char_length({code}) <= x.longest"
    )
    start = _moment("d", "drug_exposure_start")
    found.append(
        f"    SELECT d.person_id, 'transfusion',\n        {start},\n"
        f"        coalesce({_moment('d', 'drug_exposure_end')}, {start})\n"
        "    FROM drug_exposure d JOIN red_cells_given w\n"
        "        ON lower(CAST(d.drug_source_value AS VARCHAR)) LIKE '%' || w.word || '%'"
    )
    return "near AS (\n" + "\n    UNION ALL\n".join(found) + "\n)"


def _moment(table: str, stem: str) -> str:
    """SQL of a time; of a day alone its noon."""
    return f"coalesce({table}.{stem}_datetime, CAST({table}.{stem}_date AS TIMESTAMP) + INTERVAL '12 hours')"


def _values(name: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    listed = ",\n    ".join("(" + ", ".join(_cell(each) for each in row) + ")" for row in rows)
    return f"{name} ({', '.join(columns)}) AS (VALUES\n    {listed}\n)"


def _cell(value: object) -> str:
    return literal(value) if isinstance(value, str) else f"{value!r}"


@cache
def _body() -> str:
    return files("clarkson.screen").joinpath("phenotype.sql").read_text(encoding="utf-8").rstrip() + ";\n"
