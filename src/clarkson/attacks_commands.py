"""The commands over years: attacks and treatments, and the letter for an emergency room. Conventions as in ``cli``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from clarkson.errors import SettingError
from clarkson.whole_file import whole_file
from clarkson.written import json_text, say_written, write

_FILE = click.Path(path_type=Path, dir_okay=False)
LETTERS = (".pdf", ".html")


def _reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how a record is read."""
    options = (
        click.option("--at", metavar="TIME", help="As known then: an ISO time, or hours from the start of the record."),
        click.option("--patient", metavar="ID", help="Whose record, if the file holds several people."),
        click.option("--sex", type=click.Choice(["female", "male"]), help="If the record does not say, or is wrong."),
        click.option("--age", "age_years", type=click.FloatRange(0, 130), help="Age in years, likewise."),
        click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("record")
@click.option("-o", "--output", type=_FILE, required=True, metavar="FILE", help="letter.pdf or letter.html.")
@_reading_options
def letter(record: str, output: Path, **reading: Any) -> None:
    """Write the emergency letter of a RECORD: one A4 page for a physician who has never seen the disease.

    It says what capillary leak syndrome is, this person's own levels and attacks, what did harm before, and leaves
    lines for names, telephones and a signature. It gives no dose and no order. A PDF needs the extra "report".
    """
    from clarkson.history.history import history
    from clarkson.intake import digest_of, input_at, record_of
    from clarkson.report.letter import letter_html, letter_pdf
    from clarkson.watch.assess import assess

    kind = output.suffix.lower()
    if kind not in LETTERS:
        raise SettingError(f"a letter is a .pdf or an .html file, and '{output.name}' is neither")
    data, name = input_at(record)
    read = record_of(data, name, **reading)
    assessed, digest = assess(read), digest_of(data, read)
    make = letter_pdf if kind == ".pdf" else letter_html
    made = make(assessed, history(read), input_name=name, input_sha256=digest)
    with whole_file(output) as partial:
        partial.write_bytes(made if isinstance(made, bytes) else made.encode())
    say_written(output)


@click.command()
@click.argument("record")
@click.option("--treatment", metavar="NAME", help="Weigh this treatment alone; by default every one of the record.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("--html", type=_FILE, metavar="FILE", help="Also write the page, one file that asks nobody for anything.")
@_reading_options
def attacks(record: str, treatment: str | None, as_json: bool, html: Path | None, **reading: Any) -> None:
    """Attacks over years in a RECORD, and whether a treatment helps: a file, -, example:ID or store:SUBJECT.

    Attacks are those entered ("event:attack") and those found in the results. For each treatment it says how many times
    likelier the data are if it helps than if it does nothing, what chance and regression to the mean alone would give,
    and how long until more could be known.
    """
    from clarkson.history.history import history
    from clarkson.intake import digest_of, input_at, record_of
    from clarkson.report.history_document import history_document
    from clarkson.report.history_words import words

    data, name = input_at(record)
    read = record_of(data, name, **reading)
    document = history_document(
        read, history(read), treatment=treatment, input_name=name, input_sha256=digest_of(data, read)
    )
    if html is not None:
        from clarkson.report.history_page import render_history

        write(html, render_history(document))
    click.echo(json_text(document) if as_json else words(document), nl=False)
