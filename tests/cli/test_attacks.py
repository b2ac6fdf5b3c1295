"""attacks and letter, as a person types them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pikepdf
import pytest

from tests.cli.command import run, start
from tests.pango import needs_pango
from tests.schema import HISTORY_SCHEMA, faults

DIARY = Path(__file__).parents[2] / "examples" / "diary.csv"


def test_attacks_in_words_json_and_page(tmp_path: Path) -> None:
    done = run("attacks", DIARY, "--html", "page.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode().splitlines() == ["Wrote page.html"]
    text = " ".join(done.stdout.decode().split())
    assert "9 attacks in 6.7 years of watched time" in text
    assert "On immunoglobulin 0 attacks in 2.7 years" in text
    assert "<h1>Attacks of made-up-diary</h1>" in (tmp_path / "page.html").read_text(encoding="utf-8")
    asked = run("attacks", DIARY, "--json", "--treatment", "IVIG", cwd=tmp_path)
    document = json.loads(asked.stdout)
    assert list(faults(document, HISTORY_SCHEMA)) == []
    assert [each["name"] for each in document["treatments"]] == ["immunoglobulin"]
    assert run("attacks", DIARY, "--json", "--treatment", "IVIG", cwd=tmp_path).stdout == asked.stdout


def test_only_what_was_known_by_then_is_told() -> None:
    done = run("attacks", DIARY, "--json", "--at", "2021-03-01T00:00+01:00")
    document = json.loads(done.stdout)
    assert len(document["attacks"]) == 4
    assert document["treatments"] == []


def test_a_letter_is_one_page_its_owner_reads_alone_and_the_same_again(tmp_path: Path) -> None:
    needs_pango()
    done = run("letter", DIARY, "-o", "letter.pdf", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == ["Wrote letter.pdf"]
    file = tmp_path / "letter.pdf"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(pikepdf.open(file).pages) == 1
    first = file.read_bytes()
    # Hashes of text differ between processes; what is written does not.
    assert start("letter", DIARY, "-o", "letter.pdf", cwd=tmp_path, PYTHONHASHSEED="7").returncode == 0
    assert file.read_bytes() == first
    assert run("letter", "example:lee2007-1", "-o", "letter.html", cwd=tmp_path).returncode == 0
    assert "Emergency letter" in (tmp_path / "letter.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("letter", str(DIARY), "-o", "letter.docx"), 1, "'letter.docx' is neither"),
        (("letter", str(DIARY)), 2, "--output"),
        (("letter", "nowhere.csv", "-o", "letter.pdf"), 1, "there is no file 'nowhere.csv'"),
        (("letter", str(DIARY), "-o", "nowhere/letter.html"), 1, "there is no folder 'nowhere'"),
        (("attacks", str(DIARY), "--treatment", "aspirin"), 1, "the history holds no treatment 'aspirin'"),
    ],
)
def test_a_wrong_word_is_refused_with_a_sentence(
    arguments: tuple[str, ...], code: int, told: str, tmp_path: Path
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert told in " ".join(done.stderr.decode().split())
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
