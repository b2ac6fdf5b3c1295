"""A served page, an inline page, and a browser that keeps what the page asked for and complained about."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from clarkson.intake import bytes_at
from clarkson.loopback import assessed as from_bytes
from clarkson.loopback import fitted, years
from clarkson.record.read import read_bytes
from clarkson.report.page import render
from clarkson.report.twin_document import twin_document
from clarkson.report.twin_page import render_twin
from clarkson.serve.app import app
from clarkson.twin.fit import fit
from tests.browser.attack import assessed

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
WIDTHS = {"desktop": 1280, "phone": 360}

Open = Callable[..., "Shown"]


@dataclass
class Shown:
    """An open page with the addresses that it asked for and the errors that it wrote."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The address of the served application."""
    made = app(from_bytes, fitted, over_years=years)
    settings = uvicorn.Config(made, port=0, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def inline(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page as one file."""
    file = tmp_path_factory.mktemp("page") / "assessment.html"
    file.write_text(render(assessed(), inline=True), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="session")
def twin_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of a twin as one file."""
    of = fit(read_bytes(*bytes_at("example:smith2016-1")), draws=100)
    file = tmp_path_factory.mktemp("twin") / "twin.html"
    document = twin_document(of, input_name="smith2016-1.json", input_sha256="0" * 64)
    file.write_text(render_twin(of, document), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Open]:
    """Opens an address at a width, with or without JavaScript."""
    contexts = []

    def opened(address: str, *, width: int = WIDTHS["desktop"], script: bool = True) -> Shown:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        shown = Shown(context.new_page())
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.on("pageerror", lambda error: shown.errors.append(str(error)))
        shown.page.on("console", lambda said: shown.errors.append(said.text) if said.type == "error" else None)
        shown.page.on("dialog", lambda dialog: shown.errors.append(f"dialog: {dialog.message}"))
        shown.page.goto(address)
        return shown

    yield opened
    for context in contexts:
        context.close()


@contextmanager
def leaving(page: Page) -> Iterator[None]:
    """Wait until what happens inside has brought up the next page."""
    with page.expect_navigation():
        yield
