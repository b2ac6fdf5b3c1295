"""The verb: from a record to its twin, or to the reason why there is none."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from clarkson.body.person import Floats
from clarkson.engine.pareto import GOOD
from clarkson.errors import FitError
from clarkson.record.record import Record
from clarkson.twin.body_of import WHILE_FITTED, Body
from clarkson.twin.contradictions import contradictions, not_of_one_body
from clarkson.twin.evidence import Evidence, evidence
from clarkson.twin.member import Member
from clarkson.twin.posterior import Draws
from clarkson.twin.posterior import draws as drawn
from clarkson.twin.twin import Twin
from clarkson.twin.unknowns import unknowns

DRAWS = 400
BEFORE = {0: 0.5, 1: 0.4, 2: 0.1}
"""Probability of so many leaks in the days that are fitted, before the results are seen (assumption: a twin is asked
for where a leak is thought of)."""

SECOND_FROM_H = 48.0
SECOND_FROM_DRAWS = 4
"""Two leaks are thought of where so many occasions span so many hours."""

FIRST_AT_LEAST = 5.0
"""Where one leak explains the results worse than none by a factor of e⁵, two are not tried."""

NEGLIGIBLE = 0.01
"""Probability below which a number of leaks is dropped."""

LEAST_INFORMED = 0.15
"""Share of the doubt about the plasma lost that the results must take away."""

PRIOR_DRAWS = 256


def fit(record: Record, *, draws: int = DRAWS, seed: int = 0) -> Twin:
    """Draws of bodies that agree with the last days of a record. The same record and seed give the same draws.

    Raises
    ------
    FitError
        The results cannot carry a twin: too few, of a child, or not of one body.

    >>> fit(Record("nobody"))
    Traceback (most recent call last):
    clarkson.errors.FitError: the record has no hematocrit, hemoglobin, albumin or total protein outside a steady state
    """
    return fitted(evidence(record), draws=draws, seed=seed)


def fitted(known: Evidence, *, draws: int = DRAWS, seed: int = 0) -> Twin:
    """The same of evidence that was gathered before.

    Raises FitError likewise.
    """
    with threadpool_limits(1, "blas"):  # on several cores sums are taken in another order, and small ones more slowly
        members = _members(known, draws, seed)
        informed = _informed(known, members)
        apart = contradictions(known, members)
    if not_of_one_body(known, len(apart)):
        told = "; ".join(each.sentence for each in apart)
        raise FitError(
            f"no one body gives these results: {told}. Look for results of another person, another "
            "unit, or a transfusion that is not in the record."
        )
    if informed < LEAST_INFORMED:
        raise FitError(
            f"the results took away only {max(informed, 0.0):.0%} of the doubt about the plasma lost: what could be "
            "said would be what is assumed. A hematocrit, an albumin, and earlier steady values would change that."
        )
    return Twin(known, members, seed, informed, apart, _doubts(known, members))


def _members(known: Evidence, count: int, seed: int) -> tuple[Member, ...]:
    """Bodies with none, one and perhaps two leaks, as many of each as their probability says."""
    most = 2 if len(known.hours) >= SECOND_FROM_DRAWS and known.now_h - known.first_h >= SECOND_FROM_H else 1
    bodies = [Body(known, unknowns(known, leaks)) for leaks in range(most + 1)]
    found: list[Draws] = []
    for leaks, body in enumerate(bodies):
        if leaks == 2 and found[1].log_evidence < found[0].log_evidence - FIRST_AT_LEAST:
            break
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(leaks,)))
        found.append(drawn(body.problem, count, random, found[-1].points if found else None))
    mass = np.array([np.log(BEFORE[leaks]) + each.log_evidence for leaks, each in enumerate(found)])
    if not np.isfinite(mass).any():
        raise FitError("no body that can live gives these results: a value or its unit must be wrong")
    probability = np.exp(mass - mass.max())
    probability[probability < NEGLIGIBLE * probability.sum()] = 0.0
    probability /= probability.sum()
    shares = _whole_shares(probability, count)
    return tuple(
        Member(body, each, float(chance), each.points[np.linspace(0, len(each.points) - 1, share).astype(int)])
        for body, each, chance, share in zip(bodies[: len(found)], found, probability, shares, strict=True)
        if share
    )


def _whole_shares(probability: Floats, count: int) -> list[int]:
    """Whole numbers that sum to ``count``, nearest to the probabilities."""
    edges = np.round(np.cumsum(probability) * count).astype(int)
    return [int(each) for each in np.diff(np.concatenate([[0], edges]))]


def _informed(known: Evidence, members: tuple[Member, ...]) -> float:
    """By what share the standard deviation of the plasma lost now is smaller than before the results were seen."""
    body = Body(known, unknowns(known, 1))
    random = np.random.default_rng(0)
    before = random.standard_normal((PRIOR_DRAWS, body.problem.size))
    times = np.array([0.0, known.now_h])

    def lost(of: Body, points: Floats) -> Floats:
        found = of.courses(points, times, ("plasma_volume_change",), tolerance=WHILE_FITTED)
        return found["plasma_volume_change"][:, -1].astype(float)

    after = np.concatenate([lost(member.body, member.points) for member in members])
    return 1.0 - float(np.nanstd(after) / np.nanstd(lost(body, before)))


def _doubts(known: Evidence, members: tuple[Member, ...]) -> tuple[str, ...]:
    """What a reader should know before believing a number."""
    found = list(known.assumed)
    for member in members:
        if member.draws.method != "importance sampling":
            found.append(
                f"with {member.leaks} leaks the draws come from tempered sequential Monte Carlo, because importance "
                f"sampling reached {member.draws.ess:.0f} effective draws with k-hat {member.draws.khat:.2f} "
                f"(good: 400, below {GOOD:g})"
            )
    if known.doses.unknown_volume:
        found.append("fluid was given and the record does not say how much: its volume is one of the unknowns")
    else:
        found.append("fluid that nobody recorded is one of the unknowns, believed to be small")
    if not known.steady.own:
        found.append("no results between attacks: the steady state is that of people of the same sex and age")
    if known.in_hospital:
        found.append("red cells missing before these days, and blood drawn or bled since, are among the unknowns")
    if len(known.hours) < 3:
        found.append(f"only {len(known.hours)} occasions were fitted: beliefs weigh more than results")
    return tuple(found)
