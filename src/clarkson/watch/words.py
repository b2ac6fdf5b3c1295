"""From a reviewed draw to its assessment: the headline, and everything that stands beneath it."""

from __future__ import annotations

from clarkson.balance.sample import Sample
from clarkson.record.record import Result
from clarkson.watch.assessment import Assessment, BaselineLevel
from clarkson.watch.cautions import cautions
from clarkson.watch.differential import differential
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.next_tests import next_tests
from clarkson.watch.numbers import chance, loss
from clarkson.watch.reasons import level, origin, reasons
from clarkson.watch.reviewed import Reviewed


def say(reviewed: Reviewed) -> Assessment:
    """The assessment of a reviewed draw."""
    reading, balance = reviewed.reading, reviewed.balance
    tells = bool(reviewed.seen.analytes or reviewed.signs)
    return Assessment(
        time=reviewed.sample.time,
        verdict=reviewed.verdict,
        headline=headline(reviewed),
        mechanism=reading.most_probable(),
        mechanisms=reading.mechanisms,
        probability=reading.probability,
        likelihood_ratio=reading.likelihood_ratio if tells else None,
        prior=reviewed.prior,
        plasma_volume_change_percent=balance.plasma_volume_change_percent,
        albumin_mass_change_percent=balance.albumin_mass_change_percent,
        V=balance.V,
        D=balance.D,
        phase=reviewed.phase,
        forecast=reviewed.forecast,
        reasons=reasons(reviewed),
        differential=differential(reviewed),
        next_tests=next_tests(reviewed),
        warnings=cautions(reviewed),
        baseline=_levels(reviewed),
        inputs=_inputs(reviewed.sample),
    )


def headline(reviewed: Reviewed) -> str:
    """The one sentence that stands on top."""
    balance = reviewed.balance
    plasma, albumin = balance.plasma_volume_change_percent, balance.albumin_mass_change_percent
    match reviewed.verdict:
        case "leak" if plasma is not None and albumin is not None:
            return (
                f"Plasma is probably leaking: about {loss(plasma)} of the plasma volume and {loss(albumin)} of the "
                "albumin mass are missing from the vessels."
            )
        case "leak masked by fluids" if albumin is not None:
            return (
                "Plasma is probably leaking behind the fluids: the plasma volume is near its level or above, and about "
                f"{loss(albumin)} of the albumin mass is missing from the vessels."
            )
        case "possible leak":
            return f"A leak is possible (probability {chance(reviewed.reading.probability)}).{_missing(reviewed)}"
        case "refill":
            return "Plasma is probably returning to the vessels after a leak."
        case "no sign of leak":
            return f"No sign of a leak in these results.{_missing(reviewed)}"
        case "another mechanism":
            likeliest = reviewed.reading.most_probable("other")
            return f"Another mechanism fits better than a leak: {mechanisms()[likeliest].label.lower()}."
        case "too few data":
            return f"Too few data to tell.{_missing(reviewed)}"
        case _:
            return "These results lie outside what the method was validated for; no mechanism that it knows fits them."


def _missing(reviewed: Reviewed) -> str:
    sample = reviewed.sample
    if not sample.red_cells and not sample.proteins:
        return " Hematocrit (or hemoglobin) and albumin (or total protein) are missing."
    if not sample.proteins:
        return " The missing test is albumin (or total protein)."
    if not sample.red_cells:
        return " The missing test is hematocrit (or hemoglobin)."
    return ""


def _levels(reviewed: Reviewed) -> tuple[BaselineLevel, ...]:
    found = (level(reviewed, key) for key in ("hematocrit", "hemoglobin", "albumin", "total_protein"))
    return tuple(BaselineLevel(each, origin(reviewed, each.analyte)) for each in found if each is not None)


def _inputs(sample: Sample) -> tuple[Result, ...]:
    return tuple(sample.results[key] for key in sorted(sample.results))
