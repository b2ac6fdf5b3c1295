"""Show the page on this machine, and open a browser on it."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from typing import Any, TypedDict

from clarkson.intake import digest_of, document_of, record_of
from clarkson.record.record import Record
from clarkson.serve.app import app
from clarkson.serve.diary import add_diary
from clarkson.serve.listen import listen
from clarkson.serve.options import Options
from clarkson.store.opening import open_store


class _Input(TypedDict):
    input_name: str
    input_sha256: str


def show(
    document: dict[str, Any] | None,
    port: int,
    *,
    say: Callable[[str], object],
    browser: bool = False,
    diary: str | None = None,
) -> None:
    """Serve until interrupted: the document, or the form where there is none, and the ``diary`` of that person.

    ``say`` is called once with the address, that of the diary if there is one; with ``browser`` it is opened then.

    Raises
    ------
    SettingError
        The port is taken or not allowed.
    """

    def ready(address: str) -> None:
        page = address if diary is None else f"{address}diary"
        say(page)
        if browser:
            webbrowser.open(page)

    application = app(assessed, fitted, over_years=years, start=document)
    if diary is not None:
        add_diary(application, diary, open_store, assess=assessed, pages=DIARY_PAGES)
    listen(application, port=port, ready=ready)


def has_display() -> bool:
    """Whether a browser can be opened here, and CLARKSON_NO_BROWSER=1 does not forbid it."""
    if os.environ.get("CLARKSON_NO_BROWSER") == "1":
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def assessed(data: bytes, name: str, said: Options) -> dict[str, Any]:
    """The document of the bytes of a file called ``name``, as the page and the REST service give it.

    >>> assessed(b"hours,test,value,unit\\n0,Hct,62,%\\n", "home.csv", Options())["assessments"][0]["verdict"]
    'possible leak'
    """
    return document_of(data, name, prior=said.prior, sex=said.sex, age_years=said.age_years, timezone=said.timezone)


def fitted(data: bytes, name: str, said: Options) -> str:
    """The page of the twin of the same bytes, as the served page gives it.

    Raises
    ------
    ClarksonError
        The record cannot be read, or cannot carry a twin.
    """
    from clarkson.report.twin_document import twin_document
    from clarkson.report.twin_page import render_twin
    from clarkson.twin.fit import fit

    record, read_from = _read(data, name, said)
    twin = fit(record)
    return render_twin(twin, twin_document(twin, **read_from), inline=False)


def years(data: bytes, name: str, said: Options) -> str:
    """The page of attacks over years of the same bytes, as the served page gives it.

    Raises
    ------
    ClarksonError
        The record cannot be read.
    """
    from clarkson.history.history import history
    from clarkson.report.history_document import history_document
    from clarkson.report.history_page import render_history

    record, read_from = _read(data, name, said)
    return render_history(history_document(record, history(record), **read_from), inline=False)


def lettered(data: bytes, name: str, said: Options) -> str:
    """The emergency letter of the same bytes, as a page to print.

    Raises
    ------
    ClarksonError
        The record cannot be read.
    """
    from clarkson.history.history import history
    from clarkson.report.letter import letter_html
    from clarkson.watch.assess import assess

    record, read_from = _read(data, name, said)
    return letter_html(assess(record), history(record), **read_from)


def _read(data: bytes, name: str, said: Options) -> tuple[Record, _Input]:
    """The record in bytes, and from what it was read."""
    record = record_of(data, name, sex=said.sex, age_years=said.age_years, timezone=said.timezone)
    return record, _Input(input_name=name, input_sha256=digest_of(data, record))


DIARY_PAGES = {
    "twin": ("Fit the twin", fitted),
    "attacks": ("Attacks over years", years),
    "letter": ("Emergency letter", lettered),
}
"""What is made of a diary beside its assessment: by address, the words of the link and how."""
