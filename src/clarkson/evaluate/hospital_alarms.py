"""Independent hard negatives: hospital patients of clinosim, whose generator shares no code with Clarkson.

None of them leaks by the truth of the generator: its albumin falls with inflammation and liver function, its hematocrit
with anemia, and neither with plasma volume. So every alarm is a false one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clarkson.evaluate.detection import Estimate, brier, estimate, per_exposure
from clarkson.evaluate.quiet import alarm_count, units_of
from clarkson.evaluate.scored import WATCH, scored
from clarkson.evaluate.virtual import LEAK_RATIO, POSSIBLE_RATIO, Calibrated, calibrated, virtual
from clarkson.record.clinosim import read_clinosim
from clarkson.record.record import Record
from clarkson.watch.assessment import DEFAULT_PRIOR


@dataclass(frozen=True, slots=True)
class Disease:
    """One disease: people, draws with red cells and protein, days; alarms per 100 patient-days at the two levels.

    ``brier`` is the mean square of the probability of a leak, prior 1 in 100, where none is true.
    """

    name: str
    people: int
    draws: int
    both: int
    days: float
    possible: Estimate
    leak: Estimate
    people_called: int
    brier: Estimate


@dataclass(frozen=True, slots=True)
class Hospital:
    """Every disease, and the calibration of the watch on virtual leaks among these patients."""

    diseases: tuple[Disease, ...]
    calibration: Calibrated


def hospital(folder: Path) -> Hospital:
    """Score the people of ``scripts/clinosim``.

    Raises
    ------
    RecordError
        ``folder`` holds none of them.
    """
    people: dict[str, list[Record]] = {}
    for name, record in read_clinosim(folder):
        people.setdefault(name, []).append(record)
    rows, scores, whose = [], [], []
    for name, records in people.items():
        found = scored(records)
        score = found.scores[WATCH]
        days = sum(units_of(each, "inpatients") for each in records)
        odds = np.exp(np.nan_to_num(score, nan=-50.0)) * DEFAULT_PRIOR / (1.0 - DEFAULT_PRIOR)
        called = {
            person for person, each in zip(found.people.tolist(), score, strict=True) if each >= np.log(LEAK_RATIO)
        }
        both = ~np.isnan(found.scores["hematocrit minus albumin"])
        rows.append(
            Disease(
                name,
                len(records),
                len(score),
                int(both.sum()),
                days,
                _per_100(alarm_count(found, score, float(np.log(POSSIBLE_RATIO))), days),
                _per_100(alarm_count(found, score, float(np.log(LEAK_RATIO))), days),
                len(called),
                estimate(brier(odds / (1.0 + odds), np.zeros(len(odds), dtype=np.bool_)), found.people.tolist()),
            )
        )
        scores.append(score)
        whose += found.people.tolist()
    everybody = virtual()
    leaks = everybody.leaks
    mixed = np.concatenate([*scores, everybody.found.scores[WATCH][leaks]])
    labels = np.concatenate(
        [np.zeros(len(mixed) - int(leaks.sum()), dtype=np.bool_), np.ones(int(leaks.sum()), dtype=np.bool_)]
    )
    whose += everybody.found.people[leaks].tolist()
    return Hospital(tuple(rows), calibrated(mixed, labels, whose))


def _per_100(alarms: int, days: float) -> Estimate:
    rate = per_exposure(alarms, days)
    return Estimate(100.0 * rate.value, 100.0 * rate.low, 100.0 * rate.high)
