"""Commands about the store: make it, bring records into it, look at it, copy it, delete from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clarkson.errors import StoreError
from clarkson.formats import FORMATS

if TYPE_CHECKING:
    from datetime import datetime

    from clarkson.record.record import Record

_STORE_OPTION = click.option(
    "--store", metavar="PLACE", help="A file or a postgresql:// address [CLARKSON_STORE, or the user's own]."
)


@click.group()
def db() -> None:
    """Keep records in a store: a file that only its owner can read, or a PostgreSQL database.

    Facts are added and never changed; what was wrong is corrected by a row that says who, when and why. With a key in
    the file that CLARKSON_STORE_KEY_FILE names, a file is encrypted.
    """


@db.command()
@_STORE_OPTION
def init(store: str | None) -> None:
    """Make a new and empty store."""
    from clarkson.store.opening import make_store
    from clarkson.store.place import usual_place

    make_store(store).close()
    click.echo(f"Made {_shown(store or usual_place())}")


@db.command()
@_STORE_OPTION
def migrate(store: str | None) -> None:
    """Bring a store to the newest schema."""
    from clarkson.store.opening import migrate_store

    before, after = migrate_store(store)
    click.echo(f"The store is at revision {after}" + ("" if before == after else f"; it was at {before or 'none'}"))


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_STORE_OPTION
def backup(file: Path, store: str | None) -> None:
    """Copy the store into a new FILE, encrypted with the same key if there is one.

    The FILE is a store itself: --store FILE opens it.
    """
    from clarkson.store.opening import make_store, open_store

    source = open_store(store)
    copy = make_store(str(file))
    try:
        source.copy_to(copy)
    except BaseException:
        copy.close()
        file.unlink(missing_ok=True)
        raise
    copy.close()
    click.echo(f"Copied to {file}")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_STORE_OPTION
def restore(file: Path, store: str | None) -> None:
    """Copy a backup FILE into a new store."""
    from clarkson.store.opening import make_store, open_store
    from clarkson.store.place import usual_place

    source = open_store(str(file))
    place = store or usual_place()
    target = make_store(place)
    source.copy_to(target)
    target.close()
    click.echo(f"Restored {_shown(place)} from {file}")


@db.command()
@click.argument("subject")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_STORE_OPTION
def purge(subject: str, yes: bool, store: str | None) -> None:
    """Delete everything of SUBJECT for good.

    The audit log keeps that it was done, with a keyed hash in place of the name. Backups are not reached.
    """
    from clarkson.store.opening import open_store

    kept = open_store(store)
    if not yes:
        click.confirm(f"Delete everything of '{subject}' for good?", abort=True)
    click.echo(f"Deleted {kept.purge(subject)} facts. Backups, if there are any, still hold them.")


@db.command()
@_STORE_OPTION
def people(store: str | None) -> None:
    """List everyone in the store."""
    from clarkson.store.opening import open_store

    for each in open_store(store).people():
        click.echo(each)


@db.command()
@_STORE_OPTION
def audit(store: str | None) -> None:
    """Print who read, changed or exported what. People stand as keyed hashes."""
    from clarkson.store.opening import open_store

    for line in open_store(store).audit():
        click.echo("\t".join(line))


@db.command()
@click.argument("subject")
@_STORE_OPTION
def history(subject: str, store: str | None) -> None:
    """Print every fact of SUBJECT with its number, what was corrected among them."""
    from clarkson.store.opening import open_store

    for each in open_store(store).history(subject):
        withdrawn = f"\tcorrected {each.withdrawn}" if each.withdrawn else ""
        click.echo(f"{each.number}\t{described(each.fact)}\t{each.at} by {each.who}{withdrawn}")


@db.command()
@click.argument("subject")
@click.argument("number", type=int)
@click.option("--why", required=True, help="The reason; it stays beside the fact.")
@_STORE_OPTION
def withdraw(subject: str, number: int, why: str, store: str | None) -> None:
    """Take back fact NUMBER of SUBJECT. It stays in the history."""
    from clarkson.store.opening import open_store

    open_store(store).correct(subject, number, why=why)
    click.echo(f"Fact {number} no longer stands")


@click.command("import")
@click.argument("place")
@click.option("--as", "subject", metavar="SUBJECT", help="The name under which one person's record is kept.")
@click.option("--patient", metavar="ID", help="Only this person of several.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="If the content does not tell.")
@click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich.")
@_STORE_OPTION
def import_(
    place: str, subject: str | None, patient: str | None, format_: str | None, timezone: str | None, store: str | None
) -> None:
    """Bring the record at PLACE, or those of all people of a data set, into the store.

    Each person arrives whole or not at all, and is said when they have arrived. The same again changes nothing.
    """
    from dataclasses import replace

    from clarkson.store.opening import open_store

    kept = open_store(store)
    for record, file, sha256 in _records(place, patient, format_, timezone, one=subject is not None):
        named = record if subject is None else replace(record, subject=subject)
        added = kept.add(named, file=file, sha256=sha256)
        click.echo(f"{named.subject}: {added.new} new facts, {added.known} known")


def _records(
    place: str, patient: str | None, format_: str | None, timezone: str | None, *, one: bool
) -> Iterator[tuple[Record, str, str]]:
    """Each record at a place, with the name and the digest of what it was read from."""
    from clarkson.intake import digest_of, input_at, record_of
    from clarkson.record.open_dataset import open_dataset, recognised
    from clarkson.record.postgres import is_address

    path = Path(place)
    many = is_address(place) or (path.exists() and recognised(path) is not None)
    if many and patient is None and not one:
        people = open_dataset(place, timezone=timezone)
        for record in people:
            yield record, people.name, hashlib.sha256(repr(record).encode()).hexdigest()
        return
    data, name = input_at(place)
    record = record_of(data, name, timezone=timezone, patient=patient, format=format_)
    yield record, name, digest_of(data, record)


def described(fact: object) -> str:
    """A result, a dose or an event in one line; the hour is left out where it was estimated."""
    from clarkson.analytes import analyte
    from clarkson.record.record import Dose, Event, Result

    if isinstance(fact, Result):
        value = f"{fact.comparator}{analyte(fact.analyte).shown(fact.value)}"
        return f"{_when(fact.time, fact.exact_time)} {fact.analyte} {value}"
    if isinstance(fact, Dose):
        amount = "" if fact.amount is None else f" {fact.amount:g} {fact.unit}"
        return f"{_when(fact.start, fact.exact_time)} {fact.what}{amount}".rstrip()
    if isinstance(fact, Event):
        return f"{_when(fact.time, fact.exact_time)} {fact.kind}: {fact.text}"
    raise StoreError("a fact of an unknown kind")


def _when(time: datetime | None, exact: bool) -> str:
    if time is None:
        return "no time"
    return time.isoformat() if exact else f"{time:%Y-%m-%d}"


def _shown(place: str) -> str:
    return place.rsplit("@", 1)[-1] if "://" in place else place
