"""MEDS 0.4: one row an event of a person, with a code, a time and perhaps a number.

A code is a test if it or one of its parents in ``codes.parquet`` is a LOINC code, if it names an item of MIMIC's
laboratory or charts, or if one of its parts is a name under which laboratories print the test. Its last part is the
unit where the rows have none. A data set that Clarkson wrote says in columns of its own what MEDS has no place for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pyarrow as pa

from clarkson.analytes import Analyte, Method, analyte_named, analyte_of_loinc, method_of_loinc
from clarkson.errors import UnitError
from clarkson.record.concepts import concept_sets
from clarkson.record.mimic_items import charted, laboratory
from clarkson.record.parquet_tables import PEOPLE, SEX, typed, unknown
from clarkson.record.printed import Printed, tests_table
from clarkson.record.record import EventKind, Status
from clarkson.record.table_files import files_view
from clarkson.record.tables import Tables, connect
from clarkson.units import scale

DATA, CODES, SUBJECTS = "data", "metadata/codes.parquet", "metadata/subjects.parquet"
_NEEDED = ("subject_id", "time", "code", "numeric_value")
_LOINC = re.compile(r"\bLOINC/{1,2}(\d{1,5}-\d)\b")
_ITEM = re.compile(r"^(LAB|VITAL|CHART)\w*//(?:\w+//)?(\d{5,6})\b")
_RXNORM = re.compile(r"\bRxNorm/{1,2}(\d+)\b", re.IGNORECASE)
_SEX = re.compile(r"^(?:GENDER|SEX)/{1,2}(F|FEMALE|M|MALE|8532|8507)$", re.IGNORECASE)
_FEMALE = frozenset({"F", "FEMALE", "8532"})
_EVENTS = {"DIAGNOSIS": "diagnosis", "CONDITION": "diagnosis", "PROCEDURE": "procedure", "MEDS_DEATH": "other"}
_DOSES = frozenset({"MEDICATION", "MEDICATION_ADMINISTRATION", "INFUSION_START", "DRUG", "DRUG_EXPOSURE", "RXNORM"})
_ENDS = frozenset({"STOP", "INFUSION_END"})
_BIRTH = "MEDS_BIRTH"
_SHORTEST_EVENT = 2  # EVENT, its kind, and what happened
_WRITTEN_HERE = frozenset({"subject_id", "subject", "relative_time"})
_THEIR_RESULTS = "true AS exact, 'final' AS status, NULL::VARCHAR AS method, NULL::VARCHAR AS laboratory"
_OUR_COLUMNS = tuple(
    f"clarkson_{name}"
    for name in ("exact_time", "status", "method", "laboratory", "steady", "printed", "printed_unit", "kind")
)
_STATUS, _METHOD = "e.clarkson_status::VARCHAR", "e.clarkson_method::VARCHAR"
_OUR_EXACT = "try_cast(e.clarkson_exact_time AS BOOLEAN) AS exact"
_OUR_RESULTS = (
    f"{_OUR_EXACT}, {_STATUS} AS status, {_METHOD} AS method,"
    " e.clarkson_laboratory::VARCHAR AS laboratory, try_cast(e.clarkson_steady AS BOOLEAN) AS steady,"
    " e.clarkson_printed::VARCHAR AS as_printed, e.clarkson_printed_unit::VARCHAR AS as_printed_unit"
)
_OUR_REFUSAL = (
    f"coalesce({unknown('status', _STATUS, get_args(Status))}, {unknown('method', _METHOD, get_args(Method))})"
)
# What is said of a person stands in rows of their number, or of a number that is nobody's.
_OUR_PEOPLE = (
    f"SELECT s.* EXCLUDE (number) REPLACE ({SEX}), 'metadata' AS file, 'subjects' AS place, NULL::DATE AS born,"
    " CASE WHEN s.number IS NULL OR row_number() OVER (PARTITION BY s.number) = 1 THEN coalesce(told.rows, 0) ELSE 0"
    " END AS rows FROM typed_subjects s FULL JOIN (SELECT e.subject_id::VARCHAR AS number, count(*) AS rows"
    " FROM event e JOIN meanings m ON e.code::VARCHAR = m.code WHERE m.kind IN ('sex', 'birth') GROUP BY ALL) told"
    " ON s.number = told.number"
)
_KINDS = pa.schema([("code", pa.string()), ("kind", pa.string()), ("words", pa.string()), ("drug", pa.string())])


def tables_of_meds(folder: Path) -> Tables:
    """The rows of every shard as the table ``event``, the descriptions of codes as ``codes`` if there are any.

    Raises
    ------
    RecordError
        There are no rows, or a file is no Parquet.
    """
    connection = connect()
    columns = {"event": files_view(connection, "event", folder / DATA / "**" / "*.parquet", folder.name)}
    if (folder / CODES).is_file():
        columns["codes"] = files_view(connection, "codes", folder / CODES, folder.name)
    if (folder / SUBJECTS).is_file():
        columns["subjects"] = files_view(connection, "subjects", folder / SUBJECTS, folder.name)
    return Tables(connection, folder.name, columns)


def printed_meds(tables: Tables) -> Printed:
    """The queries of a MEDS data set.

    Raises
    ------
    RecordError
        A column is missing.
    """
    tables.need("event", _NEEDED)
    codes = [_meaning(code, words, parents) for code, words, parents in _codes(tables)]
    kinds = [{"code": each.code, "kind": each.kind, "words": each.words, "drug": each.drug} for each in codes]
    tables.keep("meanings", pa.Table.from_pylist(kinds, schema=_KINDS))
    # A number that was shortened to 32 bits is read as the decimal that it was shortened from.
    single = tables.rows("SELECT typeof(numeric_value) = 'FLOAT' FROM event LIMIT 1") == [(True,)]
    value = "try_cast(e.numeric_value::VARCHAR AS DOUBLE)" if single else "try_cast(e.numeric_value AS DOUBLE)"
    text, unit = tables.column("event", "text_value"), tables.column("event", "unit")
    if text != "NULL":
        # The number as text, where it is the same number, has the digits that 32 bits lose.
        same = f"try_cast(try_cast(e.{text} AS DOUBLE) AS FLOAT) = try_cast(e.numeric_value AS FLOAT)"
        value = f"CASE WHEN {same} THEN try_cast(e.{text} AS DOUBLE) ELSE {value} END"
    end = tables.column("event", "end")
    end_us = "NULL::BIGINT" if end == "NULL" else f"epoch_us(try_cast(e.{end} AS TIMESTAMP))"
    lasting = f"try_cast({tables.column('event', 'lasting')} AS BOOLEAN)"
    every_h = f"try_cast({tables.column('event', 'every_h')} AS DOUBLE)"
    time = "epoch_us(try_cast(e.time AS TIMESTAMP))"
    ours = set(tables.columns.get("subjects", ())) >= _WRITTEN_HERE
    if ours:
        _prepare_subjects(tables)
    exact = _OUR_EXACT if ours else "true AS exact"
    subject = "s.subject" if ours else "e.subject_id::VARCHAR"
    row = f"{subject} AS subject, 'data' AS file, m.code || coalesce(' at ' || e.time::VARCHAR, '') AS place, m.words"
    told = " LEFT JOIN owners s ON e.subject_id::VARCHAR = s.number" if ours else ""
    rows = f"FROM event e JOIN meanings m ON coalesce(e.code::VARCHAR, '') = m.code{told} WHERE m.kind"
    return Printed(
        people=_OUR_PEOPLE
        if ours
        else (
            "SELECT e.subject_id::VARCHAR AS subject, 'data' AS file, 'static' AS place,"
            " min(m.words) FILTER (WHERE m.kind = 'sex') AS sex,"
            " min(try_cast(e.time AS DATE)) FILTER (WHERE m.kind = 'birth') AS born, NULL::DOUBLE AS age_years,"
            f" count(*) AS rows {rows} IN ('sex', 'birth') GROUP BY e.subject_id"
        ),
        results=(
            f"SELECT {row}, {time} AS time_us, m.code AS test, {value} AS value,"
            f" {text}::VARCHAR AS printed, {unit}::VARCHAR AS unit, '' AS comparator,"
            f" {_OUR_REFUSAL if ours else 'NULL::VARCHAR'} AS refusal,"
            f" {_OUR_RESULTS if ours else _THEIR_RESULTS} {rows} = 'result'"
        ),
        doses=(
            f"SELECT {row}, {time} AS start_us, {end_us} AS end_us, m.drug, {value} AS amount,"
            f" {unit}::VARCHAR AS unit, NULL::VARCHAR AS refusal, {lasting} AS lasting, {every_h} AS every_h,"
            f" {'e.clarkson_kind::VARCHAR' if ours else 'NULL::VARCHAR'} AS said_kind, {exact} {rows} = 'dose'"
        ),
        events=(
            f"SELECT {row}, m.kind, {time} AS time_us, NULL::VARCHAR AS refusal, {exact} {rows}"
            " NOT IN ('result', 'dose', 'sex', 'birth')"
        ),
        tests=tests_table((each.code, each.analyte, each.method, each.unit) for each in codes if each.analyte),
        counted=("event",),
        clock_time=not ours,
    )


def _prepare_subjects(tables: Tables) -> None:
    """The people of a data set that Clarkson wrote, and whose each number is: one of two people is nobody's."""
    tables.need("event", _OUR_COLUMNS)
    tables.need("subjects", PEOPLE)
    tables.view("typed_subjects", f"SELECT subject_id::VARCHAR AS number, {typed('people')} FROM subjects")
    tables.view(
        "owners",
        "SELECT number, CASE WHEN count(DISTINCT subject) = 1 THEN any_value(subject) END AS subject"
        " FROM typed_subjects GROUP BY number",
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the rows of a code are; a code that means nothing here is a result of no analyte."""

    code: str
    kind: str = "result"
    words: str = ""
    drug: str = ""
    analyte: str = ""
    method: Method | None = None
    unit: str = ""


def _codes(tables: Tables) -> list[tuple[str, str, list[str]]]:
    """Every code that occurs, with its description and its parents; that of rows without one is empty."""
    if "codes" not in tables:
        return [(code, "", []) for (code,) in tables.rows("SELECT DISTINCT coalesce(code::VARCHAR, '') FROM event")]
    words, parents = tables.column("codes", "description"), tables.column("codes", "parent_codes")
    return [
        (code, text or "", _texts(above))
        for code, text, above in tables.rows(
            f"SELECT e.code, any_value({words}::VARCHAR), any_value({parents})"
            " FROM (SELECT DISTINCT coalesce(code::VARCHAR, '') AS code FROM event) e"
            " LEFT JOIN codes c ON e.code = c.code::VARCHAR GROUP BY e.code"
        )
    ]


def _texts(above: object) -> list[str]:
    """The parents of a code as they should stand: a list of texts. Whatever else stands there is no code."""
    return [each for each in above if isinstance(each, str)] if isinstance(above, list) else []


def _meaning(code: str, words: str, parents: Sequence[str]) -> _Meaning:
    parts = code.split("//")
    first = parts[0].split("/")[0].upper()
    if code == _BIRTH:
        return _Meaning(code, "birth", code)
    if sex := _SEX.match(code):
        return _Meaning(code, "sex", "female" if sex[1].upper() in _FEMALE else "male")
    if first in _DOSES and not _ENDS & set(parts):
        drug = next((f"RxNorm {found[1]}" for each in (code, *parents) if (found := _RXNORM.search(each))), "")
        return _Meaning(code, "dose", words or _readable(parts), drug)
    if first in _EVENTS:
        return _Meaning(code, _EVENTS[first], words or _readable(parts))
    if first == "EVENT" and len(parts) > _SHORTEST_EVENT and parts[1] in get_args(EventKind):
        return _Meaning(code, parts[1], words or _readable(parts[1:]))
    test = _test(code, parts, parents)
    if test is None:
        return _Meaning(code, words=words or code)
    entry, method, usual = test
    named = next((unit for part in parts if (unit := concept_sets()["meds"].get(part))), "")
    return _Meaning(code, "result", words or code, "", entry.key, method, _unit_in(parts, entry) or usual or named)


def _readable(parts: Sequence[str]) -> str:
    return " ".join(each for each in parts[1:] if each not in ("", "UNK", "START")) or parts[0]


def _test(code: str, parts: Sequence[str], parents: Sequence[str]) -> tuple[Analyte, Method | None, str] | None:
    """The analyte of a code, how it was measured, and the unit of rows that have none."""
    for each in (code, *parents):
        loinc = _LOINC.search(each)
        if loinc is not None and (entry := analyte_of_loinc(loinc[1])):
            return entry, method_of_loinc(loinc[1]), ""
    if item := _ITEM.match(code):
        if (loinc_code := laboratory().get(int(item[2]))) and (entry := analyte_of_loinc(loinc_code)):
            return entry, method_of_loinc(loinc_code), ""
        return charted().get(int(item[2]))
    for part in parts:
        if entry := analyte_named(part):
            return entry, None, ""
    return None


def _unit_in(parts: Sequence[str], entry: Analyte) -> str:
    """The last part of a code if it is a unit of the analyte, else ""."""
    if len(parts) == 1:
        return ""
    try:
        scale(entry.key, parts[-1])
    except UnitError:
        return ""
    return parts[-1]
