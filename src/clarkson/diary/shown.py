"""An entry as a person reads it: results with the error of their method, treatments with their days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import NormalDist

from clarkson.analytes import analyte
from clarkson.record.record import Dose, Event, Result
from clarkson.record.rhythm import rhythm_words
from clarkson.simulate.durations import duration_words, number_words

CERTAINTY = 0.90
"""The share of readings that lie within the error that is shown."""

_SPREADS = NormalDist().inv_cdf((1.0 + CERTAINTY) / 2.0)


def shown_facts(facts: Sequence[Result | Dose | Event]) -> str:
    """One fact, or the two pressures of a cuff, in a line.

    >>> from datetime import UTC
    >>> from clarkson.diary.words import read_words
    >>> shown_facts(read_words("hemoglobin 17.2 g/dL", datetime(2026, 3, 4, tzinfo=UTC)))
    'Hemoglobin 17.2 g/dL ± 1.9 (finger-prick, 90 %)'
    """
    first = facts[0]
    if isinstance(first, Result):
        both = [each for each in facts if isinstance(each, Result)]
        return _pressures(both[0], both[1]) if len(both) > 1 else _result(first)
    return _dose(first) if isinstance(first, Dose) else _event(first)


def error_of(result: Result) -> float | None:
    """Half the width of the interval that holds 90 % of readings of one true value, in the canonical unit.

    It is computed from the variation of the method in ``analytes.toml``; None where none is known.

    >>> from datetime import UTC
    >>> from clarkson.diary.words import read_words
    >>> (weight,) = read_words("weight 80 kg", datetime(2026, 3, 4, tzinfo=UTC))
    >>> round(error_of(weight), 2)
    0.26
    """
    percent = analyte(result.analyte).method_cv_percent.get(result.method)
    return None if percent is None else _SPREADS * percent / 100.0 * result.value


def shown_time(time: datetime | None, facts: Sequence[Result | Dose | Event] = ()) -> str:
    """A time as it is listed; the hour is left out where it is not known.

    >>> shown_time(datetime(2026, 3, 4, 7, 30)), shown_time(None)
    ('2026-03-04 07:30', 'no date')
    """
    if time is None:
        return "no date"
    if any(not each.exact_time for each in facts):
        return f"{time:%Y-%m-%d}"
    return f"{time:%Y-%m-%d %H:%M}"


def _result(result: Result) -> str:
    known = analyte(result.analyte)
    error = error_of(result)
    spread = "" if error is None else f" ± {_digits(result, error)}"
    return f"{known.label} {result.comparator}{known.shown(result.value)}{spread} ({_method(result)}){_by(result)}"


def _pressures(upper: Result, lower: Result) -> str:
    errors = [error_of(each) for each in (upper, lower)]
    values = [_digits(each, each.value) for each in (upper, lower)]
    spread = f" ± {_digits(upper, errors[0])}/{_digits(lower, errors[1])}" if errors[0] and errors[1] else ""
    unit = analyte(upper.analyte).shown_unit
    return f"Blood pressure {'/'.join(values)} {unit}{spread} ({_method(upper)}){_by(upper)}"


def _digits(result: Result, value: float) -> str:
    known = analyte(result.analyte)
    return f"{value * known.shown_factor:.{known.shown_digits}f}"


def _method(result: Result) -> str:
    """The method, how sure its error is, and whether its size is no more than an assumption."""
    known = analyte(result.analyte)
    if error_of(result) is None:
        return result.method
    assumed = {"method_cv_percent", f"method_cv_percent.{result.method}"} & set(known.assumed)
    return f"{result.method}, {CERTAINTY:.0%}{', assumed' if assumed else ''}".replace("%", " %")


def _by(result: Result) -> str:
    return f", {result.laboratory}" if result.laboratory else ""


def _dose(dose: Dose) -> str:
    amount = "" if dose.amount is None else f" {number_words(dose.amount)} {dose.unit}".rstrip()
    name = f"{dose.what[0].upper()}{dose.what[1:]}" if dose.what else "Something"
    if dose.lasting:
        often = f" {rhythm_words(dose.every_h)}" if dose.every_h else ""
        until = "it goes on" if dose.end is None else f"stopped {shown_time(dose.end, [dose])}"
        return f"{name}{amount}{often} ({until})"
    over = "" if dose.end is None else f" over {duration_words((dose.end - dose.start).total_seconds() / 3600.0)}"
    return f"{name}{amount}{over}"


def _event(event: Event) -> str:
    kind = "Note" if event.kind == "other" else event.kind.capitalize()
    return kind if event.text == event.kind else f"{kind}: {event.text}"
