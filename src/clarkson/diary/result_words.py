"""Results in words: "hemoglobin 17.2 g/dL meter HemoCue", "blood pressure 92/60", "pulse 110"."""

from __future__ import annotations

import re
from datetime import datetime

from clarkson.analytes import Analyte, Method, analyte, analyte_named
from clarkson.diary.plain import DIARY
from clarkson.errors import RecordError, UnitError
from clarkson.record.doses import kind_of
from clarkson.record.numbers import Decimal, number_of
from clarkson.record.printing import writing_of
from clarkson.record.record import Comparator, Result
from clarkson.units import canonical, scale

_AT_HOME: tuple[Method, ...] = ("finger-prick", "cuff", "scale", "other")
"""How a person measures without a laboratory, the first that an analyte has before the others."""

_IMPLIED = {"heart_rate": "/min", "systolic_pressure": "mmHg", "diastolic_pressure": "mmHg"}
"""Units that everybody means who writes none; no other unit of these is in use at home."""

_EXAMPLES = {"weight": 71.2}
"""Values that stand in examples; of other tests the middle of the healthy."""

_METHODS: dict[str, Method | None] = {
    "meter": None, "laboratory": "laboratory", "lab": "laboratory", "finger-prick": "finger-prick",
    "finger prick": "finger-prick", "fingerprick": "finger-prick", "blood gas": "blood gas", "cuff": "cuff",
    "scale": "scale", "electrophoresis": "electrophoresis", "arterial line": "arterial line",
    "other method": "other",
}  # fmt: skip
_METHOD = rf"(?:\s+(?P<method>{'|'.join(sorted(_METHODS, key=len, reverse=True))})(?:\s+(?P<by>\S.*))?)?"
_VALUE = r"(?P<comparator>[<>≤≥]=?)?\s*(?P<number>[-+]?[\d.,]+)"
_UNIT = r"(?:[^\s\d]|10[*^\d⁰-⁹²³]+/)(?:\S*|\s*/\s*\S+)"
_RESULT = re.compile(
    rf"(?P<name>[^\W\d]\S*?(?:\s+\D+?)?)[:=]?\s+{_VALUE}\s*(?P<unit>{_UNIT})??{_METHOD}", re.IGNORECASE
)
_PRESSURES = re.compile(
    rf"(?:blood\s+pressure|bp)[:=]?\s+(?P<upper>[\d.,]+)\s*/\s*(?P<lower>[\d.,]+)(?:\s*mm\s?hg)?{_METHOD}",
    re.IGNORECASE,
)
_ANY_PRESSURE = re.compile(r"(?:blood\s+pressure|bp)\b", re.IGNORECASE)


def pressures_in_words(said: str, time: datetime, *, exact: bool = True) -> tuple[Result, ...] | None:
    """Systolic and diastolic pressure, or None where the words say no blood pressure.

    Raises
    ------
    RecordError
        They do, and not as two numbers.
    UnitError
        Nobody has such a pressure.
    """
    found = _PRESSURES.fullmatch(said)
    if found is None:
        if _ANY_PRESSURE.match(said):
            raise RecordError(f"'{said}' cannot be read; write both numbers in mmHg, like 'blood pressure 92/60'")
        return None
    both = [
        _result(analyte(key), found[side], "", "", found["method"] or "", found["by"] or "", time, exact)
        for key, side in (("systolic_pressure", "upper"), ("diastolic_pressure", "lower"))
    ]
    if both[0].value <= both[1].value:
        raise RecordError(f"'{said}': the first number of a blood pressure is the higher one; write it like '92/60'")
    return tuple(both)


def result_in_words(said: str, time: datetime, *, exact: bool = True) -> tuple[Result, ...] | None:
    """A result, or None where the words name no test, or an amount of something that is taken.

    Raises
    ------
    RecordError
        The test is known, and what stands behind it is not clear.
    UnitError
        Nobody has such a value, or the unit is missing.
    """
    found = _RESULT.fullmatch(said)
    if found is None:
        _refuse_known(said)
        return None
    known = analyte_named(found["name"])
    if known is None:
        return None
    unit = found["unit"] or ""
    if unit and not _measures(known, unit) and _is_taken(known):
        return None
    values = (found["number"], found["comparator"] or "", unit, found["method"] or "", found["by"] or "")
    return (_result(known, *values, time, exact),)


def home_method(known: Analyte) -> Method:
    """How a test is measured where nothing is said: at home if that can be, else as is usual.

    >>> home_method(analyte("hemoglobin")), home_method(analyte("albumin"))
    ('finger-prick', 'laboratory')
    """
    return next((each for each in _AT_HOME if each in known.method_cv_percent), known.usual_method)


def words_of_result(result: Result) -> str:
    """The words that are read as this result."""
    written = writing_of(result)
    label = analyte(result.analyte).label.lower()
    return f"{label} {written.text} {written.unit}{_by(result)}"


def words_of_pressures(upper: Result, lower: Result) -> str:
    """The words that are read as these two pressures."""
    return f"blood pressure {_short(upper.value)}/{_short(lower.value)}{_by(upper)}"


def _by(result: Result) -> str:
    """The method and whose it was, where they are not what holds without a word."""
    if result.method == home_method(analyte(result.analyte)):
        if not result.laboratory:
            return ""
        word = "laboratory" if result.method == "laboratory" else "meter"
    else:
        word = "other method" if result.method == "other" else result.method
    return f" {word} {result.laboratory}".rstrip()


def _short(number: float) -> str:
    return repr(number).removesuffix(".0")


def _result(
    known: Analyte,
    number: str,
    comparator: str,
    unit: str,
    method: str,
    by: str,
    time: datetime,
    exact: bool,
) -> Result:
    value, sign = _number(known, number, comparator)
    printed = unit or _IMPLIED.get(known.key, "")
    try:
        found = canonical(known.key, value, printed)
    except UnitError as error:
        stop = "" if str(error).endswith("?") else "."
        raise UnitError(f"{error}{stop} Write it like '{_example(known)}'", question=error.question) from None
    return Result(
        known.key,
        found,
        time,
        DIARY,
        method=_method(known, " ".join(method.lower().split())),
        comparator=sign,
        laboratory=by,
        raw_value=f"{sign}{_short(value)}",
        raw_unit=printed,
        exact_time=exact,
    )


def _number(known: Analyte, number: str, comparator: str) -> tuple[float, Comparator]:
    try:
        return number_of(f"{comparator}{number}", Decimal(""))
    except RecordError:
        sentence = f"'{number}' is not one clear number (1,234 could be two): write it like '{_example(known)}'"
        raise RecordError(sentence) from None


def _method(known: Analyte, word: str) -> Method:
    if not word:
        return home_method(known)
    method = _METHODS[word] or home_method(known)
    if word == "meter" and method not in _AT_HOME:
        raise RecordError(
            f"{known.label} is not measured with a meter at home; write 'laboratory' and its name instead"
        )
    if method not in known.method_cv_percent:
        known_methods = " or ".join(known.method_cv_percent) or "none that is known"
        raise RecordError(f"{known.label} is not measured by {method}; its methods are {known_methods}")
    return method


def _measures(known: Analyte, unit: str) -> bool:
    try:
        scale(known.key, unit)
    except UnitError:
        return False
    return True


def _is_taken(known: Analyte) -> bool:
    """Whether what is measured under that name is also given: albumin is, hemoglobin is not."""
    return kind_of(known.label) != "other"


def _refuse_known(said: str) -> None:
    """Refuse words that begin with the name of a test and go on in no clear way."""
    words = said.split()
    for length in range(len(words), 0, -1):
        known = analyte_named(" ".join(words[:length]).rstrip(":="))
        if known is not None and not _is_taken(known):
            raise RecordError(f"'{said}' cannot be read; write it like '{_example(known)}'")


def _example(known: Analyte) -> str:
    healthy = next(iter(known.reference.values()), known.plausible)
    value = _EXAMPLES.get(known.key, (healthy.low + healthy.high) / 2)
    return f"{known.label.lower()} {known.shown(value)}"
