"""Checks a JSON document against the part of JSON Schema that the schemas of ``docs/`` use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parents[1] / "docs" / name).read_text(encoding="utf-8"))
    return found


SCHEMA = _read("assessment.schema.json")
TWIN_SCHEMA = _read("twin.schema.json")
HISTORY_SCHEMA = _read("history.schema.json")
KNOWN_WORDS = {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum", "anyOf", "pattern"),
    *("properties", "required", "additionalProperties", "items"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def faults(value: Any, whole: dict[str, Any] = SCHEMA) -> Iterator[str]:
    """Every place where the value breaks the schema."""
    yield from _faults(value, whole, "document", whole["$defs"])


def _faults(value: Any, schema: dict[str, Any], place: str, defined: dict[str, Any]) -> Iterator[str]:
    assert set(schema) <= KNOWN_WORDS, f"this checker does not know {set(schema) - KNOWN_WORDS}"
    if "$ref" in schema:
        yield from _faults(value, defined[schema["$ref"].removeprefix("#/$defs/")], place, defined)
    if "anyOf" in schema and all(list(_faults(value, each, place, defined)) for each in schema["anyOf"]):
        yield f"{place} is none of the allowed forms: {value!r}"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{place} is {value!r}, which is no {schema['type']}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{place} is {value!r}, not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is {value!r}, none of {schema['enum']}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{place} is {value!r}, not of the form {schema['pattern']}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _out_of_bounds(value, schema, place)
    if isinstance(value, dict):
        yield from _in_object(value, schema, place, defined)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], f"{place}[{index}]", defined)


def _is(value: Any, names: str | list[str]) -> bool:
    allowed = [names] if isinstance(names, str) else names
    if isinstance(value, bool):
        return "boolean" in allowed
    return any(isinstance(value, TYPES[name]) for name in allowed)


def _out_of_bounds(value: float, schema: dict[str, Any], place: str) -> Iterator[str]:
    inside = (
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and value > schema.get("exclusiveMinimum", value - 1)
        and value < schema.get("exclusiveMaximum", value + 1)
    )
    if not inside:
        yield f"{place} is {value!r}, out of bounds"


def _in_object(value: dict[str, Any], schema: dict[str, Any], place: str, defined: dict[str, Any]) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    yield from (f"{place} has no '{name}'" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name in properties:
            yield from _faults(item, properties[name], f"{place}.{name}", defined)
        elif others is False:
            yield f"{place} has an unknown '{name}'"
        else:
            yield from _faults(item, others, f"{place}.{name}", defined)
