"""The command line. Results go to stdout, everything else to stderr.

Exit codes: 0 it ran, whatever was found; 1 it failed; 2 wrong use; 3 a leak was found and ``--fail-on``
was given; 130 interrupted. Heavy imports stand inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import math
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from clarkson.attacks_commands import attacks, letter
from clarkson.base_rates_commands import base_rates
from clarkson.diary_commands import diary as diary_group
from clarkson.diary_commands import diary_ready
from clarkson.errors import ClarksonError
from clarkson.evaluate_commands import evaluate, learn
from clarkson.formats import FORMATS
from clarkson.phenotype_commands import phenotype
from clarkson.record_commands import check, convert
from clarkson.review_commands import review
from clarkson.screen_commands import screen
from clarkson.simulate_commands import export, parameters, simulate
from clarkson.store_commands import db, import_
from clarkson.twin_commands import fit
from clarkson.watch_commands import watch
from clarkson.written import json_text, say_address, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEMO = "example:pmc10372265-1"
PIPED_WIDTH = 100
NARROWEST = 60
OK, FAILED, FOUND, INTERRUPTED = 0, 1, 3, 130
FOUND_AT = {
    "leak": ("leak", "leak masked by fluids"),
    "possible": ("leak", "leak masked by fluids", "possible leak"),
}


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no "▲" still gets the sentences
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        with clarkson.make_context("clarkson", arguments) as context:
            clarkson.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except ClarksonError as error:
        return _failed(str(error))
    except BrokenPipeError:  # the reader has seen enough, as in `clarkson assess FILE | head`
        _close_stdout()
        return OK
    except OSError as error:
        _close_stdout()
        return _failed(f"'{error.filename}': {error.strerror}" if error.filename else str(error))
    return OK


def _failed(sentence: str) -> int:
    click.echo(f"clarkson: {sentence}", err=True)
    return FAILED


def _close_stdout() -> None:
    """Let what is still buffered go nowhere, or Python reports it once more on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_probability(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0.0 < value < 1.0:
        raise click.BadParameter(f"{value:g} is not between 0 and 1; 0.01 means 1 in 100.")
    return value


def _is_age(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and (math.isnan(value) or not 0.0 <= value <= 130.0):
        raise click.BadParameter(f"{value:g} is no age in years.")
    return value


def _record_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how a record is read and assessed."""
    file = click.Path(path_type=Path, dir_okay=False)
    options = (
        click.option("--prior", type=float, callback=_is_probability, help="Probability of a leak beforehand [0.01]."),
        click.option("--sex", type=click.Choice(["female", "male"]), help="If the record does not say, or is wrong."),
        click.option("--age", type=float, callback=_is_age, help="Age in years, likewise."),
        click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich."),
        click.option("--format", type=click.Choice(FORMATS), help="If the content does not tell."),
        click.option("--columns", type=file, metavar="TOML", help="Column map of a CSV file."),
        click.option("--patient", metavar="ID", help="Whose results, if the file holds several people."),
        click.option("--at", metavar="TIME", help="As known then: an ISO time, or hours from the start of the record."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": PIPED_WIDTH})
@click.version_option(package_name="clarkson", prog_name="clarkson")
def clarkson() -> None:
    """Says from blood tests and vital signs, with numbers and reasons, whether plasma is leaking.

    Research software, not a medical device: it does not diagnose and must not delay care.
    """


@clarkson.command()
@click.argument("record")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Also write the page.")
@click.option("--all", "everything", is_flag=True, help="Every draw in full, not only the newest and most telling.")
@click.option("--fail-on", type=click.Choice([*FOUND_AT]), help="Exit with 3 if any draw shows it.")
@_record_options
def assess(
    record: str,
    as_json: bool,
    html: Path | None,
    everything: bool,
    fail_on: str | None,
    **options: Any,
) -> None:
    """Assess a RECORD: a file, -, example:ID, store:SUBJECT, or a data set of which --patient names one person.

    Reads CSV, FHIR R4 (also NDJSON), Apple Health, OMOP, MEDS, CLIF, MIMIC, Synthea and case files; the format is
    recognised from the content. A data set may also be the address of a PostgreSQL server.
    """
    document = _document(record, **options)
    output = json_text(document).encode() if as_json else _printed(document, everything=everything)
    if html is not None:
        from clarkson.report.page import render

        write(html, render(document, inline=True))
    click.echo(output, nl=False)
    if fail_on and any(each["verdict"] in FOUND_AT[fail_on] for each in document["assessments"]):
        click.get_current_context().exit(FOUND)


@clarkson.command()
@click.argument("record", required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one.")
@click.option(
    "--diary", is_flag=False, flag_value="me", metavar="[SUBJECT]", help="Also the diary of a person [me], as /diary."
)
@_record_options
def serve(record: str | None, port: int, diary: str | None, **options: Any) -> None:
    """Show the page on this machine, with a RECORD on it if one is given.

    The page can be reached from this machine only, and it asks no other machine for anything.
    """
    from clarkson.loopback import show

    subject = None if diary is None else diary_ready(diary)
    show(None if record is None else _document(record, **options), port, say=say_address, diary=subject)


@clarkson.command()
def demo() -> None:
    """Assess a published attack, print it, and open its page.

    Without a display, or with CLARKSON_NO_BROWSER=1, only the assessment is printed.
    """
    from clarkson.loopback import has_display, show

    document = _document(DEMO)
    click.echo(_printed(document))
    if has_display():
        show(document, port=0, say=say_address, browser=True)
    else:
        click.echo(f"As a page: clarkson serve {DEMO}")


@clarkson.command()
def examples() -> None:
    """List the published cases that come with Clarkson."""
    from clarkson.examples import examples as bundled

    for each in bundled():
        click.echo(f"{each.id:<22}{each.group:<17}{each.results:>3} results   {each.diagnosis}")
        click.echo(f"    {each.citation}")
    click.echo("\nclarkson assess example:ID reads one of them.")


@clarkson.command()
def doctor() -> None:
    """Say which versions are installed and whether everything works here."""
    from clarkson.doctor import findings

    found = findings()
    for each in found:
        click.echo(f"{'ok  ' if each.works else 'FAIL'}  {each.what}: {each.detail}")
    if not all(each.works for each in found):
        click.get_current_context().exit(FAILED)


def _document(place: str, *, age: float | None = None, **options: Any) -> dict[str, Any]:
    from clarkson.intake import document_of, input_at

    return document_of(*input_at(place), age_years=age, **options)


def _printed(document: Mapping[str, Any], *, everything: bool = False) -> str:
    """The document for this terminal, as text: a failure half-way leaves nothing on stdout."""
    import io
    import shutil

    from rich.console import Console

    from clarkson.report.terminal import show

    terminal = sys.stdout.isatty()
    width = max(NARROWEST, shutil.get_terminal_size().columns) if terminal else PIPED_WIDTH
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal or None, width=width, highlight=False, markup=False)
    show(document, console, everything=everything)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


for command in (
    check,
    convert,
    import_,
    db,
    diary_group,
    watch,
    fit,
    attacks,
    letter,
    screen,
    review,
    evaluate,
    learn,
    base_rates,
    phenotype,
    simulate,
    parameters,
    export,
):
    clarkson.add_command(command)
