"""A static Bayesian reading: how likely each mechanism makes one draw (and the one before it).

The probability of the results under a mechanism is the mean over its draws of a Gaussian density:
the person's own level (baseline with its doubt) and ordinary variation give the covariance, the
mechanism gives the means. The earlier draw shares the person's level, so that a change counts even
where no baseline is known. Pressure, heart rate, weight, CRP and urine protein enter as weak signs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clarkson.balance.baseline import Baseline
from clarkson.balance.observation import Observation
from clarkson.engine.gaussian import Array, log_densities, log_mean_exp
from clarkson.watch.mechanisms import Kind, Mechanism, Timing, draws, mechanisms

# Signs depend on each other and on the size of the change, so each counts half of what it would alone (assumption);
# weight is water itself and depends on none of them.
SIGN_STRENGTH = 0.5
WEIGHT_STRENGTH = 1.0
UNUSUAL, UNUSUAL_WIDTH = 0.08, 4.0  # assumption: one sign in twelve is wilder than its mechanism says
MISRECORDED, MISRECORDED_SD = 0.005, 0.6  # assumption: one in two hundred is a slip, such as pounds for kilograms
BELIEVABLE_SD = 4.0
UNRELATED_EARLIER = 0.01  # assumption: one draw in a hundred says nothing about the next
SMALLEST = 1e-300
LARGEST_RATIO = 1e12


@dataclass(frozen=True, slots=True)
class Reading:
    """Posterior of the mechanisms.

    ``probability`` is that of a leak now; ``likelihood_ratio`` how much likelier the results are if
    plasma is leaking than if it is not.
    """

    mechanisms: Mapping[str, float]
    probability: float
    likelihood_ratio: float

    def most_probable(self, *kinds: Kind) -> str:
        """The name of the most probable mechanism, of these kinds if any are named."""
        among = [name for name in self.mechanisms if not kinds or mechanisms()[name].kind in kinds]
        return max(among, key=lambda name: self.mechanisms[name])


def predicted(
    mechanism: str, seen: Observation, person: Baseline, timing: Timing, earlier: Observation | None
) -> Array:
    """Means (draws, rows) of the results of this draw, and of the earlier one if there is one."""
    drawn = draws(mechanism, timing)
    now = seen.person @ person.mean + drawn.now @ seen.change.T
    if earlier is None:
        return now
    before = earlier.person @ person.mean + drawn.earlier @ earlier.change.T
    return np.hstack([now, before])


def spread(seen: Observation, person: Baseline, earlier: Observation | None) -> Array:
    """Covariance (rows, rows) of the results of both draws around those means."""
    if earlier is None:
        return seen.person @ person.covariance @ seen.person.T + seen.ordinary
    both = np.vstack([seen.person, earlier.person])
    covariance = both @ person.covariance @ both.T
    rows = len(seen.analytes)
    covariance[:rows, :rows] += seen.ordinary
    covariance[rows:, rows:] += earlier.ordinary
    return covariance


def believable(seen: Observation, person: Baseline) -> Observation:
    """The rows without a sodium or cell size beyond what even the widest mechanism could give: a slip, not a state.

    Red cells and proteins are never set aside: attacks reach the ends of what living people have.
    """
    judged = seen.only(("sodium", "mcv"))
    means, covariance = predicted("unknown", judged, person, Timing(), None), spread(judged, person, None)
    sd = np.sqrt(means.var(axis=0) + np.diag(covariance))
    away = np.abs(judged.observed - means.mean(axis=0)) / sd
    odd = {name for name, distance in zip(judged.analytes, away, strict=True) if distance > BELIEVABLE_SD}
    return seen.only(tuple(name for name in seen.analytes if name not in odd))


def sign_log_likelihood(mechanism: Mechanism, signs: Mapping[str, float]) -> float:
    """How well the weak signs fit a mechanism, as a log density."""
    total = 0.0
    for sign, value in signs.items():
        mean, sd = mechanism.signs[sign]
        usual = (1.0 - UNUSUAL - MISRECORDED) * _bell(value, mean, sd)
        unusual = UNUSUAL * _bell(value, mean, UNUSUAL_WIDTH * sd)
        misrecorded = MISRECORDED * _bell(value, 0.0, MISRECORDED_SD)
        strength = WEIGHT_STRENGTH if sign == "weight" else SIGN_STRENGTH
        total += strength * math.log(usual + unusual + misrecorded)
    return total


def _bell(value: float, mean: float, sd: float) -> float:
    return math.exp(-0.5 * ((value - mean) / sd) ** 2) / sd


def read(
    seen: Observation,
    person: Baseline,
    *,
    earlier: Observation | None,
    timing: Timing,
    signs: Mapping[str, float],
    priors: Mapping[str, float],
    prior: float,
) -> Reading:
    """The posterior of the mechanisms after one draw.

    ``priors`` are their probabilities before it and sum to one; they hold what the draws before have
    taught, so the evidence here is that of this draw given the one before. ``prior`` is that of a leak
    before any result: the likelihood ratio counts from there.
    """
    covariance = spread(seen, person, earlier)
    blood = _blood_evidence(seen, person, timing, earlier, covariance)
    log_evidence = {name: sign_log_likelihood(each, signs) + blood[name] for name, each in mechanisms().items()}
    largest = max(log_evidence.values())
    joint = {name: priors[name] * math.exp(log_evidence[name] - largest) for name in log_evidence}
    leak = sum(joint[name] for name, each in mechanisms().items() if each.kind == "leak")
    rest = sum(joint.values()) - leak
    return Reading(
        {name: value / (leak + rest) for name, value in joint.items()},
        leak / (leak + rest),
        min(max(leak, SMALLEST) / max(rest, SMALLEST), LARGEST_RATIO) * (1.0 - prior) / prior,
    )


def _blood_evidence(
    seen: Observation, person: Baseline, timing: Timing, earlier: Observation | None, covariance: Array
) -> dict[str, float]:
    """Log density of this draw's blood results under each mechanism, given those of the draw before.

    A mechanism that hardly explains the draw before cannot be judged by it: then this draw counts alone.
    """
    rows = len(seen.observed)
    if not rows:
        return dict.fromkeys(mechanisms(), 0.0)
    alone, before, together = {}, {}, {}
    both = seen.observed if earlier is None else np.concatenate([seen.observed, earlier.observed])
    for name in mechanisms():
        means = predicted(name, seen, person, timing, earlier)
        alone[name] = log_mean_exp(log_densities(seen.observed, means[:, :rows], covariance[:rows, :rows]))
        if earlier is not None:
            together[name] = log_mean_exp(log_densities(both, means, covariance))
            before[name] = log_mean_exp(log_densities(earlier.observed, means[:, rows:], covariance[rows:, rows:]))
    if earlier is None:
        return alone
    background = math.log(UNRELATED_EARLIER) + max(before.values())
    return {
        name: float(np.logaddexp(together[name], alone[name] + background) - np.logaddexp(before[name], background))
        for name in mechanisms()
    }
