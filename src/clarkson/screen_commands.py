"""The command that looks through many records. Conventions as in ``cli``."""

from __future__ import annotations

from pathlib import Path

import click

from clarkson.formats import DATASET_FORMATS


@click.command()
@click.argument("dataset")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="FOLDER")
@click.option(
    "--evidence",
    type=click.FloatRange(1.0, 1e12),
    default=100.0,
    show_default=True,
    help="Likelihood ratio of an episode.",
)
@click.option("--everybody", is_flag=True, help="Follow all people, not only those whose blood moved as in a leak.")
@click.option("--negatives", type=click.IntRange(0), default=100, show_default=True, help="Random people to review.")
@click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--master", metavar="URL", default="local[*]", show_default=True, help="Of the Spark cluster.")
@click.option("--format", type=click.Choice(DATASET_FORMATS), help="If the content does not tell.")
def screen(
    dataset: str,
    output: Path,
    evidence: float,
    everybody: bool,
    negatives: int,
    timezone: str | None,
    engine: str,
    master: str,
    format: str | None,
) -> None:
    """Look through all people of a DATASET for leaks that nobody named: OMOP, MEDS, FHIR Bulk, CLIF, MIMIC, Synthea.

    FOLDER gets the episodes, the people in the order of review, random people without one, their results, MEDS labels,
    an OMOP cohort, and summary.md, which names nobody. What was begun and killed is taken up where it was. Then:
    clarkson review FOLDER.
    """
    from clarkson.screen.screen import Settings, screen
    from clarkson.screen.spark import standings_on_spark

    screen(
        dataset,
        output,
        Settings(evidence, everybody, negatives),
        format=format,  # type: ignore[arg-type]
        timezone=timezone,
        tell=lambda words: click.echo(words, err=True),
        standings=standings_on_spark(Path(dataset), master) if engine == "spark" else None,
    )
    click.echo((output / "summary.md").read_text(encoding="utf-8"), nl=False)
