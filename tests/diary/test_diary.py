"""The diary on its store: kept, corrected, stopped, taken back, given out and taken in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clarkson.diary.diary import about, correct, stop, withdraw, write
from clarkson.diary.entries import Entry, entries
from clarkson.diary.exchange import give_out, take_in
from clarkson.diary.moments import moment, now_here
from clarkson.diary.opening import diary_store
from clarkson.diary.plain import Fact, plain
from clarkson.errors import ClarksonError, RecordError, SettingError, StoreError
from clarkson.record.record import Dose, Result
from clarkson.store.opening import make_store, open_store
from clarkson.store.store import Store
from tests.diary.written import NOW, entry_words

ME, ANNA = "me", "anna"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = make_store(str(tmp_path / "store.db"), who="tester")
    yield made
    made.close()


def standing(store: Store, subject: str = ME) -> list[str]:
    return [each.shown for each in entries(store, subject) if not each.withdrawn]


def put(store: Store, words: str, at: str = "2026-03-04T08:30Z", subject: str = ME) -> Entry:
    (entry,) = write(store, subject, [words], at=at)
    return entry


def facts_of(store: Store, subject: str = ME) -> set[Fact]:
    record = store.record(subject)
    facts: tuple[Fact, ...] = (*record.results, *record.doses, *record.events)
    return {plain(each) for each in facts}


def test_entries_are_listed_the_newest_first(store: Store) -> None:
    put(store, "hemoglobin 17.2 g/dL meter HemoCue", at="2026-03-04T08:30Z")
    put(store, "attack severe, hospital", at="2025-01-02T03:04Z")
    put(store, "blood pressure 92/60", at="2026-03-05T08:30Z")
    assert standing(store) == [
        "Blood pressure 92/60 mmHg ± 5/3 (cuff, 90 %, assumed)",
        "Hemoglobin 17.2 g/dL ± 1.9 (finger-prick, 90 %), HemoCue",
        "Attack: severe, hospital",
    ]


def test_several_lines_are_kept_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(ClarksonError):
        write(store, ME, ["pulse 110", "pulse fast"])
    assert standing(store) == []
    written = write(store, ME, ["pulse 110", "blood pressure 92/60"])
    assert len(written) == 2


def test_what_stands_already_is_not_kept_twice(store: Store) -> None:
    first, again = put(store, "attack"), put(store, "attack")
    assert first.number == again.number
    assert len(entries(store, ME)) == 1


def test_the_same_form_sent_twice_arrives_once(store: Store) -> None:
    # A second click comes a moment later, so that the two differ in their time.
    write(store, ME, ["symptom nausea"], now=NOW, token="t")
    write(store, ME, ["symptom nausea"], now=NOW + timedelta(seconds=1), token="t")
    assert len(standing(store)) == 1
    write(store, ME, ["symptom nausea"], now=NOW + timedelta(seconds=1), token="u")
    assert len(standing(store)) == 2


def test_a_correction_stands_in_place_of_the_old_and_can_be_turned_back(store: Store) -> None:
    first = put(store, "hemoglobin 17.2 g/dL")
    second = correct(store, ME, first.number, "hemoglobin 12.7 g/dL", why="read it wrong")
    assert standing(store) == ["Hemoglobin 12.7 g/dL ± 1.4 (finger-prick, 90 %)"]
    assert second.time == first.time
    correct(store, ME, second.number, "hemoglobin 17.2 g/dL", why="it was right")
    assert standing(store) == ["Hemoglobin 17.2 g/dL ± 1.9 (finger-prick, 90 %)"]
    fallen = [each.withdrawn for each in entries(store, ME) if each.withdrawn]
    assert [each.rsplit(": ")[1] for each in fallen] == ["it was right", "read it wrong"]
    with pytest.raises(StoreError, match="does not stand any more"):
        correct(store, ME, first.number, "hemoglobin 15 g/dL", why="again")
    with pytest.raises(StoreError, match="needs a reason"):
        withdraw(store, ME, entries(store, ME)[0].number, why=" ")


def test_a_correction_is_of_the_same_thing(store: Store) -> None:
    first = put(store, "hemoglobin 17.2 g/dL")
    with pytest.raises(RecordError, match="is something else"):
        correct(store, ME, first.number, "blood pressure 92/60", why="typo")
    with pytest.raises(RecordError, match="says that already"):
        correct(store, ME, first.number, "hemoglobin 17.2 g/dL", why="typo")
    assert len(standing(store)) == 1


def test_both_pressures_fall_together(store: Store) -> None:
    first = put(store, "blood pressure 92/60")
    correct(store, ME, first.numbers[1], "blood pressure 96/60", why="typo")
    assert standing(store) == ["Blood pressure 96/60 mmHg ± 5/3 (cuff, 90 %, assumed)"]
    withdraw(store, ME, entries(store, ME)[0].number, why="other arm")
    assert store.record(ME).results == ()


def test_what_was_taken_back_can_be_written_again(store: Store) -> None:
    withdraw(store, ME, put(store, "attack").number, why="was none")
    assert standing(store) == []
    withdraw(store, ME, put(store, "attack").number, why="was none")
    put(store, "attack")
    assert standing(store) == ["Attack"]


def test_a_treatment_goes_on_until_it_is_stopped(store: Store) -> None:
    put(store, "start theophylline 300 mg twice a day", at="2026-01-01T08:00Z")
    with pytest.raises(RecordError, match="goes on already"):
        put(store, "start Theophylline 400 mg daily")
    with pytest.raises(SettingError, match="after the time of its stop"):
        put(store, "stop theophylline", at="2025-12-31T08:00Z")
    with pytest.raises(RecordError, match="what goes on is 'theophylline'"):
        put(store, "stop theophyline")
    ended = put(store, "stop theophylline", at="2026-02-01T08:00Z")
    (dose,) = store.record(ME).doses
    assert (dose.lasting, dose.amount, dose.every_h) == (True, 300.0, 12.0)
    assert dose.end == datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert [each.withdrawn.rsplit(": ")[1] for each in entries(store, ME) if each.withdrawn] == ["stopped"]
    # A stop can be moved, and moved back.
    later = stop(store, ME, str(ended.number), datetime(2026, 2, 3, tzinfo=UTC))
    stop(store, ME, str(later.number), datetime(2026, 2, 1, 8, tzinfo=UTC))
    assert [each.end for each in store.record(ME).doses] == [datetime(2026, 2, 1, 8, tzinfo=UTC)]
    put(store, "start theophylline 400 mg daily", at="2026-02-10T08:00Z")
    assert [each.amount for each in store.record(ME).doses] == [300.0, 400.0]


def test_a_corrected_treatment_keeps_its_end(store: Store) -> None:
    put(store, "start theophylline 300 mg twice a day", at="2026-01-01T08:00Z")
    ended = put(store, "stop theophylline", at="2026-02-01T08:00Z")
    correct(store, ME, ended.number, "start theophylline 200 mg twice a day", why="typo")
    (dose,) = store.record(ME).doses
    assert (dose.amount, dose.end) == (200.0, datetime(2026, 2, 1, 8, tzinfo=UTC))


def test_two_peoples_diaries_never_mix(store: Store) -> None:
    mine, hers = put(store, "pulse 110"), put(store, "pulse 70", subject=ANNA)
    assert "70" not in standing(store)[0]
    attempts: tuple[Callable[[], Entry], ...] = (
        lambda: correct(store, ME, hers.number, "pulse 80", why="typo"),
        lambda: withdraw(store, ANNA, mine.number, why="typo"),
        lambda: stop(store, ME, str(hers.number), now_here()),
    )
    for work in attempts:
        with pytest.raises(StoreError, match="has no entry"):
            work()
    with pytest.raises(RecordError, match="has no results of 'anna'"):
        take_in(store, ANNA, give_out(store, ME).encode(), "me.csv")
    assert (len(standing(store)), len(standing(store, ANNA))) == (1, 1)


def test_everything_is_in_the_audit_log_without_names_or_values(store: Store) -> None:
    first = put(store, "pulse 117", subject="Zaubernuss")
    correct(store, "Zaubernuss", first.number, "pulse 118", why="typo")
    give_out(store, "Zaubernuss")
    lines = list(store.audit())
    assert [line[2] for line in lines] == ["import", "correct", "export"]
    assert {line[1] for line in lines} == {"tester"}
    assert {line[3] for line in lines} == {store.hashed("Zaubernuss")}
    assert not any(word in repr(lines) for word in ("Zaubernuss", "117", "118", "typo"))


def test_the_audit_log_says_what_was_done_and_a_reading_only_where_something_was_shown(store: Store) -> None:
    def logged(work: Callable[[], object]) -> list[tuple[str, str]]:
        before = len(list(store.audit()))
        with suppress(ClarksonError):
            work()
        return [(action, detail) for _, _, action, _, detail in list(store.audit())[before:]]

    added, corrected = [("import", "2 new facts")], [("correct", "fact 2")]
    assert logged(lambda: put(store, "start theophylline 300 mg", at="2026-03-01")) == added
    assert logged(lambda: put(store, "start theophylline 300 mg", at="2026-03-01")) == [("read history", "1 facts")]
    assert logged(lambda: put(store, "start theophylline 200 mg", at="2026-03-02")) == [("read history", "1 facts")]
    assert logged(lambda: put(store, "no such words")) == []
    assert logged(lambda: put(store, "stop theophylline", at="2026-03-03")) == corrected
    assert logged(lambda: put(store, "stop midodrine")) == [("read history", "2 facts")]
    pressures = put(store, "blood pressure 92/60")
    old, new = pressures.numbers[0], "blood pressure 95/60"
    both = [("correct", f"facts {old}, {old + 1}")]
    assert logged(lambda: correct(store, ME, old, new, why="typo")) == both
    assert logged(lambda: correct(store, ME, old, new, why="typo")) == [("read history", "6 facts")]
    assert logged(lambda: withdraw(store, ME, put(store, "pulse 90").number, why="x"))[-1][0] == "correct"
    assert [each[0] for each in logged(lambda: about(store, ME, sex="female", age_years=None))] == ["import"]
    out = give_out(store, ME).encode()
    assert [each[0] for each in logged(lambda: give_out(store, ME))] == ["export"]
    assert [each[0] for each in logged(lambda: take_in(store, ME, out, "a.csv"))] == ["read history"]
    assert [each[0] for each in logged(lambda: take_in(store, ANNA, out, "a.csv", patient=ME))] == ["import"]
    assert [each[0] for each in logged(lambda: entries(store, ME))] == ["read history"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store to copy: making one takes longer than all else."""
    place = tmp_path_factory.mktemp("empty") / "store.db"
    make_store(str(place)).close()
    return place


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(entry_words, min_size=1, max_size=5, unique=True), days=st.integers(0, 3000))
def test_out_and_in_again_loses_nothing(empty: Path, lines: list[str], days: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = (open_store(shutil.copy(empty, f"{folder}/{name}.db")) for name in "ab")
        for place, line in enumerate(lines):
            at = (NOW - timedelta(days=days, minutes=place)).astimezone(timezone(timedelta(hours=5, minutes=45)))
            # Of two that start the same treatment the second is refused.
            with suppress(RecordError):
                write(first, ME, [line], at=at.isoformat())
        about(first, ME, sex="female", age_years=45.5)
        text = give_out(first, ME)
        taken = take_in(second, ME, text.encode(), "diary.csv")
        assert (taken.known, taken.skipped) == (0, ())
        assert taken.new == len(facts_of(first))
        assert facts_of(second) == facts_of(first)
        assert give_out(second, ME) == text
        again = take_in(first, ME, text.encode(), "diary.csv")
        assert (again.new, again.known) == (0, taken.new)
        assert give_out(first, ME) == text
        assert (second.record(ME).sex, second.record(ME).age_years) == ("female", 45.5)
        first.close()
        second.close()


def test_a_file_ends_a_treatment_and_brings_nothing_back(store: Store, tmp_path: Path) -> None:
    other = make_store(str(tmp_path / "other.db"))
    put(store, "start theophylline 300 mg twice a day", at="2026-01-01T08:00Z")
    wrong = put(store, "pulse 110")
    before = give_out(store, ME).encode()
    take_in(other, ME, before, "a.csv")
    put(store, "stop theophylline", at="2026-02-01T08:00Z")
    withdraw(store, ME, wrong.number, why="typo")
    assert take_in(other, ME, give_out(store, ME).encode(), "b.csv").new == 1
    assert [each.end for each in other.record(ME).doses] == [datetime(2026, 2, 1, 8, tzinfo=UTC)]
    for each in (store, other):
        assert take_in(each, ME, before, "a.csv").new == 0
        assert [dose.end for dose in each.record(ME).doses] == [datetime(2026, 2, 1, 8, tzinfo=UTC)]
    assert store.record(ME).results == ()


def test_what_cannot_have_happened_is_listed_and_not_kept(store: Store) -> None:
    about(store, ME, sex=None, age_years=45.0)
    later = (now_here() + timedelta(days=1)).isoformat()
    rows = f"{later},pulse,90,/min\n1950-01-01T08:00Z,pulse,90,/min\n2026-01-01T08:00Z,pulse,90,/min\n"
    taken = take_in(store, ME, f"time,test,value,unit\n{rows}".encode(), "a.csv")
    assert taken.new == 1
    assert ["before birth" in taken.skipped[0].reason, "in the future" in taken.skipped[1].reason] == [True, True]


def test_times_are_said_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    try:
        now = datetime(2026, 3, 29, 10, tzinfo=UTC).astimezone()
        read = {
            words: moment(words, now)[0].isoformat()
            for words in ("now", "07:30", "yesterday 22:15", "2026-03-04 07:30", "2026-03-04", "2026-03-04T07:30Z")
        }
        assert read == {
            "now": "2026-03-29T12:00:00+02:00",
            "07:30": "2026-03-29T07:30:00+02:00",
            "yesterday 22:15": "2026-03-28T22:15:00+01:00",
            "2026-03-04 07:30": "2026-03-04T07:30:00+01:00",
            "2026-03-04": "2026-03-04T12:00:00+01:00",
            "2026-03-04T07:30Z": "2026-03-04T07:30:00+00:00",
        }
        assert [moment(words, now)[1] for words in ("now", "2026-03-04")] == [True, False]
        for words, sentence in (
            ("13:00", "in the future"),
            ("2026-03-30", "in the future"),
            ("02:30", "never happened here"),
            ("2025-10-26 02:30", "happened twice here"),
            ("25:00", "is no time"),
            ("tomorrow", "is no time"),
            ("2026-02-30", "is no time"),
        ):
            with pytest.raises(SettingError, match=sentence):
                moment(words, now)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_nobody_writes_before_birth(store: Store) -> None:
    with pytest.raises(SettingError, match="outside 1900"):
        put(store, "pulse 90", at="1899-01-01")
    about(store, ME, sex="male", age_years=45.0)
    with pytest.raises(SettingError, match="before birth"):
        put(store, "pulse 90", at="1975-01-01")
    assert put(store, "pulse 90", at="1995-01-01")


def test_a_day_without_its_hour_says_so(store: Store) -> None:
    entry = put(store, "hemoglobin 14 g/dL", at="2026-03-04")
    (result,) = store.record(ME).results
    assert isinstance(result, Result)
    assert (result.exact_time, entry.when) == (False, "2026-03-04")


@pytest.mark.parametrize(
    "words", ["attack severe, hospital", "infection cold", "IVIG 70 g over 4 h", "start midodrine"]
)
def test_a_day_of_an_event_or_a_dose_gets_no_hour(words: str, store: Store) -> None:
    entry = put(store, words, at="2026-03-04")
    assert (entry.exact, entry.when) == (False, "2026-03-04")
    assert put(store, words.replace("start", "took").replace("midodrine", "midodrine 5 mg")).when != "2026-03-04"
    text = give_out(store, ME)
    take_in(store, ANNA, text.encode(), "me.csv", patient=ME)
    assert facts_of(store, ANNA) == facts_of(store)
    assert sorted(line.split(",")[3] for line in text.splitlines()[1:]) == ["", "no"]
    corrected = correct(store, ME, entry.number, entry.words, why="with its hour", at="2026-03-04T09:00Z")
    assert corrected.exact


def test_a_treatment_that_stopped_on_a_day_gets_no_hour(store: Store) -> None:
    put(store, "start midodrine 5 mg daily", at="2026-03-01T08:00Z")
    shown = put(store, "stop midodrine", at="2026-03-04").shown
    assert shown == "Midodrine 5 mg daily (stopped 2026-03-04)"
    take_in(store, ANNA, give_out(store, ME).encode(), "me.csv", patient=ME)
    assert facts_of(store, ANNA) == facts_of(store)


def test_a_stop_on_a_day_comes_in_as_the_stop_of_what_goes_on(store: Store) -> None:
    for subject in (ME, ANNA):
        put(store, "start midodrine 5 mg daily", at="2026-03-01T08:00Z", subject=subject)
    put(store, "stop midodrine", at="2026-03-04")
    take_in(store, ANNA, give_out(store, ME).encode(), "me.csv", patient=ME)
    assert standing(store, ANNA) == ["Midodrine 5 mg daily (stopped 2026-03-04)"]


def test_sex_and_age_are_kept_and_an_answer_that_cannot_be_is_said(store: Store) -> None:
    about(store, ME, sex="female", age_years=45.0)
    assert store.record(ME).sex == "female"
    about(store, ME, sex="male", age_years=None)
    assert (store.record(ME).sex, store.record(ME).age_years) == ("male", 45.0)
    with pytest.raises(StoreError, match="replaced since"):
        about(store, ME, sex="female", age_years=45.0)


def test_the_store_is_made_on_first_use_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    place = str(tmp_path / "new" / "store.db")
    diary_store(place, say=said.append).close()
    diary_store(place, say=said.append).close()
    assert len(said) == 1
    assert place in said[0]
    (tmp_path / "text.db").write_text("no store at all, but a text of some length")
    with pytest.raises(StoreError, match="no SQLite file"):
        diary_store(str(tmp_path / "text.db"), say=said.append)


def test_a_lasting_dose_is_no_fluid_that_was_given_once() -> None:
    from clarkson.record.record import Record, Source
    from clarkson.watch.inputs import inputs

    start = NOW - timedelta(hours=4)
    once = Dose("albumin", "albumin 20 %", start, Source("t"), amount=100.0, unit="mL", volume_ml=100.0)
    lasting = Dose("albumin", "albumin 20 %", start, Source("t"), None, 100.0, "mL", 100.0, lasting=True, every_h=336.0)
    assert inputs(Record(ME, doses=(once,)), None, NOW)[0].any()
    assert not inputs(Record(ME, doses=(lasting,)), None, NOW)[0].any()
