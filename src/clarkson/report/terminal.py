"""The assessment in a terminal: the course in one line a draw, then what is so now, then the most telling draw.

It reads the JSON document of ``document.py`` and decides nothing: every word of substance is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clarkson.report.ahead import forecast_words, phase_words
from clarkson.report.course import Lines, balance_path, draws, heading, measured, style, symbol
from clarkson.report.view import moment, one_in, percent, ratio, signed, strength, zone
from clarkson.watch.assessment import LEAK_VERDICTS

LABEL_WIDTH = 13
WIDEST = 100
COURSE_ROWS = 12
SKIPPED_ROWS = 8


def show(document: Mapping[str, Any], console: Console, *, everything: bool = False) -> None:
    """Print the document: the newest draw and the most telling one in full, or every draw.

    >>> from clarkson.report.document import document
    >>> from clarkson.record.record import Record
    >>> from clarkson.watch.assess import assess
    >>> nobody = Record("nobody")
    >>> show(document(assess(nobody), nobody, input_name="-", input_sha256=""), Console(width=80))  # doctest: +ELLIPSIS
    Clarkson ... -
    nobody, sex not given, age not given, 0 results
    ...
    """
    width = min(console.width, WIDEST)
    relative, assessments = document["relative_time"], document["assessments"]
    newest, telling = len(assessments) - 1, _most_telling(assessments)
    parts = [_title(document)]
    if not assessments:
        parts.append([Text("Nothing to assess: no blood test and no vital sign was read.", "bold")])
    if newest > 0:
        rows = len(assessments) if everything else COURSE_ROWS
        parts.append(draws(assessments, relative, rows, telling, width))
    for index in (each for each in range(newest, -1, -1) if everything or each in (newest, telling)):
        place = ["newest"] * (index == newest) + ["most telling"] * (index == telling)
        title = moment(assessments[index], relative=relative) + (f" ({', '.join(place)})" if place else "")
        parts.append([heading(title, width), *_draw(assessments[index], relative, everything, width)])
    parts.append(measured(document["results"], relative, width))
    parts.append(balance_path(assessments, telling, width))
    parts.append(_skipped(document["skipped"], everything, width))
    parts.append([Text(document["notice"], "italic")])
    for part in filter(None, parts):
        for line in part:
            console.print(line, width=width)
        if part is not parts[-1]:
            console.print()


def _most_telling(assessments: Sequence[Mapping[str, Any]]) -> int | None:
    """The draw with the highest likelihood ratio among those that called a leak."""
    leaks = [index for index, each in enumerate(assessments) if each["verdict"] in LEAK_VERDICTS]
    return max(leaks, key=lambda index: assessments[index]["likelihood_ratio"] or 0.0, default=None)


def _title(document: Mapping[str, Any]) -> Lines:
    subject = document["subject"]
    sex = subject["sex"] or "sex not given"
    age = "age not given" if subject["age_years"] is None else f"{subject['age_years']:g} years"
    who = [subject["id"], sex, age, f"{len(document['results'])} results", *subject["diagnoses"]]
    lines: Lines = [
        Text(f"Clarkson {document['program']['version']}   {plain(document['input']['name'])}", "bold"),
        Text(plain(", ".join(part for part in who if part))),
    ]
    if subject["citation"]:
        lines.append(Text(f"Source: {plain(subject['citation'])}", "dim"))
    if document["results"]:
        lines.append(Text(f"Times: {zone(document)}", "dim"))
    return lines


def _draw(assessment: Mapping[str, Any], relative: bool, everything: bool, width: int) -> Lines:
    """One draw: what it says, what to beware of, why, and what else it could be; a part without words is left out."""
    parts: dict[str, list[Text]] = {
        "Leak": [_likelihood(assessment)],
        "Plasma volume": _change(assessment["plasma_volume_change_percent"]),
        "Albumin mass": _change(assessment["albumin_mass_change_percent"]),
        "Phase": [Text(words)] if (words := phase_words(assessment, relative=relative)) else [],
        "Expected": [Text(each) for each in forecast_words(assessment)],
        "Careful": [Text(plain(each["text"]), "yellow") for each in assessment["warnings"]],
        "Why": [Text(plain(reason)) for reason in assessment["reasons"]],
        "Mechanisms": [_alternative(each, everything) for each in assessment["differential"]],
        "Measure next": [Text(plain(f"{each['label']}: {each['why']}")) for each in assessment["next_tests"]],
        "Results used": _used(assessment, relative),
    }
    grid = Table.grid(padding=(0, 1), pad_edge=False)
    grid.add_column(width=LABEL_WIDTH, style="dim")
    grid.add_column(width=1, style="dim")
    grid.add_column(width=width - LABEL_WIDTH - 3)
    for label, items in parts.items():
        for number, item in enumerate(items):
            grid.add_row("" if number else label, "-" if len(items) > 1 else "", item)
    verdict = assessment["verdict"]
    called = (f"{symbol(verdict)} {verdict.upper()}   ", style(verdict))
    return [Text.assemble(called, plain(assessment["headline"])), grid]


def _likelihood(assessment: Mapping[str, Any]) -> Text:
    value, prior = assessment["likelihood_ratio"], one_in(assessment["prior"])
    if value is None:
        return Text(f"Nothing measured could tell; the prior of {prior} stands.")
    words = f"Likelihood ratio {ratio(value)} ({strength(value)}); with a prior of {prior} the probability is "
    return Text.assemble(words, (percent(assessment["probability"]), "bold"))


def _change(estimate: Mapping[str, float] | None) -> list[Text]:
    if estimate is None:
        return []
    interval = f" (90 % interval {signed(estimate['low'])} to {signed(estimate['high'])} %)"
    return [Text.assemble((f"{signed(estimate['median'])} %", "bold"), interval)]


def _alternative(alternative: Mapping[str, Any], everything: bool) -> Text:
    """A mechanism with what speaks against it, and for it where everything is asked for."""
    lines = [f"{plain(alternative['label'])}: {percent(alternative['probability'])}"]
    sides = (("for", "speaks_for"), ("against", "speaks_against"))
    for sign, side in sides if everything else sides[1:]:
        if alternative[side]:
            lines.append(f"{sign}: {plain('; '.join(alternative[side]))}")
    return Text("\n".join(lines))


def _used(assessment: Mapping[str, Any], relative: bool) -> list[Text]:
    """The results of the draw; one taken at another time says so."""
    words = []
    for each in assessment["inputs"]:
        at = "" if each["time"] == assessment["time"] or relative else f" ({moment(each, relative=False)})"
        words.append(f"{each['label']} {each['shown']}{at}")
    return [Text(plain(", ".join(words)))] if words else []


def _skipped(skipped: Sequence[Mapping[str, Any]], everything: bool, width: int) -> Lines:
    """What was not used, with the reason; questions first."""
    if not skipped:
        return []
    ordered = sorted(skipped, key=lambda each: not each["question"])
    shown = ordered if everything else ordered[:SKIPPED_ROWS]
    lines = [
        Text.assemble(
            ("please check: " if each["question"] else "", "bold yellow"),
            plain(f"{each['source']}: {each['reason']}") + (f" [{plain(each['text'])}]" if each["text"] else ""),
        )
        for each in shown
    ]
    if len(shown) < len(ordered):
        lines.append(Text(f"and {len(ordered) - len(shown)} more; --all or --json lists them", "dim"))
    return [heading(f"not used: {len(ordered)}", width), *lines]


def plain(text: str) -> str:
    r"""Text from outside on one line, without what could steer a terminal.

    >>> plain("Hct\n45 %")
    'Hct 45 %'
    """
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in " ".join(text.split()))
