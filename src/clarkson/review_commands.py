"""The command that reviews what a screening found. Conventions as in ``cli``."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from clarkson.written import say_address


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--reviewer", metavar="NAME", help="Whose answers they are; else it is typed on the page.")
@click.option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True, help="0 takes any free one.")
def review(folder: Path, reviewer: str | None, port: int) -> None:
    """Review what a screening found: serve the FOLDER that it wrote as a page on this machine.

    The queue mixes candidates and random people without saying which is which until you have answered. The page says
    how far reviewers agree, and how many of the candidates they take for cases. Answers are kept in FOLDER as
    reviews.jsonl. Nothing leaves this machine.
    """
    from clarkson.screen.found import open_screening
    from clarkson.serve.listen import listen
    from clarkson.serve.review import review_app

    key = secrets.token_urlsafe(16)

    application = review_app(open_screening(folder), key=key, reviewer=reviewer)
    listen(application, port=port, ready=lambda address: say_address(f"{address}?key={key}"))
