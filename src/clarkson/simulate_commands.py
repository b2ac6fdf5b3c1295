"""The commands around the simulator: simulate, parameters, export. Conventions as in ``cli``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clarkson.errors import SettingError
from clarkson.written import give, json_text, say_written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clarkson.body.parameters import Parameter
    from clarkson.simulate.infections import Infections
    from clarkson.simulate.outcome import Outcome
    from clarkson.simulate.scenario import Scenario
    from clarkson.simulate.simulation import Simulation

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("scenario", required=False)
@click.option("-n", "--people", type=click.IntRange(1), default=1, show_default=True, help="1: the typical person.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed, the same people.")
@click.option("--years", type=float, metavar="Y", help="Years with infections by chance; lasting doses go on.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Also write courses and people as Parquet files.")
@click.option("--plot", type=_FILE, metavar="FILE", help="Also draw the course: .svg, .png or .pdf.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("--list", "listing", is_flag=True, help="List the scenarios that come with Clarkson.")
def simulate(
    scenario: str | None,
    people: int,
    seed: int,
    years: float | None,
    output: Path | None,
    plot: Path | None,
    as_json: bool,
    listing: bool,
) -> None:
    """Simulate a SCENARIO: one that comes with Clarkson (--list), or a TOML file.

    Says what happens to the typical person of the scenario, or to -n virtual people drawn around that person. The
    first run on a machine compiles the equations, which takes about a minute.
    """
    if listing:
        click.echo(_scenarios(), nl=False)
        return
    if scenario is None:
        raise click.UsageError("Name a SCENARIO, or list those that come with Clarkson: clarkson simulate --list")
    from clarkson.simulate.history import over_years
    from clarkson.simulate.infections import Infections
    from clarkson.simulate.simulate import scenario_of
    from clarkson.simulate.summary import as_dict, summary

    chosen, infections = scenario_of(scenario), None
    if years is not None:
        chosen, infections = over_years(chosen, years), Infections()
    outcomes = _computed(chosen, people, seed, infections, output, plot)
    typical = people == 1
    if as_json:
        click.echo(json_text(as_dict(chosen, outcomes, typical=typical, seed=seed)), nl=False)
    else:
        click.echo(summary(chosen, outcomes, typical=typical))


def _computed(
    scenario: Scenario, people: int, seed: int, infections: Infections | None, output: Path | None, plot: Path | None
) -> Sequence[Outcome]:
    """The outcomes of everybody; the files are written on the way."""
    from clarkson.simulate.parquet import file_names, write
    from clarkson.simulate.simulate import simulate as simulated
    from clarkson.simulate.simulate import stream

    with _progress(people) as done:
        if plot is not None:
            # A band over everybody needs everybody at once.
            sim = simulated(scenario, n=people, seed=seed, infections=infections)
            sim.plot(plot)
            say_written(plot)
            parts: Iterator[Simulation] = iter([sim])
        else:
            parts = stream(scenario, n=people, seed=seed, infections=infections)
        if output is None:
            return [outcome for part in parts for outcome in done(part)]
        outcomes = write(parts, output, done)
    for path in file_names(output, scenario):
        say_written(path)
    return outcomes


@contextmanager
def _progress(people: int) -> Iterator[Callable[[Simulation], Sequence[Outcome]]]:
    """What to call with every part that is done: on a terminal it moves a bar. Gives back the outcomes of the part."""
    if not sys.stderr.isatty():
        yield lambda part: part.outcomes
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("people", total=people)

        def done(part: Simulation) -> Sequence[Outcome]:
            bar.advance(task, len(part))
            return part.outcomes

        yield done


def _scenarios() -> str:
    from clarkson.simulate.scenario_file import bundled_scenario, bundled_scenarios

    lines = [f"{name:<18}{bundled_scenario(name).title}" for name in bundled_scenarios()]
    return "\n".join([*lines, "", "clarkson simulate NAME simulates one of them.", ""])


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def parameters(name: str | None, as_json: bool) -> None:
    """List the parameters of the body, or all that is known about the one with a NAME.

    Each has a unit, a value in the reference adult, a spread between people, a source and a grade: measured, fitted,
    assumed, or derived from the others.
    """
    from clarkson.body.parameters import check_names
    from clarkson.body.parameters import parameters as registry

    found = registry()
    if name is not None and name not in found:
        check_names([name])
    chosen = [found[name]] if name else list(found.values())
    if as_json:
        click.echo(json_text([_parameter(each) for each in chosen]), nl=False)
    elif name:
        click.echo("\n".join(f"{what + ':':<9} {word}" for what, word in _parameter(chosen[0]).items() if word))
    else:
        click.echo("\n".join(f"{each.name:<38}{_value(each):<26}{each.prior!s:<17}{each.grade}" for each in chosen))


def _value(parameter: Parameter) -> str:
    return f"{parameter.value:g} {parameter.unit}" if parameter.value == parameter.value else parameter.unit


def _parameter(parameter: Parameter) -> dict[str, Any]:
    """All that the registry says about a parameter; None where it has no value of its own."""
    return {
        "name": parameter.name,
        "what": parameter.what,
        "symbol": parameter.symbol,
        "value": None if parameter.grade == "derived" else parameter.value,
        "unit": parameter.unit,
        "prior": str(parameter.prior),
        "follows": parameter.follows,
        "grade": parameter.grade,
        "source": parameter.source,
    }


@click.command()
@click.argument("language", type=click.Choice(["sbml", "antimony", "latex"]))
@click.argument("scenario", required=False)
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write it there instead of to standard output.")
def export(language: str, scenario: str | None, output: Path | None) -> None:
    """Write the equations of the body in another LANGUAGE, with the doses of a SCENARIO if one is named."""
    if language == "latex" and scenario is not None:
        raise SettingError("the equations in LaTeX are the same for every scenario: leave the scenario out")
    from clarkson.simulate.export import body_antimony, body_latex, body_sbml
    from clarkson.simulate.simulate import scenario_of

    if language == "latex":
        text = body_latex()
    else:
        chosen = None if scenario is None else scenario_of(scenario)
        text = body_sbml(chosen) if language == "sbml" else body_antimony(chosen)
    give(output, text)
