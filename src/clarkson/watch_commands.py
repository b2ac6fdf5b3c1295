"""The command that follows a record: alarms within a budget, and with ``--follow`` what each new row changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clarkson.errors import ClarksonError, RecordError

if TYPE_CHECKING:
    from datetime import timedelta

    from clarkson.analytes import Sex
    from clarkson.watch.alarm import Budget


@click.command()
@click.argument("record")
@click.option("--follow", is_flag=True, help="Go on as rows are appended to the file or come on standard input.")
@click.option("--hindsight", is_flag=True, help="What all results together say of each draw, beside what it said live.")
@click.option(
    "--alarm-budget",
    "budget",
    default="0.05/year",
    show_default=True,
    metavar="N/TIME",
    help="False alarms that may be expected: 0.1/year for people at home, 0.01/day for inpatients.",
)
@click.option("--snooze", default="72h", show_default=True, help="After an alarm, further ones stay silent so long.")
@click.option("--sex", type=click.Choice(["female", "male"]), help="If the record does not say, or is wrong.")
@click.option("--age", "age_years", type=click.FloatRange(0, 130), help="Age in years, likewise.")
@click.option("--timezone", metavar="ZONE", help="For times without an offset, such as Europe/Zurich.")
def watch(record: str, follow: bool, hindsight: bool, budget: str, snooze: str, **options: Any) -> None:
    """Watch a RECORD: a file, - for standard input, or example:ID.

    Says for every draw what changed, and raises an alarm where the evidence for a leak reaches the level that the
    alarm budget allows. Nothing that is said here is an order, and silence does not mean that nobody leaks.
    """
    from clarkson.watch.alarm import budget as read_budget
    from clarkson.watch.alarm import snooze as read_snooze

    allowed, silence = read_budget(budget), read_snooze(snooze)
    if hindsight:
        if follow:
            raise click.UsageError("--hindsight looks back on a whole record: leave --follow out.")
        _look_back(record, **options)
        return
    click.echo(_says(allowed, silence))
    before: dict[str, Any] | None = None
    for data, name in _versions(record, follow):
        try:
            before = _report(before, data, name, allowed, silence, options)
        except ClarksonError as error:
            if not follow:
                raise
            click.echo(f"not read yet: {error}", err=True)  # a row may be half written: the record before stands


def _look_back(place: str, *, sex: Sex | None, age_years: float | None, timezone: str | None) -> None:
    from clarkson.intake import input_at, record_of
    from clarkson.watch.hindsight import hindsight
    from clarkson.watch.mechanisms import mechanisms
    from clarkson.watch.numbers import chance, signed

    record = record_of(*input_at(place), sex=sex, age_years=age_years, timezone=timezone)
    for each in hindsight(record):
        hours = None if record.origin is None else (each.time - record.origin).total_seconds() / 3600.0
        when = f"{each.time:%Y-%m-%d %H:%M}" if hours is None else f"{hours:+.0f} h"
        click.echo(
            f"{when}  leak {chance(each.probability)} in hindsight ({chance(each.live)} live); "
            f"{mechanisms()[each.mechanism].label.lower()}; plasma volume {signed(each.plasma_volume_change_percent)}, "
            f"albumin mass {signed(each.albumin_mass_change_percent)}"
        )


def _says(budget: Budget, silence: timedelta) -> str:
    from clarkson.watch.alarm import DAYS, level_of, rates
    from clarkson.watch.numbers import ratio

    level, per_day = level_of(budget)
    source = next(each.source for each in rates() if each.setting == budget.setting)
    unit = "day" if budget.setting == "inpatients" else "year"
    return (
        f"Alarm from a likelihood ratio of {ratio(level)}: {per_day * DAYS[unit]:.2g} false alarms per person-{unit} "
        f"are expected, by {source}. Each is followed by {silence.total_seconds() / 3600:.0f} h of silence."
    )


def _versions(record: str, follow: bool) -> Iterator[tuple[bytes | str, str]]:
    """The record as it stands, and with ``follow`` again each time it has grown."""
    from clarkson.intake import input_at
    from clarkson.live import growing, lines

    if not follow:
        yield input_at(record)
    elif record == "-":
        yield from ((data, "standard input") for data in lines(sys.stdin.buffer))
    else:
        path = Path(record)
        if not path.is_file():
            raise RecordError(f"there is no file '{record}' to follow")
        yield from ((data, path.name) for data in growing(path))


def _report(
    before: dict[str, Any] | None,
    data: bytes | str,
    name: str,
    budget: Budget,
    silence: timedelta,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Print what changed, and the alarms that are new."""
    from clarkson.intake import document_of
    from clarkson.live import changes, times_and_ratios
    from clarkson.report.view import moment
    from clarkson.watch.alarm import alarms, level_of
    from clarkson.watch.numbers import ratio

    document = document_of(data, name, **options)
    for words in changes(before, document):
        click.echo(words)
    level, _ = level_of(budget)
    known = set() if before is None else {each.time for each in alarms(*times_and_ratios(before), level, silence)}
    raised = {each.time.isoformat(): each for each in alarms(*times_and_ratios(document), level, silence)}
    for each in document["assessments"]:
        alarm = raised.get(each["time"])
        if alarm is not None and alarm.time not in known:
            when = moment(each, relative=bool(document["relative_time"]))
            click.echo(f"ALARM {when}: likelihood ratio {ratio(alarm.likelihood_ratio)}. {each['headline']}")
    sys.stdout.flush()
    return document
