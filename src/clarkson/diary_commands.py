"""Commands of the diary: write an entry in words, look, correct, take back, give out and take in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clarkson.written import write

if TYPE_CHECKING:
    from clarkson.diary.entries import Entry
    from clarkson.store.store import Store

_NEWEST = 30


def _diary_options(command: Callable[..., None]) -> Callable[..., None]:
    """Whose diary, and where it is kept."""
    whose = click.option(
        "--who-for", "subject", metavar="SUBJECT", default="me", show_default=True, help="Whose diary it is."
    )
    place = click.option(
        "--store", metavar="PLACE", help="A file or a postgresql:// address [CLARKSON_STORE, or the user's own]."
    )
    return whose(place(command))


@click.group()
def diary() -> None:
    """Keep a diary: results, symptoms, attacks, infections and treatments, in words.

    It lies in the store, on this machine only. It reminds of nothing and watches nobody: a leak can start within hours
    of any entry. "clarkson assess store:me" reads what it holds.
    """


@diary.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--at", default="", metavar="TIME", help="07:30, 'yesterday 22:15', 2026-03-04 or '2026-03-04 07:30'.")
@_diary_options
def add(words: tuple[str, ...], at: str, subject: str, store: str | None) -> None:
    """Write an entry: WORDS that say what was measured, felt or taken.

    \b
      clarkson diary add hemoglobin 17.2 g/dL meter HemoCue
      clarkson diary add hematocrit 48 % laboratory --at 2026-03-04
      clarkson diary add blood pressure 92/60 --at 07:30
      clarkson diary add pulse 110        clarkson diary add weight 71.2 kg
      clarkson diary add symptom lightheaded
      clarkson diary add attack severe, hospital
      clarkson diary add infection cold   clarkson diary add trigger travel
      clarkson diary add IVIG 70 g over 4 h
      clarkson diary add took paracetamol 500 mg
      clarkson diary add start theophylline 300 mg twice a day
      clarkson diary add stop theophylline

    Hemoglobin and hematocrit count as finger-prick readings unless "laboratory" is added; the name of the meter or
    of the laboratory may follow. The time is now if none is given. What is not clear is refused.
    """
    from clarkson.diary.diary import write as write_entry

    kept, person = _opened(store, subject)
    _say(write_entry(kept, person, [" ".join(words)], at=at))


@diary.command()
@click.option("--all", "everything", is_flag=True, help=f"All entries, not only the newest {_NEWEST}.")
@click.option("--history", is_flag=True, help="Also what was corrected or taken back, when, by whom and why.")
@_diary_options
def show(everything: bool, history: bool, subject: str, store: str | None) -> None:
    """List the entries, the newest first, with their numbers.

    After a result stands how far a reading can be off by its method alone: 90 of 100 readings lie within.
    """
    from clarkson.diary.diary import NOTICE
    from clarkson.diary.entries import entries

    kept, person = _opened(store, subject)
    found = [each for each in entries(kept, person) if history or not each.withdrawn]
    shown = found if everything else found[:_NEWEST]
    for each in shown:
        click.echo(_line(each))
    if not found:
        click.echo(f"Nothing is written in the diary of '{person}' yet.")
    if len(shown) < len(found):
        click.echo(f"... and {len(found) - len(shown)} earlier ones (--all lists them)")
    click.echo(NOTICE)


@diary.command()
@click.argument("number", type=int)
@click.argument("words", nargs=-1, required=True)
@click.option("--why", required=True, help="The reason; it stays beside the old entry.")
@click.option("--at", default="", metavar="TIME", help="If the time was wrong too.")
@_diary_options
def correct(number: int, words: tuple[str, ...], why: str, at: str, subject: str, store: str | None) -> None:
    """Put WORDS in the place of entry NUMBER. The old one stays in the history."""
    from clarkson.diary.diary import correct as correct_entry

    kept, person = _opened(store, subject)
    _say([correct_entry(kept, person, number, " ".join(words), why=why, at=at)])


@diary.command()
@click.argument("number", type=int)
@click.option("--why", required=True, help="The reason; it stays beside the entry.")
@_diary_options
def withdraw(number: int, why: str, subject: str, store: str | None) -> None:
    """Take entry NUMBER back. It stays in the history."""
    from clarkson.diary.diary import withdraw as withdraw_entry

    kept, person = _opened(store, subject)
    old = withdraw_entry(kept, person, number, why=why)
    click.echo(f"Taken back: {_line(old)}")


@diary.command()
@click.option("--sex", type=click.Choice(["female", "male"]))
@click.option("--age", "age_years", type=click.FloatRange(0, 130), help="In years.")
@_diary_options
def about(sex: str | None, age_years: float | None, subject: str, store: str | None) -> None:
    """Say the sex and the age that an assessment needs."""
    from clarkson.diary.diary import about as say_about
    from clarkson.diary.diary import record_kept
    from clarkson.record.record import Record

    if sex is None and age_years is None:
        raise click.UsageError("say --sex, --age, or both")
    kept, person = _opened(store, subject)
    say_about(kept, person, sex=sex, age_years=age_years)
    record = record_kept(kept, person) or Record(person)
    age = "age not known" if record.age_years is None else f"{record.age_years:g} years"
    click.echo(f"{person}: {record.sex or 'sex not known'}, {age}")


@diary.command()
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv")
@_diary_options
def export(output: Path | None, subject: str, store: str | None) -> None:
    """Write what stands in the diary as CSV. Corrections are not in it: 'clarkson db backup' keeps those too."""
    from clarkson.diary.exchange import give_out

    kept, person = _opened(store, subject)
    text = give_out(kept, person)
    if output is None:
        click.echo(text, nl=False)
    else:
        write(output, text)


@diary.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--patient", metavar="ID", help="How the file calls the person, if not as the diary does.")
@click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich.")
@_diary_options
def import_(file: Path, patient: str | None, timezone: str | None, subject: str, store: str | None) -> None:
    """Take in a CSV FILE of the same person. What the diary has already is not kept twice."""
    from clarkson.diary.exchange import take_in

    kept, person = _opened(store, subject)
    taken = take_in(kept, person, file.read_bytes(), file.name, patient=patient, timezone=timezone)
    click.echo(f"{taken.new} new, {taken.known} known, {len(taken.skipped)} not used")
    for each in taken.skipped:
        click.echo(f"  {each.source}: {each.reason}" + (f" ({each.text})" if each.text else ""))


def diary_ready(subject: str) -> str:
    """The name of the person whose diary is about to be shown, with a store that is there."""
    store, name = _opened(None, subject)
    store.close()
    return name


def _opened(store: str | None, subject: str) -> tuple[Store, str]:
    from clarkson.diary.diary import checked_subject
    from clarkson.diary.opening import diary_store

    name = checked_subject(subject)
    return diary_store(store, say=lambda sentence: click.echo(sentence, err=True)), name


def _say(entries: Sequence[Entry]) -> None:
    for each in entries:
        click.echo(_line(each))


def _line(entry: Entry) -> str:
    fallen = f"  [corrected {entry.withdrawn}]" if entry.withdrawn else ""
    return f"{entry.number:>5}  {entry.when:<16}  {entry.shown}{fallen}"
