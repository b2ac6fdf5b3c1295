"""MIMIC-III (demo 1.4): laboratory, vital signs, infusions and diagnoses of people in intensive care, as Parquet.

Reading needs the ``evaluate`` extra (pyarrow).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from clarkson.analytes import Method, Sex, analyte_of_loinc, method_of_loinc
from clarkson.record.doses import volume_ml
from clarkson.record.measured import measured
from clarkson.record.mimic_iii_items import CHARTED, GIVEN
from clarkson.record.public_tables import columns
from clarkson.record.record import Dose, Record, Result, Skipped, Source

CITATION = "MIMIC-III Clinical Database Demo 1.4, doi 10.13026/C2HM2Q"
_SEX: Mapping[str, Sex] = {"F": "female", "M": "male"}
_DAYS_PER_YEAR = 365.25
# The birthday of people of 90 years and more is moved 300 years back.
_OLDEST_SHOWN, _OLDEST_YEARS = 200.0, 90.0
_DRIPS = ("vasopressor", "diuretic")
Found = Result | Dose | Skipped
OfPerson = tuple[int, Found]


def read_mimic_iii(folder: Path) -> Iterator[Record]:
    """The records of all people, in the order of their ids.

    Dates are shifted into another century, the same for all dates of a person: only the time between them is true.
    The age is that at the first admission. Infusions of CareVue give a rate without an end.

    Raises
    ------
    RecordError
        A table or a column is missing in ``folder``, or pyarrow is not installed.

    >>> next(read_mimic_iii(Path("nowhere")))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'patients.parquet' is missing in 'nowhere'
    """
    people = list(zip(*columns(folder / "patients.parquet", ("subject_id", "gender", "dob")), strict=True))
    admitted: dict[int, datetime] = {}
    for subject, time in zip(*columns(folder / "admissions.parquet", ("subject_id", "admittime")), strict=True):
        admitted[subject] = min(time, admitted.get(subject, time))
    diagnoses = _diagnoses(folder)
    found: dict[int, list[Found]] = defaultdict(list)
    for events in (_laboratory(folder), _vital_signs(folder), _infusions(folder), _infusions_of_carevue(folder)):
        for subject, each in events:
            found[subject].append(each)
    for subject, gender, born in sorted(people):
        own = found[subject]
        results = tuple(sorted((each for each in own if isinstance(each, Result)), key=lambda each: each.time))
        yield Record(
            str(subject),
            results,
            tuple(sorted((each for each in own if isinstance(each, Dose)), key=lambda each: each.start)),
            sex=_SEX.get(gender),
            age_years=_age_years(born, admitted.get(subject)),
            weight_kg=next((each.value for each in results if each.analyte == "weight"), None),
            diagnoses=diagnoses.get(subject, ()),
            citation=CITATION,
            skipped=tuple(each for each in own if isinstance(each, Skipped)),
        )


def _age_years(born: datetime | None, admitted: datetime | None) -> float | None:
    if born is None or admitted is None:
        return None
    years = (admitted - born).days / _DAYS_PER_YEAR
    return _OLDEST_YEARS if years > _OLDEST_SHOWN else round(years, 1)


def _diagnoses(folder: Path) -> Mapping[int, tuple[str, ...]]:
    """Diagnoses in words by person, in the order of the table, each once."""
    titles = dict(zip(*columns(folder / "d_icd_diagnoses.parquet", ("icd9_code", "long_title")), strict=True))
    named: dict[int, dict[str, None]] = defaultdict(dict)
    for subject, code in zip(*columns(folder / "diagnoses_icd.parquet", ("subject_id", "icd9_code")), strict=True):
        if code is not None:
            named[subject][titles.get(code, f"ICD-9 {code}")] = None
    return {subject: tuple(words) for subject, words in named.items()}


def _laboratory(folder: Path) -> Iterator[OfPerson]:
    items = _laboratory_items(folder)
    names = ("row_id", "subject_id", "itemid", "charttime", "value", "valuenum", "valueuom")
    rows = columns(folder / "labevents.parquet", names, only=("itemid", items))
    for place, subject, item, time, text, number, unit in zip(*rows, strict=True):
        key, method = items[item]
        source = Source("labevents.parquet", f"row_id {place}")
        if number is None and not text:
            yield subject, Skipped(source, "it has no number", key)
        else:
            printed = text if number is None else number
            yield subject, measured(key, printed, unit or "", time, source, method=method)


def _laboratory_items(folder: Path) -> Mapping[int, tuple[str, Method | None]]:
    """Analyte and method by item, of the items whose LOINC code is known."""
    items: dict[int, tuple[str, Method | None]] = {}
    for item, code, category in zip(
        *columns(folder / "d_labitems.parquet", ("itemid", "loinc_code", "category")), strict=True
    ):
        entry = analyte_of_loinc(code) if code else None
        if entry is not None:
            of_gas = category == "Blood Gas" and "blood gas" in entry.method_cv_percent
            items[item] = entry.key, "blood gas" if of_gas else method_of_loinc(code)
    return items


def _vital_signs(folder: Path) -> Iterator[OfPerson]:
    names = ("row_id", "subject_id", "itemid", "charttime", "valuenum", "valueuom", "error")
    rows = columns(folder / "chartevents.parquet", names, only=("itemid", CHARTED))
    for place, subject, item, time, number, unit, error in zip(*rows, strict=True):
        key, method, usual_unit = CHARTED[item]
        source = Source("chartevents.parquet", f"row_id {place}")
        if error == 1:
            yield subject, Skipped(source, "the chart marks it as an error", key)
        elif number is None:
            yield subject, Skipped(source, "it has no number", key)
        else:
            yield subject, measured(key, number, unit or usual_unit, time, source, method=method)


def _infusions(folder: Path) -> Iterator[OfPerson]:
    labels = _labels(folder)
    names = ("row_id", "subject_id", "itemid", "starttime", "endtime", "amount", "amountuom", "statusdescription")
    rows = columns(folder / "inputevents_mv.parquet", names, only=("itemid", GIVEN))
    for place, subject, item, start, end, amount, unit, status in zip(*rows, strict=True):
        source = Source("inputevents_mv.parquet", f"row_id {place}")
        if status == "Rewritten":
            yield subject, Skipped(source, "it was rewritten", labels[item])
        else:
            yield subject, _dose(item, labels[item], start, end, amount, unit, source)


def _infusions_of_carevue(folder: Path) -> Iterator[OfPerson]:
    """A drip stands in two kinds of rows, of its rate and of its amount: the rate is taken."""
    labels = _labels(folder)
    names = ("row_id", "subject_id", "itemid", "charttime", "amount", "amountuom", "rate", "rateuom")
    rows = columns(folder / "inputevents_cv.parquet", names, only=("itemid", GIVEN))
    for place, subject, item, time, amount, unit, rate, rate_unit in zip(*rows, strict=True):
        source = Source("inputevents_cv.parquet", f"row_id {place}")
        if GIVEN[item] not in _DRIPS:
            yield subject, _dose(item, labels[item], time, None, amount, unit, source)
        elif rate_unit is None:
            yield subject, Skipped(source, "the amount of a drip whose rate is read", labels[item])
        else:
            yield subject, _dose(item, labels[item], time, None, rate, rate_unit, source)


def _labels(folder: Path) -> Mapping[int, str]:
    return dict(zip(*columns(folder / "d_items.parquet", ("itemid", "label")), strict=True))


def _dose(
    item: int,
    what: str,
    start: datetime | None,
    end: datetime | None,
    amount: float | None,
    unit: str | None,
    source: Source,
) -> Dose | Skipped:
    if start is None:
        return Skipped(source, "it has no time", what)
    if amount is None:
        return Skipped(source, "it has no amount", what)
    if amount <= 0.0:
        return Skipped(source, "nothing was given", f"{what} {amount:g}")
    unit = unit or ""
    return Dose(GIVEN[item], what, start, source, end, amount, unit, volume_ml(amount, unit))
