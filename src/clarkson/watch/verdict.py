"""From probabilities to a verdict. The numbers here are the only thresholds of the assessment."""

from __future__ import annotations

from clarkson.balance.balance import Balance
from clarkson.balance.baseline import Baseline
from clarkson.balance.sample import Sample
from clarkson.watch.assessment import Verdict
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.reading import Reading

LEAK_AT = 0.50
POSSIBLE_AT = 0.10
POSSIBLE_ALONE_AT = 0.04  # red cells alone can hardly say more; the verdict then names the missing test
NAMED_AT = 0.50
CLEARLY = 1.5
MASKED_ABOVE = -0.15  # V: with less than about 15 % of the plasma missing, what leaks is being replaced
YOUNGEST_YEARS = 1.0


def verdict(
    sample: Sample, reading: Reading, balance: Balance, person: Baseline, leak_before: bool, age_years: float | None
) -> Verdict:
    """The verdict of one draw.

    A leak is called only where red cells and protein were both measured; with one of them a leak is
    at most possible, and no sign of a leak is said only against the person's own baseline.
    """
    if not sample.red_cells and not sample.proteins:
        return "too few data"
    if age_years is not None and age_years < YOUNGEST_YEARS:
        return "outside validated range"
    leak = leak_called(sample, reading, None if balance.V is None else balance.V.median)
    if leak is not None:
        return leak
    both = bool(sample.red_cells and sample.proteins)
    returning = reading.mechanisms["refill"]
    surely = returning >= NAMED_AT or (
        reading.most_probable() == "refill" and returning > CLEARLY * reading.probability
    )
    if leak_before and surely:
        return "refill"
    if sample.red_cells and reading.probability >= (POSSIBLE_AT if sample.proteins else POSSIBLE_ALONE_AT):
        return "possible leak"
    if leak_before and reading.most_probable() == "refill":
        return "refill"
    return _without_leak(reading, both, own=any(person.counts[key] for key in sample.red_cells))


def leak_called(sample: Sample, reading: Reading, V: float | None) -> Verdict | None:
    """The leak that a draw with red cells and protein shows, masked where ``V`` says that it is replaced, or None."""
    if not (sample.red_cells and sample.proteins and reading.probability >= LEAK_AT):
        return None
    return "leak masked by fluids" if V is not None and V > MASKED_ABOVE else "leak"


def _without_leak(reading: Reading, both: bool, own: bool) -> Verdict:
    likeliest = reading.most_probable("steady", "other")
    steady = mechanisms()[likeliest].kind == "steady"
    if not both:
        return "no sign of leak" if own and steady else "too few data"
    if likeliest == "unknown" and reading.mechanisms[likeliest] >= NAMED_AT:
        return "outside validated range"
    others = sum(share for name, share in reading.mechanisms.items() if mechanisms()[name].kind == "other")
    return "another mechanism" if others >= NAMED_AT and not steady else "no sign of leak"
