"""Screen a data set: who stands high, what the watch says of them, and who should be looked at first.

Everything that was done stands in the folder ``work`` of the output until the end: a screening that was killed is taken
up where it was, and ends in the same bytes.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from clarkson.errors import SettingError
from clarkson.formats import DatasetFormat
from clarkson.record.dataset import Dataset
from clarkson.record.open_dataset import People, open_dataset
from clarkson.record.parquet_tables import printed_parquet, tables_of_parquet
from clarkson.record.parquet_writing import write_parquet
from clarkson.record.postgres import without_password
from clarkson.record.tables import connect, literal
from clarkson.screen.following import followed
from clarkson.screen.outcome import write_outcome
from clarkson.screen.parts import STANDING, read_part, stand
from clarkson.screen.schema import RUN
from clarkson.screen.sieve import SIEVED, STANDS_AT
from clarkson.whole_file import whole_file, whole_folder

EVIDENCE = 100.0  # the likelihood ratio of a draw that begins an episode (assumption)
NEGATIVES = 100  # random people without an episode, for review
PEOPLE_OF_PART = 30_000
PEOPLE_FOLLOWED = 100  # of a part, by one core
MOST_PARTS = 256
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a screening was asked.

    ``evidence`` is the likelihood ratio that makes an episode; ``everybody`` follows all people, not only those who
    stand high; ``negatives`` how many random people without an episode are kept for review.
    """

    evidence: float = EVIDENCE
    everybody: bool = False
    negatives: int = NEGATIVES


def screen(
    path: str | Path,
    output: Path,
    settings: Settings = Settings(),
    *,
    format: DatasetFormat | None = None,
    timezone: str | None = None,
    tell: Tell,
    standings: Callable[[Dataset, Path], pa.Table] | None = None,
) -> dict[str, Any]:
    """Screen every person of a data set into the folder ``output``, and give what its ``run.json`` says.

    ``tell`` is given a line on what is going on. ``standings`` may judge everybody elsewhere (``screen.spark``).

    Raises
    ------
    RecordError
        The data set cannot be read.
    SettingError
        ``output`` holds another screening, or a finished one.
    """
    work = output / "work"
    written = (output / RUN).exists()
    if written and not work.exists():
        raise SettingError(f"'{output}' holds a finished screening; choose another folder")
    people = open_dataset(path, format=format, timezone=timezone)
    output.mkdir(mode=0o700, exist_ok=True)
    work.mkdir(mode=0o700, exist_ok=True)
    asked = {
        "data": without_password(str(path)),
        "format": format,
        "timezone": timezone,
        **asdict(settings),
        "version": version("clarkson"),
    }
    _same_as_before(work / "settings.json", asked)
    if not written:  # else it was killed while it tidied up
        dataset = _of_tables(people, work, tell)
        judge = standings or partial(standings_here, tell=tell)
        _once(work / "traits.parquet", dataset.traits)
        _once(work / "standing.parquet", partial(judge, dataset, work))
        _once(work / "chosen.parquet", partial(_chosen, work / "standing.parquet", settings))
        _follow(dataset, work, settings, tell)
        write_outcome(output, work, dataset.name, asdict(settings))
    shutil.rmtree(work)
    run: dict[str, Any] = json.loads((output / RUN).read_bytes())
    return run


def _same_as_before(file: Path, asked: dict[str, Any]) -> None:
    """Refuse to take up a screening that was begun with other settings."""
    if not file.exists():
        with whole_file(file) as unfinished:
            unfinished.write_text(json.dumps(asked), encoding="utf-8")
        return
    before = json.loads(file.read_text(encoding="utf-8"))
    other = sorted(name for name in asked if asked[name] != before.get(name))
    if other:
        changed = ", ".join(f"{name} was {before.get(name)} and is {asked[name]}" for name in other)
        raise SettingError(f"'{file.parent.parent}' holds a screening that was begun otherwise: {changed}")


def _once(file: Path, make: Callable[[], pa.Table]) -> None:
    """Make and write a table unless it was written before."""
    if not file.exists():
        table = make()
        with whole_file(file) as unfinished:
            parquet.write_table(table, unfinished)


def _of_tables(people: People, work: Path, tell: Tell) -> Dataset:
    """The data set, or what it holds as Clarkson's own tables where it is read person by person."""
    if isinstance(people, Dataset):
        return people
    folder = work / "records"
    if not folder.exists():
        tell("reading documents person by person")
        with whole_folder(folder) as unfinished:
            write_parquet(people, unfinished)
    tables = tables_of_parquet(folder)
    dataset = Dataset(tables, printed_parquet(tables))
    dataset.name = people.name
    return dataset


def standings_here(dataset: Dataset, work: Path, tell: Tell) -> pa.Table:
    """How high everybody stands, part by part."""
    folder, traits = work / "results", work / "traits.parquet"
    count = parquet.read_metadata(traits).num_rows
    if not folder.exists():
        tell(f"reading the results of {count:,} people")
        with whole_folder(folder) as unfinished:
            dataset.copy_values(SIEVED, unfinished, max(1, min(MOST_PARTS, count // PEOPLE_OF_PART)))
    parts = sorted(folder.glob("part=*"))
    watch = Clock(len(parts))
    found = []
    for place, part in enumerate(parts):
        file = work / f"standing-{part.name.removeprefix('part=')}.parquet"
        _once(file, partial(_of_part, part, traits))
        found.append(parquet.read_table(file))
        tell(f"judged part {place + 1} of {len(parts)}{watch.left(place + 1)}")
    return pa.concat_tables(found) if found else STANDING.empty_table()


def _of_part(part: Path, traits: Path) -> pa.Table:
    return stand(read_part(part, traits))


def _chosen(standing: Path, settings: Settings) -> pa.Table:
    """Subjects to follow, in parts, and whether each was taken at random: of those who do not stand high, by a hash."""
    high = "true" if settings.everybody else f"standing >= {STANDS_AT}"
    return (
        connect()
        .sql(
            f"WITH people AS (SELECT subject, {high} AS high, md5('clarkson screen ' || subject) AS place"
            f" FROM read_parquet({literal(standing)}))"
            ", chosen AS (SELECT subject, false AS random FROM people WHERE high UNION ALL"
            f" (SELECT subject, true FROM people WHERE NOT high ORDER BY place, subject LIMIT {settings.negatives}))"
            f" SELECT *, ntile(greatest(1, least({MOST_PARTS}, (SELECT ceil(count(*) / {PEOPLE_FOLLOWED}) FROM chosen))"
            "::BIGINT)) OVER (ORDER BY length(subject), subject) - 1 AS part FROM chosen"
            " ORDER BY length(subject), subject"
        )
        .to_arrow_table()
    )


def _follow(dataset: Dataset, work: Path, settings: Settings, tell: Tell) -> None:
    """Follow the chosen part by part, those parts that were not followed yet."""
    rows, folder = work / "rows", work / "followed"
    chosen = parquet.read_table(work / "chosen.parquet")
    if not rows.exists():
        tell(f"reading the records of {chosen.num_rows:,} people who are followed")
        with whole_folder(rows) as unfinished:
            dataset.copy_rows(chosen, unfinished)
    folder.mkdir(mode=0o700, exist_ok=True)
    parts = sorted(set(chosen["part"].to_pylist()))
    left = [part for part in parts if not (folder / f"{part:06d}").exists()]
    also = frozenset(chosen.filter(chosen["random"])["subject"].to_pylist())
    watch = Clock(len(left))
    for done, (part, some) in enumerate(followed(rows, left, settings.evidence, also), start=1):
        with whole_folder(folder / f"{part:06d}") as unfinished:
            for name, table in (("traits", some.traits), ("episodes", some.episodes), ("results", some.results)):
                parquet.write_table(table, unfinished / f"{name}.parquet")
        tell(f"followed part {done} of {len(left)}{watch.left(done)}")


class Clock:
    """Tells how long a step will go on if it goes on as until now."""

    def __init__(self, count: int) -> None:
        """Start with ``count`` pieces before it."""
        self._count, self._begun = count, time.monotonic()

    def left(self, done: int) -> str:
        """The rest in words; nothing before two pieces are done."""
        if done < 2 or done >= self._count:
            return ""
        seconds = (time.monotonic() - self._begun) / done * (self._count - done)
        return (
            f", about {seconds / 60.0:.0f} min of this step left"
            if seconds >= 90
            else f", about {seconds:.0f} s of this step left"
        )
