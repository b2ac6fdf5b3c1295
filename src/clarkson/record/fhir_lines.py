"""Lines of FHIR Bulk Data (NDJSON, also gz and zst) as DuckDB sees them: whose each resource is, and its plain parts.

What an Observation of the usual kind says (one quantity, one exact time, no modifiers) is read in SQL; every other
resource goes through the reader of single documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import orjson

from clarkson.errors import RecordError
from clarkson.record.fhir_elements import LOINC, UCUM
from clarkson.record.tables import Tables, connect, literal, refusal, refuse_damaged

SUFFIXES = (".ndjson", ".ndjson.gz", ".ndjson.zst", ".jsonl", ".jsonl.gz", ".jsonl.zst")
READ_KINDS = ("Patient", "Observation", "MedicationAdministration", "Condition", "DiagnosticReport", "Medication")
_LONGEST_LINE = 64 * 1024 * 1024
# The elements of a line that are looked at, each by the name of its column. Absent and null are both NULL.
_ELEMENTS = {
    "kind": "resourceType",
    "id": "id",
    "subject": "subject.reference",
    "patient": "patient.reference",
    "medication": "medicationReference.reference",
    "status": "status",
    "effective": "effectiveDateTime",
    "performer": "performer",
    "component": "component",
    "contained": "contained",
    "changing": "modifierExtension",
    "focus": "focus",
    "method": "method",
    "extension": "extension",
}
# Those of an Observation or of one of its components, kept as JSON: it tells a number from a text that looks like one.
_PART = ("code.coding", "valueQuantity", "modifierExtension", "dataAbsentReason")
_CODINGS = '[{"system":"VARCHAR","code":"VARCHAR"}]'
_QUANTITY = '{"value":"JSON","unit":"VARCHAR","code":"VARCHAR","system":"VARCHAR","comparator":"JSON"}'
_OFFSET = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T" + _CLOCK + _OFFSET + "$"


def tables_of_lines(path: Path) -> tuple[Tables, tuple[str, ...]]:
    """The lines of a file or of every file in a folder as the table ``resource``, and remarks.

    An export manifest in the folder says which files hold resources, and which were deleted since.

    Raises
    ------
    RecordError
        There is no such file, or one cannot be read.
    """
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if is_lines(each))
    manifest = None if path.is_file() else _manifest(path)
    remarks: list[str] = []
    deleted: list[Path] = []
    if manifest is not None:
        files, deleted, remarks = _listed(files, manifest)
    if not files:
        raise RecordError(f"'{path.name}' has no NDJSON file with resources")
    for each in (*files, *deleted):
        refuse_damaged(each)
    connection = connect()
    listed = ", ".join(map(literal, files))
    named = ", ".join(f"e[{place}] AS {name}" for place, name in enumerate(_ELEMENTS, start=1))
    try:
        # How many lines there are is not known beforehand: DuckDB may take them for fewer than there are units, and
        # would then keep every result in memory to look up the units in them instead of the other way round.
        connection.execute("SET GLOBAL disabled_optimizers = 'build_side_probe_side'")
        connection.execute("CREATE TABLE deleted (kind VARCHAR, id VARCHAR)")
        for kind, identity in (found for file in deleted for found in _deletions(file)):
            connection.execute("INSERT INTO deleted VALUES (?, ?)", [kind, identity])
        connection.execute(
            "CREATE VIEW unparsed AS SELECT regexp_extract(filename, '[^/]*$') AS file, json AS line"
            f" FROM read_ndjson_objects([{listed}], filename = true, ignore_errors = true,"
            f" maximum_object_size = {_LONGEST_LINE})"
        )
        # Unnested from a list of one, or else DuckDB would parse each line anew for every condition on it.
        connection.execute(
            f"CREATE VIEW element AS SELECT file, line, {named} FROM (SELECT file, line,"
            f" unnest([json_extract_string(line, {_paths(_ELEMENTS.values())})]) AS e FROM unparsed)"
        )
        gone = "EXISTS (SELECT 1 FROM deleted d WHERE d.kind = e.kind AND d.id = e.id)" if deleted else "false"
        connection.execute(
            f"CREATE VIEW line AS SELECT * REPLACE ({_bare('medication')} AS medication),"
            f" {_owner()} AS owner, {gone} AS gone FROM element e"
        )
        connection.execute("CREATE VIEW resource AS SELECT * FROM line WHERE NOT gone")
        connection.execute("SELECT 1 FROM resource LIMIT 1").fetchall()
    except duckdb.Error as error:
        raise refusal(path.name, error) from error
    return Tables(connection, path.name, {"resource": ("file", "line", "kind", "id", "owner")}), tuple(remarks)


def is_lines(path: Path) -> bool:
    """Whether a file is one of lines of JSON, by its name."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")


def _manifest(folder: Path) -> Mapping[str, Any] | None:
    for path in sorted(folder.glob("*.json")):
        try:
            parsed = orjson.loads(path.read_bytes())
        except (orjson.JSONDecodeError, OSError):
            continue
        if isinstance(parsed, dict) and "transactionTime" in parsed and isinstance(parsed.get("output"), list):
            return parsed
    return None


def _listed(files: list[Path], manifest: Mapping[str, Any]) -> tuple[list[Path], list[Path], list[str]]:
    """The files of resources and of deletions that a manifest names, and what it names in vain."""
    remarks: list[str] = []
    found: dict[str, list[Path]] = {"output": [], "deleted": [], "error": []}
    by_name = {path.name: path for path in files}
    for part, into in found.items():
        named_here = manifest.get(part)
        for entry in named_here if isinstance(named_here, list) else []:
            name = str(entry.get("url", "")).split("?")[0].rsplit("/", 1)[-1] if isinstance(entry, dict) else ""
            path = by_name.get(name) or by_name.get(f"{name}.gz") or by_name.get(f"{name}.zst")
            if path is None:
                remarks.append(f"the manifest names '{name}' ({part}), which is not in the folder")
            else:
                into.append(path)
    named = {path for paths in found.values() for path in paths}
    extra = [path for path in files if path not in named]
    if extra:
        remarks.append(
            f"the manifest does not name {', '.join(path.name for path in extra)}; they were read all the same"
        )
    if found["error"]:
        remarks.append(f"the export reported errors in {', '.join(path.name for path in found['error'])}")
    return [*found["output"], *extra], found["deleted"], remarks


def _deletions(file: Path) -> list[tuple[str, str]]:
    """Kind and id of every resource that a file of deletions names."""
    rows = connect().execute(
        'SELECT unnest(from_json(json, \'{"entry":[{"request":{"method":"VARCHAR","url":"VARCHAR"}}]}\').entry)'
        " FROM read_ndjson_objects(?, ignore_errors = true)",
        [str(file)],
    )
    urls = [row[0]["request"]["url"] for row in rows.fetchall() if row[0] and row[0]["request"]]
    return [(parts[0], parts[1]) for url in urls if url and len(parts := url.split("/")) == 2]


def _bare(reference: str) -> str:
    """SQL of the id at the end of a reference."""
    return f"regexp_replace(split_part(replace({reference}, 'urn:uuid:', ''), '/_history', 1), '^.*/', '')"


def _owner() -> str:
    """SQL of the id of a person whose a line is; NULL where it names nobody or something else."""
    printed = "coalesce(subject, patient)"
    reference = f"trim({printed})"
    kind = f"regexp_extract(split_part({reference}, '/_history', 1), '([A-Za-z]+)/[^/]*$', 1)"
    element = "CASE WHEN subject IS NULL THEN '$.patient.reference' ELSE '$.subject.reference' END"
    return (
        "CASE WHEN kind = 'Patient' THEN id"
        # Most references need no taking apart.
        f" WHEN regexp_full_match({printed}, 'Patient/[A-Za-z0-9.-]+') THEN substr({printed}, 9)"
        f" WHEN {reference} LIKE '#%' OR {kind} NOT IN ('', 'Patient')"
        # What is no text begins with one of these.
        f" OR regexp_matches({printed}, '^[-0-9tf{{[]') AND json_type(line, {element}) <> 'VARCHAR'"
        f" THEN NULL ELSE nullif({_bare(reference)}, '') END"
    )


def _paths(elements: Iterable[str]) -> str:
    """SQL of a list of paths from the root of a document."""
    return "[" + ", ".join(f"'$.{element}'" for element in elements) + "]"


def results_query(known: str) -> str:
    """The results of Observations in the columns of ``Printed.results``, with their lines; ``known`` are LOINC codes.

    Each part with a known code is a row, the Observation itself or a component; ``inside`` is the place of the latter
    in the former. A part that SQL cannot read stands without a value: its line has to be read.
    """
    paths = _paths(_PART)
    parts = (
        f"CASE WHEN component IS NULL THEN [json_extract(line, {paths})] ELSE list_transform("
        f"list_prepend(line, json_extract(line, '$.component[*]')), lambda part: json_extract(part, {paths})) END"
    )
    plain = (
        "status IN ('final', 'preliminary', 'amended', 'corrected') AND changing IS NULL AND focus IS NULL"
        " AND method IS NULL AND extension IS NULL AND p[3] IS NULL AND p[4] IS NULL AND quantity.comparator IS NULL"
        f" AND regexp_matches(effective, '{_TIME}')"
    )
    laboratory = "list_filter(json_extract_string(line, '$.performer[*].display'), lambda name: name IS NOT NULL)[1]"
    return (
        "SELECT owner AS subject, file, 'Observation/' || id || inside AS place, inside,"
        " epoch_us(try_cast(effective AS TIMESTAMPTZ)) AS time_us, true AS exact,"
        # A code is looked for among those that are known only where there are several to choose from.
        f" CASE WHEN len(codes) < 2 THEN codes[1] ELSE list_filter(codes, lambda code: code IN ({known}))[1] END"
        " AS test, NULL::VARCHAR AS words,"
        f" CASE WHEN {plain} THEN try_cast(quantity.value::VARCHAR AS DOUBLE) END AS value, NULL::VARCHAR AS printed,"
        f" CASE WHEN quantity.system = '{UCUM}' THEN coalesce(quantity.code, quantity.unit) ELSE quantity.unit END"
        " AS unit, '' AS comparator, CASE WHEN status IN ('amended', 'corrected') THEN 'corrected' ELSE status END"
        " AS status, NULL::VARCHAR AS method,"
        f" CASE WHEN performer IS NOT NULL THEN {laboratory} END AS laboratory, NULL::VARCHAR AS refusal, line"
        " FROM (SELECT *, CASE WHEN number = 1 THEN '' ELSE '.component[' || (number - 2) || ']' END AS inside,"
        f" unnest([list_transform(list_filter(from_json(p[1], '{_CODINGS}'), lambda coding:"
        f" trim(coding.system) = '{LOINC}' AND coding.code IS NOT NULL), lambda coding: trim(coding.code))]) AS codes,"
        f" unnest([from_json(p[2], '{_QUANTITY}')]) AS quantity"
        " FROM (SELECT *, unnest(parts) AS p, generate_subscripts(parts, 1) AS number"
        f" FROM (SELECT *, {parts} AS parts FROM resource WHERE kind = 'Observation' AND owner IS NOT NULL)))"
    )
