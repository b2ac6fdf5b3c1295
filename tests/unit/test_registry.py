"""What the body stands on is named, sourced and graded, and what it gives is what a record can hold."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from clarkson.analytes import analytes
from clarkson.body import symbols
from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.parameters import Parameter, parameters
from clarkson.body.person import Person, sampled, typical
from clarkson.body.rest import at_rest
from clarkson.engine.sbml import Label, antimony
from clarkson.errors import SettingError

NOT_GIVEN = {
    "potassium": "no potassium in the body",
    "tryptase": "mast cells are not in the body",
    "ldh": "no source of it in the body",
    "urine_protein": "the kidney of the body holds protein back",
    "urine_protein_creatinine": "the kidney of the body holds protein back",
    "urine_albumin_creatinine": "the kidney of the body holds protein back",
}
SAME_UNIT = {"mm[Hg]": "mmHg", "/min": "1/min"}


@pytest.mark.parametrize("each", parameters().values(), ids=parameters())
def test_a_parameter_says_what_it_is_and_where_it_is_from(each: Parameter) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", each.name)
    assert len(each.what.split()) >= 1
    assert each.unit
    assert each.symbol
    assert each.source
    assert each.grade in ("measured", "fitted", "assumed", "derived")
    assert (each.prior.family == "derived") is (each.grade == "derived") is math.isnan(each.value)
    if each.prior.family in ("lognormal", "normal"):
        assert each.prior.spread > 0.0
    if each.prior.family == "lognormal":
        assert each.value > 0.0


def test_every_unit_is_known_to_others() -> None:
    """The exporter refuses a unit that it cannot take apart."""
    rest = at_rest(typical(Person("female", 40, 165, 60)))
    labels = {name: Label(each.what, each.unit) for name, each in parameters().items()}
    labels |= {name: Label(each.what, each.unit) for name, each in (*symbols.STATES.items(), *symbols.INPUTS.items())}
    text = antimony(
        system(),
        dict(zip(STATES, rest.states[0].tolist(), strict=True)),
        dict(zip(parameters(), rest.parameters[0].tolist(), strict=True)),
        np.empty(0),
        np.zeros((1, len(INPUTS))),
        labels,
        name="body",
    )
    assert text.count(" has unit_") >= len(parameters()) + len(STATES) + len(INPUTS)


def test_no_symbol_stands_for_two_things() -> None:
    named = [each.symbol for each in system().tape.quantities.values()]
    shown = [*(each.symbol for each in parameters().values()), *named]
    shown += [each.latex for each in (*symbols.STATES.values(), *symbols.INPUTS.values())]
    assert sorted({each for each in shown if shown.count(each) > 1}) == []


def test_everything_that_a_record_can_hold_is_given_in_its_unit_or_known_to_be_missing() -> None:
    quantities = system().tape.quantities
    for each in analytes().values():
        if each.key in quantities:
            assert quantities[each.key].unit == SAME_UNIT.get(each.unit, each.unit), each.key
        else:
            assert each.key in NOT_GIVEN, each.key
    assert not NOT_GIVEN.keys() & quantities.keys()


def test_sampled_values_have_the_middle_and_the_spread_of_their_prior() -> None:
    person = Person("male", 45, 175, 75)
    drawn = sampled(person, 20_000, np.random.default_rng(1))
    for name, each in parameters().items():
        if each.prior.family == "lognormal":
            logs = np.log(drawn[name])
            assert logs.std() == pytest.approx(each.prior.spread, rel=0.05)
            assert np.median(drawn[name]) == pytest.approx(
                each.value, rel=4.0 * each.prior.spread / math.sqrt(20_000) + 0.01
            )


def test_a_wrong_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(SettingError, match="susceptibility"):
        typical(Person("male", 45, 175, 75), {"susceptability": 1.0})


def test_size_follows_the_person() -> None:
    small, large = typical(Person("female", 30, 155, 48)), typical(Person("male", 30, 195, 110))
    assert small["resting_plasma_volume"] < 2.6 < 3.6 < large["resting_plasma_volume"]
    assert small["resting_albumin"] == large["resting_albumin"]
