"""MIMIC-III and MIMIC-IV as tables: laboratory, charts, infusions and diagnoses of people in hospital.

Dates are shifted into another century, the same for all dates of a person: only the time between them is true.
Infusions of CareVue give a rate without an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from clarkson.analytes import Method, analyte_of_loinc, method_of_loinc
from clarkson.record.dataset import Dataset
from clarkson.record.mimic_items import charted, given, laboratory
from clarkson.record.printed import NO_DOSES, NO_EVENTS, Printed, numbered, tests_table
from clarkson.record.record import Record
from clarkson.record.table_files import tables_in_folder
from clarkson.record.tables import Tables

CITATION = "MIMIC-III Clinical Database Demo 1.4, doi 10.13026/C2HM2Q"
_TABLES = (
    *("patients", "admissions", "labevents", "d_labitems", "chartevents", "d_items", "inputevents_mv"),
    *("inputevents_cv", "inputevents", "diagnoses_icd", "d_icd_diagnoses"),
)
# The birthday of people of 90 years and more is moved 300 years back.
_OLDEST_SHOWN, _OLDEST_YEARS = 200.0, 90.0
_DAYS_PER_YEAR = 365.25
_DRIPS = ("vasopressor", "diuretic")


def tables_of_mimic(folder: Path) -> Tables:
    """The tables of a folder; those of MIMIC-IV may lie in its folders ``hosp`` and ``icu``.

    Raises
    ------
    RecordError
        A file cannot be read.
    """
    inner = [folder / name for name in ("hosp", "icu") if (folder / name).is_dir()]
    return tables_in_folder(folder, {name: name for name in _TABLES}, also=inner)


def printed_mimic(tables: Tables) -> Printed:
    """The queries of a MIMIC data set.

    Raises
    ------
    RecordError
        A table or a column is missing.
    """
    tables.need("patients", ("subject_id", "gender"))
    tables.need("labevents", ("subject_id", "itemid", "charttime", "value", "valuenum", "valueuom"))
    results = [_laboratory(tables)] + ([_charts(tables)] if "chartevents" in tables else [])
    infusions = [name for name in ("inputevents_mv", "inputevents", "inputevents_cv") if name in tables]
    doses = [_carevue(tables) if name.endswith("cv") else _metavision(tables, name) for name in infusions]
    return Printed(
        people=_people(tables),
        results=" UNION ALL ".join(results),
        doses=" UNION ALL ".join(doses) or NO_DOSES,
        events=_diagnoses(tables) if "diagnoses_icd" in tables else NO_EVENTS,
        tests=tests_table(_tests(tables)),
        counted=tuple(
            name for name in ("patients", "labevents", "chartevents", *infusions, "diagnoses_icd") if name in tables
        ),
        drugs=pa.table({"drug": [str(item) for item in given()], "kind": list(given().values())}),
        citation=CITATION if "dob" in tables.columns["patients"] else "",
    )


def read_mimic(folder: Path) -> Iterator[Record]:
    """The records of all people, in the order of their ids.

    Raises
    ------
    RecordError
        A table or a column is missing in ``folder``.

    >>> next(read_mimic(Path("nowhere")))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: there is no folder 'nowhere'
    """
    tables = tables_of_mimic(folder)
    yield from Dataset(tables, printed_mimic(tables))


def _people(tables: Tables) -> str:
    sex = "CASE p.gender::VARCHAR WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' END"
    age = "try_cast(p.anchor_age AS DOUBLE)"
    joined = ""
    if "dob" in tables.columns["patients"]:
        years = f"round(date_diff('day', try_cast(p.dob AS TIMESTAMP), a.admitted) / {_DAYS_PER_YEAR}, 1)"
        age = f"CASE WHEN {years} > {_OLDEST_SHOWN} THEN {_OLDEST_YEARS} ELSE {years} END"
        tables.need("admissions", ("subject_id", "admittime"))
        joined = (
            "LEFT JOIN (SELECT subject_id, min(try_cast(admittime AS TIMESTAMP)) AS admitted FROM admissions"
            " GROUP BY subject_id) a ON a.subject_id::VARCHAR = p.subject_id::VARCHAR"
        )
    return (
        f"SELECT p.subject_id::VARCHAR AS subject, 'patients' AS file, 'subject_id ' || p.subject_id AS place, {sex}"
        f" AS sex, NULL::DATE AS born, {age} AS age_years, 1 AS rows FROM patients p {joined}"
    )


def _laboratory(tables: Tables) -> str:
    words, joined = _named(tables, "d_labitems")
    return (
        f"SELECT {_row(tables, 'labevents')}, {_us('e.charttime')} AS time_us, true AS exact,"
        f" 'lab ' || e.itemid AS test, {words} AS words,"
        " try_cast(e.valuenum AS DOUBLE) AS value, e.value::VARCHAR AS printed, e.valueuom::VARCHAR AS unit,"
        " '' AS comparator, 'final' AS status, NULL::VARCHAR AS method, NULL::VARCHAR AS laboratory,"
        f" NULL::VARCHAR AS refusal FROM labevents e {joined}"
    )


def _charts(tables: Tables) -> str:
    tables.need("chartevents", ("subject_id", "itemid", "charttime", "valuenum", "valueuom"))
    words, joined = _named(tables, "d_items")
    error = "e.error" if "error" in tables.columns["chartevents"] else "NULL"
    return (
        f"SELECT {_row(tables, 'chartevents')}, {_us('e.charttime')} AS time_us, true AS exact,"
        f" 'chart ' || e.itemid AS test, {words} AS words,"
        " try_cast(e.valuenum AS DOUBLE) AS value, NULL::VARCHAR AS printed, e.valueuom::VARCHAR AS unit,"
        " '' AS comparator, 'final' AS status, NULL::VARCHAR AS method, NULL::VARCHAR AS laboratory,"
        f" CASE WHEN try_cast({error} AS DOUBLE) = 1 THEN 'the chart marks it as an error' END AS refusal"
        f" FROM chartevents e {joined}"
    )


def _metavision(tables: Tables, name: str) -> str:
    tables.need(name, ("subject_id", "itemid", "starttime", "endtime", "amount", "amountuom", "statusdescription"))
    amount = "try_cast(e.amount AS DOUBLE)"
    words, joined = _named(tables, "d_items")
    return (
        f"SELECT {_row(tables, name)}, {_us('e.starttime')} AS start_us, {_us('e.endtime')} AS end_us,"
        f" e.itemid::VARCHAR AS drug, {words} AS words, {amount} AS amount, e.amountuom::VARCHAR AS unit,"
        f" CASE WHEN e.statusdescription::VARCHAR = 'Rewritten' THEN 'it was rewritten' {_amount(amount)} END"
        f" AS refusal FROM {name} e {joined}"
    )


def _carevue(tables: Tables) -> str:
    """A drip stands in two kinds of rows, of its rate and of its amount: the rate is taken."""
    names = ("subject_id", "itemid", "charttime", "amount", "amountuom", "rate", "rateuom")
    tables.need("inputevents_cv", names)
    items = ", ".join(f"'{item}'" for item, kind in given().items() if kind in _DRIPS)
    drip = f"e.itemid::VARCHAR IN ({items})"
    words, joined = _named(tables, "d_items")
    amount = f"CASE WHEN {drip} THEN try_cast(e.rate AS DOUBLE) ELSE try_cast(e.amount AS DOUBLE) END"
    return (
        f"SELECT {_row(tables, 'inputevents_cv')}, {_us('e.charttime')} AS start_us, NULL::BIGINT AS end_us,"
        f" e.itemid::VARCHAR AS drug, {words} AS words, {amount} AS amount,"
        f" CASE WHEN {drip} THEN e.rateuom ELSE e.amountuom END::VARCHAR AS unit,"
        f" CASE WHEN {drip} AND e.rateuom IS NULL THEN 'the amount of a drip whose rate is read' {_amount(amount)}"
        f" END AS refusal FROM inputevents_cv e {joined}"
    )


def _amount(amount: str) -> str:
    return f"WHEN {amount} IS NULL THEN 'it has no amount' WHEN {amount} <= 0 THEN 'nothing was given'"


def _named(tables: Tables, dictionary: str) -> tuple[str, str]:
    """SQL of what an item is called, and of the join that it needs."""
    if dictionary not in tables or "label" not in tables.columns[dictionary]:
        return "'item ' || e.itemid", ""
    joined = _looked_up(dictionary, ("itemid",), "label")
    return "coalesce(d.label, 'item ' || e.itemid)", f"{joined} ON d.itemid = e.itemid::VARCHAR"


def _looked_up(dictionary: str, keys: Sequence[str], told: str) -> str:
    """SQL of the join with a dictionary: a row for each entry, so that one that stands twice doubles nothing.

    Of an entry that is told in two ways nothing is told.
    """
    texts = ", ".join(f"{key}::VARCHAR AS {key}" for key in keys)
    once = f"CASE WHEN count(DISTINCT {told}) = 1 THEN any_value({told}::VARCHAR) END AS {told}"
    return f"LEFT JOIN (SELECT {texts}, {once} FROM {dictionary} GROUP BY ALL) d"


def _diagnoses(tables: Tables) -> str:
    columns = tables.columns["diagnoses_icd"]
    code = "icd9_code" if "icd9_code" in columns else "icd_code"
    version = "'ICD-9 '" if code == "icd9_code" else "'ICD-' || e.icd_version || ' '"
    joined, title = "", "NULL::VARCHAR"
    if "d_icd_diagnoses" in tables:
        title = "d.long_title"
        keys = (code,) if code == "icd9_code" else (code, "icd_version")
        same = " AND ".join(f"d.{key} = e.{key}::VARCHAR" for key in keys)
        joined = f"{_looked_up('d_icd_diagnoses', keys, 'long_title')} ON {same}"
    parts = [f"'{name} ' || e.{name}" for name in ("row_id", "hadm_id", "seq_num") if name in columns]
    place = f"concat_ws(' ', {', '.join(parts) or f'e.{code}'})"
    return (
        f"SELECT e.subject_id::VARCHAR AS subject, 'diagnoses_icd' AS file, {place} AS place,"
        f" NULL::BIGINT AS time_us, 'diagnosis' AS kind, coalesce({title}, {version} || e.{code}) AS words,"
        f" CASE WHEN e.{code} IS NULL THEN 'it has no code' END AS refusal FROM diagnoses_icd e {joined}"
    )


def _row(tables: Tables, table: str) -> str:
    columns = tables.columns[table]
    key = next((name for name in ("row_id", "labevent_id") if name in columns), None)
    place = numbered(f"e.{key}") if key else "concat_ws(' ', 'item ' || e.itemid, 'at ' || e.charttime)"
    if key is None and "starttime" in columns:
        order = "'order ' || e.orderid, " if "orderid" in columns else ""
        place = f"concat_ws(' ', {order}'item ' || e.itemid)"
    return f"e.subject_id::VARCHAR AS subject, '{table}' AS file, {place} AS place"


def _us(column: str) -> str:
    return f"epoch_us(try_cast({column} AS TIMESTAMP))"


def _tests(tables: Tables) -> Iterator[tuple[str, str, Method | None, str]]:
    """Items of the laboratory whose LOINC code the data set says, else the built-in ones; then the charted items."""
    if "d_labitems" in tables and "loinc_code" in tables.columns["d_labitems"]:
        for item, code, category in tables.rows(
            "SELECT itemid::VARCHAR, any_value(loinc_code)::VARCHAR, any_value(category)::VARCHAR FROM d_labitems"
            " GROUP BY itemid::VARCHAR HAVING count(DISTINCT (loinc_code, category)) = 1"
        ):
            entry = analyte_of_loinc(code) if code else None
            if entry is not None:
                of_gas = category == "Blood Gas" and "blood gas" in entry.method_cv_percent
                yield f"lab {item}", entry.key, "blood gas" if of_gas else method_of_loinc(code), ""
    else:
        for number, code in laboratory().items():
            if entry := analyte_of_loinc(code):
                yield f"lab {number}", entry.key, method_of_loinc(code), ""
    for number, (entry, method, unit) in charted().items():
        yield f"chart {number}", entry.key, method, unit
