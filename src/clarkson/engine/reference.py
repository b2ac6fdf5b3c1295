"""The slow and sure way: the same tape as plain Python, integrated by SciPy to ten digits.

It shares the tape with the kernel and nothing else: no generated factorisation, no solver, no vector instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.integrate import output_indices
from clarkson.engine.schedule import Schedule
from clarkson.engine.system import System
from clarkson.engine.tape import FUNCTIONS, slopes

Floats: TypeAlias = NDArray[np.float64]
Evaluate: TypeAlias = Callable[[float, Floats, Floats, Floats], Floats]
"""(time, states, parameters, inputs) -> values."""


@dataclass(frozen=True)
class Reference:
    """Rates (S,), Jacobian (S, S) and outputs (O,) as plain functions."""

    rates: Evaluate
    jacobian: Evaluate
    outputs: Evaluate


def evaluator(system: System, roots: Sequence[int]) -> Evaluate:
    """A plain Python function of some entries of the tape.

    >>> from clarkson.engine.system import trace
    >>> decay = trace(lambda t, y, p, u, m: {"x": -p["k"] * y["x"]}, ["x"], ["k"], [])
    >>> float(evaluator(decay, decay.rates)(0.0, np.array([2.0]), np.array([3.0]), np.array([]))[0])
    -6.0
    """
    vectors = {"state": ("y", system.states), "parameter": ("p", system.parameters), "input": ("u", system.inputs)}
    lines = ["def evaluate(t, y, p, u):"]
    for index in system.tape.needed(roots):
        entry = system.tape.entries[index]
        operands = [f"x{operand}" for operand in entry.operands]
        match entry.operation:
            case "constant":
                value = repr(entry.value)
            case "symbol" if entry.kind == "time":
                value = "t"
            case "symbol":
                vector, names = vectors[entry.kind]
                value = f"{vector}[{names.index(entry.name)}]"
            case "neg":
                value = f"-{operands[0]}"
            case "add" | "sub" | "mul" | "div":
                value = f" { {'add': '+', 'sub': '-', 'mul': '*', 'div': '/'}[entry.operation] } ".join(operands)
            case _:
                value = f"{entry.operation}({operands[0]})"
        lines.append(f"    x{index} = {value}")
    lines.append(f"    return [{', '.join(f'x{root}' for root in roots)}]")
    space: dict[str, Any] = dict(FUNCTIONS)
    exec("\n".join(lines), space)
    evaluate = space["evaluate"]
    return lambda t, y, p, u: np.array(evaluate(t, y.tolist(), p.tolist(), u.tolist()))


@cache
def reference(system: System, outputs: tuple[str, ...] = ()) -> Reference:
    """The system as plain functions: rates, exact Jacobian, outputs by name."""
    size = len(system.states)
    by = {system.tape.symbol("state", name).index: column for column, name in enumerate(system.states)}
    slope = slopes(system.tape, system.rates, by)
    places = [(row, by[s], node.index) for row, root in enumerate(system.rates) for s, node in slope[root].items()]
    values = evaluator(system, [index for _, _, index in places])
    rows, columns = np.array([place[0] for place in places]), np.array([place[1] for place in places])

    def jacobian(t: float, y: Floats, p: Floats, u: Floats) -> Floats:
        matrix = np.zeros((size, size))
        matrix[rows, columns] = values(t, y, p, u)
        return matrix

    return Reference(evaluator(system, system.rates), jacobian, evaluator(system, output_indices(system, outputs)))


def integrate_slowly(
    system: System,
    initial: Floats,
    parameters: Floats,
    schedule: Schedule,
    times: Floats,
    outputs: Sequence[str],
    *,
    tolerance: float = 1e-10,
) -> Floats:
    """One patient by SciPy's Radau: outputs (T, O). initial (S,), parameters (P,); the schedule's first patient.

    Starts anew at every break. Raises ArithmeticError where SciPy gives up.
    """
    from scipy.integrate import solve_ivp

    plain = reference(system, tuple(outputs))
    inside = (schedule.breaks[0] > times[0]) & (schedule.breaks[0] < times[-1])
    edges = [times[0], *schedule.breaks[0][inside], times[-1]]
    found = np.empty((len(times), len(outputs)))
    y = np.array(initial, dtype=float)
    for start, end in pairwise(edges):
        u = schedule.values[0, np.searchsorted(schedule.breaks[0], start, side="right")]
        at = np.flatnonzero(
            (times >= start) & (times <= end) if start == times[0] else (times > start) & (times <= end)
        )
        course = solve_ivp(
            lambda t, y, u=u: plain.rates(t, y, parameters, u),
            (start, end),
            y,
            method="Radau",
            jac=lambda t, y, u=u: plain.jacobian(t, y, parameters, u),
            t_eval=np.unique(np.append(times[at], end)),
            rtol=tolerance,
            atol=tolerance * np.maximum(np.abs(initial), 1e-2),
        )
        if not course.success:
            raise ArithmeticError(f"SciPy stopped at {start:g} h: {course.message}")
        for k, place in enumerate(at):
            found[place] = plain.outputs(times[place], course.y[:, k], parameters, u)
        y = course.y[:, -1]
    return found
