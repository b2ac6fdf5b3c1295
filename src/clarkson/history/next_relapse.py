"""Which test at the next relapse would settle whether it is a leak, for this person.

For each choice of tests: results are drawn as a leak would give them, and as its rivals would (nothing new, lying down
or standing up, water or salt lost); each result is weighed as leak against rivals. Assay errors, ordinary variation and
the doubt about the person's own level are those of the registry, so one more test at rest can be worth more than a test
in the relapse. What the mechanisms do is ``mechanisms.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from clarkson.analytes import Method
from clarkson.balance.baseline import Baseline, baseline
from clarkson.balance.observation import observe, value_of
from clarkson.balance.population import population
from clarkson.balance.sample import Sample, samples
from clarkson.history.relapses import BEFORE_DAYS, STRONG, relapses
from clarkson.record.record import Event, Record, Result, Source
from clarkson.watch.assess import assess
from clarkson.watch.assessment import LEAK_VERDICTS
from clarkson.watch.mechanisms import changes, mechanisms

Floats = NDArray[np.float64]

LEAKS = ("leak", "small leak")
RIVALS = ("steady", "posture", "water loss", "fluid loss")
"""What a relapse without a leak most often is; illness that lowers albumin is another question (assumption)."""
COMPONENTS = 256  # draws of each mechanism that make its mixture
TRIALS = 256  # results drawn from each
QUIET_DAYS = 30.0
MOST = 6.0  # beyond a million to one nothing more is told
AT = datetime(2000, 1, 1, tzinfo=UTC)  # of the results that are only imagined


@dataclass(frozen=True, slots=True)
class Choice:
    """Tests that can be done together: analyte and how it is measured."""

    name: str
    tests: Mapping[str, Method]


CHOICES = (
    Choice("hemoglobin at home, finger-prick", {"hemoglobin": "finger-prick"}),
    Choice("hemoglobin in a laboratory", {"hemoglobin": "laboratory"}),
    Choice("hematocrit in a laboratory", {"hematocrit": "laboratory"}),
    Choice("albumin in a laboratory", {"albumin": "laboratory"}),
    Choice("hemoglobin at home and albumin", {"hemoglobin": "finger-prick", "albumin": "laboratory"}),
    Choice("hematocrit and albumin", {"hematocrit": "laboratory", "albumin": "laboratory"}),
)


@dataclass(frozen=True, slots=True)
class Settling:
    """What a choice of tests is expected to tell at one draw of the next relapse.

    ``if_leak`` and ``if_not`` are the expected log10 of the likelihood ratio where it is a leak, and where it is not;
    ``found`` the chance of a ratio of at least 10 in a leak, ``found_small`` in a small leak, ``excluded`` that of a
    ratio of at most 1/10 where it is none, ``false`` that of at least 10 where it is none.
    """

    choice: str
    if_leak: float
    if_not: float
    found: float
    found_small: float
    excluded: float
    false: float
    words: str


def next_relapse(record: Record, diary: Sequence[Event] | None = None) -> tuple[Settling, ...]:
    """Each choice of tests for this person at the next relapse, the most telling first.

    >>> next_relapse(Record("nobody", sex="female"))[0].choice
    'hematocrit and albumin'
    """
    person = own_level(record, diary)
    found = [_settling(choice, person) for choice in CHOICES]
    return tuple(sorted(found, key=lambda each: -(each.if_leak - each.if_not)))


def own_level(record: Record, diary: Sequence[Event] | None = None) -> Baseline:
    """The person's level from draws that were steady, or quiet: no relapse, attack or leak within a month before."""
    disturbed = [each.time for each in relapses(record, diary)]
    disturbed += [each.time for each in record.events if each.kind == "attack" and each.time is not None]
    disturbed += [each.time for each in assess(record) if each.verdict in LEAK_VERDICTS]
    quiet = [
        each
        for each in samples(record)
        if (each.red_cells or each.proteins) and (each.steady or not any(_near(each.time, time) for time in disturbed))
    ]
    return baseline(population(record.sex, record.age_years), quiet)


def _near(time: datetime, disturbed: datetime) -> bool:
    return timedelta(days=-BEFORE_DAYS) <= time - disturbed <= timedelta(days=QUIET_DAYS)


def _settling(choice: Choice, person: Baseline) -> Settling:
    sides = {side: _mixture(choice, person, side) for side in (LEAKS, RIVALS)}
    chance = np.random.default_rng(7)
    _, _, spread = sides[LEAKS]

    def weighed(middles: Floats, weights: Floats, _: Floats) -> Floats:
        """log10 of the likelihood ratio of results (TRIALS, m) drawn from a mixture."""
        picked = middles[chance.choice(len(middles), TRIALS, p=weights)]
        results = picked + chance.multivariate_normal(np.zeros(spread.shape[0]), spread, TRIALS)
        leak, rival = (_log_density(results, *sides[side]) for side in (LEAKS, RIVALS))
        return np.asarray(np.clip((leak - rival) / np.log(10.0), -MOST, MOST), dtype=float)

    leak, rival = weighed(*sides[LEAKS]), weighed(*sides[RIVALS])
    small = weighed(*_mixture(choice, person, ("small leak",)))
    strong = float(np.log10(STRONG))
    numbers = (
        float(leak.mean()),
        float(rival.mean()),
        float((leak >= strong).mean()),
        float((small >= strong).mean()),
        float((rival <= -strong).mean()),
        float((rival >= strong).mean()),
    )
    return Settling(choice.name, *numbers, _words(choice.name, *numbers))


def _mixture(choice: Choice, person: Baseline, names: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Middles (k, m) of the results under mechanisms, their weights (k,), and the covariance (m, m) of a result."""
    level = {name: value_of(name, row, person.mean) for name, row in _at_rest(choice, person).items()}
    results = {
        name: Result(name, level[name], AT, Source("imagined"), method=method) for name, method in choice.tests.items()
    }
    seen = observe(Sample(AT, results), person.mean)
    spread = seen.ordinary + seen.person @ person.covariance @ seen.person.T
    middles = np.concatenate([changes(name)[:COMPONENTS] @ seen.change.T for name in names])
    shares = np.array([mechanisms()[name].weight for name in names])
    return middles, np.repeat(shares / shares.sum() / COMPONENTS, COMPONENTS), spread


def _at_rest(choice: Choice, person: Baseline) -> dict[str, float]:
    """The left side of each test's equation at the person's own level."""
    probe = {name: Result(name, _PROBE[name], AT, Source("imagined"), method=how) for name, how in choice.tests.items()}
    seen = observe(Sample(AT, probe), person.mean)
    return dict(zip(seen.analytes, (seen.person @ person.mean).tolist(), strict=True))


_PROBE = {"hemoglobin": 140.0, "hematocrit": 0.42, "albumin": 42.0}


def _log_density(results: Floats, middles: Floats, weights: Floats, spread: Floats) -> Floats:
    """Log density (trials,) of results (trials, m) in a mixture of normals."""
    inverse = np.linalg.inv(spread)
    apart = results[:, None] - middles[None]
    logs = np.log(weights)[None] - 0.5 * np.einsum("tki,ij,tkj->tk", apart, inverse, apart)
    return np.asarray(np.logaddexp.reduce(logs, axis=1), dtype=float)


def _words(
    name: str, _if_leak: float, _if_not: float, found: float, found_small: float, excluded: float, false: float
) -> str:
    return (
        f"{name[0].upper()}{name[1:]}: in a leak a likelihood ratio of 10 or more in {100 * found:.0f} % of draws "
        f"({100 * found_small:.0f} % in a small one); where it is none, 1/10 or less in {100 * excluded:.0f} % and a "
        f"false 10 in {100 * false:.0f} %."
    )
