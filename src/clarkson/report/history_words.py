"""Attacks over years in a terminal: the strip of years, rates, each treatment with its doubts, triggers, the prodrome.

It reads the JSON document of ``history_document`` and decides nothing about the person.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from clarkson.report.history_sentences import PITFALLS, attacks, number, span, years
from clarkson.report.terminal import plain
from clarkson.report.view import moment

Facts = Mapping[str, Any]

WIDTH = 100
LABEL = 16
NEWEST = 12
"""Attacks that are listed; the page lists all."""


def words(document: Facts) -> str:
    """The document as text of at most 100 columns."""
    parts = (_title(document), _strip(document), _attacks(document), _rates(document), _treatments(document),
             _around(document), _relapses(document), _remarks(document))  # fmt: skip
    text = "\n\n".join("\n".join(part) for part in map(list, parts) if part)
    return f"{text}\n"


def day(time: str, document: Facts) -> str:
    """The day of a time, or days from the start where the record has no dates.

    >>> day("2024-03-01T08:00:00+01:00", {"relative_time": False})
    '1 Mar 2024'
    """
    when = datetime.fromisoformat(time)
    if not document["relative_time"]:
        return f"{when.day} {when:%b} {when.year}"
    start = min(datetime.fromisoformat(each["start"]) for each in document["watched"]["spans"])
    return moment({"time": time, "hours": round((when - start) / timedelta(hours=1), 1)}, relative=True)


def rate_words(found: Facts) -> str:
    """A rate with its interval and what it rests on.

    >>> rate_words({"attacks": 9, "years": 6.694, "per_year": 1.344, "low": 0.7014, "high": 2.346})
    '1.3 a year (90 % interval 0.70 to 2.3): 9 attacks in 6.7 years'
    """
    rests = f"{attacks(found['attacks'])} in {years(found['years'])}"
    if found["per_year"] is None:
        return f"not known: {rests}"
    return f"{number(found['per_year'])} a year (90 % interval {span(found['low'], found['high'])}): {rests}"


def _title(document: Facts) -> Iterator[str]:
    subject = document["subject"]
    age = "age not given" if subject["age_years"] is None else f"{subject['age_years']:g} years"
    yield f"Clarkson {document['program']['version']}   {plain(document['input']['name'])}"
    yield from _wrapped(
        f"{plain(subject['id'])}, {subject['sex'] or 'sex not given'}, {age}: {attacks(len(document['attacks']))} in "
        f"{years(document['watched']['years'])} of watched time"
    )


def _strip(document: Facts) -> Iterator[str]:
    """Watched time as one row of characters for attacks, and one for each treatment and for infections."""
    spans = document["watched"]["spans"]
    if not spans or not document["attacks"]:
        return
    start, stop = datetime.fromisoformat(spans[0]["start"]), datetime.fromisoformat(spans[-1]["stop"])
    cells = WIDTH - LABEL - 2

    def cell(time: str) -> int:
        share = (datetime.fromisoformat(time) - start) / (stop - start)
        return min(max(int(share * cells), 0), cells - 1)

    yield f"YEARS, {day(spans[0]['start'], document)} to {day(spans[-1]['stop'], document)}"
    watched = [False] * cells
    for each in spans:
        for place in range(cell(each["start"]), cell(each["stop"]) + 1):
            watched[place] = True
    yield _lane("attacks", _marks([cell(each["onset"]) for each in document["attacks"]], watched, "▲"))
    for name in dict.fromkeys(each["name"] for each in document["exposures"]):
        row = ["·" if seen else " " for seen in watched]
        for each in document["exposures"]:
            if each["name"] == name:
                begun, ended = cell(each["start"]), cell(each["stop"] or spans[-1]["stop"])
                row[begun : ended + 1] = "━" * (ended + 1 - begun)
        yield _lane(plain(name), row)
    if document["infections"]:
        yield _lane("infections", _marks([cell(each["time"]) for each in document["infections"]], watched, "•"))
    if not all(watched):
        yield "  Blank: nobody watched."


def _marks(places: Sequence[int], watched: Sequence[bool], mark: str) -> list[str]:
    row = ["·" if seen else " " for seen in watched]
    for place in set(places):
        count = places.count(place)
        row[place] = mark if count == 1 else f"{min(count, 9)}"
    return row


def _lane(label: str, row: Sequence[str]) -> str:
    short = label if len(label) < LABEL else f"{label[: LABEL - 2]}…"
    return f"  {short:<{LABEL}}{''.join(row)}".rstrip()


def _attacks(document: Facts) -> Iterator[str]:
    found = document["attacks"]
    if not found:
        yield "NO ATTACK in watched time. That does not exclude one."
        return
    yield "ATTACKS (newest first)"
    for each in list(reversed(found))[:NEWEST]:
        lost = each["plasma_lost_percent"]
        told = [
            "" if each["grade"] is None else f"grade {each['grade']}",
            "" if lost is None else f"plasma missing {lost['median']:.0f} % ({lost['low']:.0f} to {lost['high']:.0f})",
            plain(each["words"]) if each["words"] else "found in the results",
        ]
        yield from _wrapped(f"{day(each['onset'], document):<13}{'; '.join(part for part in told if part)}", "  ")
    if len(found) > NEWEST:
        yield f"  and {len(found) - NEWEST} earlier"


def _rates(document: Facts) -> Iterator[str]:
    rates = document["rates"]
    if not document["watched"]["spans"]:
        return
    yield "RATE"
    yield _row("all watched time", rate_words(rates["overall"]))
    for each in rates["by_treatment"] if document["exposures"] else ():
        yield _row(plain(each["name"]), rate_words(each))
    if document["infections"]:
        yield _row("after infection", rate_words(rates["after_infection"]))
        yield _row("otherwise", rate_words(rates["otherwise"]))
    for each in (*rates["by_season"], *rates["by_phase_of_life"]):
        yield _row(each["name"], rate_words(each))
    yield from _spacing(document)


def _spacing(document: Facts) -> Iterator[str]:
    found, trend = document["spacing"], document["severity_trend"]
    if found["median"] is not None:
        ends = [
            f"{found[end]:.0f}" if found[end] is not None else "more" for end in ("lower_quartile", "upper_quartile")
        ]
        yield _row("interval", f"median {found['median']:.0f} days (quartiles {ends[0]} to {ends[1]})")
    if found["since_last"] is not None:
        yield _row("since the last", f"{found['since_last']:.0f} days, not over")
    if found["clustered"] is not None:
        yield _row(
            "clusters",
            f"intervals vary {number(found['variation'])} times as much as by chance alone; as much or more by chance: "
            f"p {number(found['clustered'])}",
        )
    if trend is not None:
        change, unit = trend["per_year"], "grades" if trend["measure"] == "grade" else "% of the plasma"
        low, middle, high = (f"{change[end]:+.1f}".replace("-", "−") for end in ("low", "median", "high"))
        yield _row("severity", f"{middle} {unit} a year (90 % interval {low} to {high}), p {number(trend['p'])}")


def _treatments(document: Facts) -> Iterator[str]:
    for place, each in enumerate(document["treatments"]):
        yield from [""] if place else []
        yield f"DOES IT HELP? {plain(each['name']).upper()}"
        first, *others = each["sentences"]
        yield from _wrapped(plain(first), "  ")
        for sentence in others:
            yield from _item(plain(sentence))
        if each["graded"] is not None:
            yield from _item(graded_words(each["graded"]))
        if each["remarks"]:
            yield "  How it was compared"
        for sentence in each["remarks"]:
            yield from _item(plain(sentence))
        if place:
            again = "; ".join(_first_lower(each.split(":")[0].rstrip(".")) for each in PITFALLS)
            yield from _wrapped(f"What can still mislead, as above: {again}.", "  ")
            continue
        yield "  What can still mislead"
        for sentence in PITFALLS:
            yield from _item(sentence)


def graded_words(found: Facts) -> str:
    """The graded comparison in one sentence."""
    weighted = found["weighted"]
    return (
        f"Losses of plasma and albumin in all results, not attacks alone: in {found['off_months']} months with a draw "
        f"off it {found['off_count']} excursions, in {found['on_months']} on it {found['on_count']}; weighted by size "
        f"{number(weighted['median'])} times as much on it (90 % interval {span(weighted['low'], weighted['high'])}; "
        f"randomisation test, two-sided p {number(found['two_sided_mid'])})."
    )


def _around(document: Facts) -> Iterator[str]:
    if document["triggers"]:
        yield "BEFORE ATTACKS: TRIGGERS (each person's own other times, same quarter of the year)"
        for each in document["triggers"]:
            yield from _item(plain(each["words"]))
    if document["prodrome"]:
        yield from [""] if document["triggers"] else []
        yield "BEFORE ATTACKS: SYMPTOMS"
        for each in document["prodrome"]:
            yield from _item(f"{plain(each['words'])} Published: {each['published']}.")


def _relapses(document: Facts) -> Iterator[str]:
    if not document["relapses"]:
        return
    yield "WERE THESE RELAPSES A LEAK?"
    for each in document["relapses"]:
        yield from _item(
            f"{day(each['time'], document)}, {plain(each['text'])}: {each['says']}. {plain(each['words'])}"
        )
    yield "  At the next one"
    for each in document["next_relapse"]:
        yield from _item(each["words"])


def _remarks(document: Facts) -> Iterator[str]:
    if document["remarks"]:
        yield "HOW THE RECORD WAS READ"
        for each in document["remarks"]:
            yield from _item(plain(each))
    yield from _wrapped(document["notice"])


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _row(label: str, text: str) -> str:
    if len(label) < LABEL + 10:
        return "\n".join(textwrap.wrap(text, WIDTH, initial_indent=f"  {label:<{LABEL + 10}}",
                                       subsequent_indent=" " * (LABEL + 12)))  # fmt: skip
    return "\n".join([f"  {label}", *textwrap.wrap(text, WIDTH, initial_indent=" " * (LABEL + 12),
                                                    subsequent_indent=" " * (LABEL + 12))])  # fmt: skip


def _item(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
