"""Commands about records: what a data set holds, and what of it can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from clarkson.formats import DATASET_FORMATS, FORMATS
from clarkson.whole_file import whole_folder
from clarkson.written import json_text, say_written, write

_MOST_REASONS = 20
_SCHEMA = "1"


@click.command()
@click.argument("dataset")
@click.option("--format", "format_", type=click.Choice(DATASET_FORMATS), help="If the content does not tell.")
@click.option("--timezone", metavar="ZONE", help="The zone of times that have no offset, such as Europe/Zurich.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def check(dataset: str, format_: str | None, timezone: str | None, as_json: bool) -> None:
    """Read a DATASET of many people, and say what became of every row.

    Nothing is assessed. What Clarkson does not use, and what it refuses with which reason, is counted: the rows that
    went in are those that came out and those that are listed.
    """
    from clarkson.record.open_dataset import open_dataset

    people = open_dataset(dataset, format=format_, timezone=timezone)  # type: ignore[arg-type]
    account = people.account()
    if as_json:
        document = {"schemaVersion": _SCHEMA, "dataset": people.name, "remarks": list(people.remarks)}
        click.echo(json_text(document | asdict(account) | {"lost": account.lost}), nl=False)
        return
    pieces = sum(account.pieces.values())
    click.echo(f"{people.name}: {_count(account.people, 'person', 'people')}, {_count(pieces, 'piece', 'pieces')}")
    for remark in people.remarks:
        click.echo(f"  {remark}")
    click.echo(f"  {account.used:>12,} used")
    click.echo(f"  {account.listed:>12,} not used, each with its reason")
    click.echo(f"  {account.lost:>12,} lost")
    for title, counted in (
        ("In", account.pieces),
        ("Results", account.results),
        ("Doses", account.doses),
        ("Events", account.events),
        ("Not used", account.skipped),
    ):
        _counts(title, counted)


@click.command()
@click.argument("record")
@click.option("--to", "language", type=click.Choice(["fhir", "csv", "meds", "parquet"]), required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PLACE", help="A file; a folder of tables.")
@click.option("--patient", metavar="ID", help="Whose record, if there are several people.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="If the content does not tell.")
@click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich.")
def convert(
    record: str, language: str, output: Path | None, patient: str | None, format_: str | None, timezone: str | None
) -> None:
    """Write a RECORD in another format: a FHIR R4 Bundle with its assessment, CSV, MEDS or Parquet.

    What was written is read back by Clarkson as the same record. Files and folders can be read by their owner only.
    """
    from clarkson.intake import digest_of, input_at, note_export, record_of
    from clarkson.record.csv_writing import csv_of
    from clarkson.record.parquet_writing import write_meds, write_parquet

    if output is None and language in ("meds", "parquet"):
        raise click.UsageError(f"{language} is a folder: name it with --output")
    data, name = input_at(record)
    read = record_of(data, name, timezone=timezone, patient=patient, format=format_)
    note_export(data, language)
    if language in ("meds", "parquet"):
        place = Path(str(output))
        with whole_folder(place) as partial:
            if language == "meds":
                write_meds([read], partial, datetime.now(UTC))
            else:
                write_parquet([read], partial)
        say_written(place)
    else:
        if language == "csv":
            text = csv_of(read)
        else:
            from clarkson.report.document import document
            from clarkson.report.fhir_document import fhir_document
            from clarkson.watch.assess import assess

            said = document(assess(read), read, input_name=name, input_sha256=digest_of(data, read))
            text = json_text(fhir_document(said, read, datetime.now(UTC)))
        if output is None:
            click.echo(text, nl=False)
        else:
            write(output, text)
    if left_out := sum(each.count for each in read.skipped):
        pieces = _count(left_out, "piece was", "pieces were")
        click.echo(f"{pieces} not used and not written; 'clarkson assess' lists them with the reasons", err=True)


def _counts(title: str, counted: Mapping[str, Any]) -> None:
    shown = sorted(((count, name) for name, count in counted.items() if count), key=lambda each: (-each[0], each[1]))
    if not shown:
        return
    click.echo(f"{title}")
    for count, name in shown[:_MOST_REASONS]:
        click.echo(f"  {count:>12,} {name}")
    if len(shown) > _MOST_REASONS:
        rest = sum(count for count, _ in shown[_MOST_REASONS:])
        click.echo(f"  {rest:>12,} in {len(shown) - _MOST_REASONS} others (--json shows all)")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
