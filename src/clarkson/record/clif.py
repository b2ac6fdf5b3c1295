"""CLIF 2.1: laboratory, vital signs, infusions and diagnoses of stays in intensive care.

A row belongs to a stay, and the stay to a person. A running infusion stands as its rate at the times at which it was
changed: each rate holds until the next row of the same infusion.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clarkson.analytes import Method
from clarkson.record.clock import utc_us
from clarkson.record.concepts import concept_sets
from clarkson.record.printed import NO_DOSES, NO_EVENTS, Printed, tests_table
from clarkson.record.table_files import tables_in_folder
from clarkson.record.tables import Tables

_PREFIX = "clif_"
_COLUMNS = {
    "patient": ("patient_id", "sex_category"),
    "hospitalization": ("hospitalization_id", "patient_id"),
    "labs": ("hospitalization_id", "lab_category", "lab_value_numeric"),
    "vitals": ("hospitalization_id", "recorded_dttm", "vital_category", "vital_value"),
    "medication_admin_continuous": ("hospitalization_id", "admin_dttm", "med_category", "med_dose", "med_dose_unit"),
    "medication_admin_intermittent": ("hospitalization_id", "admin_dttm", "med_category", "med_dose", "med_dose_unit"),
    "hospital_diagnosis": ("hospitalization_id", "diagnosis_code"),
}
_NEEDED = ("patient", "hospitalization")
_LINE, _CUFF = "arterial line", "cuff"


def tables_of_clif(folder: Path) -> Tables:
    """The tables of a CLIF folder; file names with and without "clif_".

    Raises
    ------
    RecordError
        A file cannot be read.
    """
    return tables_in_folder(folder, {stem: table for table in _COLUMNS for stem in (table, f"{_PREFIX}{table}")})


def printed_clif(tables: Tables) -> Printed:
    """The queries of a CLIF data set.

    Raises
    ------
    RecordError
        A table or a column is missing.
    """
    for table in _NEEDED:
        tables.need(table, _COLUMNS[table])
    present = [table for table in _COLUMNS if table in tables]
    for table in present:
        tables.need(table, _COLUMNS[table])
    results = [query(tables) for table, query in (("labs", _labs), ("vitals", _vitals)) if table in tables]
    if not results:
        tables.need("labs", _COLUMNS["labs"])
    doses = [
        query(tables)
        for table, query in (
            ("medication_admin_continuous", _continuous),
            ("medication_admin_intermittent", _intermittent),
        )
        if table in tables
    ]
    return Printed(
        people=_people(tables),
        results=" UNION ALL ".join(results),
        doses=" UNION ALL ".join(doses) or NO_DOSES,
        events=_diagnoses(tables) if "hospital_diagnosis" in tables else NO_EVENTS,
        tests=tests_table(_tests()),
        counted=tuple(table for table in present if table != "hospitalization"),
        clock_time=False,
    )


def _people(tables: Tables) -> str:
    born = f"try_cast({tables.column('patient', 'birth_date')} AS DATE)"
    sex = "CASE lower(sex_category::VARCHAR) WHEN 'female' THEN 'female' WHEN 'male' THEN 'male' END"
    return (
        f"SELECT patient_id::VARCHAR AS subject, 'patient' AS file, 'patient_id ' || patient_id AS place, {sex} AS sex,"
        f" {born} AS born, NULL::DOUBLE AS age_years, 1 AS rows FROM patient"
    )


def _labs(tables: Tables) -> str:
    def column(*names: str) -> str:
        found = tables.column("labs", *names)
        return found if found == "NULL" else f"r.{found}"

    time = f"coalesce({utc_us(column('lab_collect_dttm'))}, {utc_us(column('lab_result_dttm'))})"
    return _of_person(
        "labs",
        f"{time} AS time_us, {utc_us(column('lab_collect_dttm'))} IS NOT NULL AS exact,"
        f" 'lab ' || lower(r.lab_category::VARCHAR) AS test, r.lab_category AS words,"
        f" try_cast(r.lab_value_numeric AS DOUBLE) AS value, {column('lab_value')}::VARCHAR AS printed,"
        # Some data sets carry a tab behind the unit.
        f" trim({column('reference_unit')}::VARCHAR, ' \t') AS unit, '' AS comparator, 'final' AS status,"
        " NULL::VARCHAR AS method, NULL::VARCHAR AS laboratory, NULL::VARCHAR AS refusal",
        utc_us(column("lab_collect_dttm")),
        "r.lab_category",
    )


def _vitals(tables: Tables) -> str:
    name = tables.column("vitals", "vital_name")
    method = (
        "CASE WHEN r.vital_category::VARCHAR NOT IN ('sbp', 'dbp', 'map') THEN NULL"
        f" WHEN lower({name}::VARCHAR) LIKE '%non%' OR lower({name}::VARCHAR) LIKE '%manual%' THEN '{_CUFF}'"
        f" WHEN lower({name}::VARCHAR) LIKE 'art%' THEN '{_LINE}' END"
    )
    return _of_person(
        "vitals",
        f"{utc_us('r.recorded_dttm')} AS time_us, true AS exact, 'vital ' || lower(r.vital_category::VARCHAR) AS test,"
        " r.vital_category AS words, try_cast(r.vital_value AS DOUBLE) AS value, NULL::VARCHAR AS printed,"
        f" NULL::VARCHAR AS unit, '' AS comparator, 'final' AS status, {method} AS method, NULL::VARCHAR AS laboratory,"
        " NULL::VARCHAR AS refusal",
        utc_us("r.recorded_dttm"),
        "r.vital_category",
    )


def _continuous(tables: Tables) -> str:
    table = "medication_admin_continuous"
    order, action = tables.column(table, "med_order_id"), tables.column(table, "mar_action_category")
    until = (
        f"lead({utc_us('r.admin_dttm')}) OVER (PARTITION BY r.hospitalization_id, r.med_category, {order},"
        f" r.med_dose_unit ORDER BY {utc_us('r.admin_dttm')}, ({action}::VARCHAR = 'stop'))"
    )
    hours = f"({until} - {utc_us('r.admin_dttm')}) / 3.6e9"
    # A volume an hour is told as the volume that ran in; any other rate stays one.
    volume = "lower(r.med_dose_unit::VARCHAR) IN ('ml/hour', 'ml/hr', 'ml/h')"
    rate = "try_cast(r.med_dose AS DOUBLE)"
    return _of_person(
        table,
        f"{utc_us('r.admin_dttm')} AS start_us, {until} AS end_us, NULL::VARCHAR AS drug, r.med_category AS words,"
        f" CASE WHEN {volume} AND {until} IS NOT NULL THEN {rate} * {hours} ELSE {rate} END AS amount,"
        f" CASE WHEN {volume} AND {until} IS NOT NULL THEN 'mL' ELSE r.med_dose_unit::VARCHAR END AS unit,"
        f" CASE WHEN {action}::VARCHAR = 'stop' THEN 'it marks the end of an infusion'"
        f" WHEN {rate} = 0 THEN 'nothing was given' END AS refusal",
        utc_us("r.admin_dttm"),
        "r.med_category",
    )


def _intermittent(tables: Tables) -> str:
    table = "medication_admin_intermittent"
    action = tables.column(table, "mar_action_category")
    return _of_person(
        table,
        f"{utc_us('r.admin_dttm')} AS start_us, NULL::BIGINT AS end_us, NULL::VARCHAR AS drug, r.med_category AS words,"
        " try_cast(r.med_dose AS DOUBLE) AS amount, r.med_dose_unit::VARCHAR AS unit,"
        f" CASE WHEN lower({action}::VARCHAR) NOT IN ('given', 'bolus', 'other')"
        f" THEN 'its action is ''' || {action} || '''' END AS refusal",
        utc_us("r.admin_dttm"),
        "r.med_category",
    )


def _diagnoses(tables: Tables) -> str:
    form = tables.column("hospital_diagnosis", "diagnosis_code_format", otherwise="'ICD'")
    name = tables.column("hospital_diagnosis", "diagnosis_name")
    return _of_person(
        "hospital_diagnosis",
        f"NULL::BIGINT AS time_us, 'diagnosis' AS kind, coalesce({name}::VARCHAR, {form} || ' ' || r.diagnosis_code)"
        " AS words, NULL::VARCHAR AS refusal",
        "NULL",
        "r.diagnosis_code",
    )


def _of_person(table: str, columns: str, time: str, what: str) -> str:
    """The rows of a table with the person of their stay, and where they stand: rows have no number of their own."""
    return (
        f"SELECT h.patient_id::VARCHAR AS subject, '{table}' AS file, concat_ws(' ', 'stay ' || r.hospitalization_id,"
        f" {what}, 'at ' || make_timestamp({time})::VARCHAR || ' UTC') AS place, {columns}"
        f" FROM {table} r LEFT JOIN (SELECT hospitalization_id::VARCHAR AS stay,"
        # A stay of two people is nobody's: theirs must not mix.
        " CASE WHEN count(DISTINCT patient_id) = 1 THEN any_value(patient_id) END AS patient_id"
        " FROM hospitalization GROUP BY stay) h ON r.hospitalization_id::VARCHAR = h.stay"
    )


def _tests() -> Iterator[tuple[str, str, Method | None, str]]:
    for table, kind in (("labs", "lab"), ("vitals", "vital")):
        for category, entry in concept_sets()["clif"][table].items():
            yield f"{kind} {category}", entry["analyte"], None, entry["unit"]
