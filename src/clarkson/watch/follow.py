"""Follow a person through time: the switching filter over a record's draws, forward as they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clarkson.balance.sample import Sample
from clarkson.engine.gaussian import Array
from clarkson.engine.switching import Filtered, Occasions, Regimes
from clarkson.engine.switching import follow as filtered
from clarkson.engine.switching_kernel import Places
from clarkson.record.record import Record
from clarkson.watch.coordinates import COORDINATES
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.occasions import Prepared, begin, prepare, together
from clarkson.watch.regimes import ARTEFACT, Watch, watch

FOREIGN_PRIOR = 0.004  # one draw in 250 is another person's, or spoilt (assumption)
ROUNDING = 1e-9  # what is left of a weight is nothing, if it is smaller than this
SMALLEST = 1e-300
LARGEST_RATIO = 1e12
PLACE_HOURS = 96.0  # how long a leak keeps its size class (assumption)


@dataclass(frozen=True)
class Followed:
    """A record's draws and what the filter made of them.

    ``draws`` (n) are the draws that are not declared steady; ``names`` (M) the mechanisms, the artefact last;
    ``active`` (A,) the coordinates that were carried, ``filtered`` the filter's output at all occasions (declared
    steady draws and weighings between draws too), ``places`` (n,) the draws among them.
    """

    record: Record
    prior: float
    draws: tuple[Sample, ...]
    watch: Watch
    active: tuple[int, ...]
    regimes: Regimes
    occasions: Occasions
    filtered: Filtered
    places: Places

    @cached_property
    def probabilities(self) -> Array:
        """Probability (n, M + 1) of each mechanism at each draw, the artefact last.

        A foreign draw is an artefact unless a leak was going on, which it can neither show nor end.
        """
        return _probabilities(self.watch, self.regimes, self.occasions, self.filtered, self.places)

    @cached_property
    def leaks(self) -> list[int]:
        """The places of the leaks among the families."""
        return _leaks(self.watch)

    @property
    def names(self) -> tuple[str, ...]:
        """The mechanisms in the order of ``probabilities``."""
        return (*self.watch.names, ARTEFACT)

    @cached_property
    def leak(self) -> Array:
        """Probability (n,) that plasma leaks."""
        return _leak(self.probabilities, self.leaks)

    @cached_property
    def likelihood_ratio(self) -> Array:
        """How much likelier (n,) all results so far are at each draw if plasma is leaking than if it is not."""
        return _likelihood_ratio(self.probabilities, self.leaks, self.prior)

    def mechanisms_at(self, place: int) -> Mapping[str, float]:
        """Probability of each mechanism by name at one draw."""
        return {name: float(each) for name, each in zip(self.names, self.probabilities[place], strict=True)}


def _leaks(found: Watch) -> list[int]:
    return [place for place, name in enumerate(found.names) if mechanisms()[name].kind == "leak"]


def _probabilities(found: Watch, regimes: Regimes, occasions: Occasions, outcome: Filtered, places: Places) -> Array:
    """Probability (n, M + 1) of each mechanism at the occasions ``places`` (n,), the artefact last."""
    after, before = (_families(each[places], regimes, found) for each in (outcome.after, outcome.before))
    before *= np.exp(occasions.signs[places])
    strange = outcome.foreign[places, None] * before / _sum(before)
    strange[:, _leaks(found)] = 0.0
    own = np.where(after - strange > ROUNDING * after, after - strange, 0.0)
    return np.hstack([own, _sum(strange)])


def _families(weights: Array, regimes: Regimes, found: Watch) -> Array:
    """Weights (n, M) of the families from those of the regimes (n, R)."""
    sums = np.zeros((len(found.names), len(weights)))
    np.add.at(sums, regimes.family, weights.T)
    return sums.T


def _leak(probabilities: Array, leaks: list[int]) -> Array:
    return np.asarray(_sum(probabilities[:, leaks])[:, 0])


def _likelihood_ratio(probabilities: Array, leaks: list[int], prior: float) -> Array:
    leak = _leak(probabilities, leaks)
    rest = _sum(probabilities)[:, 0] - leak
    odds = np.maximum(leak, SMALLEST) / np.maximum(rest, SMALLEST)
    return np.minimum(odds * (1.0 - prior) / prior, LARGEST_RATIO)


def _sum(weights: Array) -> Array:
    """Sums (n, 1) of the rows, always added from left to right: the same input gives the same bytes."""
    return np.cumsum(weights, axis=1)[:, -1:]


def follow(record: Record, *, prior: float, by: Watch | None = None) -> Followed:
    """Filter a record; ``prior`` is the probability of a leak at any one draw before its results are seen.

    ``by`` replaces the regimes that were learned.

    >>> len(follow(Record("nobody"), prior=0.01).draws)
    0
    """
    found = watch() if by is None else by
    person, active = prepare(record, prior=prior), np.arange(COORDINATES)
    occasions, outcome = _filtered([person], found, found.regimes, active, states=True)
    return Followed(
        record, prior, person.draws, found, tuple(active.tolist()), found.regimes, occasions, outcome, person.places
    )


def likelihood_ratios(records: Sequence[Record], *, prior: float) -> list[Array]:
    """``Followed.likelihood_ratio`` (n,) of some records at once, up to rounding: faster, for no states are kept.

    >>> likelihood_ratios([Record("nobody")], prior=0.01)
    [array([], dtype=float64)]
    """
    found, people = watch(), [prepare(each, prior=prior) for each in records]
    # A coordinate that no result shows changes no probability.
    active = np.flatnonzero(np.concatenate([each.design for each in people]).any(axis=0))
    regimes = narrowed(found.regimes, active)
    occasions, outcome = _filtered(people, found, regimes, active, states=False)
    places = [first + each.places for first, each in zip(occasions.people[:-1], people, strict=True)]
    probabilities = _probabilities(found, regimes, occasions, outcome, np.concatenate(places))
    ratios = _likelihood_ratio(probabilities, _leaks(found), prior)
    return np.split(ratios, np.cumsum([len(each) for each in places])[:-1])


def _filtered(
    people: Sequence[Prepared], found: Watch, regimes: Regimes, active: Places, *, states: bool
) -> tuple[Occasions, Filtered]:
    occasions = together(people, found, active)
    beginning, begins = begin(found, people, active)
    return occasions, filtered(
        regimes, occasions, beginning, begins, foreign_prior=FOREIGN_PRIOR, change_hours=PLACE_HOURS, keep=states
    )


def narrowed(regimes: Regimes, active: Places) -> Regimes:
    """The regimes over some of the coordinates; nothing is lost, because the others are never seen."""
    return Regimes(
        np.ascontiguousarray(regimes.attractor[:, active]),
        np.ascontiguousarray(regimes.rate[:, active]),
        np.ascontiguousarray(regimes.spread[:, active][:, :, active]),
        regimes.family,
        regimes.share,
        regimes.lasts,
        regimes.lasts_log_sd,
        regimes.leads,
    )
