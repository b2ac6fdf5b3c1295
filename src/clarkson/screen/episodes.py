"""The episodes of a person whom the watch followed: when, how likely, how much was lost, and what else was going on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from clarkson.balance.observation import ALBUMIN_MASS, CELL_SIZE, PLASMA, RED_CELLS
from clarkson.balance.population import shared
from clarkson.balance.sample import Sample
from clarkson.record.parquet_writing import number_of
from clarkson.record.record import Record
from clarkson.screen.causes import UNDATED, catalogue, causes
from clarkson.watch.assessment import DEFAULT_PRIOR
from clarkson.watch.coordinates import COORDINATES, FIRST_CHANGE
from clarkson.watch.follow import SMALLEST, Followed, follow, likelihood_ratios
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.reading import Reading, reading
from clarkson.watch.verdict import POSSIBLE_AT, leak_called

Row = dict[str, Any]
ONE_EPISODE = timedelta(days=14)  # draws that speak for a leak and lie closer than this are one episode (assumption)
RECOVERED_WITHIN = timedelta(days=90)  # water returns in days, blood is one's own again in weeks (assumption)
# What makes an episode secondary: every cause that is looked for but heart failure, which dilutes blood and no protein.
EXPLAINING = tuple(each.label for each in catalogue() if each.label != "heart failure")


def episodes_of(records: Sequence[Record], *, evidence: float) -> list[list[Row]]:
    """The rows of ``schema.EPISODES`` of each of some people.

    An episode is made of draws whose likelihood ratio reaches ``evidence`` and that lie within two weeks.

    >>> episodes_of([Record("nobody")], evidence=100.0)
    [[]]
    """
    # Most people have none: what was lost is asked only of the others.
    ratios = likelihood_ratios(records, prior=DEFAULT_PRIOR)
    speaking = [np.flatnonzero(each >= evidence).tolist() for each in ratios]
    return [_episodes(*each) if each[1] else [] for each in zip(records, speaking, strict=True)]


def _episodes(record: Record, speaking: Sequence[int]) -> list[Row]:
    followed = follow(record, prior=DEFAULT_PRIOR)
    readings = [reading(followed, place) for place in range(len(followed.draws))]
    groups = _grouped(followed.draws, speaking)
    return [_episode(followed, readings, group, number) for number, group in enumerate(groups, start=1)]


def _grouped(draws: Sequence[Sample], places: Sequence[int]) -> Iterator[list[int]]:
    group: list[int] = []
    for place in places:
        if group and draws[place].time - draws[group[-1]].time > ONE_EPISODE:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _episode(followed: Followed, readings: Sequence[Reading], group: Sequence[int], number: int) -> Row:
    draws, record = followed.draws, followed.record
    peak = max(group, key=lambda place: (readings[place].likelihood_ratio, -place))
    ratio = readings[peak].likelihood_ratio
    first, last = draws[group[0]].time, draws[group[-1]].time
    during = [each for each in draws if first <= each.time <= last]
    apart = [each for each in draws if each.time < first - ONE_EPISODE or each.time > last + RECOVERED_WITHIN]
    V, D, plasma, albumin = _lost(followed, peak)
    leak = leak_called(draws[peak], readings[peak], V[0])
    verdict = leak or "possible leak"
    around = causes(record, first, last)
    return {
        "subject": record.subject,
        "subject_id": number_of(record.subject),
        "prediction_time": _plain(first),
        "boolean_value": leak is not None,
        "float_value": math.log10(ratio),
        "categorical_value": verdict,
        "episode": number,
        "start": _plain(first),
        "peak": _plain(draws[peak].time),
        "end": _plain(last),
        "verdict": verdict,
        "likelihood_ratio": ratio,
        "V": V[0],
        "V_sd": V[1],
        "D": D[0],
        "D_sd": D[1],
        "plasma_lost_percent": 100.0 * -math.expm1(plasma),
        "albumin_lost_percent": 100.0 * -math.expm1(albumin),
        "hematocrit_before_percent": _middle(_hematocrits(apart)),
        "hematocrit_peak_percent": max(_hematocrits(during), default=None),
        "albumin_before_g_per_l": _middle(_albumins(apart)),
        "albumin_low_g_per_l": min(_albumins(during), default=None),
        "recovered": _recovered(followed, readings, group[-1]),
        "causes": list(around),
        "kind": "secondary" if any(each.removesuffix(UNDATED) in EXPLAINING for each in around) else "unexplained",
        "draws": len(during),
    }


def _lost(followed: Followed, place: int) -> tuple[tuple[float, float], tuple[float, float], float, float]:
    """V and D with SD, and the log changes of plasma volume and albumin mass, at a draw if plasma leaks."""
    occasion = followed.places[place]
    weight = followed.filtered.after[occasion] * np.isin(followed.regimes.family, followed.leaks)
    weight = weight / max(float(weight.sum()), SMALLEST)
    mean, covariance = followed.filtered.mean[occasion], followed.filtered.covariance[occasion]
    cells = [FIRST_CHANGE + RED_CELLS, FIRST_CHANGE + CELL_SIZE]

    def along(plasma: float, red_cells: float, albumin: float) -> tuple[float, float]:
        direction = np.zeros(COORDINATES)
        direction[FIRST_CHANGE + PLASMA], direction[FIRST_CHANGE + ALBUMIN_MASS] = plasma, albumin
        direction[cells] = red_cells
        each = mean @ direction
        middle = float(weight @ each)
        spread = np.einsum("i,rij,j->r", direction, covariance, direction) + (each - middle) ** 2
        return middle, math.sqrt(max(float(weight @ spread), 0.0))

    return along(1.0, -1.0, 0.0), along(0.0, 1.0, -1.0), along(1.0, 0.0, 0.0)[0], along(0.0, 0.0, 1.0)[0]


def _recovered(followed: Followed, readings: Sequence[Reading], last: int) -> bool | None:
    """Whether a later draw of the next three months showed a steady person; None if there was none."""
    end = followed.draws[last].time
    after = [
        place
        for place in range(last + 1, len(followed.draws))
        if followed.draws[place].time <= end + RECOVERED_WITHIN and followed.draws[place].red_cells
    ]
    if not after:
        return None
    return any(
        readings[place].probability < POSSIBLE_AT and mechanisms()[readings[place].most_probable()].kind == "steady"
        for place in after
    )


def _hematocrits(draws: Sequence[Sample]) -> list[float]:
    """Hematocrit [%] of each draw that has one, from hemoglobin where it was not measured itself."""
    found = []
    for each in draws:
        measured, hemoglobin = each.value("hematocrit"), each.value("hemoglobin")
        if measured is not None:
            found.append(100.0 * measured)
        elif hemoglobin is not None:
            found.append(100.0 * hemoglobin / shared("mchc_g_per_l"))
    return found


def _albumins(draws: Sequence[Sample]) -> list[float]:
    return [value for each in draws if (value := each.value("albumin")) is not None]


def _middle(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def _plain(time: datetime) -> datetime:
    """The time in UTC without saying so, as MEDS keeps times."""
    return time.astimezone(UTC).replace(tzinfo=None)
