"""The body in other languages: SBML and Antimony with the doses of a scenario, and LaTeX."""

from __future__ import annotations

from functools import cache

import numpy as np

from clarkson.body import symbols
from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.parameters import parameter_names, parameters
from clarkson.body.person import REFERENCE, typical
from clarkson.body.rest import at_rest
from clarkson.engine.latex import latex
from clarkson.engine.sbml import Label, antimony, sbml
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.schedule import schedule

NOTES = (
    "Clarkson: a whole-body model of capillary leak. Time in hours. Research software, not a medical device: a "
    "simulation, not a forecast for a person. Give libroadrunner a list as absolute_tolerance, one number for each "
    "rate rule: it multiplies a single number by the present value of each variable, and stalls at a dose where one is "
    "nearly 0."
)

TITLE = """# The equations of the body

Generated from the traced equations by `clarkson export latex`. The same stand in `body/` as Python, one organ a file,
with their sources. Time in hours. σ(x) = 1/(1 + e^{−x}). A subscript 0 is a value at rest. Letters z stand for
expressions that have no name of their own.
"""


def body_antimony(scenario: Scenario | None = None) -> str:
    """The typical body of the scenario's person, from rest, with its doses as events; without one, the reference adult.

    >>> "plasma_volume'" in body_antimony()
    True
    """
    person = scenario.person if scenario else REFERENCE
    rest = at_rest(typical(person, scenario.overrides if scenario else None))
    breaks, values = np.empty(0), np.zeros((1, len(INPUTS)))
    if scenario:
        plan = schedule(scenario.given, person.weight_kg, scenario.duration_h, INPUTS)
        breaks, values = plan.breaks, plan.values
    return antimony(
        system(),
        dict(zip(STATES, rest.states[0].tolist(), strict=True)),
        dict(zip(parameter_names(), rest.parameters[0].tolist(), strict=True)),
        breaks,
        values,
        labels(),
        name="body",
        notes=NOTES,
    )


def body_sbml(scenario: Scenario | None = None) -> str:
    """The same as SBML Level 3 Version 2.

    >>> body_sbml().count("<rateRule")
    44
    """
    return sbml(body_antimony(scenario))


@cache
def body_latex() -> str:
    """The equations in Markdown with LaTeX.

    >>> body_latex().splitlines()[0]
    '# The equations of the body'
    """
    registry = parameters()
    signs = {name: each.latex for name, each in (*symbols.STATES.items(), *symbols.INPUTS.items())}
    signs |= {name: each.symbol for name, each in registry.items()}
    units = {name: each.unit for name, each in symbols.STATES.items()}
    listed = [*symbols.STATES.items(), *symbols.INPUTS.items()]
    table = ["## States and inputs", "", "| symbol | name | unit | what it is |", "|---|---|---|---|"]
    table += [f"| ${each.latex}$ | `{name}` | {each.unit} | {each.what} |" for name, each in listed]
    table += ["", "## Parameters", "", "| symbol | name | unit | what it is |", "|---|---|---|---|"]
    table += [f"| ${each.symbol}$ | `{name}` | {each.unit} | {each.what} |" for name, each in registry.items()]
    return "\n".join([TITLE, latex(system(), signs, units), "", *table, ""])


def labels() -> dict[str, Label]:
    """What every state, input and parameter is.

    >>> labels()["plasma_volume"].unit
    'L'
    """
    known = {name: Label(each.what, each.unit) for name, each in parameters().items()}
    for name, each in (*symbols.STATES.items(), *symbols.INPUTS.items()):
        known[name] = Label(each.what, each.unit, each.bearers)
    return known
