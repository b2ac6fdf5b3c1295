"""Our SBML, run by others: libroadrunner and COPASI against the kernel, and libSBML's own checks."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.parameters import parameter_names, parameters
from clarkson.body.person import REFERENCE, Floats, sampled
from clarkson.body.rest import Rest, at_rest
from clarkson.engine.integrate import integrate
from clarkson.engine.sbml import antimony, sbml
from clarkson.engine.system import trace
from clarkson.simulate.export import body_sbml, labels
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.schedule import Given, schedule

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

HOURS = 60.0
TIMES = np.linspace(0.0, HOURS, 62)  # none of them a moment at which an input jumps
GIVEN = (
    Given(6.0, "infection for 3 days"),
    Given(20.0, "crystalloid 2 L over 4 h"),
    Given(22.0, "albumin 20 % 200 mL over 4 h"),
    Given(25.0, "norepinephrine 0.1 ug/kg/min over 12 h"),
    Given(30.0, "bleed 300 mL"),
)
OUTPUTS = (*STATES, *system().tape.quantities)
SCENARIO = Scenario(HOURS, REFERENCE, disease="scls", given=GIVEN)
PLAN = schedule(GIVEN, REFERENCE.weight_kg, HOURS, INPUTS)


@cache
def people() -> Rest:
    """Four random people, at rest."""
    return at_rest(sampled(REFERENCE, 4, np.random.default_rng(9), SCENARIO.overrides))


def document(person: int) -> str:
    """One of them as SBML, with the doses."""
    return sbml(
        antimony(
            system(),
            dict(zip(STATES, people().states[person].tolist(), strict=True)),
            dict(zip(parameter_names(), people().parameters[person].tolist(), strict=True)),
            PLAN.breaks,
            PLAN.values,
            labels(),
            name="body",
        )
    )


@cache
def ours() -> Floats:
    """Outputs of all of them by the kernel, (n, T, O)."""
    found = integrate(system(), people().states, people().parameters, PLAN.for_solver(), TIMES, OUTPUTS, tolerance=1e-8)
    assert not found.status.any()
    return found.values.astype(float)


def disagreement(found: Floats, expected: Floats) -> dict[str, float]:
    """Outputs that differ by more than 1e-4 of their value, or of a thousandth of their scale, with the difference.

    The scale of an output is the largest of its course; a tenth for what stays near zero, as in the kernel.
    """
    largest = np.maximum(np.abs(expected).max(axis=0), 0.1)
    worst = (np.abs(found - expected) / np.maximum(np.abs(expected), 1e-3 * largest)).max(axis=0)
    return {name: float(each) for name, each in zip(OUTPUTS, worst, strict=True) if not each < 1e-4}


def test_libsbml_finds_no_error() -> None:
    import libsbml

    read = libsbml.readSBMLFromString(body_sbml(SCENARIO))
    read.checkConsistency()
    found = [read.getError(number) for number in range(read.getNumErrors())]
    assert not [each.getMessage() for each in found if each.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    # What is left are warnings about plain numbers: they carry no unit, so the units of their terms are not known.
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
    runner = roadrunner.RoadRunner(document(0))
    runner.integrator.relative_tolerance = 1e-9
    # A single number would be multiplied by what each state is at a dose, which may be 1e-54.
    runner.integrator.absolute_tolerance = [1e-12] * len(STATES)
    runner.timeCourseSelections = list(OUTPUTS)
    for states, constants, expected in zip(people().states, people().parameters, ours(), strict=True):
        runner.resetToOrigin()
        for name, value in (*zip(parameter_names(), constants, strict=True), *zip(STATES, states, strict=True)):
            runner.setValue(name, float(value))
        found = np.array(runner.simulate(0.0, HOURS, len(TIMES)))
        assert not disagreement(found, expected)


@pytest.mark.parametrize("person", range(2))
def test_copasi_agrees_on_random_people_with_doses(person: int) -> None:
    import basico

    model = basico.load_model_from_string(document(person))
    frame = basico.run_time_course(
        model=model,
        automatic=False,
        start_time=0.0,
        duration=HOURS,
        intervals=len(TIMES) - 1,
        r_tol=1e-9,
        a_tol=1e-12,
        use_sbml_id=True,
    )
    basico.remove_datamodel(model)
    # COPASI has rows of its own where an event changes something.
    places = [int(np.argmin(np.abs(frame.index.to_numpy() - time))) for time in TIMES]
    columns = {str(each).removeprefix("Values[").removesuffix("]"): each for each in frame.columns}
    found = np.stack([frame[columns[name]].to_numpy()[places] for name in OUTPUTS], axis=1)
    assert not disagreement(found, ours()[person])


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
