"""Public data sets: made-up files of their shape, and the real ones where they are at hand."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import compute, parquet, table

from clarkson.balance.sample import samples
from clarkson.errors import RecordError
from clarkson.record.concepts import concept_sets
from clarkson.record.measured import measured
from clarkson.record.mimic import read_mimic
from clarkson.record.mimic_items import charted, given
from clarkson.record.park import read_park
from clarkson.record.physionet_2012 import read_physionet_2012
from clarkson.record.public_tables import columns, sheet
from clarkson.record.record import Record, Result, Skipped, Source
from clarkson.record.tongji import read_tongji
from tests.workbooks import workbook

DATA = os.environ.get("CLARKSON_DATA", "")
PHYSIONET, TONGJI, MIMIC, PARK = (
    "physionet-challenge-2012",
    "wuhan-tongji-covid-2020",
    "mimic-iii-demo-1.4",
    "dengue-plosntd",
)
DAY = datetime(2100, 1, 1, 8, tzinfo=UTC)


def real(folder: str) -> Callable[[Any], Any]:
    """Marks a test that needs the real set."""

    def marked(test: Any) -> Any:
        skip = pytest.mark.skipif(not (Path(DATA) / folder).is_dir(), reason=f"CLARKSON_DATA names no {folder}")
        return pytest.mark.data(skip(test))

    return marked


def write(folder: Path, name: str, rows: Mapping[str, Sequence[object]]) -> None:
    parquet.write_table(table(dict(rows)), folder / f"{name}.parquet")


def values(record: Record) -> list[tuple[str, float]]:
    return [(each.analyte, round(each.value, 6)) for each in record.results]


def of(records: Iterable[Record], key: str) -> int:
    return sum(each.analyte == key for record in records for each in record.results)


# A number of a table


def test_a_bound_is_kept_as_one() -> None:
    found = measured("platelets", "<5", "K/uL", DAY, Source("labs"))
    assert isinstance(found, Result)
    assert (found.value, found.comparator, found.raw_value) == (5.0, "<", "<5")


@pytest.mark.parametrize(
    ("key", "printed", "unit", "asks"),
    [
        ("platelets", -1.0, "10*9/L", False),
        ("hemoglobin", 6.4, "g/L", True),
        ("albumin", 3.5, "", True),
        ("albumin", float("nan"), "g/dL", False),
        ("hemoglobin", "DONE", "g/dL", False),
    ],
)
def test_a_bad_number_is_skipped_with_its_source(key: str, printed: float | str, unit: str, asks: bool) -> None:
    found = measured(key, printed, unit, DAY, Source("labs", "row 4"))
    assert isinstance(found, Skipped)
    assert str(found.source) == "labs, row 4"
    assert found.question is asks
    assert key in found.text


def test_a_number_without_a_time_is_skipped() -> None:
    found = measured("albumin", 35.0, "g/L", None, Source("labs"))
    assert isinstance(found, Skipped)
    assert found.reason == "it has no time"


# Files that are not as they should be


@pytest.mark.parametrize("reader", [read_physionet_2012, read_tongji, read_mimic, read_park])
def test_a_missing_file_is_named(reader: Callable[[Path], Iterable[Record]], tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"is missing in|has no table patients"):
        list(reader(tmp_path))


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    for name in ("a.parquet", "a.xlsx"):
        (tmp_path / name).write_bytes(b"no table at all")
    with pytest.raises(RecordError, match=r"'a.parquet' cannot be read as Parquet"):
        columns(tmp_path / "a.parquet", ["itemid"])
    with pytest.raises(RecordError, match=r"'a.xlsx' cannot be read as a workbook"):
        sheet(tmp_path / "a.xlsx")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a", {"itemid": [1]})
    with pytest.raises(RecordError, match="lacks the columns 'charttime', 'value'"):
        columns(tmp_path / "a.parquet", ["value", "itemid", "charttime"])


@pytest.mark.parametrize(
    ("package", "read"),
    [("python_calamine", lambda file: sheet(file)), ("pyarrow", lambda file: columns(file, ["itemid"]))],
)
def test_a_missing_package_is_answered_with_its_extra(
    package: str, read: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "table"
    file.touch()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RecordError, match=r"clarkson\[evaluate\]"):
        read(file)


# PhysioNet 2012


def physionet(folder: Path) -> list[Record]:
    rows: list[tuple[int, str, str | None, float | None]] = [
        (7, "00:00", "RecordID", 7.0),
        (7, "00:00", "Age", 67.0),
        (7, "00:00", "Gender", 0.0),
        (7, "00:00", "Height", -1.0),
        (7, "00:00", "ICUType", 4.0),
        (7, "00:00", "Weight", -1.0),
        (7, "25:30", "HCT", 33.3),
        (7, "01:00", "Albumin", 2.9),
        (7, "01:00", "NISysABP", 110.0),
        (7, "01:00", "SysABP", 0.0),
        (7, "01:00", "Urine", 900.0),
        (7, "02:00", "", 12.0),
        (7, "02:00", None, 12.0),
        (7, "02:00", "Na", None),
        (7, "soon", "Na", 140.0),
        (5, "00:00", "Gender", -1.0),
        (5, "00:00", "Weight", 81.0),
        (5, "00:10", "SaO2", 97.0),
    ]
    names = ("RecordID", "Time", "Parameter", "Value")
    write(folder, "set-a", dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    (folder / "Outcomes-a.txt").write_text("RecordID,SAPS-I,In-hospital_death\n5,6,0\n7,16,1\n", encoding="utf-8")
    return list(read_physionet_2012(folder))


def test_physionet_stays_become_records(tmp_path: Path) -> None:
    first, second = physionet(tmp_path)
    assert (first.subject, first.sex, first.weight_kg) == ("5", None, 81.0)
    assert first.diagnoses == ("survived to discharge",)
    assert values(first) == [("weight", 81.0), ("oxygen_saturation", 0.97)]
    assert (second.subject, second.sex, second.age_years) == ("7", "female", 67.0)
    assert second.height_cm is None
    assert second.weight_kg is None
    assert second.diagnoses == ("surgical intensive care unit", "died in hospital")
    assert values(second) == [("albumin", 29.0), ("systolic_pressure", 110.0), ("hematocrit", 0.333)]
    assert second.origin is not None
    assert second.results[-1].time - second.origin == timedelta(hours=25.5)
    assert second.results[1].method == "cuff"


def test_physionet_bad_rows_are_listed(tmp_path: Path) -> None:
    _, second = physionet(tmp_path)
    reasons = {str(each.source): each.reason for each in second.skipped}
    assert set(reasons) == {f"set-a.parquet, row {place}" for place in (3, 5, 9, 11, 12, 13, 14)}
    assert "cannot be negative" in reasons["set-a.parquet, row 5"]
    assert reasons["set-a.parquet, row 11"] == reasons["set-a.parquet, row 12"] == "it names no parameter"
    assert reasons["set-a.parquet, row 13"] == "it has no number"
    assert reasons["set-a.parquet, row 14"] == "it has no time"


@real(PHYSIONET)
def test_physionet_as_it_is() -> None:
    folder = Path(DATA) / PHYSIONET
    names = parquet.read_table(folder / "set-a.parquet", columns=["Parameter"]).column("Parameter")
    printed = {each["values"]: each["counts"] for each in compute.value_counts(names).to_pylist()}
    found: Counter[str] = Counter()
    people = died = skipped = 0
    for record in read_physionet_2012(folder):
        people += 1
        died += "died in hospital" in record.diagnoses
        skipped += sum(not each.text.startswith("Height") for each in record.skipped)
        found.update(each.analyte for each in record.results)
    assert (people, died) == (4000, 554)
    assert (found["hematocrit"], found["albumin"]) == (printed["HCT"], printed["Albumin"]) == (18271, 2356)
    read = "HCT WBC Platelets Albumin Na K HCO3 Creatinine BUN Lactate SysABP DiasABP MAP NISysABP NIDiasABP NIMAP"
    read += " HR RespRate SaO2 Temp Weight"
    assert found.total() + skipped == sum(printed[name] for name in read.split(" "))
    assert skipped < 0.003 * found.total()


# Tongji

TONGJI_COLUMNS = (
    "PATIENT_ID RE_DATE age gender outcome hemoglobin hematocrit albumin|Platelet count|White blood cell count|"
    "Red blood cell count|mean corpuscular volume|mean corpuscular hemoglobin concentration|total protein|globulin|"
    "serum sodium|Serum potassium|Serum chloride|HCO3-|calcium|creatinine|Urea|High sensitivity C-reactive protein|"
    "Lactate dehydrogenase|glucose "
)


def tongji(folder: Path, rows: Sequence[Mapping[str, object]]) -> tuple[Record, ...]:
    first, *others = TONGJI_COLUMNS.split("|")
    header = [*first.split(" "), *others]
    cells = [[row.get(name.strip()) for name in header] for row in rows]
    workbook(folder / "time_series_375_prerpocess_en.xlsx", [header, *cells])
    return read_tongji(folder)


def test_tongji_rows_are_joined_by_patient(tmp_path: Path) -> None:
    person: dict[str, object] = {"age": 73, "gender": 1, "outcome": 0}
    late, early = datetime(2020, 2, 2, 6, 30), datetime(2020, 1, 31, 1, 25)
    first, second = tongji(
        tmp_path,
        [
            person | {"PATIENT_ID": 1, "RE_DATE": late, "albumin": 33.3, "glucose": 6.0},
            person | {"RE_DATE": early, "hemoglobin": 136, "hematocrit": 39.2},
            {"PATIENT_ID": 2, "RE_DATE": early, "age": 50, "gender": 2, "outcome": 1, "Lactate dehydrogenase": 306},
        ],
    )
    assert (first.subject, first.sex, first.age_years) == ("1", "male", 73.0)
    assert first.diagnoses == ("COVID-19", "survived to discharge")
    assert values(first) == [("hematocrit", 0.392), ("hemoglobin", 136.0), ("albumin", 33.3)]
    assert first.results[0].time == early.replace(tzinfo=UTC)
    assert str(first.results[0].source).endswith("row 3")
    assert (second.subject, second.sex, second.diagnoses) == ("2", "female", ("COVID-19", "died in hospital"))
    assert values(second) == [("ldh", 306.0)]


def test_tongji_bad_cells_are_listed(tmp_path: Path) -> None:
    day = datetime(2020, 1, 31, 1, 25)
    (only,) = tongji(
        tmp_path,
        [
            {"PATIENT_ID": 1, "RE_DATE": day, "hematocrit": 40, "Platelet count": -1, "White blood cell count": 6.1},
            {"RE_DATE": day, "hemoglobin": 6.4, "White blood cell count": 20.8, "Red blood cell count": 4.4},
            {"albumin": 31.0},
        ],
    )
    assert values(only) == [("hematocrit", 0.4), ("leukocytes", 6.1)]
    assert [each.source.place for each in only.skipped] == ["row 2", "row 3", "row 3", "row 3", "row 4"]
    assert [each.question for each in only.skipped] == [False, True, False, False, False]
    assert sum("urine" in each.reason for each in only.skipped) == 2


def test_tongji_without_a_first_patient_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="row 2: no patient is named"):
        tongji(tmp_path, [{"albumin": 31.0}])


@real(TONGJI)
def test_tongji_as_it_is() -> None:
    records = read_tongji(Path(DATA) / TONGJI)
    assert len(records) == 375
    # Survivors and deaths, Yan 2020.
    assert Counter(each.diagnoses[1] for each in records) == {"survived to discharge": 201, "died in hospital": 174}
    assert (of(records, "hematocrit"), of(records, "albumin")) == (957, 934)
    refused = [each.text for record in records for each in record.skipped]
    assert sum(text.startswith("platelets -1") for text in refused) == 4
    assert "hemoglobin 6.4 g/L" in refused
    # Counts of blood come with a hematocrit; no white count of urine is left among them.
    assert of(records, "leukocytes") == of(records, "hematocrit")


# MIMIC-III


def mimic(folder: Path) -> list[Record]:
    later = DAY + timedelta(hours=3)
    born = [datetime(2030, 1, 1, tzinfo=UTC), datetime(1800, 1, 1, tzinfo=UTC)]
    write(folder, "patients", {"subject_id": [2, 1], "gender": ["F", "M"], "dob": born})
    write(folder, "admissions", {"subject_id": [2, 1, 2], "admittime": [later, DAY, DAY]})
    write(
        folder,
        "diagnoses_icd",
        {"row_id": list(range(3)), "subject_id": [1, 1, 1], "icd9_code": ["99591", "0", "99591"]},
    )
    write(folder, "d_icd_diagnoses", {"icd9_code": ["99591"], "long_title": ["Sepsis"]})
    write(
        folder,
        "d_labitems",
        {
            "itemid": [50862, 51221, 50811, 50931],
            "loinc_code": ["1751-7", "4544-3", "718-7", "2345-7"],
            "category": ["Chemistry", "Hematology", "Blood Gas", "Chemistry"],
        },
    )
    labs = [
        (50862, later, "2.9", 2.9, "g/dL"),
        (51221, DAY, "30.1", 30.1, "%"),
        (50811, DAY, "9.9", 9.9, "g/dL"),
        (50931, DAY, "100", 100.0, "mg/dL"),
        (50862, DAY, "2.9", 2.9, None),
        (50811, DAY, "DONE", None, "g/dL"),
        (50811, DAY, None, None, "g/dL"),
        (51221, None, "30", 30.0, "%"),
    ]
    names = ("itemid", "charttime", "value", "valuenum", "valueuom")
    listed = dict(zip(names, map(list, zip(*labs, strict=True)), strict=True))
    write(folder, "labevents", {"row_id": list(range(8)), "subject_id": [1] * 8, **listed})
    charted = [
        (226531, 220.0, None, 0),
        (220045, 0.0, "bpm", None),
        (220179, 96.0, "mmHg", 1),
        (51, 101.0, "mmHg", None),
        (223761, 98.6, "?F", 0),
        (211, None, "BPM", None),
        (5820, 90.0, "%", None),
    ]
    names_of_chart = ("itemid", "valuenum", "valueuom", "error")
    listed = dict(zip(names_of_chart, map(list, zip(*charted, strict=True)), strict=True))
    write(folder, "chartevents", {"row_id": list(range(7)), "subject_id": [1] * 7, "charttime": [DAY] * 7, **listed})
    given = {225158: "NaCl 0.9%", 30008: "Albumin 5%", 221906: "Norepinephrine", 30120: "Levophed-k"}
    write(folder, "d_items", {"itemid": list(given), "label": list(given.values())})
    write(
        folder,
        "inputevents_mv",
        {
            "row_id": [0, 1, 2],
            "subject_id": [1, 1, 2],
            "itemid": [225158, 225158, 221906],
            "starttime": [DAY, DAY, DAY],
            "endtime": [later, later, later],
            "amount": [500.0, 500.0, 2.5],
            "amountuom": ["ml", "ml", "mg"],
            "statusdescription": ["FinishedRunning", "Rewritten", "Stopped"],
        },
    )
    write(
        folder,
        "inputevents_cv",
        {
            "row_id": [0, 1, 2, 3, 4],
            "subject_id": [1] * 5,
            "itemid": [30008, 30008, 30120, 30120, 30008],
            "charttime": [DAY] * 5,
            "amount": [250.0, 0.0, None, 1.2, None],
            "amountuom": ["ml", None, None, "mg", "ml"],
            "rate": [None, None, 0.1, None, None],
            "rateuom": [None, None, "mcgkgmin", None, None],
        },
    )
    return list(read_mimic(folder))


def test_mimic_people_become_records(tmp_path: Path) -> None:
    first, second = mimic(tmp_path)
    assert (first.subject, first.sex, first.age_years) == ("1", "male", 90.0)
    assert first.diagnoses == ("Sepsis", "ICD-9 0")
    assert first.weight_kg == pytest.approx(99.79, abs=0.01)
    assert (second.subject, second.sex, second.age_years) == ("2", "female", 70.0)
    assert sorted((each.analyte, round(each.value, 3), each.method) for each in first.results) == [
        ("albumin", 29.0, "laboratory"),
        ("hematocrit", 0.301, "laboratory"),
        ("hemoglobin", 99.0, "blood gas"),
        ("systolic_pressure", 101.0, "arterial line"),
        ("temperature", 37.0, "other"),
        ("weight", 99.79, "scale"),
    ]
    assert first.results[-1].analyte == "albumin"


def test_mimic_doses_are_what_ran(tmp_path: Path) -> None:
    first, second = mimic(tmp_path)
    assert {(each.kind, each.amount, each.unit, each.volume_ml) for each in first.doses} == {
        ("crystalloid", 500.0, "ml", 500.0),
        ("albumin", 250.0, "ml", 250.0),
        ("vasopressor", 0.1, "mcgkgmin", None),
    }
    assert len(first.doses) == 3
    (only,) = second.doses
    assert (only.kind, only.what, only.end) == ("vasopressor", "Norepinephrine", DAY + timedelta(hours=3))


def test_mimic_bad_rows_are_listed(tmp_path: Path) -> None:
    first, _ = mimic(tmp_path)
    refused = {(each.source.file, each.source.place[-1]): each for each in first.skipped if each.count == 1}
    assert {
        *(("labevents", place) for place in "4567"),
        *(("chartevents", place) for place in "125"),
        ("inputevents_mv", "1"),
        *(("inputevents_cv", place) for place in "134"),
    } <= set(refused)
    assert refused["labevents", "4"].question
    assert refused["chartevents", "2"].reason == "the chart marks it as an error"
    assert refused["inputevents_cv", "4"].reason == "it has no amount"


def test_no_item_stands_for_two_things() -> None:
    items = [item for group in concept_sets()["mimic"]["charted"] for item in group["items"]]
    items += [item for group in concept_sets()["mimic"]["given"].values() for item in group]
    assert len(items) == len(set(items)) == len(charted()) + len(given())


@real(MIMIC)
def test_mimic_as_it_is() -> None:
    folder = Path(DATA) / MIMIC
    records = list(read_mimic(folder))
    assert len(records) == 100
    assert (of(records, "hematocrit"), of(records, "albumin")) == (2443, 413)
    assert all(each.diagnoses for each in records)
    # What a row is read as agrees with what the hospital called the item.
    labels = dict(zip(*columns(folder / "d_items.parquet", ("itemid", "label")), strict=True))
    words = {"systolic_pressure": "systolic", "diastolic_pressure": "diastolic", "mean_pressure": "mean"}
    words |= {"heart_rate": "heart rate", "respiratory_rate": "respiratory", "temperature": "temp"}
    for item, (entry, _, _) in charted().items():
        assert words.get(entry.key, "") in labels[item].lower()


# Park

PARK_COLUMNS = [
    *("age2", "sex", "dengue", "dhf", "dhf34"),
    *("ast_m3", "wbc_m3", "albumin_m3", "max_hct_m3", "platelets_m3"),
    *("ast_m1", "wbc_m1", "albumin_m1", "max_hct_m1", "platelets_m1"),
]


def park(folder: Path) -> tuple[Record, ...]:
    well = [30, 5200, 4.5, 40, 271000]
    ill = [53, 2300, 3.1, 48.5, 23000]
    rows: list[list[object]] = [
        ["12-13", 1, 1, 1, 0, *well, *ill],
        ["4-5", 2, 1, 1, 1, *well, *ill],
        ["0-1", 2, 1, 0, 0, *well, 53, -1, 45, None, 23000],
        ["unknown", 9, 0, 0, 0, *well, *well],
    ]
    workbook(folder / "dengue-data-13.xlsx", [PARK_COLUMNS, *rows])
    return read_park(folder)


def test_park_children_have_two_days(tmp_path: Path) -> None:
    records = park(tmp_path)
    assert [each.diagnoses[0] for each in records] == [
        "dengue hemorrhagic fever",
        "dengue hemorrhagic fever with shock",
        "dengue fever",
        "no dengue",
    ]
    assert [(each.sex, each.age_years) for each in records] == [
        ("male", 13.0),
        ("female", 5.0),
        ("female", 1.0),
        (None, None),
    ]
    before, after = samples(records[0])
    assert after.time - before.time == timedelta(hours=48)
    assert (before.value("hematocrit"), after.value("hematocrit")) == (0.4, 0.485)
    assert (before.value("albumin"), after.value("albumin")) == (45.0, 31.0)
    assert (before.value("platelets"), after.value("leukocytes")) == (271.0, 2.3)


def test_park_bad_cells_are_listed(tmp_path: Path) -> None:
    third = park(tmp_path)[2]
    assert len(third.results) == 5
    assert [each.text for each in third.skipped] == ["albumin 45 g/dL", "leukocytes -1 /uL"]
    assert all(str(each.source) == "dengue-data-13.xlsx, row 4" for each in third.skipped)


@real(PARK)
def test_park_as_it_is() -> None:
    records = read_park(Path(DATA) / PARK)
    assert len(records) == 257
    assert (of(records, "hematocrit"), of(records, "albumin")) == (514, 514)
    assert all(len(samples(each)) == 2 for each in records)
    assert sum("hemorrhagic" in each.diagnoses[0] for each in records) == 51
    # Girls of each diagnosis, table 1 of the paper.
    assert Counter(each.diagnoses[0] for each in records if each.sex == "female") == {
        "no dengue": 51,
        "dengue fever": 51,
        "dengue hemorrhagic fever": 14,
        "dengue hemorrhagic fever with shock": 8,
    }
    assert not any(each.skipped for each in records)
