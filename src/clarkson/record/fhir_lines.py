"""Lines of FHIR Bulk Data (NDJSON, also gz and zst) as DuckDB sees them: whose each resource is, and its plain parts.

What an Observation of the usual kind says (one quantity, one exact time, no modifiers) is read in SQL; every other
resource goes through the reader of single documents.
"""

from __future__ import annotations

from collections.abc import Mapping
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
_CODE = {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}]}
_QUANTITY = {"value": "JSON", "unit": "VARCHAR", "code": "VARCHAR", "system": "VARCHAR", "comparator": "JSON"}
_PART = {"code": _CODE, "valueQuantity": _QUANTITY, "modifierExtension": "JSON", "dataAbsentReason": "JSON"}
# What is looked at. An element that must be absent from a plain Observation is kept as JSON, whatever it is.
_SHAPE = {
    "resourceType": "VARCHAR",
    "id": "VARCHAR",
    "status": "VARCHAR",
    "subject": {"reference": "VARCHAR"},
    "patient": {"reference": "VARCHAR"},
    "effectiveDateTime": "VARCHAR",
    "performer": [{"display": "VARCHAR"}],
    "medicationReference": {"reference": "VARCHAR"},
    **_PART,
    "component": [_PART],
    "contained": "JSON",
    "focus": "JSON",
    "method": "JSON",
    "extension": "JSON",
}
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
_OFFSET = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?" + _OFFSET + "$"


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
    shape = orjson.dumps(_SHAPE).decode()
    try:
        connection.execute("CREATE TABLE deleted (kind VARCHAR, id VARCHAR)")
        for kind, identity in (found for file in deleted for found in _deletions(file)):
            connection.execute("INSERT INTO deleted VALUES (?, ?)", [kind, identity])
        connection.execute(
            "CREATE VIEW unparsed AS SELECT regexp_extract(filename, '[^/]*$') AS file, json AS line"
            f" FROM read_ndjson_objects([{listed}], filename = true, ignore_errors = true,"
            f" maximum_object_size = {_LONGEST_LINE})"
        )
        connection.execute(
            "CREATE VIEW line AS SELECT *, r.resourceType AS kind,"
            f" {_owner('coalesce(r.subject.reference, r.patient.reference)')} AS owner,"
            f" {_bare('r.medicationReference.reference')} AS medication"
            # Unnested from a list of one, or else DuckDB would parse each line anew for every condition on it.
            f" FROM (SELECT file, line, unnest([from_json(line, '{shape}')]) AS r FROM unparsed)"
        )
        gone = " ANTI JOIN deleted d ON line.kind = d.kind AND line.r.id = d.id" if deleted else ""
        connection.execute(f"CREATE VIEW resource AS SELECT * FROM line{gone}")
        connection.execute("SELECT 1 FROM resource LIMIT 1").fetchall()
    except duckdb.Error as error:
        raise refusal(path.name, error) from error
    return Tables(connection, path.name, {"resource": ("file", "line", "r", "kind", "owner")}), tuple(remarks)


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


def _owner(reference: str) -> str:
    """SQL of the id of a person that a reference names; NULL where it names nobody or something else."""
    kind = f"regexp_extract(split_part({reference}, '/_history', 1), '([A-Za-z]+)/[^/]*$', 1)"
    return (
        f"CASE WHEN r.resourceType = 'Patient' THEN r.id WHEN {reference} LIKE '#%' OR {kind} NOT IN ('', 'Patient')"
        f" THEN NULL ELSE nullif({_bare(reference)}, '') END"
    )


def results_query(known: str) -> str:
    """The results of Observations in the columns of ``Printed.results``, with their lines; ``known`` are LOINC codes.

    An Observation that SQL cannot read whole stands as one row with NULL for ``place``: its line has to be read.
    """
    test = f"list_filter(p.code.coding, lambda c: c.system = '{LOINC}' AND c.code IN ({known}))[1].code"
    odd = (
        "p.modifierExtension IS NOT NULL OR p.dataAbsentReason IS NOT NULL OR p.valueQuantity.comparator IS NOT NULL"
        f" OR NOT coalesce(regexp_matches(p.valueQuantity.value::VARCHAR, '{_NUMBER}'), false)"
    )
    plain = (
        "r.id IS NOT NULL AND r.status IN ('final', 'preliminary', 'amended', 'corrected')"
        " AND r.modifierExtension IS NULL AND r.contained IS NULL AND r.focus IS NULL AND r.method IS NULL"
        " AND r.extension IS NULL"
        f" AND coalesce(regexp_matches(r.effectiveDateTime, '{_TIME}'), false)"
        f" AND len(list_filter(parts, lambda p: {odd})) = 0"
    )
    return (
        f"SELECT subject, file, CASE WHEN plain THEN 'Observation/' || id || p.inside END AS place, time_us,"
        " true AS exact, p.test AS test, NULL::VARCHAR AS words,"
        " CASE WHEN plain THEN try_cast(p.valueQuantity.value::VARCHAR AS DOUBLE) END AS value,"
        f" NULL::VARCHAR AS printed, CASE WHEN p.valueQuantity.system = '{UCUM}'"
        " THEN coalesce(p.valueQuantity.code, p.valueQuantity.unit) ELSE p.valueQuantity.unit END AS unit,"
        " '' AS comparator, status, NULL::VARCHAR AS method, laboratory, NULL::VARCHAR AS refusal, line"
        " FROM (SELECT owner AS subject, file, r.id AS id, line, plain, CASE WHEN r.status IN ('amended', 'corrected')"
        " THEN 'corrected' ELSE r.status END AS status,"
        " list_filter(r.performer, lambda p: p.display IS NOT NULL)[1].display AS laboratory,"
        " epoch_us(try_cast(r.effectiveDateTime AS TIMESTAMPTZ)) AS time_us,"
        " unnest(CASE WHEN plain THEN parts ELSE parts[1:1] END) AS p"
        f" FROM (SELECT *, {plain} AS plain FROM (SELECT owner, file, line, r,"
        f" list_filter(list_transform({_parts()}, lambda p: struct_insert(p, test := {test})),"
        " lambda p: p.test IS NOT NULL) AS parts FROM resource WHERE kind = 'Observation' AND owner IS NOT NULL)"
        " WHERE len(parts) > 0))"
    )


def _parts() -> str:
    """SQL of the Observation itself and its components, as a list of one shape."""
    fields = ("code", "valueQuantity", "modifierExtension", "dataAbsentReason")
    whole = ", ".join(f"{name} := r.{name}" for name in fields)
    part = ", ".join(f"{name} := c.{name}" for name in fields)
    return (
        f"list_concat([struct_pack({whole}, inside := '')], list_transform(coalesce(r.component, []),"
        f" lambda c, i: struct_pack({part}, inside := '.component[' || (i - 1) || ']')))"
    )
