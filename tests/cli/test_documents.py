"""What the documents tell people to type works as they say."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from clarkson.record.read import read
from clarkson.record.record import Record
from clarkson.store.opening import make_store
from clarkson.twin.fit import DRAWS
from clarkson.twin.twin import Twin
from tests.cli.command import run
from tests.datasets.sets import omop_folder
from tests.twins import twin_of

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *("README.md", "docs/start.md", "docs/simulate.md", "docs/assessment.json.md"),
    *("docs/twin.md", "docs/twin.json.md"),
    *("docs/screen.md", "docs/review.md", "docs/phenotype.md"),
    *("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"),
)


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


SERVING = ("clarkson serve", "clarkson review")
# A line that stands in two documents is tried once.
COMMANDS = list(
    dict.fromkeys(
        line
        for document in DOCUMENTS
        for block in blocks(document, "sh")
        for line in block.splitlines()
        if line.startswith("clarkson ") and not line.startswith(SERVING)  # they go on until they are ended
    )
)
SNIPPETS = [block for document in DOCUMENTS for block in blocks(document, "python")]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the lines name."""
    place = tmp_path_factory.mktemp("furnished")
    labs = place / "labs.csv"
    labs.write_text(blocks("README.md", "csv")[0], encoding="utf-8")
    (place / "examples").mkdir()
    shutil.copy(ROOT / "examples" / "diary.csv", place / "examples")
    omop_folder(place / "omop")
    kept = make_store(str(place / ".local" / "share" / "clarkson" / "store.db"))
    kept.add(replace(read(labs), subject="me"), file="labs.csv", sha256="1")
    kept.close()
    return place


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="module", autouse=True)
def each_record_is_fitted_once() -> Iterator[None]:
    """Several lines show different things of the same fit, which takes ten seconds or more.

    How many draws there are changes nothing but the time.
    """

    def once(record: Record, *, draws: int = DRAWS, seed: int = 0) -> Twin:
        del draws
        return twin_of(record, seed)

    with patch("clarkson.twin.fit.fit", once):
        yield


def with_few_people(line: str) -> str:
    """The same line for three people: how many there are changes nothing but the time."""
    return re.sub(r" -n \d+", " -n 3", line)


def test_there_is_something_to_try() -> None:
    assert len(COMMANDS) >= 8
    assert len(SNIPPETS) >= 2


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_runs(line: str, folder: Path) -> None:
    done = run(*shlex.split(with_few_people(line))[1:], cwd=folder)
    if b"needs WeasyPrint and Pango" in done.stderr:
        pytest.skip("needs Pango (apt-get install libpangoft2-1.0-0)")
    assert done.returncode == 0, done.stderr
    assert done.stdout or " -o " in line


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # as Python does where nobody asks
@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs(snippet: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(snippet, "snippet", "exec"), {"__name__": "__main__"})
    assert printed.getvalue()


def test_the_scenario_of_the_page_about_simulation_runs(folder: Path) -> None:
    (folder / "scenario.toml").write_text(blocks("docs/simulate.md", "toml")[0], encoding="utf-8")
    done = run("simulate", "scenario.toml", cwd=folder)
    assert b"A woman with a leak after a cold" in done.stdout
    assert b"Attack 1" in done.stdout


def test_every_dose_of_the_page_about_simulation_is_understood() -> None:
    from clarkson.simulate.doses import parse_dose

    rows = [
        line for line in (ROOT / "docs/simulate.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    words = [each for row in rows for each in re.findall(r"`([^`]+)`", row)]
    assert len(words) > 15
    for each in words:
        parse_dose(each)


def test_the_example_of_the_readme_becomes_a_leak(folder: Path) -> None:
    document = json.loads(run("assess", "labs.csv", "--sex", "female", "--age", "45", "--json", cwd=folder).stdout)
    assert [each["verdict"] for each in document["assessments"]] == ["no sign of leak", "leak"]
    assert document["skipped"] == []


def test_the_demo_prints_what_the_readme_shows() -> None:
    printed = {line.rstrip() for line in run("demo").stdout.decode().splitlines()}
    shown = blocks("README.md", "text")[0].splitlines()
    assert len(shown) > 10
    assert [line for line in shown if line != "..." and line not in printed] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_file_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:docs|src|tests|scripts|\.ci)/[\w./-]+)`", text)
    for name in named:
        assert (ROOT / name).exists(), name


def test_every_make_target_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in DOCUMENTS:
        for target in re.findall(r"`?make ([a-z]+)", (ROOT / document).read_text(encoding="utf-8")):
            if target not in ("and", "on"):
                assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
