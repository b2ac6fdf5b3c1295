"""The command that says what a screening may be expected to find. Conventions as in ``cli``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from clarkson.screen.base_rates import Share


@click.command("base-rates")
@click.option("--sensitivity", type=click.FloatRange(0, 1), help="Share of those who have it that is found.")
@click.option("--found", metavar="K/N", help="Instead: how many of how many who have it were found.")
@click.option("--specificity", type=click.FloatRange(0, 1), help="Share of those without it that is left alone.")
@click.option("--false", "false", metavar="K/N", help="Instead: how many of how many without it were found.")
@click.option(
    "--prior",
    "priors",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    multiple=True,
    metavar="SHARE",
    help="Share of people who have it; may be given several times [1e-6 to 1e-2].",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def base_rates(
    sensitivity: float | None,
    found: str | None,
    specificity: float | None,
    false: str | None,
    priors: tuple[float, ...],
    as_json: bool,
) -> None:
    """Say how many true and false finds to expect among a million people, before anyone opens a chart.

    What was counted (--found 3/3, --false 12/1000000) comes with the interval that so few people allow.
    """
    from clarkson.screen.base_rates import PRIORS
    from clarkson.screen.base_rates import base_rates as expected
    from clarkson.written import json_text

    finds: Share = _one_of("--sensitivity", sensitivity, "--found", found)
    leaves: Share = _one_of("--specificity", specificity, "--false", false, others=True)
    rates = expected(finds, leaves, priors or PRIORS)
    click.echo(json_text(rates.to_dict()) if as_json else f"{rates}\n", nl=False)


def _one_of(name: str, share: float | None, counted: str, counts: str | None, *, others: bool = False) -> Share:
    from clarkson.screen.base_rates import Counted

    if (share is None) == (counts is None):
        raise click.UsageError(f"Give one of {name} and {counted}.")
    if share is not None:
        return share
    some, _, of = str(counts).partition("/")
    if not (some.strip().isdecimal() and of.strip().isdecimal()):
        raise click.BadParameter(
            f"'{counts}' is not a number of people of a number of people, as in 3/3.", param_hint=counted
        )
    count, everybody = int(some), int(of)
    return Counted(everybody - count if others and count <= everybody else count, everybody)
