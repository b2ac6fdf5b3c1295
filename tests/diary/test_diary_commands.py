"""The commands of the diary, as a person runs them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from clarkson.cli import clarkson


def test_a_diary_is_kept_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "private" / "store.db"
    monkeypatch.setenv("CLARKSON_STORE", str(place))
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(clarkson, arguments)
        return done.exit_code, done.stdout, done.stderr + str(done.exception or "")

    code, said, remark = ran(
        "diary", "add", "hemoglobin", "17.2", "g/dL", "meter", "HemoCue", "--at", "2026-03-04T08:30Z"
    )
    assert (code, f"The diary is kept in {place}" in remark) == (0, True)
    assert "Hemoglobin 17.2 g/dL ± 1.9 (finger-prick, 90 %), HemoCue" in said
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    number = said.split()[0]
    assert ran("diary", "add", "blood pressure 92/60", "--who-for", "anna")[2] == ""

    code, said, _ = ran("diary", "correct", number, "hemoglobin 12.7 g/dL", "--why", "read it wrong")
    assert (code, "Hemoglobin 12.7 g/dL ± 1.4" in said) == (0, True)
    code, said, _ = ran("diary", "show", "--history")
    assert "17.2" in said
    assert "read it wrong" in said
    assert "92/60" not in said
    assert "The diary does not watch you" in said

    code, _, remark = ran("diary", "export", "-o", "me.csv")
    assert code == 0
    assert stat.S_IMODE((tmp_path / "me.csv").stat().st_mode) == 0o600
    assert ran("diary", "import", "me.csv")[1] == "0 new, 1 known, 0 not used\n"
    code, _, remark = ran("diary", "import", "me.csv", "--who-for", "anna")
    assert (code, "has no results of 'anna'" in remark) == (1, True)
    assert "12.7" not in ran("diary", "show", "--who-for", "anna")[1]

    code, _, remark = ran("diary", "add", "hemoglobin 17")
    assert (code, "Write it like 'hemoglobin 13.5 g/dL'" in remark) == (1, True)
    assert ran("diary", "about", "--sex", "female", "--age", "45")[1] == "me: female, 45 years\n"
    assert "me, female, 45 years, 1 result" in ran("assess", "store:me")[1]

    newest = ran("diary", "show")[1].split()[0]
    assert "Taken back" in ran("diary", "withdraw", newest, "--why", "not mine")[1]
    assert "Nothing is written in the diary of 'me' yet." in ran("diary", "show")[1]
    for words in ("attack severe", "IVIG 70 g over 4 h", "pulse 110"):
        assert "2026-03-04  " in ran("diary", "add", words, "--at", "2026-03-04", "--who-for", "carl")[1]
    history = ran("db", "history", "carl")[1]
    assert (history.count("2026-03-04 "), "12:00" in history) == (3, False)
    log = ran("db", "audit")[1]
    # Of what was refused before it was looked at nothing is said, and of what was written no reading.
    assert [line.split("\t")[2] for line in log.splitlines()][:3] == ["import", "import", "correct"]
    assert "anna" not in log
