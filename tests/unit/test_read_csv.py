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


@pytest.mark.parametrize("words", ["event:attack,severe,", "event:infection,cold,", "dose:IVIG,70,g"])
def test_a_date_alone_of_an_event_or_a_dose_is_not_exact(words: str) -> None:
    times = ("2024-07-01", "2024-07-01T12:00Z", "2024-07-01T12:00Z")
    record = read(
        "time,test,value,unit,end,exact\n"
        + "".join(f"{time},{words},,{exact}\n" for time, exact in zip(times, ("", "", "no"), strict=True)),
        timezone="UTC",
    )
    found = [each.exact_time for each in record.events] + [each.exact_time for each in record.doses]
    assert found == [False, True, False]


def test_a_dose_that_ended_on_a_day_is_not_exact() -> None:
    (dose,) = read("time,test,value,unit,end\n2024-07-01T08:00Z,dose:midodrine,5,mg,2024-07-03\n", timezone="UTC").doses
    assert not dose.exact_time


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
        ("timezone = 'Mars/Olympus'", "no time zone"),
        ("date_format = '%d.%m. %H:%M'", "needs a year"),
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


@pytest.mark.parametrize(
    ("sign", "text", "value"),
    [
        (".", 'time,test,value,unit\n2024-03-01T08:00Z,platelets,"250,000",/uL\n', 250.0),
        (",", "time;test;value;unit\n2024-03-01T08:00Z;platelets;250.000;/uL\n", 250.0),
        (",", "time;test;value;unit\n2024-03-01T08:00Z;albumin;41,250;g/L\n", 41.25),
    ],
)
def test_a_column_map_says_which_sign_is_the_decimal_one(tmp_path: Path, sign: str, text: str, value: float) -> None:
    mapped = tmp_path / "map.toml"
    mapped.write_text(f'decimal = "{sign}"\n')
    assert [each.value for each in read(text, columns=mapped).results] == [value]


@pytest.mark.parametrize(("other", "read_as"), [("41,2", None), ("41.2", 1.25), ("41", None)])
def test_other_numbers_of_the_file_tell_the_decimal_sign(other: str, read_as: float | None) -> None:
    """With a semicolon 1.250 is 1.25 or 1250; lactate can be 1.25 mmol/L only."""
    record = read(f"time;test;value;unit\n2024-03-01T08:00Z;lactate;1.250;mmol/L\n2024-03-01T08:00Z;Hct;{other};%\n")
    assert values(record).get("lactate") == read_as
    assert len(record.results) + len(record.skipped) == 2


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
    picked = read(text, patient="b")
    assert values(picked) == {"hematocrit": 0.5}
    assert [each.reason for each in picked.skipped] == ["1 row belongs to another person or to nobody"]
    with pytest.raises(RecordError, match="no results of 'c'"):
        read(text, patient="c")


def test_names_in_a_wide_table_are_people() -> None:
    text = "name,date,Hct [%]\nAnn,2024-03-01,41\nBob,2024-03-02,52\n"
    with pytest.raises(RecordError, match="'Ann', 'Bob'"):
        read(text, timezone="UTC")
    assert values(read(text, timezone="UTC", patient="Bob")) == {"hematocrit": 0.52}


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
    record = read("time,test,value,unit\n2024-03-01T08:00Z,Hct\n2024-03-01T08:00Z\n2024-03-02T08:00Z,Hct,44,%,,\n")
    assert values(record) == {"hematocrit": 0.44}
    assert len(record.skipped) == 2


@pytest.mark.parametrize(
    "text",
    [
        "time,test,unit,value\n2024-03-01T08:00Z,Hct,%,41,2\n",
        "time,Hct [%],HR (/min)\n2024-03-01T08:00Z,41,80,5\n",
        "time,Hct [%],\n2024-03-01T08:00Z,41,2\n",
    ],
)
def test_a_decimal_comma_between_commas_is_not_cut_off(text: str) -> None:
    """41,2 must not become 41: the row has more cells than the header."""
    record = read(text)
    assert not record.results
    assert "decimal sign" in record.skipped[0].reason


def test_an_open_quotation_mark_swallows_no_line_unsaid() -> None:
    record = read('time,test,value,unit\n2024-03-01T08:00Z,"Hct,41,%\n2024-03-02T08:00Z,Hct,42,%\n')
    assert not record.results
    assert reasons(record) == ["lines 2 to 3: a quotation mark takes several lines into one cell"]


def test_quotation_marks_in_a_comment_or_a_remark_mean_nothing() -> None:
    record = read(
        'time,test,value,unit,remark\n#x,"y\n2024-03-01T08:00Z,Hct,41,%,"two\nlines"\n2024-03-02T08:00Z,Hct,42,%,\n'
    )
    assert [(each.source.place, each.value) for each in record.results] == [("lines 3 to 4", 0.41), ("line 5", 0.42)]
    assert reasons(record) == ["line 1, column 5: the column 'remark' was not read"]


def test_columns_that_are_not_read_are_named() -> None:
    long = read(",time,test,value,unit,flag\n1,2024-03-01T08:00Z,Hct,41,%,H\n")
    assert reasons(long) == [
        "line 1, column 1: a column without a name was not read",
        "line 1, column 6: the column 'flag' was not read",
    ]
    wide = read("time,Hct [%],zinc\n2024-03-01T08:00Z,41,12\n2024-03-02T08:00Z,42,\n")
    assert [each.source.place for each in wide.skipped] == ["line 2, column 3"]
    assert wide.skipped[0].text == "12"


def test_a_date_and_a_clock_time_in_two_columns() -> None:
    record = read("date,time,Hct [%]\n2024-03-01,08:30,41\n2024-03-02,,42\n", timezone="UTC")
    assert [(each.time.isoformat(), each.exact_time) for each in record.results] == [
        ("2024-03-01T08:30:00+00:00", True),
        ("2024-03-02T12:00:00+00:00", False),
    ]


def test_an_hour_of_the_day_is_not_taken_for_hours_from_a_start(tmp_path: Path) -> None:
    text = "date,hour,Hct [%]\n2024-03-01,8,41\n2024-03-02,8,52\n"
    with pytest.raises(RecordError, match="'date' and 'hour' both say when"):
        read(text)
    mapped = tmp_path / "map.toml"
    mapped.write_text('timezone = "UTC"\n[columns]\ndate = "date"\n')
    assert [each.time.day for each in read(text, columns=mapped).results] == [1, 2]


def test_the_method_of_a_wide_row_counts_where_the_test_can_have_it() -> None:
    record = read("time,Hb (g/dL),SBP (mmHg),2862-1 (g/L),method\n2024-03-01T08:00Z,14,120,40,finger-prick\n")
    assert {each.analyte: each.method for each in record.results} == {
        "hemoglobin": "finger-prick",
        "systolic_pressure": "cuff",
        "albumin": "electrophoresis",
    }


def test_a_preliminary_result_gives_way_to_the_final_one() -> None:
    record = read(
        "time,test,value,unit,status\n2024-03-01T08:00Z,Hct,41,%,preliminary\n2024-03-01T08:00Z,Hct,41,%,final\n"
    )
    assert [(each.status, each.source.place) for each in record.results] == [("final", "line 3")]
    assert reasons(record) == ["line 2: replaced by the final result at line 3"]


def test_a_correction_leaves_another_method_alone() -> None:
    record = read(
        "time,test,value,unit,status,method\n"
        "2024-03-01T08:00Z,Hb,14,g/dL,corrected,laboratory\n2024-03-01T08:00Z,Hb,15,g/dL,final,finger-prick\n"
    )
    assert {each.method: each.value for each in record.results} == {"laboratory": 140.0, "finger-prick": 150.0}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("dose:saline,-500,mL,", "amount is negative: -500 mL"),
        ("dose:saline,>500,mL,", "no exact number"),
        ("dose:saline,much,mL,", "no number"),
        ("dose:saline,500,mL,cancelled", "status is 'cancelled'"),
        ("event:attack,,,entered-in-error", "status is 'entered-in-error'"),
    ],
)
def test_a_dose_or_event_that_does_not_stand_is_listed(row: str, why: str) -> None:
    record = read(f"time,test,value,unit,status\n2024-03-01T08:00Z,{row}\n")
    assert not record.doses
    assert not record.events
    assert why in record.skipped[0].reason


def test_a_diagnosis_is_an_event_and_a_diagnosis() -> None:
    assert read("time,test,value\n2024-03-01T08:00Z,event:diagnosis,MGUS\n").diagnoses == ("MGUS",)


def test_traits_that_cannot_be_read_are_listed() -> None:
    record = read(
        "time,test,value,unit,sex,age\n2024-03-01T08:00Z,Hct,41,%,?,61 y\n2025-03-01T08:00Z,Hct,42,%,w,60\n"
        "2026-03-01T08:00Z,Hct,43,%,w,61\n2026-03-02T08:00Z,Hct,43,%,w,610\n"
    )
    assert (record.sex, record.age_years) == ("female", 61.0)
    assert [each.source.place for each in record.skipped] == [
        "line 2, column 5",
        "line 2, column 6",
        "line 5, column 6",
    ]
    both = read("time,test,value,unit,sex\n2024-03-01T08:00Z,Hct,41,%,F\n2024-03-02T08:00Z,Hct,42,%,M\n")
    assert both.sex is None
    assert reasons(both) == ["line 3, column 5: the column names female and male"]
