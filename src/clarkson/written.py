"""What commands print and write: JSON as text, and files that are said."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from clarkson.whole_file import whole_file


def json_text(document: Any) -> str:
    """A document as JSON, with a line's end.

    >>> json_text({"a": 1})
    '{\\n "a": 1\\n}\\n'
    """
    import json

    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write(path: Path, text: str) -> None:
    """Write a text, whole or not at all, and say so."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
    say_written(path)


def say_written(path: Path) -> None:
    """Say on standard error that a file was written."""
    click.echo(f"Wrote {path}", err=True)


def give(path: Path | None, text: str) -> None:
    """Write a text into a file and say so, or print it where none is named."""
    if path is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write(path, text)


def say_address(address: str) -> None:
    """Say where a page can be opened."""
    click.echo(f"{address}  (Ctrl-C ends it)")
    sys.stdout.flush()
