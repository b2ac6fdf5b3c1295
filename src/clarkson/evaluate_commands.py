"""The commands that measure the watch, and learn its parameters anew. Conventions as in ``cli``."""

from __future__ import annotations

from pathlib import Path

import click

from clarkson.written import write

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
@click.option("--twin", is_flag=True, help="Measure the twin instead, which takes about an hour: twin-evaluation.md.")
@click.option(
    "--history",
    is_flag=True,
    help="Measure the history instead, which takes some minutes: history-evaluation.md.",
)
@click.option(
    "--screening",
    type=_FOLDER,
    metavar="FOLDER",
    help="Measure the screening instead, on a million synthetic people who are kept in FOLDER (1 GB): "
    "screening-evaluation.md.",
)
@click.option(
    "--foreign",
    type=_FOLDER,
    envvar="CLARKSON_FOREIGN",
    help="Folder that scripts/foreign made, for the screening [$CLARKSON_FOREIGN].",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also write evaluation.md and one CSV a table there.",
)
def evaluate(
    data: Path | None,
    clinosim: Path | None,
    twin: bool,
    history: bool,
    screening: Path | None,
    foreign: Path | None,
    output: Path | None,
) -> None:
    """Print the published numbers as Markdown tables.

    The attacks and the virtual people come with Clarkson; the real people need --data (docs/data.md says how to get
    each set). Takes some minutes.
    """
    from clarkson.evaluate.as_csv import tables_of

    if twin + history + (screening is not None) > 1:
        raise click.UsageError("--twin, --history and --screening measure different things; give one of them.")
    if twin:
        name, text = "twin-", _of_the_twin(data)
    elif history:
        name, text = "history-", _of_the_history()
    elif screening is not None:
        name, text = "screening-", _of_the_screening(screening, data, foreign, clinosim)
    else:
        name, text = "", _of_the_watch(data, clinosim)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        write(output / f"{name}evaluation.md", text)
        for name, table in tables_of(text).items():
            write(output / f"{name}.csv", table)
    click.echo(text, nl=False)


def _of_the_watch(data: Path | None, clinosim: Path | None) -> str:
    from clarkson.evaluate.evaluation import evaluate as measure
    from clarkson.evaluate.tables import document

    return document(measure(data, clinosim, say=_say))


def _of_the_twin(data: Path | None) -> str:
    from clarkson.evaluate.twin_evaluation import evaluate_twin
    from clarkson.evaluate.twin_tables import twin_document

    return twin_document(evaluate_twin(data, say=_say))


def _of_the_history() -> str:
    from clarkson.evaluate.history_tables import history_document

    return history_document(say=_say)


def _of_the_screening(population: Path, data: Path | None, foreign: Path | None, clinosim: Path | None) -> str:
    from clarkson.evaluate.screening_tables import screening_document

    return screening_document(population, data, foreign, clinosim, say=_say)


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
    write(output / "learned.toml", parameters)
    write(output / "alarm_rates.toml", rates)


def _say(words: str) -> None:
    click.echo(words, err=True)
