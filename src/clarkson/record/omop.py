"""OMOP CDM 5.3 and 5.4: people, measurements, drug exposures, conditions and procedures.

A test is known by the LOINC code of its concept in the data set's own concept table, else by its standard concept id.
A unit is that of ``unit_concept_id``, else the text beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.analytes import Method, analytes, method_of_loinc
from clarkson.record.concepts import concept_sets
from clarkson.record.printed import NO_DOSES, NO_EVENTS, Printed, numbered, tests_table
from clarkson.record.tables import Tables

NEEDED = ("person", "measurement")
_COLUMNS = {
    "person": ("person_id", "gender_concept_id"),
    "measurement": ("measurement_id", "person_id", "measurement_concept_id", "measurement_date", "value_as_number"),
    "drug_exposure": ("drug_exposure_id", "person_id", "drug_concept_id", "drug_exposure_start_date"),
    "condition_occurrence": ("condition_occurrence_id", "person_id", "condition_concept_id", "condition_start_date"),
    "procedure_occurrence": ("procedure_occurrence_id", "person_id", "procedure_concept_id", "procedure_date"),
}
_LOINC_LIKE = r"^\d{1,5}-\d$"


def printed_omop(tables: Tables) -> Printed:
    """The queries of an OMOP data set.

    Raises
    ------
    RecordError
        A table or a column is missing.
    """
    for table in NEEDED:
        tables.need(table, _COLUMNS[table])
    optional = [table for table in _COLUMNS if table not in NEEDED and table in tables]
    for table in optional:
        tables.need(table, _COLUMNS[table])
    return Printed(
        people=_people(tables),
        results=_results(tables),
        doses=_doses(tables) if "drug_exposure" in tables else NO_DOSES,
        events=_events(tables) or NO_EVENTS,
        tests=tests_table(_tests(tables)),
        counted=(*NEEDED, *optional),
    )


def _people(tables: Tables) -> str:
    year, month, day = (tables.column("person", f"{part}_of_birth") for part in ("year", "month", "day"))
    born = (
        f"coalesce(try_cast({tables.column('person', 'birth_datetime')} AS DATE),"
        # Of a birthday that is only a year the middle is nearest.
        f" try_cast(try_cast({year} AS BIGINT) || '-' || coalesce(try_cast({month} AS BIGINT), 7) || '-' ||"
        f" coalesce(try_cast({day} AS BIGINT), 1) AS DATE))"
    )
    return (
        "SELECT person_id::VARCHAR AS subject, 'person' AS file, 'person_id ' || person_id AS place,"
        f" {_case('gender_concept_id', concept_sets()['omop']['sex'])} AS sex, {born} AS born,"
        " NULL::DOUBLE AS age_years, 1 AS rows FROM person"
    )


def _results(tables: Tables) -> str:
    def column(*names: str) -> str:
        return tables.column("measurement", *names)

    concept = "try_cast(measurement_concept_id AS BIGINT)"
    code = f"{column('measurement_source_value')}::VARCHAR"
    test = (
        f"CASE WHEN coalesce({concept}, 0) = 0 AND regexp_full_match({code}, '{_LOINC_LIKE}') THEN {code}"
        f" ELSE {concept}::VARCHAR END"
    )
    unit = f"coalesce({_unit(tables, column('unit_concept_id'))}, {column('unit_source_value')}::VARCHAR, '')"
    comparators = {key: sign for key, sign in concept_sets()["omop"]["comparators"].items() if sign}
    operator = f"coalesce({_case(column('operator_concept_id'), comparators)}, '')"
    words = _concept_name(tables, "measurement_concept_id")
    time, exact = _time(tables, "measurement", "measurement_datetime", "measurement_date")
    value = "try_cast(value_as_number AS DOUBLE)"
    return (
        f"SELECT person_id::VARCHAR AS subject, 'measurement' AS file, {numbered('measurement_id')} AS place,"
        f" {time} AS time_us, {exact} AS exact, {test} AS test, coalesce({words}, {code}) AS words, {value} AS value,"
        f" {column('value_source_value')}::VARCHAR AS printed, {unit} AS unit, {operator} AS comparator,"
        " 'final' AS status, NULL::VARCHAR AS method, NULL::VARCHAR AS laboratory,"
        f" CASE WHEN {value} IS NULL AND coalesce(try_cast({column('value_as_concept_id')} AS BIGINT), 0) <> 0"
        f" AND try_cast({column('value_source_value')} AS DOUBLE) IS NULL"
        " THEN 'its value is a concept and no number' END AS refusal FROM measurement"
    )


def _doses(tables: Tables) -> str:
    def column(*names: str) -> str:
        return tables.column("drug_exposure", *names)

    start, exact = _time(tables, "drug_exposure", "drug_exposure_start_datetime", "drug_exposure_start_date")
    end, exact_end = _time(tables, "drug_exposure", "drug_exposure_end_datetime", "drug_exposure_end_date")
    words = _concept_name(tables, "drug_concept_id")
    drug = "NULL::VARCHAR"
    if "concept" in tables:
        drug = (
            "(SELECT any_value(c.vocabulary_id || ' ' || c.concept_code) FROM concept c"
            " WHERE c.concept_id::VARCHAR = drug_concept_id::VARCHAR AND c.vocabulary_id::VARCHAR IN ('RxNorm', 'ATC'))"
        )
    return (
        "SELECT person_id::VARCHAR AS subject, 'drug_exposure' AS file,"
        f" {numbered('drug_exposure_id')} AS place,"
        f" {start} AS start_us, CASE WHEN {end} >= {start} THEN {end} END AS end_us, {drug} AS drug,"
        f" coalesce({words}, nullif({column('drug_source_value')}::VARCHAR, ''), 'drug ' || drug_concept_id) AS words,"
        f" try_cast({column('quantity')} AS DOUBLE) AS amount, {column('dose_unit_source_value')}::VARCHAR AS unit,"
        f" NULL::VARCHAR AS refusal, {exact} AND ({end} IS NULL OR {exact_end}) AS exact FROM drug_exposure"
    )


def _events(tables: Tables) -> str:
    queries = []
    for table, kind, stem, date in (
        ("condition_occurrence", "diagnosis", "condition", "condition_start"),
        ("procedure_occurrence", "procedure", "procedure", "procedure"),
    ):
        if table in tables:
            time, exact = _time(tables, table, f"{date}_datetime", f"{date}_date")
            source = tables.column(table, f"{stem}_source_value")
            words = _concept_name(tables, f"{stem}_concept_id")
            queries.append(
                f"SELECT person_id::VARCHAR AS subject, '{table}' AS file, {numbered(f'{table}_id')} AS place,"
                f" {time} AS time_us, '{kind}' AS kind, coalesce({words}, nullif({source}::VARCHAR, ''),"
                f" 'concept ' || {stem}_concept_id) AS words, NULL::VARCHAR AS refusal, {exact} AS exact"
                f" FROM {table}"
            )
    return " UNION ALL ".join(queries)


def _tests(tables: Tables) -> list[tuple[str, str, Method | None, str]]:
    by_loinc = {code: entry.key for entry in analytes().values() for code in entry.loinc}
    ids: dict[str, str] = {}
    if "concept" in tables:
        codes = ", ".join(f"'{code}'" for code in by_loinc)
        ids = dict(
            tables.rows(
                "SELECT concept_id::VARCHAR, any_value(concept_code)::VARCHAR AS code FROM concept"
                " WHERE vocabulary_id::VARCHAR = 'LOINC' GROUP BY concept_id::VARCHAR"
                f" HAVING count(DISTINCT concept_code) = 1 AND code IN ({codes})"
            )
        )
    everything = {**concept_sets()["omop"]["tests"], **ids, **{code: code for code in by_loinc}}
    return [(test, by_loinc[code], method_of_loinc(code), "") for test, code in everything.items() if code in by_loinc]


def _unit(tables: Tables, column: str) -> str:
    built_in = _case(column, concept_sets()["omop"]["units"])
    if "concept" not in tables or column == "NULL":
        return built_in
    own = (
        "(SELECT any_value(c.concept_code::VARCHAR) FROM concept c"
        f" WHERE c.concept_id::VARCHAR = {column}::VARCHAR AND c.vocabulary_id::VARCHAR = 'UCUM')"
    )
    return f"coalesce({built_in}, {own})"


def _concept_name(tables: Tables, column: str) -> str:
    if "concept" not in tables:
        return "NULL::VARCHAR"
    return (
        "(SELECT any_value(c.concept_name::VARCHAR) FROM concept c"
        f" WHERE c.concept_id::VARCHAR = {column}::VARCHAR AND c.concept_id::VARCHAR <> '0')"
    )


def _time(tables: Tables, table: str, datetime_name: str, date_name: str) -> tuple[str, str]:
    """SQL of the time in microseconds, and of whether its hour is exact. A date alone counts as noon.

    Midnight to the second is what many data sets write where they know no hour.
    """
    moment = f"try_cast({tables.column(table, datetime_name)} AS TIMESTAMP)"
    day = f"try_cast({tables.column(table, date_name)} AS TIMESTAMP)"
    time = f"epoch_us(coalesce({moment}, {day} + INTERVAL 12 HOUR))"
    return time, f"coalesce({moment} <> date_trunc('day', {moment}), false)"


def _case(column: str, table: Mapping[str, str]) -> str:
    """SQL that looks a value up in a small table, NULL where it is not in it."""
    if column == "NULL":
        return "NULL::VARCHAR"
    keys = ", ".join(f"'{key}': '{value}'" for key, value in table.items())
    return f"MAP {{{keys}}}[{column}::VARCHAR]"
