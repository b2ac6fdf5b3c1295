"""Our SBML, run by others: libroadrunner and COPASI against the kernel, and libSBML's own checks."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.parameters import parameter_names, parameters
from clarkson.body.person import REFERENCE, Floats, Person, sampled
from clarkson.body.rest import at_rest
from clarkson.engine.integrate import integrate
from clarkson.engine.sbml import antimony, sbml
from clarkson.engine.system import trace
from clarkson.simulate.export import body_sbml
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.schedule import Given, schedule
from tests.bodies import rest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

HOURS = 60.0
TIMES = np.linspace(0.0, HOURS, 61)
GIVEN = (
    Given(6.0, "infection for 3 days"),
    Given(20.0, "crystalloid 2 L over 4 h"),
    Given(22.0, "albumin 20 % 200 mL over 4 h"),
    Given(25.0, "norepinephrine 0.1 ug/kg/min over 12 h"),
    Given(30.0, "bleed 300 mL"),
)
OUTPUTS = (
    *("plasma_volume", "red_cell_volume", "interstitial_volume_muscle", "interstitial_volume_skin", "pleural_fluid"),
    *(
        "plasma_albumin_mass",
        "plasma_igg_mass",
        "interstitial_albumin_gut",
        "arterial_pressure",
        "gap",
        "sodium_amount",
    ),
    *("hematocrit", "albumin", "total_protein", "heart_rate", "creatinine", "urine_volume", "hemoglobin"),
)
SCENARIO = Scenario(HOURS, REFERENCE, disease="scls", given=GIVEN)


@cache
def document() -> str:
    return body_sbml(SCENARIO)


def ours(states: Floats, parameters: Floats, person: Person = REFERENCE) -> Floats:
    plan = schedule(GIVEN, person.weight_kg, HOURS, INPUTS).for_solver()
    found = integrate(system(), states, parameters, plan, TIMES, OUTPUTS, tolerance=2e-6)
    assert not found.status.any()
    return np.asarray(found.values[0], dtype=float)


def disagreement(found: Floats, expected: Floats) -> float:
    """Largest difference, relative to the value or to a hundredth of the course's largest."""
    scale = np.maximum(np.abs(expected), 0.01 * np.abs(expected).max(axis=0))
    return float((np.abs(found - expected) / scale).max())


def test_libsbml_finds_no_error() -> None:
    import libsbml

    read = libsbml.readSBMLFromString(document())
    read.checkConsistency()
    found = [read.getError(number) for number in range(read.getNumErrors())]
    assert not [each.getMessage() for each in found if each.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    # What is left are warnings that plain numbers carry no unit.
    model = read.getModel()
    assert model.getNumRules() > len(STATES) + 80
    assert Counter(rule.isRate() for rule in model.getListOfRules())[True] == len(STATES)
    assert all(model.getParameter(name).isSetUnits() for name in (*STATES, *INPUTS, *parameter_names()))
    assert model.getParameter("plasma_volume").getName() == "Volume of plasma"
    assert "UBERON:0001969" in model.getParameter("plasma_volume").getAnnotationString()
    names = {model.getParameter(number).getName() for number in range(model.getNumParameters())}
    assert {each.what for each in parameters().values()} <= names


def test_libroadrunner_agrees_on_random_people_with_doses() -> None:
    import roadrunner

    roadrunner.Logger.disableLogging()
    runner = roadrunner.RoadRunner(document())
    runner.integrator.relative_tolerance = 1e-6
    runner.integrator.absolute_tolerance = 1e-9
    runner.timeCourseSelections = list(OUTPUTS)
    people = at_rest(sampled(REFERENCE, 2, np.random.default_rng(9), SCENARIO.overrides))
    for states, constants in zip(people.states, people.parameters, strict=True):
        runner.resetToOrigin()
        for name, value in (*zip(parameter_names(), constants, strict=True), *zip(STATES, states, strict=True)):
            runner.setValue(name, float(value))
        found = np.array(runner.simulate(0.0, HOURS, len(TIMES)))
        assert disagreement(found, ours(states[None], constants[None])) < 1e-4


def test_copasi_agrees() -> None:
    import basico

    basico.load_model_from_string(document())
    frame = basico.run_time_course(
        automatic=False,
        start_time=0.0,
        duration=HOURS,
        intervals=len(TIMES) - 1,
        r_tol=1e-8,
        a_tol=1e-10,
        use_sbml_id=True,
    )
    one = rest(SCENARIO.overrides)
    expected = ours(one.states, one.parameters)
    # COPASI lists a time twice where an event changes something: the first row stands before it.
    places = [int(np.argmin(np.abs(frame.index.to_numpy() - time))) for time in TIMES]
    found = np.stack([frame[_copasi_name(name, frame)].to_numpy()[places] for name in OUTPUTS], axis=1)
    assert disagreement(found, expected) < 1e-4


def _copasi_name(name: str, frame: object) -> str:
    columns = [str(each) for each in frame.columns]  # type: ignore[attr-defined]
    return next(each for each in columns if each in (name, f"Values[{name}]"))


def test_a_small_system_follows_its_closed_form() -> None:
    """dx/dt = u − k x with a dose from hour 2 to hour 5."""
    import roadrunner

    decay = trace(lambda _t, y, p, u, _m: {"x": u["dose"] - p["k"] * y["x"]}, ["x"], ["k"], ["dose"])
    text = antimony(
        decay, {"x": 1.0}, {"k": 0.5}, np.array([2.0, 5.0]), np.array([[0.0], [3.0], [0.0]]), {}, name="decay"
    )
    runner = roadrunner.RoadRunner(sbml(text))
    runner.integrator.relative_tolerance = 1e-9
    runner.integrator.absolute_tolerance = 1e-12
    runner.timeCourseSelections = ["time", "x"]
    time, x = np.array(runner.simulate(0.0, 8.0, 33)).T
    during = np.exp(-0.5 * time) + 6.0 * (1.0 - np.exp(-0.5 * np.clip(time - 2.0, 0.0, None)))
    after = (np.exp(-2.5) + 6.0 * (1.0 - np.exp(-1.5))) * np.exp(-0.5 * (time - 5.0))
    np.testing.assert_allclose(x, np.where(time <= 5.0, during, after), rtol=1e-6)
