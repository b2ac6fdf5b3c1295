"""The commands that measure the watch, and learn its parameters anew. Conventions as in ``cli``."""

from __future__ import annotations

from pathlib import Path

import click

from clarkson.whole_file import whole_file

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_DATA = click.option(
    "--data", type=_FOLDER, envvar="CLARKSON_DATA", help="Folder with the real data sets [$CLARKSON_DATA]."
)


@click.command()
@_DATA
@click.option(
    "--clinosim",
    type=_FOLDER,
    envvar="CLARKSON_CLINOSIM",
    help="Folder that scripts/clinosim made [$CLARKSON_CLINOSIM].",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also write evaluation.md and one CSV a table there.",
)
def evaluate(data: Path | None, clinosim: Path | None, output: Path | None) -> None:
    """Print the published numbers as Markdown tables.

    The attacks and the virtual people come with Clarkson; the real people need --data (docs/data.md says how to get
    each set). Takes some minutes.
    """
    from clarkson.evaluate.as_csv import tables_of
    from clarkson.evaluate.evaluation import evaluate as measure
    from clarkson.evaluate.tables import document

    text = document(measure(data, clinosim, say=_say))
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        _write(output / "evaluation.md", text)
        for name, table in tables_of(text).items():
            _write(output / f"{name}.csv", table)
    click.echo(text, nl=False)


@click.command()
@_DATA
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="Where learned.toml and alarm_rates.toml are written [here].",
)
@click.option("--rounds", type=click.IntRange(1), default=22, show_default=True, help="Steps of the search.")
def learn(data: Path | None, output: Path, rounds: int) -> None:
    """Learn the watch's parameters from the training half of the people of --data.

    Writes learned.toml (how blood varies, what care does) and alarm_rates.toml (what alarms cost), which belong into
    clarkson/watch. Takes some minutes.
    """
    if data is None:
        raise click.UsageError("Learning needs --data, the folder with the real data sets; docs/data.md lists them.")
    from clarkson.evaluate.training import learned_from
    from clarkson.watch.learned import table

    output.mkdir(parents=True, exist_ok=True)
    parameters, rates = learned_from(data, table(), rounds=rounds, say=_say)
    _write(output / "learned.toml", parameters)
    _write(output / "alarm_rates.toml", rates)


def _say(words: str) -> None:
    click.echo(words, err=True)


def _write(path: Path, text: str) -> None:
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {path}", err=True)
