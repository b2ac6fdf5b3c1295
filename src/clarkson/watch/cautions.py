"""The cautions: what weakens an assessment, and what has harmed people in this state."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from clarkson.analytes import analyte
from clarkson.balance.population import ADULT_AGE_YEARS
from clarkson.balance.sample import RED_CELLS
from clarkson.watch.assessment import LEAK_VERDICTS, Caution
from clarkson.watch.reviewed import Reviewed
from clarkson.watch.verdict import YOUNGEST_YEARS

STALE_AFTER = timedelta(days=730)
# Plasma shifts cannot move these; the limits are four SDs of the difference of two results of one person.
CELL_SIZE_LIMIT = 4.0 * math.sqrt(2.0) * 0.0125
CELL_HEMOGLOBIN_LIMIT = 4.0 * math.sqrt(2.0) * 0.018
CELL_HEMOGLOBIN_POSSIBLE = (270.0, 400.0)  # g/L; assumption: wider than any disease of the red cell
THICK_BLOOD = -0.30
THIN_BLOOD = 0.20
PREGNANCY_WORDS = ("pregnan", "gravid", "gestation")


def cautions(reviewed: Reviewed) -> tuple[Caution, ...]:
    """Every caution that applies, dangers first."""
    return tuple(
        Caution(code, text)
        for part in (_dangers, _odd, _identity, _methods, _time, _doses, _person)
        for code, text in part(reviewed)
    )


def _dangers(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    balance, leaking = reviewed.balance, reviewed.verdict in LEAK_VERDICTS
    if leaking and balance.V is not None and balance.V.median < THICK_BLOOD:
        yield (
            "mistaken-for-polycythemia",
            "This picture has been read as polycythemia: in published cases people were bled for it and came to harm.",
        )
    if leaking:
        yield (
            "fluid-and-harm",
            "In a published series of attacks treated in intensive care, more than 10.7 L of fluid went with more "
            "deaths; the sicker may have been given more.",
        )
    if reviewed.verdict in ("refill", "leak masked by fluids"):
        yield ("overload", "When the water returns to the vessels, it can flood the heart and the lungs.")
    if _anemia_can_hide(reviewed):
        yield (
            "anemia-can-hide",
            "Red cells and albumin are both low and no earlier hemoglobin is known: anemia can hide the thickening of "
            "the blood that a leak brings.",
        )
    if reviewed.verdict == "no sign of leak":
        yield ("not-excluded", "This does not exclude a leak: early samples can look normal.")


def _anemia_can_hide(reviewed: Reviewed) -> bool:
    balance, person = reviewed.balance, reviewed.person
    known = any(person.counts[key] for key in RED_CELLS)
    levels = {each.analyte: each.low for each in person.set_points()}
    low_protein = any(reviewed.sample.results[key].value < levels[key] for key in reviewed.sample.proteins)
    thin = balance.V is not None and balance.V.median > THIN_BLOOD
    return thin and low_protein and not known and reviewed.verdict not in (*LEAK_VERDICTS, "refill")


def _identity(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    hematocrit, hemoglobin = reviewed.sample.value("hematocrit"), reviewed.sample.value("hemoglobin")
    if hematocrit and hemoglobin:
        low, high = CELL_HEMOGLOBIN_POSSIBLE
        if not low <= hemoglobin / hematocrit <= high:
            yield (
                "cells-disagree",
                f"Hemoglobin {analyte('hemoglobin').shown(hemoglobin)} and hematocrit "
                f"{analyte('hematocrit').shown(hematocrit)} do not fit one sample (MCHC {hemoglobin / hematocrit:.0f} "
                "g/L): check the units and that both are from the same tube.",
            )
    for key, limit in (("mcv", CELL_SIZE_LIMIT), ("mchc", CELL_HEMOGLOBIN_LIMIT)):
        now, before = reviewed.sample.value(key), _before(reviewed, key)
        if now and before and abs(math.log(now / before)) > limit:
            yield (
                "wrong-patient",
                f"{analyte(key).label} changed from {analyte(key).shown(before)} to {analyte(key).shown(now)}; a shift "
                "of plasma cannot do that: check that both samples are this person's.",
            )


def _before(reviewed: Reviewed, key: str) -> float | None:
    if reviewed.earlier_sample is not None and key in reviewed.earlier_sample.results:
        return reviewed.earlier_sample.results[key].value
    return reviewed.person.level(key)


def _methods(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    steady = reviewed.person.samples
    for key in (*reviewed.sample.red_cells, *reviewed.sample.proteins):
        result = reviewed.sample.results[key]
        olds = [each.results[key] for each in steady if key in each.results]
        laboratories = {each.laboratory for each in olds if each.laboratory}
        if olds and (
            all(each.method != result.method for each in olds)
            or (result.laboratory and laboratories and result.laboratory not in laboratories)
        ):
            yield (
                "assay-change",
                f"{analyte(key).label} was measured by another method or laboratory than the baseline; a change of "
                "albumin assay alone can shift it by about 6 g/L.",
            )
        if key == "hematocrit" and result.method == "blood gas":
            yield (
                "blood-gas-hematocrit",
                "The hematocrit comes from a blood-gas analyser, which can read low when protein is low.",
            )
        if result.method == "finger-prick":
            yield (
                "finger-prick",
                f"{analyte(key).label} comes from a finger-prick: its error is several times that of a laboratory; a "
                "second drop narrows it.",
            )


def _odd(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    for key in reviewed.odd:
        entry = analyte(key)
        yield (
            "odd-result",
            f"{entry.label} {entry.shown(reviewed.sample.results[key].value)} fits no state of a person that is "
            "described here and was not weighed: check it.",
        )


def _time(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    used = [reviewed.sample.results[key] for key in (*reviewed.sample.red_cells, *reviewed.sample.proteins)]
    if any(not each.exact_time for each in used):
        yield ("estimated-time", "The hour of this draw was estimated by its source.")


def _doses(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    around = reviewed.context
    if around.immunoglobulin:
        yield (
            "immunoglobulin-window",
            "Immunoglobulin was given in the last 14 days: total protein was not used, and hemolysis can lower the "
            "hemoglobin after 5 to 10 days.",
        )
    if around.red_cells:
        yield (
            "transfusion",
            "Red cells were given in the last 14 days: hematocrit is higher by them, so plasma lost is overstated.",
        )
    if around.albumin:
        yield (
            "albumin-given",
            "Albumin was given in the last 48 h: the albumin that has left is understated.",
        )
    if around.fluids:
        given = f" ({around.fluid_ml / 1000:.1f} L recorded)" if around.fluid_ml else ""
        yield (
            "fluids-given",
            f"Fluids were given in the last 48 h{given}: plasma lost is understated; the albumin balance is not "
            "changed by them.",
        )


def _person(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    person, record = reviewed.person, reviewed.record
    if (reviewed.sample.red_cells or reviewed.sample.proteins) and not person.own:
        yield (
            "no-baseline",
            f"No earlier results of this person were used: levels of the population ({person.population.name}) stand "
            "in, so intervals are wide.",
        )
    if person.newest is not None and reviewed.sample.time - person.newest > STALE_AFTER:
        yield (
            "stale-baseline",
            f"The newest baseline result is from {person.newest:%Y-%m-%d}, more than two years before.",
        )
    if record.sex is None:
        yield ("sex-unknown", "Sex is not known: the levels of women and men were mixed.")
    if record.age_years is not None and YOUNGEST_YEARS <= record.age_years < ADULT_AGE_YEARS:
        yield (
            "child",
            "A child: reference levels are assumed, and the method was not validated below 18 years.",
        )
    if any(word in text.lower() for word in PREGNANCY_WORDS for text in record.diagnoses):
        yield (
            "pregnancy",
            "Pregnancy lowers hematocrit and albumin; its levels are not part of the baseline.",
        )
