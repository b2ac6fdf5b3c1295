"""The page of a diary: forms for what can be written, what goes on, and the entries, the newest first."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from clarkson.diary.diary import NOTICE
from clarkson.diary.entries import Entry
from clarkson.diary.fields import HAPPENED, OFTEN, SEVERITIES, TESTS, UNITS
from clarkson.diary.prodrome import PRODROME
from clarkson.report.page import environment

NEWEST = 50
"""How many entries are listed unless all are asked for."""


def render_diary(
    subject: str,
    entries: Sequence[Entry],
    *,
    known: tuple[str, float | None] = ("", None),
    links: Mapping[str, str] = MappingProxyType({}),
    everything: bool = False,
    kept: Sequence[int] = (),
    said: str = "",
    error: str = "",
    fields: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The page as HTML.

    ``known`` are sex and age, ``links`` further pages by their address below /diary/. ``kept`` are numbers of entries
    just written, ``said`` a sentence about what was done. With an ``error`` the ``fields`` that were sent stand in
    their form again.
    """
    standing = [each for each in entries if not each.withdrawn]
    return (
        environment()
        .get_template("diary.html")
        .render(
            subject=subject,
            listed=standing if everything else standing[:NEWEST],
            more=0 if everything else max(0, len(standing) - NEWEST),
            fallen=[each for each in entries if each.withdrawn],
            going=[each for each in standing if each.goes_on],
            kept=[each for each in standing if each.number in kept],
            said=said,
            error=error,
            fields=fields or {},
            sex=known[0],
            age="" if known[1] is None else f"{known[1]:g}",
            links=links,
            token=secrets.token_hex(16),
            notice=NOTICE,
            symptoms=[name for name, _ in PRODROME],
            tests=TESTS,
            units=UNITS,
            often=OFTEN,
            severities=SEVERITIES,
            happened=HAPPENED,
            inlined=None,
        )
    )
