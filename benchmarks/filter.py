"""How many results does the watch follow in a second, and how does that compare with an ordinary filter?

A million people with one to three draws of seven tests each (blood count and chemistry), made at once and followed on
all cores. Beside it filterpy's interacting multiple model with the same regimes over the same coordinates, on a few of
the same people; and one record of 1,000 results, from its results to the state.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from clarkson.balance.observation import albumin_share
from clarkson.balance.population import population
from clarkson.engine.gaussian import Array
from clarkson.engine.switching import Beginning, Occasions, Regimes
from clarkson.engine.switching import follow as filtered
from clarkson.record.record import Record, Result, Source
from clarkson.watch import coordinates
from clarkson.watch.follow import FOREIGN_PRIOR, PLACE_HOURS, follow, narrowed
from clarkson.watch.occasions import begin, prepare
from clarkson.watch.regimes import watch

LEVELS = {
    "hematocrit": 0.44,
    "hemoglobin": 148.0,
    "mcv": 90.0,
    "albumin": 43.0,
    "total_protein": 71.0,
    "sodium": 140.0,
    "creatinine": 80.0,
}
PEOPLE, AT_ONCE, OF_PEER = 1_000_000, 50_000, 20
DRAW_SD = 0.04


def people(count: int, seed: int) -> tuple[Regimes, Occasions, Beginning]:
    """So many people: regimes, occasions, and what is known beforehand."""
    random = np.random.default_rng(seed)
    draws = random.integers(1, 4, count)
    n = int(draws.sum())
    share = albumin_share(population("male", 50).mean)
    rows = [coordinates.row(key, value, "laboratory", share) for key, value in LEVELS.items()]
    error = np.array([row.assay for row in rows])
    design = np.array([row.design for row in rows])
    active = np.flatnonzero((design != 0.0).any(axis=0))
    found = watch()
    width, families = len(active), len(found.names)
    first = prepare(_record(len(LEVELS)), prior=0.01)
    seen = Occasions(
        np.concatenate([[0], np.cumsum(draws)]),
        np.concatenate([np.cumsum(random.uniform(6.0, 200.0, each)) for each in draws]),
        np.ones(n),
        np.repeat(first.prior[:1], n, axis=0),
        np.zeros((n, families)),
        np.zeros((n, width)),
        np.zeros((n, width)),
        np.arange(n + 1) * len(LEVELS),
        np.tile(np.ascontiguousarray(design[:, active]), (n, 1)),
        np.tile([row.observed for row in rows], n) + random.normal(0.0, DRAW_SD, n * len(LEVELS)),
        np.tile(error, n),
    )
    beginning, _ = begin(found, [first], active)
    return narrowed(found.regimes, active), seen, beginning


def _record(results: int) -> Record:
    start, keys = datetime(2024, 1, 1, tzinfo=UTC), list(LEVELS)
    return Record(
        "benchmark",
        tuple(
            Result(
                keys[place % len(keys)],
                LEVELS[keys[place % len(keys)]],
                start + timedelta(hours=12.0 * (place // len(keys))),
                Source("benchmark"),
            )
            for place in range(results)
        ),
        sex="male",
        age_years=50.0,
    )


def _run(regimes: Regimes, seen: Occasions, beginning: Beginning) -> None:
    begins = np.zeros(len(seen.people) - 1, dtype=np.int64)
    filtered(regimes, seen, beginning, begins, foreign_prior=FOREIGN_PRIOR, change_hours=PLACE_HOURS, keep=False)


def _peer(regimes: Regimes, seen: Occasions, beginning: Beginning) -> float:
    """Seconds that filterpy's IMM takes for the first people."""
    from filterpy.kalman import IMMEstimator, KalmanFilter

    width, rows = regimes.attractor.shape[1], len(LEVELS)
    started = time.perf_counter()
    for person in range(OF_PEER):
        filters = []
        for regime in range(len(regimes.family)):
            kalman = KalmanFilter(dim_x=width, dim_z=rows)
            kalman.x, kalman.P = beginning.mean[0, regime][:, None].copy(), beginning.covariance[0, regime].copy()
            kalman.H, kalman.R = seen.design[:rows], np.diag(seen.error[:rows])
            filters.append(kalman)
        stay = np.full((len(filters), len(filters)), 0.1 / len(filters)) + 0.9 * np.eye(len(filters))
        mixed = IMMEstimator(filters, regimes.share / regimes.share.sum(), stay)
        for occasion in range(seen.people[person], seen.people[person + 1]):
            if occasion > seen.people[person]:
                hours = float(seen.hours[occasion] - seen.hours[occasion - 1])
                for regime, kalman in enumerate(filters):
                    left: Array = np.exp(-regimes.rate[regime] * hours)
                    kalman.F = np.diag(left)
                    kalman.Q = regimes.spread[regime] * (1.0 - np.outer(left, left))
                mixed.predict()
            mixed.update(seen.observed[occasion * rows : (occasion + 1) * rows][:, None])
    return time.perf_counter() - started


def measured(count: int) -> dict[str, float]:
    """Figures by name."""
    regimes, seen, beginning = people(AT_ONCE, 0)
    _run(regimes, replace(seen, people=seen.people[:3]), beginning)  # compiles
    seconds = results = 0.0
    for part in range(max(1, count // AT_ONCE)):
        regimes, seen, beginning = people(AT_ONCE, part)
        started = time.perf_counter()
        _run(regimes, seen, beginning)
        seconds += time.perf_counter() - started
        results += len(seen.observed)
    record = _record(1000)
    follow(record, prior=0.01)
    started = time.perf_counter()
    follow(record, prior=0.01)
    one = time.perf_counter() - started
    of_peer = float(seen.people[OF_PEER]) * len(LEVELS)
    peer = of_peer / _peer(regimes, seen, beginning)
    return {
        "results_per_second": round(results / seconds),
        "seconds_of_a_million_people": round(seconds * PEOPLE / (AT_ONCE * max(1, count // AT_ONCE)), 1),
        "record_of_1000_results_ms": round(1000.0 * one, 1),
        "filterpy_imm_results_per_second": round(peer),
        "ratio_filterpy": round(results / seconds / peer),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one JSON document of named figures")
    arguments.add_argument("--people", type=int, default=PEOPLE, help="how many short records")
    given = arguments.parse_args()
    figures = measured(given.people)
    if given.json:
        print(json.dumps({"question": "how fast is the watch", "figures": figures}, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:<36}{value:>14,.1f}")


if __name__ == "__main__":
    main()
