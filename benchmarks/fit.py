"""How long does it take to fit a body to one person's last days, beside numpyro's NUTS and blackjax's tempered SMC?

Virtual patients: 12 draws of hematocrit, albumin, total protein and mean pressure over five days of an attack, made by
the body at values drawn from the prior, with errors as the twin believes them. All methods are given the same density,
computed by the same compiled body on the same cores, in this process; compiling is not counted. ``--peers`` runs the
two peers, on the first patient, for no longer than ``--patience`` seconds each: they need jax, numpyro and blackjax.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.posterior import Peer, agreement, blackjax_smc, numpyro_nuts
from clarkson.engine.unknowns import Problem
from clarkson.record.record import Record, Result, Source
from clarkson.simulate.schedule import Given
from clarkson.twin.body_of import Body
from clarkson.twin.evidence import Evidence, evidence
from clarkson.twin.fit import fitted
from clarkson.twin.posterior import Draws, draws
from clarkson.twin.unknowns import unknowns
from clarkson.twin.what_is_seen import FREEDOM, scaled, unscaled

Floats: TypeAlias = NDArray[np.float64]
Found = TypeVar("Found")

STEADY = {"hematocrit": 0.45, "albumin": 42.0, "total_protein": 70.0}
MEASURED = {**STEADY, "mean_pressure": 90.0}
HOURS = np.linspace(0.0, 120.0, 12)
START = datetime(2024, 1, 1, tzinfo=UTC)
PATIENTS = 7
DRAWS = 400
WHAT_IF = (Given(0.0, "crystalloid 1 L over 1 h"),)
AHEAD_H = 72.0
ASKED = 15
"""How often a what-if is asked of each twin."""

PATIENCE_S = 600.0


def record(values: Floats) -> Record:
    """Values (12, 4) of what is measured, after a steady state two months before."""
    source = Source("benchmark")
    steady = [Result(name, value, START - timedelta(days=60), source, steady=True) for name, value in STEADY.items()]
    drawn = [
        Result(
            name,
            float(value),
            START + timedelta(hours=float(hour)),
            source,
            method="cuff" if name == "mean_pressure" else "laboratory",
        )
        for hour, row in zip(HOURS, values, strict=True)
        for name, value in zip(MEASURED, row, strict=True)
    ]
    return Record("benchmark", (*steady, *drawn), sex="male", age_years=50, height_cm=175, weight_kg=75)


def patient(seed: int) -> Evidence:
    """A person in an attack that lasts while blood is drawn."""
    random = np.random.default_rng(seed)
    known = evidence(record(np.tile(list(MEASURED.values()), (len(HOURS), 1))))
    believed = unknowns(known, 1)
    body, names = Body(known, believed), tuple(MEASURED)
    size, onset = believed.names.index("leak_size"), believed.names.index("leak_onset")
    while True:
        point = random.standard_normal((1, len(believed.names)))
        point[0, size], point[0, onset] = 0.3 + 0.6 * abs(point[0, size]), 1.2
        found = body.courses(point, np.concatenate([[0.0], known.hours]), names)
        if not found.status.any() and np.isfinite(found.values).all():
            break
    errors = known.factor @ random.standard_t(FREEDOM, len(known.rows))
    values = np.empty((len(HOURS), len(names)))
    for error, row in zip(errors, known.rows, strict=True):
        name = row.result.analyte
        at, column = int(np.searchsorted(known.hours, row.hour)), names.index(name)
        truth = found.values[:1, 1 + at, column].astype(float)
        values[at, column] = unscaled(name, scaled(name, truth) + error)[0]
    return evidence(record(values))


def posterior(known: Evidence) -> Problem:
    """What every method is asked: one leak, with everything that is not known of this person."""
    return Body(known, unknowns(known, 1)).problem


def timed(task: Callable[[], Found]) -> tuple[float, Found]:
    started = time.perf_counter()
    found = task()
    return time.perf_counter() - started, found


def what_if_ms(known: Evidence) -> float:
    """Milliseconds of 400 bodies through 72 hours of a scenario, from the last result: the median of many."""
    twin = fitted(known)
    twin.ahead((), AHEAD_H)
    found = sorted(timed(lambda: twin.ahead(WHAT_IF, AHEAD_H))[0] for _ in range(ASKED))
    return 1e3 * found[len(found) // 2]


def main() -> None:
    """Print the figures; the last line is JSON."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--peers", action="store_true", help="also run NUTS and tempered SMC (the group bench)")
    asked.add_argument("--patience", type=float, default=PATIENCE_S, help="seconds that a peer may take")
    options = asked.parse_args()
    people = [patient(seed) for seed in range(PATIENTS + 1)]
    draws(posterior(people[-1]), DRAWS, np.random.default_rng(0))  # compiles
    seconds, found = list[float](), list[Draws]()
    for seed, known in enumerate(people[:PATIENTS]):
        problem = posterior(known)
        took, drawn = timed(partial(draws, problem, DRAWS, np.random.default_rng(seed)))
        seconds.append(took)
        found.append(drawn)
        print(
            f"patient {seed}: {problem.size} unknowns, {len(known.rows)} results, {took:.2f} s, ESS {drawn.ess:.0f}, "
            f"k-hat {drawn.khat:.2f}, {drawn.method}, {drawn.simulations} bodies"
        )
    figures: dict[str, Any] = {
        "unknowns": posterior(people[0]).size,
        "seconds": round(float(np.median(seconds)), 3),
        "seconds_most": round(max(seconds), 3),
        "ess": round(min(each.ess for each in found)),
        "khat": round(max(each.khat for each in found), 2),
        "what_if_ms": round(float(np.median([what_if_ms(known) for known in people[:3]])), 1),
    }
    for name, peer in (("numpyro", numpyro_nuts), ("blackjax", blackjax_smc)):
        if not options.peers:
            continue
        if find_spec(name) is None:
            raise SystemExit(f"{name} is not installed: uv pip install --group bench")
        figures[name] = compared(peer, posterior(people[0]), found[0].points, options.patience)
        print(f"{name}: {figures[name]}", flush=True)
    print(json.dumps(figures))


def compared(
    peer: Callable[[Problem, float, int], Peer], problem: Problem, points: Floats, patience: float
) -> dict[str, Any]:
    """Seconds of a peer on the same posterior for as many effective draws, and how far its answer is from ours."""
    import jax

    jax.config.update("jax_enable_x64", True)
    try:
        of = peer(problem, patience, DRAWS)
    except TimeoutError as error:
        return {"gave_up": str(error)}
    return {
        "seconds": round(of.seconds_for(DRAWS), 1),
        "ran": round(of.seconds, 1),
        "finished": of.finished,
        "effective_median": round(float(np.median(of.effective))),
        "effective_least": round(float(of.effective.min())),
        "how": of.words,
        **agreement(points, of.points, of.weights),
    }


if __name__ == "__main__":
    main()
