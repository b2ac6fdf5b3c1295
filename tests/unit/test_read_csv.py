"""CSV records: long and wide, units, times, column maps, and everything that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

import clarkson as ck
from clarkson.errors import ColumnMapError, RecordError, SettingError

LONG = """patient_id,time,test,value,unit,status
p1,2024-03-01T08:00:00+01:00,Hct,41.2,%,final
p1,2024-03-01T08:00:00+01:00,Albumin,4.3,g%,
p1,2024-06-01T08:00:00+01:00,HGB,13.9,gm/dL,
p1,2024-06-01T08:00:00+01:00,WBC,6.1,K/uL,preliminary
p1,2024-06-01T08:00:00+01:00,CRP,<5,mg/L,
p1,2024-06-01T08:00:00+01:00,4544-3,42,%,
"""


def read(text: str, **options: object) -> ck.Record:
    return ck.read_bytes(text.encode(), "labs.csv", **options)  # type: ignore[arg-type]


def values(record: ck.Record) -> dict[str, float]:
    return {each.analyte: each.value for each in record.results}


def reasons(record: ck.Record) -> list[str]:
    return [f"{each.source.place}: {each.reason}" for each in record.skipped]


def test_a_long_table() -> None:
    record = read(LONG)
    assert record.subject == "p1"
    assert values(record) == pytest.approx(
        {"hematocrit": 0.42, "albumin": 43.0, "hemoglobin": 139.0, "leukocytes": 6.1, "crp": 5.0}
    )
    by_analyte = {each.analyte: each for each in record.results}
    assert by_analyte["crp"].comparator == "<"
    assert by_analyte["leukocytes"].status == "preliminary"
    assert by_analyte["albumin"].source.place == "line 3"
    assert by_analyte["albumin"].raw_unit == "g%"
    assert not record.skipped


def test_a_wide_table_with_units_in_the_header_and_german_numbers() -> None:
    record = read(
        "time;Hct [%];Albumin (g/dL);hb_g_per_l;SBP (mmHg)\n"
        "2024-03-01T08:00Z;41,2;4,3;139;120\n2024-03-02T08:00Z;;;;95\n"
    )
    assert len(record.results) == 5
    assert values(record) == pytest.approx(
        {"hematocrit": 0.412, "albumin": 43.0, "hemoglobin": 139.0, "systolic_pressure": 95.0}
    )
    assert record.results[0].source.place == "line 2, column 2"


def test_hours_from_a_start_instead_of_dates() -> None:
    record = read("hours,analyte,value,unit\n0,Hct,52,%\n-12.5,Hct,42,%\n")
    assert record.origin is not None
    assert [(each.time - record.origin).total_seconds() / 3600 for each in record.results] == [-12.5, 0.0]


@pytest.mark.parametrize(
    ("test", "value", "unit", "fits"),
    [
        ("hct", "0.45", "%", "0.45"),
        ("hct", "45", "L/L", "45"),
        ("albumin", "42", "g/dL", "42 g/L"),
        ("albumin", "4.2", "g/L", "4.2 g/dL"),
        ("sbp", "16", "mmHg", "16"),
        ("albumin", "42", "", "42 g/L"),
    ],
)
def test_a_mix_up_of_units_is_asked_about_and_never_converted(test: str, value: str, unit: str, fits: str) -> None:
    record = read(f"time,test,value,unit\n2024-03-01T08:00Z,{test},{value},{unit}\n")
    assert not record.results
    (asked,) = record.skipped
    assert asked.question
    assert asked.source.place == "line 2"
    assert fits in asked.reason


def test_a_hematocrit_without_a_unit_cannot_be_mistaken() -> None:
    record = read("time,test,value\n2024-03-01T08:00Z,hct,0.42\n2024-03-02T08:00Z,hct,43\n")
    assert [each.value for each in record.results] == pytest.approx([0.42, 0.43])


def test_nothing_is_lost() -> None:
    text = LONG + (
        "p1,2024-06-01T08:00:00+01:00,zinc,5,mg/L,\n"
        "p1,2024-06-01,Hct,44,%,\n"
        "p1,2024-06-01 08:00,Hct,44,%,\n"
        "p1,,Hct,44,%,\n"
        "p1,2024-06-02T08:00:00+01:00,Hct,hemolysed,%,\n"
        "p1,2024-06-02T08:00:00+01:00,Hct,,%,\n"
        "p1,2024-06-02T08:00:00+01:00,Hct,44,furlong,\n"
        "p1,2024-06-02T08:00:00+01:00,Hct,44,%,cancelled\n"
        "p1,2024-06-02T08:00:00+01:00,albumin,9999,g/L,\n"
        "p1,2024-06-02T08:00:00+01:00,albumin,-1,g/L,\n"
        "p1,2024-03-01T08:00:00+01:00,Hct,41.2,%,final\n"
    )
    record = read(text)
    assert len(record.results) == 6
    assert len(record.skipped) == 11
    assert {each.source.place for each in record.skipped} == {f"line {number}" for number in range(8, 19)}
    assert all(each.reason and each.text for each in record.skipped)


def test_a_correction_replaces_and_a_repeat_is_listed() -> None:
    record = read(
        "time,test,value,unit,status\n2024-03-01T08:00Z,albumin,40,g/L,final\n2024-03-01T08:00Z,albumin,24,g/L,corrected\n"
    )
    assert values(record) == {"albumin": 24.0}
    assert "replaced by the correction" in record.skipped[0].reason


def test_times_need_a_zone_and_get_it() -> None:
    text = "time,test,value,unit\n2024-07-01 08:00,Hct,44,%\n"
    assert "has no offset" in read(text).skipped[0].reason
    record = read(text, timezone="Europe/Zurich")
    assert record.results[0].time.isoformat() == "2024-07-01T08:00:00+02:00"
    with pytest.raises(SettingError, match="no time zone"):
        read(text, timezone="Mars/Olympus")


@pytest.mark.parametrize(
    ("time", "why"), [("2024-03-31 02:30", "never happened"), ("2024-10-27 02:30", "happened twice")]
)
def test_the_clock_change_is_met(time: str, why: str) -> None:
    record = read(f"time,test,value,unit\n{time},Hct,44,%\n", timezone="Europe/Zurich")
    assert why in record.skipped[0].reason


def test_a_date_alone_is_noon_and_not_exact() -> None:
    record = read("date,test,value,unit\n2024-07-01,Hct,44,%\n", timezone="UTC")
    assert record.results[0].time.hour == 12
    assert not record.results[0].exact_time


def test_shifted_years_of_deidentified_records_are_read() -> None:
    record = read("time,test,value,unit\n2148-07-01T08:00Z,Hct,44,%\n1099-07-01T08:00Z,Hct,44,%\n")
    assert len(record.results) == 1
    assert "outside" in record.skipped[0].reason


def test_a_column_map(tmp_path: Path) -> None:
    mapped = tmp_path / "map.toml"
    mapped.write_text(
        'timezone = "Europe/Zurich"\ndate_format = "%d.%m.%Y %H:%M"\nsex = "female"\nage_years = 52\nsubject = "A"\n'
        '[columns]\ntime = "Entnahme"\nanalyte = "Wert von"\nvalue = "Zahl"\n'
        '[analytes]\n"Eiweiss im Blut" = "total_protein"\n[units]\ntotal_protein = "g/L"\n',
        encoding="utf-8",
    )
    record = ck.read_bytes(
        "Entnahme;Wert von;Zahl\n01.07.2024 08:00;Eiweiss im Blut;71,5\n".encode("cp1252"), "x.csv", columns=mapped
    )
    assert values(record) == {"total_protein": 71.5}
    assert (record.subject, record.sex, record.age_years) == ("A", "female", 52)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("nonsense = 1", "knows? |says 'nonsense'"),
        ("[columns]\nwhen = 'x'", "knows no 'when'"),
        ("[analytes]\nx = 'unobtainium'", "is no analyte"),
        ("decimal = ';'", "must be"),
        ("sex = 'x'", "must be one of"),
        ("= broken", "no TOML"),
    ],
)
def test_a_wrong_column_map_is_refused_by_name(tmp_path: Path, content: str, why: str) -> None:
    mapped = tmp_path / "map.toml"
    mapped.write_text(content)
    with pytest.raises(ColumnMapError, match=why):
        read(LONG, columns=mapped)


def test_thousands_or_decimals_are_asked_about() -> None:
    record = read('time,test,value,unit\n2024-03-01T08:00Z,platelets,"250,000",/uL\n')
    assert "two ways" in record.skipped[0].reason


def test_doses_events_and_traits() -> None:
    record = read(
        "time,test,value,unit,sex,age\n"
        "2024-03-01T08:00Z,dose:saline 0.9 %,500,mL,F,61\n"
        "2024-03-01T09:00Z,dose:IVIG,70,g,F,61\n"
        "2024-03-01T09:00Z,event:attack,,,F,61\n"
        "2024-03-01T09:00Z,event:party,,,F,61\n"
    )
    assert [(each.kind, each.volume_ml) for each in record.doses] == [("crystalloid", 500.0), ("immunoglobulin", None)]
    assert [each.kind for each in record.events] == ["attack"]
    assert (record.sex, record.age_years) == ("female", 61.0)
    assert "no kind of event" in record.skipped[0].reason


def test_several_people_are_refused_until_one_is_picked() -> None:
    text = "patient_id,time,test,value,unit\na,2024-03-01T08:00Z,Hct,40,%\nb,2024-03-01T08:00Z,Hct,50,%\n"
    with pytest.raises(RecordError, match=r"2 people .*'a', 'b'.*--patient"):
        read(text)
    assert values(read(text, patient="b")) == {"hematocrit": 0.5}
    with pytest.raises(RecordError, match="no results of 'c'"):
        read(text, patient="c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    record = ck.read_bytes("time,test,value,unit\n2024-03-01T08:00Z,creatinine,88,µmol/L\n".encode(encoding), "x.csv")
    assert values(record) == {"creatinine": 88.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("   \n", "is empty"),
        ("a,b\n1,2\n", "no column with times"),
        ("time,colour\n2024-03-01T08:00Z,red\n", "neither a long table"),
    ],
)
def test_a_file_that_is_no_table_says_why(text: str, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        read(text)


def test_ragged_rows_are_survived() -> None:
    record = read(
        "time,test,value,unit\n2024-03-01T08:00Z,Hct\n2024-03-01T08:00Z\n2024-03-02T08:00Z,Hct,44,%,extra,x\n"
    )
    assert values(record) == {"hematocrit": 0.44}
    assert len(record.skipped) == 2
