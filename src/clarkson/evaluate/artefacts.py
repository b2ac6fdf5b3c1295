"""What goes wrong with the samples of healthy people: another's tube, a unit, a method, an old tube, a blood gas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from clarkson.analytes import analyte
from clarkson.evaluate.course import Somebody, somebody
from clarkson.evaluate.draws import Draw, Truth, printed, steady_draw

BROMOCRESOL_PURPLE_G_PER_L = 6.0  # by which it reads lower than bromocresol green

# Mix-ups whose value could still be one of a living person.
UNIT_SWAPS: Mapping[str, tuple[str, Callable[[Mapping[str, float]], float]]] = {
    "hemoglobin in g/dL read as mmol/L": ("hemoglobin", lambda values: 1.611 * values["hemoglobin"]),
    "hemoglobin in mmol/L read as g/dL": ("hemoglobin", lambda values: values["hemoglobin"] / 1.611),
    "albumin as a percentage of protein": (
        "albumin",
        lambda values: 100.0 * values["albumin"] / values.get("total_protein", math.inf),
    ),
    "albumin read through a factor of another protein": ("albumin", lambda values: 0.7 * values["albumin"]),
    "weight in pounds read as kg": ("weight", lambda values: 2.205 * values["weight"]),
}


def _artefact(draw: Draw, name: str, values: Mapping[str, float]) -> Draw:
    changed = {**draw.values, **{key: value for key, value in values.items() if key in draw.values}}
    return replace(draw, values=changed, truth=Truth(name, False, draw.truth.plasma))


def _one_of(draws: Sequence[Draw], random: np.random.Generator) -> int:
    return int(random.integers(len(draws)))


def _at(draws: Sequence[Draw], which: Sequence[int], change: Callable[[Draw], Draw]) -> list[Draw]:
    return [change(draw) if place in which else draw for place, draw in enumerate(draws)]


def mislabelled(draws: Sequence[Draw], who: Somebody) -> list[Draw]:
    """One draw is another person's."""
    random = who.for_artefact
    other = somebody(f"other {who.seed}", who.number, who.seed)
    return _at(
        draws,
        [_one_of(draws, random)],
        lambda draw: _artefact(
            draw,
            "mislabelled",
            {
                name: value
                for name, value in steady_draw(other, list(draw.values)).items()
                if analyte(name).kind != "vital sign"
            },
        ),
    )


def unit_swap(draws: Sequence[Draw], who: Somebody) -> list[Draw]:
    """One value of one draw is in another unit than its source says, and stays plausible."""
    random = who.for_artefact
    there = [
        (place, key, round(swapped(draw.values), 3))
        for place, draw in enumerate(draws)
        for key, swapped in UNIT_SWAPS.values()
        if key in draw.values and swapped(draw.values) in analyte(key).plausible
    ]
    if not there:
        return list(draws)
    place, key, value = there[int(random.integers(len(there)))]
    return _at(draws, [place], lambda draw: _artefact(draw, "unit swap", {key: value}))


def method_switch(draws: Sequence[Draw], who: Somebody) -> list[Draw]:
    """From a date on, albumin is measured with bromocresol purple by another laboratory: 6 g/L lower."""
    random = who.for_artefact
    first = _one_of(draws, random)
    names = {place: "bromocresol green, A" if place < first else "bromocresol purple, B" for place in range(len(draws))}

    def named(draw: Draw, place: int) -> Draw:
        if "albumin" not in draw.values:
            return draw
        named = replace(draw, laboratories={"albumin": names[place]})
        if place < first:
            return named
        lower = draw.values["albumin"] - BROMOCRESOL_PURPLE_G_PER_L + random.normal(0.0, 0.5)
        return _artefact(named, "method switch", {"albumin": round(lower, 1)})

    return [named(draw, place) for place, draw in enumerate(draws)]


def old_sample(draws: Sequence[Draw], who: Somebody) -> list[Draw]:
    """One sample waited and its cells swelled by 3 to 10 %, or was hemolysed and 2 to 10 % of them are gone."""
    random = who.for_artefact
    swollen = random.uniform(1.03, 1.10) if random.random() < 0.6 else 1.0
    left = 1.0 if swollen > 1.0 else random.uniform(0.90, 0.98)

    def changed(draw: Draw) -> Draw:
        factors = {"hematocrit": swollen * left, "mcv": swollen, "erythrocytes": left}
        return _artefact(
            draw, "old sample", {key: draw.values[key] * each for key, each in factors.items() if key in draw.values}
        )

    return _at(draws, [_one_of(draws, random)], changed)


def blood_gas(draws: Sequence[Draw], who: Somebody) -> list[Draw]:
    """Half of the hematocrits come from a blood gas: by conductivity, mostly lower, and four times less exact."""
    random = who.for_artefact
    bias = random.normal(-0.015, 0.015)

    def read(draw: Draw) -> Draw:
        if "hematocrit" not in draw.values or random.random() < 0.5:
            return draw
        value = printed("hematocrit", draw.values["hematocrit"] + bias, random, "blood gas")
        return replace(_artefact(draw, "blood gas", {"hematocrit": value}), methods={"hematocrit": "blood gas"})

    return [read(draw) for draw in draws]
