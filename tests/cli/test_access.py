"""Who can read what: files of a person are their owner's only, and no log says whose results it was."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest

from clarkson.cli import clarkson
from clarkson.loopback import assessed, fitted
from clarkson.serve.app import app
from clarkson.serve.options import Options
from tests.cli.command import ATTACK, run

# What each command that writes a person's data is called with; {} is the folder it writes into.
WRITES: dict[tuple[str, str], list[list[str]]] = {
    ("assess", "--html"): [["assess", ATTACK, "--html", "{}/page.html"]],
    ("convert", "--output"): [
        ["convert", ATTACK, "--to", language, "-o", f"{{}}/{name}"]
        for language, name in (("fhir", "a.json"), ("csv", "a.csv"), ("meds", "meds"), ("parquet", "tables"))
    ],
    ("fit", "--html"): [["fit", "example:smith2016-1", "--at", "6", "--draws", "100", "--html", "{}/twin.html",
                         "--json", "{}/twin.json", "--plot", "{}/twin.svg", "--draws-to", "{}/twin.parquet"]],
    ("simulate", "--output"): [["simulate", "attack", "-o", "{}/attack.parquet"]],
    ("letter", "--output"): [["letter", ATTACK, "-o", "{}/letter.html"]],
    ("attacks", "--html"): [["attacks", ATTACK, "--html", "{}/attacks.html"]],
    ("screen", "--output"): [
        ["convert", ATTACK, "--to", "parquet", "-o", "{}/tables"],
        ["screen", "{}/tables", "-o", "{}/found"],
    ],
    ("diary export", "--output"): [
        ["db", "init", "--store", "{}/diary.db"],
        ["diary", "add", "hematocrit 41 %", "--store", "{}/diary.db"],
        ["diary", "export", "-o", "{}/diary.csv", "--store", "{}/diary.db"],
    ],
    ("db backup", "file"): [
        ["db", "init", "--store", "{}/store.db"],
        ["import", ATTACK, "--as", "me", "--store", "{}/store.db"],
        ["db", "backup", "{}/backup.db", "--store", "{}/store.db"],
        ["db", "restore", "{}/backup.db", "--store", "{}/restored.db"],
    ],
}  # fmt: skip
WITH_THE_SAME_RUN = {("fit", "--json"), ("fit", "--plot"), ("fit", "--draws-to")}
OF_NOBODY = {
    ("evaluate", "--output"),  # counts over published cases and data sets
    ("learn", "--output"),  # parameters
    ("export", "--output"),  # equations
    ("phenotype circe", "--output"),  # the rule
    ("phenotype sql", "--output"),
    ("simulate", "--plot"),  # people who do not exist
}
MARKER = "Zaubernuss"
VALUES = ("0.4711", "47.11", "28.13")


def writing_options(group: click.Group, above: str = "") -> Iterator[tuple[str, str]]:
    """Each command with each of its parameters that names a file or a folder to write."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from writing_options(command, f"{above}{name} ")
            continue
        for parameter in command.params:
            kind, opposite = parameter.type, getattr(parameter, "metavar", None)
            to_write = isinstance(kind, click.Path) and not kind.exists and parameter.name != "columns"
            if to_write or (opposite == "FILE" and parameter.param_type_name == "option"):
                yield f"{above}{name}", parameter.opts[-1]


def test_every_command_that_writes_is_looked_at() -> None:
    assert set(writing_options(clarkson)) == {*WRITES, *WITH_THE_SAME_RUN, *OF_NOBODY}


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """Where nobody cares, everybody of the machine may read a new file."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize("written", WRITES, ids=" ".join)
def test_what_is_written_of_a_person_is_its_owners_only(written: tuple[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    for arguments in WRITES[written]:
        finished = run(*(each.format(folder) for each in arguments), cwd=tmp_path)
        assert finished.returncode == 0, finished.stderr.decode()
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert found
    assert {path: mode for path, mode in found.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


@pytest.mark.usefixtures("usual_umask")
def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_text("")
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
    assert run("convert", ATTACK, "--to", "csv", "-o", place).returncode == 0
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_folder_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "meds").mkdir()
    refused = run("convert", ATTACK, "--to", "meds", "-o", tmp_path / "meds")
    assert (refused.returncode, b"exists already" in refused.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == [tmp_path / "meds"]


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    """What every logger says at every level."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter("%(name)s %(pathname)s %(message)s %(args)s %(exc_info)s"))
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in list(root.manager.loggerDict))]
    before = [(each, each.level, each.disabled, each.propagate) for each in loggers]
    for each in loggers:
        each.setLevel(1)
        each.disabled, each.propagate = False, True
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)
    for each, level, disabled, propagate in before:
        each.setLevel(level)
        each.disabled, each.propagate = disabled, propagate


def broken(data: bytes, name: str, said: Options) -> dict[str, object]:
    raise ValueError(f"{name}: {data!r} {said}")


def test_no_log_of_the_served_page_names_a_person_or_a_value(
    everything_logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = f"patient_id,time,test,value,unit\n{MARKER},2026-03-04T08:10Z,Hct,47.11,%\n{MARKER},x,albumin,28.13,g/L\n"
    asked: list[int] = []

    async def ask() -> None:
        for application in (app(assessed, fitted), app(broken, fitted)):
            transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                file = {"file": (f"{MARKER}.csv", rows.encode(), "text/csv")}
                for answer in (
                    await client.post("/assess", data={"text": rows}),
                    await client.post("/assess", files=file),
                    await client.post("/twin", data={"text": rows}),
                    await client.post("/api/v1/assess", content=rows.encode(), params={"age": "41"}),
                    await client.post("/api/v1/assess", content=b"{" + rows.encode()),
                    await client.get(f"/people/{MARKER}"),
                ):
                    asked.append(answer.status_code)

    asyncio.run(ask())
    logging.getLogger("clarkson.serve").debug("the logs are looked at")
    assert {200, 400, 404, 422, 500} <= set(asked)
    # What this test itself sends is logged by its own client.
    lines = [line for line in everything_logged.getvalue().splitlines() if not line.startswith(("httpx ", "httpcore"))]
    printed = "\n".join([*lines, *capfd.readouterr()])
    assert "the logs are looked at" in printed
    assert "ValueError" in printed
    for secret in (MARKER, *VALUES):
        assert secret not in printed
