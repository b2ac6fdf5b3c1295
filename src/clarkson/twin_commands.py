"""The command that fits the twin: what is so now, what comes, what if, what to measure. Conventions as in ``cli``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clarkson.errors import DoseError, SettingError
from clarkson.whole_file import whole_file
from clarkson.written import json_text, say_written, write

if TYPE_CHECKING:
    from clarkson.simulate.schedule import Given

_FILE = click.Path(path_type=Path, dir_okay=False)
_STDOUT = "-"
_AT = re.compile(r"at\s+(?P<moment>[-+]?[\d.]+\s*[a-z]+)\s*:?\s+(?P<dose>.+)", re.IGNORECASE)
FORM = "write it like 'fluid: at 0 h crystalloid 1 L over 1 h; at 6 h furosemide 20 mg'"


@click.command()
@click.argument("record")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same draws.")
@click.option("--draws", type=click.IntRange(100, 2000), default=400, show_default=True, help="Bodies that are kept.")
@click.option(
    "--what-if",
    "scenarios",
    multiple=True,
    metavar="WORDS",
    help="'NAME: at 0 h DOSE; at 6 h DOSE': also compare this with no change, on the same bodies. Hours count from the "
    "last result. May be given several times.",
)
@click.option("--plot", type=_FILE, metavar="FILE", help="Also draw the past and 72 h ahead: .svg, .png or .pdf.")
@click.option("--json", "json_to", metavar="FILE", help="Write one JSON document; - prints it instead of text.")
@click.option("--html", type=_FILE, metavar="FILE", help="Also write the page, one file that asks nobody for anything.")
@click.option("--draws-to", type=_FILE, metavar="FILE", help="Also write every draw: .parquet, or .nc for ArviZ.")
@click.option("--at", metavar="TIME", help="Fit what was known at a time: ISO, or hours from the start.")
@click.option("--patient", metavar="ID", help="Whose results, if the file holds several people.")
@click.option("--sex", type=click.Choice(["female", "male"]), help="If the record does not say, or is wrong.")
@click.option("--age", "age_years", type=click.FloatRange(0, 130), help="Age in years, likewise.")
@click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich.")
def fit(
    record: str,
    seed: int,
    draws: int,
    scenarios: tuple[str, ...],
    plot: Path | None,
    json_to: str | None,
    html: Path | None,
    draws_to: Path | None,
    **reading: Any,
) -> None:
    """Fit the twin to a RECORD: a file, - for standard input, or example:ID.

    The twin is a set of bodies that give the results of the last days. It says what is missing now and where it went,
    what the next results would be, what would differ under a scenario of --what-if, and which test would tell most.
    A record that cannot carry a twin is refused with the reason. The first run on a machine compiles the equations,
    which takes about a minute.
    """
    from clarkson.intake import digest_of, input_at, record_of
    from clarkson.report.twin_document import twin_document
    from clarkson.report.twin_draws import check_kind as check_draws
    from clarkson.report.twin_draws import write_draws
    from clarkson.report.twin_plot import plot_twin
    from clarkson.report.twin_words import words
    from clarkson.simulate.plot import check_kind as check_plot
    from clarkson.twin.fit import fit as fit_twin
    from clarkson.twin.what_if import what_if

    # What is wrong with the options is said before the work.
    asked = read_scenarios(scenarios)
    if plot is not None:
        check_plot(plot)
    if draws_to is not None:
        check_draws(draws_to)
    data, name = input_at(record)
    read = record_of(data, name, **reading)
    twin = fit_twin(read, draws=draws, seed=seed)
    compared = what_if(twin, asked) if asked else ()
    document = twin_document(twin, compared, input_name=name, input_sha256=digest_of(data, read))
    if plot is not None:
        with whole_file(plot) as partial:
            plot_twin(document, partial)
        say_written(plot)
    if html is not None:
        from clarkson.report.twin_page import render_twin

        write(html, render_twin(twin, document))
    if draws_to is not None:
        with whole_file(draws_to) as partial:
            write_draws(twin, partial)
        say_written(draws_to)
    if json_to == _STDOUT:
        click.echo(json_text(document), nl=False)
        return
    if json_to is not None:
        write(Path(json_to), json_text(document))
    click.echo(words(document), nl=False)


def read_scenarios(texts: Sequence[str]) -> dict[str, tuple[Given, ...]]:
    """Scenarios by name from their words.

    Raises
    ------
    SettingError
        The words are no scenario, or two have one name.
    DoseError
        A dose of it cannot be read or given.

    >>> {name: list(map(str, given)) for name, given in read_scenarios(["dry: at 6 h furosemide 20 mg"]).items()}
    {'dry': ['at 6 h: furosemide 20 mg']}
    """
    from clarkson.twin.what_if import NOTHING

    found: dict[str, tuple[Given, ...]] = {}
    for text in texts:
        name, colon, rest = text.partition(":")
        name = " ".join(name.split())
        if not colon or not name:
            raise SettingError(f"the scenario '{text}' has no name before a colon: {FORM}")
        if name == NOTHING or name in found:
            raise SettingError(f"there is already a scenario '{name}': give each its own name")
        parts = [part.strip() for part in rest.split(";") if part.strip()]
        if not parts:
            raise SettingError(f"the scenario '{name}' gives nothing, and no change is always shown: {FORM}")
        found[name] = tuple(_given(name, part) for part in parts)
    return found


def _given(name: str, part: str) -> Given:
    """One dose of a scenario and when."""
    from clarkson.simulate.durations import parse_moment
    from clarkson.simulate.schedule import Given
    from clarkson.twin.twin import AHEAD_H

    read = _AT.fullmatch(part)
    if read is None:
        raise SettingError(f"in the scenario '{name}', '{part}' does not say when and what: {FORM}")
    try:
        given = Given(parse_moment(read["moment"]), read["dose"])
    except DoseError as error:
        raise DoseError(f"in the scenario '{name}': {error}") from None
    if given.at_h >= AHEAD_H:
        raise SettingError(f"in the scenario '{name}', '{given}' begins after the {AHEAD_H:g} h that are looked at")
    return given
