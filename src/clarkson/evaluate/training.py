"""The training sets of ``clarkson learn``: which people, from which files, with which hash; and what alarms cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from clarkson.errors import RecordError
from clarkson.evaluate.learn import learn, split, training, written
from clarkson.evaluate.quiet import SETS, units_of
from clarkson.record.record import Record
from clarkson.watch.alarm import DAYS, Setting, alarms
from clarkson.watch.assessment import DEFAULT_PRIOR
from clarkson.watch.follow import follow
from clarkson.watch.learned import Learned, read_learned
from clarkson.watch.reading import reading
from clarkson.watch.regimes import Watch, build

VERSION = 1
PEOPLE_OF_A_SET = 400  # so many training people of a set at most: the fit takes minutes, not hours
LEVELS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4, 1e5)


def data_hash(folders: Sequence[Path]) -> str:
    """SHA-256 over names and contents of every file of the folders, in order."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(each for each in folder.iterdir() if each.suffix in (".parquet", ".xlsx", ".txt")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def training_people(data: Path) -> Mapping[Setting, tuple[Record, ...]]:
    """The training half of every set of people who are not known to leak, at most 800 of each.

    Raises
    ------
    RecordError
        A set is missing in ``data``.
    """
    missing = [each.folder for each in SETS if not (data / each.folder).is_dir()]
    if missing:
        raise RecordError(f"'{data}' lacks {', '.join(missing)}: docs/data.md says how to get each data set")
    found: dict[Setting, list[Record]] = {"outpatients": [], "inpatients": []}
    for each in SETS:
        half = [record for record in each.read(data / each.folder) if split(record.subject) == "train"]
        found[each.setting] += half[:PEOPLE_OF_A_SET]
    return {setting: tuple(records) for setting, records in found.items()}


def learned_from(data: Path, table: Learned, *, rounds: int, say: Callable[[str], None]) -> tuple[str, str]:
    """The texts of ``learned.toml`` and ``alarm_rates.toml``, learned from the training people of ``data``.

    Raises
    ------
    RecordError
        A set is missing.
    """
    people = training_people(data)
    found = learn(training(people["outpatients"]), training(people["inpatients"]), table, rounds=rounds, say=say)
    provenance: dict[str, str | int | float] = {
        "version": VERSION,
        "sets": ", ".join(each.folder for each in SETS),
        "split": "people whose id has an even CRC-32 are for training, the others for evaluation; "
        f"{PEOPLE_OF_A_SET} of a set at most",
        "outpatients": len(people["outpatients"]),
        "inpatients": len(people["inpatients"]),
        "sha256": data_hash([data / each.folder for each in SETS]),
    }
    text = written(found, provenance)
    return text, rates_of(people, read_learned(text))


def rates_of(people: Mapping[Setting, Sequence[Record]], parameters: Learned) -> str:
    """What alarms cost among the training people, at each level of the likelihood ratio."""
    by = build(parameters)
    lines = [
        "# Alarms among training people who were not known to leak, at each level of the likelihood ratio, with 72 h",
        "# of silence after each. Written by `clarkson learn`. Inpatients with sepsis, surgery or burns may truly have",
        "# leaked.",
    ]
    for setting, records in people.items():
        counts = np.zeros(len(LEVELS), dtype=np.int64)
        days = 0.0
        for record in records:
            times, ratios = _followed(record, by)
            counts += [len(alarms(times, ratios, level)) for level in LEVELS]
            days += units_of(record, setting) * (DAYS["year"] if setting == "outpatients" else 1.0)
        sets = ", ".join(each.name for each in SETS if each.setting == setting)
        lines += [
            "",
            f"[{setting}]",
            f'source = "{len(records)} {setting} ({sets})"',
            f"person_days = {days:.0f}",
            f"levels = [{', '.join(f'{level:g}' for level in LEVELS)}]",
            f"counts = [{', '.join(str(count) for count in counts)}]",
        ]
    return "\n".join(lines) + "\n"


def _followed(record: Record, by: Watch) -> tuple[list[datetime], list[float]]:
    found = follow(record, prior=DEFAULT_PRIOR, by=by)
    return [each.time for each in found.draws], [
        reading(found, place).likelihood_ratio for place in range(len(found.draws))
    ]
