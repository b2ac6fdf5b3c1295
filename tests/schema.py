"""Checks a JSON document against the part of JSON Schema that ``docs/assessment.schema.json`` uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "docs" / "assessment.schema.json").read_text(encoding="utf-8")
)
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


def faults(value: Any, schema: dict[str, Any] = SCHEMA, place: str = "document") -> Iterator[str]:
    """Every place where the value breaks the schema."""
    assert set(schema) <= KNOWN_WORDS, f"this checker does not know {set(schema) - KNOWN_WORDS}"
    if "$ref" in schema:
        yield from faults(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], place)
    if "anyOf" in schema and all(list(faults(value, each, place)) for each in schema["anyOf"]):
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
        yield from _in_object(value, schema, place)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from faults(item, schema["items"], f"{place}[{index}]")


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


def _in_object(value: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    yield from (f"{place} has no '{name}'" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name in properties:
            yield from faults(item, properties[name], f"{place}.{name}")
        elif others is False:
            yield f"{place} has an unknown '{name}'"
        else:
            yield from faults(item, others, f"{place}.{name}")
