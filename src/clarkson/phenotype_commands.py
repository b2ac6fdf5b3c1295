"""The commands of the rule that others can run. Conventions as in ``cli``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clarkson.written import give, json_text

if TYPE_CHECKING:
    from collections.abc import Callable

_FILE = click.Path(path_type=Path, dir_okay=False)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    output = click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write it there instead of printing it.")
    episodes = click.option(
        "--episodes",
        type=click.Choice(["1", "2"]),
        default="2",
        show_default=True,
        help="How many episodes a person must have; with 1 the rule says only that a leak is possible.",
    )
    return output(episodes(command))


@click.group()
def phenotype() -> None:
    """The rule for recurrent capillary leak, for data sets that stay where they are.

    It is no diagnosis: in an unselected population nearly everyone it finds has something else.
    """


@phenotype.command()
@_options
def sql(output: Path | None, episodes: str) -> None:
    """The rule as one SQL query over OMOP CDM 5.3 or 5.4, for DuckDB and PostgreSQL."""
    from clarkson.screen.phenotype import rule_sql

    give(output, rule_sql(1 if episodes == "1" else 2))


@phenotype.command()
@_options
def circe(output: Path | None, episodes: str) -> None:
    """What OHDSI Circe can say of the rule, as the JSON of a cohort definition for ATLAS.

    Circe knows no person's own level: it has fixed limits instead, and finds other people than the rule does.
    """
    from clarkson.screen.circe import circe_expression

    give(output, json_text(circe_expression(1 if episodes == "1" else 2)))
