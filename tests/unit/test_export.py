"""The body as SBML: read with a plain XML reader, it holds the person, the doses and every name."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.parameters import parameter_names
from clarkson.body.person import Person, typical
from clarkson.engine.sbml import Label, antimony, sbml
from clarkson.engine.system import trace
from clarkson.simulate.export import body_sbml, labels
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.schedule import Given

SBML = "{http://www.sbml.org/sbml/level3/version2/core}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
WOMAN = Person("female", 40, 165.0, 60.0)


def read(scenario: Scenario | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(body_sbml(scenario))


def doses(document: ElementTree.Element, name: str) -> list[tuple[float, float]]:
    """(hour, new value) of an input at every event that changes it."""
    found = []
    for event in document.iter(f"{SBML}event"):
        hour = next(float(each.text or "") for each in event.find(f"{SBML}trigger").iter(f"{MATHML}cn"))  # type: ignore[union-attr]
        for change in event.iter(f"{SBML}eventAssignment"):
            if change.get("variable") == name:
                found.append((hour, next(float(each.text or "") for each in change.iter(f"{MATHML}cn"))))
    return found


def test_every_name_of_the_body_is_a_variable_of_the_file() -> None:
    document = read()
    variables = {each.get("id"): each for each in document.iter(f"{SBML}parameter")}
    assert {*STATES, *INPUTS, *parameter_names(), *system().tape.quantities} <= set(variables)
    assert {each.get("variable") for each in document.iter(f"{SBML}rateRule")} == set(STATES)
    assert all(variables[name].get("constant") == "true" for name in parameter_names())
    assert not list(document.iter(f"{SBML}event"))


def test_a_dose_is_given_in_full_between_two_events() -> None:
    given = (Given(36.0, "bleed 450 mL"), Given(40.0, "crystalloid 2 L over 4 h"))
    document = read(Scenario(240.0, WOMAN, given=given))
    for name, litres, start in (("bleeding", 0.45, 36.0), ("infusion", 2.0, 40.0)):
        (on, rate), (off, rest) = doses(document, name)
        assert (on, rest) == (start, 0.0)
        assert rate * (off - on) == pytest.approx(litres, rel=1e-9)


def test_the_file_starts_with_the_person_of_the_scenario() -> None:
    document = read(Scenario(24.0, WOMAN, disease="scls"))
    values = {each.get("id"): float(each.get("value", "nan")) for each in document.iter(f"{SBML}parameter")}
    assert values["plasma_volume"] == pytest.approx(typical(WOMAN)["resting_plasma_volume"], rel=1e-9)
    assert values["susceptibility"] == 1.6


def test_every_state_input_and_parameter_is_labelled() -> None:
    assert set(labels()) == {*STATES, *INPUTS, *parameter_names()}


def test_a_unit_that_is_not_known_is_named() -> None:
    decay = trace(lambda _t, y, p, _u, _m: {"x": -p["k"] * y["x"]}, ["x"], ["k"], [])
    with pytest.raises(ValueError, match="'furlong' is no unit"):
        antimony(
            decay,
            {"x": 1.0},
            {"k": 1.0},
            np.empty(0),
            np.zeros((1, 0)),
            {"x": Label("Distance", "furlong")},
            name="decay",
        )


def test_text_that_antimony_cannot_read_is_refused_with_its_reason() -> None:
    with pytest.raises(ValueError, match="Antimony cannot read the model"):
        sbml("model m; x = (; end")
