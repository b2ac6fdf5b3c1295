"""The tables of a Markdown page as CSV, each named by its heading."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


def tables_of(text: str) -> Mapping[str, str]:
    """CSV texts by name; further tables under a heading are numbered.

    >>> tables_of("## A thing\\n\\n| a | b |\\n| --- | --- |\\n| 1 | 2 |\\n")
    {'a-thing': 'a,b\\n1,2\\n'}
    """
    found: dict[str, str] = {}
    heading, rows = "", list[list[str]]()
    for line in (*text.splitlines(), ""):
        if line.startswith("#"):
            heading = _NOT_A_NAME.sub("-", line.lower()).strip("-")
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            name, number = heading, 2
            while name in found:
                name, number = f"{heading}-{number}", number + 1
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows([rows[0], *rows[2:]])
            found[name] = out.getvalue()
            rows = []
    return found
