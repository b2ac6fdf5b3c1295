"""The case format: a published episode as JSON, one file an episode (``docs/formats.md``).

Times are hours from presentation. A printed range keeps its lower end and says so; a baseline value
that also stands among the observations before presentation is read once, from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from clarkson.analytes import analyte_named
from clarkson.errors import RecordError, UnitError
from clarkson.record.doses import kind_of, volume_ml
from clarkson.record.record import Comparator, Dose, Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.record.times import ORIGIN, hours_after_origin
from clarkson.record.traits import age_years_of, height_cm_of, sex_of, weight_kg_of
from clarkson.units import canonical

BASELINE_HOURS = -30.0 * 24.0  # stands for "before": the source seldom says how long before
_COMPARATORS: Mapping[str, Comparator] = {"": "", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
Found = TypeVar("Found")


def read_case(data: Mapping[str, Any], name: str) -> Record:
    """The record of a case file.

    Raises
    ------
    RecordError
        The file is no case: it has no patient or no list of observations.
    """
    patient, observations = data.get("patient"), data.get("observations")
    if not isinstance(patient, dict) or not isinstance(observations, list):
        raise RecordError(f"'{name}' is no case file: it needs 'patient' and a list of 'observations'")
    skipped: list[Skipped] = []
    results = _each(observations, name, "observations", _observation, skipped)
    for key, entry in _part(data, "baseline", dict, name, skipped).items():
        when = _table(entry).get("when")
        source = Source(name, f"baseline.{key}, {when}" if isinstance(when, str) else f"baseline.{key}")
        found = _attempt(lambda: _baseline(key, entry, source), source, skipped)  # noqa: B023 - called at once
        if found is None:
            continue
        same = next((each for each in results if _is_the_baseline(each, found)), None)
        if same is None:
            results.append(found)
        else:
            results[results.index(same)] = replace(same, steady=True)
            skipped.append(Skipped(source, f"read once, from {same.source.place}, as the baseline", str(entry)))
    doses = _each(_part(data, "treatments", list, name, skipped), name, "treatments", _treatment, skipped)
    settled, repeats = settle(results)
    _list_ranges(observations, name, skipped)
    _list_m_protein(data, name, skipped)

    def trait(key: str, read: Callable[[Any], Found]) -> Found | None:
        value, source = patient.get(key), Source(name, f"patient.{key}")
        return None if value is None else _attempt(lambda: read(value), source, skipped, str(value))

    return Record(
        subject=str(data.get("id") or name),
        results=settled,
        doses=tuple(sorted(doses, key=lambda each: each.start)),
        events=_events(data, name),
        sex=trait("sex", lambda value: sex_of(str(value))),
        age_years=trait("age_years", lambda value: age_years_of(_needed(value))),
        height_cm=trait("height_cm", lambda value: height_cm_of(_needed(value))),
        weight_kg=trait("weight_kg", lambda value: weight_kg_of(_needed(value))),
        diagnoses=_diagnoses(data),
        citation=_citation(_table(data.get("source"))),
        origin=ORIGIN,
        skipped=(*skipped, *repeats),
    )


def _each(
    entries: list[Any], name: str, part: str, read: Callable[[Any, Source], Found], skipped: list[Skipped]
) -> list[Found]:
    found = []
    for place, entry in enumerate(entries):
        source = Source(name, f"{part}[{place}]")
        one = _attempt(lambda: read(entry, source), source, skipped, str(entry))  # noqa: B023 - called at once
        if one is not None:
            found.append(one)
    return found


def _attempt(read: Callable[[], Found], source: Source, skipped: list[Skipped], text: str = "") -> Found | None:
    try:
        return read()
    except UnitError as error:
        skipped.append(Skipped(source, str(error), text, question=error.question))
    except RecordError as error:
        skipped.append(Skipped(source, str(error), text))
    return None


def _part(data: Mapping[str, Any], key: str, kind: type[Found], name: str, skipped: list[Skipped]) -> Found:
    """A part of the file that may be missing; what is of another kind is listed."""
    value = data.get(key)
    if isinstance(value, kind):
        return value
    if value is not None:
        skipped.append(Skipped(Source(name, key), f"it is no {'object' if kind is dict else 'list'}", str(value)))
    return kind()


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _needed(value: Any) -> float:
    number = _number(value)
    if number is None:
        raise RecordError(f"'{value}' is no number")
    return number


def _is_the_baseline(observed: Result, baseline: Result) -> bool:
    return (observed.analyte, observed.value) == (baseline.analyte, baseline.value) and observed.time < ORIGIN


def _observation(entry: Any, source: Source) -> Result:
    hours = _number(_table(entry).get("t_hours"))
    if hours is None:
        raise RecordError("it has no number 't_hours'")
    return _result(str(entry.get("analyte")), entry, hours, source)


def _baseline(key: str, entry: Any, source: Source) -> Result:
    return _result(key, entry, BASELINE_HOURS, source, steady=True)


def _result(key: str, entry: Any, hours: float, source: Source, *, steady: bool = False) -> Result:
    known, value = analyte_named(key), _number(_table(entry).get("value"))
    unit, printed = str(_table(entry).get("unit") or ""), str(_table(entry).get("qualifier") or "")
    if known is None:
        raise RecordError(f"'{key}' is no test that Clarkson knows")
    if value is None:
        raise RecordError(f"{known.label} has no number")
    if printed not in _COMPARATORS:
        raise RecordError(f"'{printed}' is no comparator; known are <, <=, > and >=")
    return Result(
        analyte=known.key,
        value=canonical(known.key, value, unit),
        time=hours_after_origin(hours),
        source=source,
        method=known.usual_method,
        comparator=_COMPARATORS[printed],
        raw_value=f"{printed}{value:g}",
        raw_unit=unit,
        steady=steady,
        exact_time=not steady and entry.get("t_exact") is True,
    )


def _treatment(entry: Any, source: Source) -> Dose:
    hours, what = _number(_table(entry).get("t_hours")), str(_table(entry).get("what") or "")
    if hours is None or not what:
        raise RecordError("a treatment needs 't_hours' and 'what'")
    amount, unit = _number(entry.get("dose")), str(entry.get("unit") or "")
    if amount is not None and amount < 0:
        raise RecordError(f"its amount is negative: {amount:g} {unit}".rstrip())
    return Dose(
        kind_of(what),
        what,
        hours_after_origin(hours),
        source,
        amount=amount,
        unit=unit,
        volume_ml=volume_ml(amount, unit),
    )


def _events(data: Mapping[str, Any], name: str) -> tuple[Event, ...]:
    trigger = data.get("trigger")
    if not isinstance(trigger, str) or not trigger:
        return ()
    return (Event("trigger", trigger, None, Source(name, "trigger")),)


def _diagnoses(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = [data["diagnosis"]] if isinstance(data.get("diagnosis"), str) else []
    protein = _table(data.get("m_protein"))
    if protein.get("present") is True:
        isotype = protein.get("isotype")
        found.append(f"monoclonal gammopathy, {isotype}" if isinstance(isotype, str) else "monoclonal gammopathy")
    return tuple(found)


def _citation(source: Mapping[str, Any]) -> str:
    parts = [source.get("first_author"), source.get("journal"), source.get("year"), source.get("url")]
    return ", ".join(str(part) for part in parts if part)


def _list_m_protein(data: Mapping[str, Any], name: str, skipped: list[Skipped]) -> None:
    """The size of an M-protein, which the format gives without a time."""
    size = _table(data.get("m_protein")).get("g_per_L")
    if size is not None:
        skipped.append(Skipped(Source(name, "m_protein.g_per_L"), "it has no time", str(size)))


def _list_ranges(observations: list[Any], name: str, skipped: list[Skipped]) -> None:
    """The upper ends of printed ranges, which are not read."""
    for place, entry in enumerate(observations):
        ends = _table(entry).get("range")
        if isinstance(ends, list) and len(ends) > 1:
            source = Source(name, f"observations[{place}]")
            skipped.append(
                Skipped(source, "the source prints a range; its lower end was read", f"{ends[0]} to {ends[-1]}")
            )
