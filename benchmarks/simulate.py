"""How many patient-days of the body does a second of this machine simulate, beside CVODE and libroadrunner?

Everyone runs the same untreated attack from the same tape, output every 15 minutes, in the same process. Errors are the
largest relative ones of four outputs against SciPy's Radau at 1e-9. Peers run on one core and are compared with one
core of Clarkson. A second figure is of the same people treated: every dose makes the solver start anew twice. The last
line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.person import REFERENCE, sampled, typical
from clarkson.body.rest import Rest, at_rest
from clarkson.engine.integrate import Trajectories, integrate
from clarkson.engine.kernel import load
from clarkson.engine.reference import integrate_slowly
from clarkson.engine.schedule import Schedule
from clarkson.engine.tape import slopes
from clarkson.simulate.schedule import Given, schedule

Floats: TypeAlias = NDArray[np.float64]

DAYS = 10
TIMES = np.arange(0.0, 24.0 * DAYS + 0.01, 0.25)
OUTPUTS = ("hematocrit", "albumin", "mean_pressure", "plasma_volume")
GIVEN = (Given(24.0, "infection for 3 days"),)
TREATED = (
    *GIVEN,
    Given(40.0, "crystalloid 3 L over 12 h"),
    Given(44.0, "albumin 20 % 200 mL over 4 h"),
    Given(46.0, "norepinephrine 0.1 ug/kg/min over 24 h"),
)
DISEASE = {"susceptibility": 1.6}
CHUNK = 512
CHECKED = 32
PEERS = 8
RUNS = 3
WORDS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def doses(given: Sequence[Given] = GIVEN) -> Schedule:
    return schedule(given, REFERENCE.weight_kg, 24.0 * DAYS, INPUTS).for_solver()


def patients(count: int) -> Rest:
    return at_rest(sampled(REFERENCE, count, np.random.default_rng(1), DISEASE))


def clarkson(people: Rest, threads: int, given: Sequence[Given] = GIVEN) -> Trajectories:
    return integrate(system(), people.states, people.parameters, doses(given), TIMES, OUTPUTS, threads=threads)


def in_chunks(people: Rest, threads: int, given: Sequence[Given] = GIVEN) -> None:
    """A cohort as the command runs it: no more than a chunk in memory."""
    for start in range(0, len(people.states), CHUNK):
        part = slice(start, start + CHUNK)
        clarkson(Rest(people.parameters[part], people.states[part]), threads, given)


def best(task: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of the fastest of a few runs."""
    taken = []
    for _ in range(RUNS):
        started = clock()
        task()
        taken.append(clock() - started)
    return min(taken)


def error(found: Sequence[Floats], expected: Sequence[Floats]) -> float:
    """Largest relative error over patients, times and outputs."""
    return max(float(np.max(np.abs(a - b) / np.abs(b))) for a, b in zip(found, expected, strict=True))


def scalar_code() -> Any:
    """Rates, dense Jacobian and outputs for one patient as compiled functions: what CVODE is given."""
    body = system()
    tape = body.tape
    column = {tape.symbol("state", name).index: number for number, name in enumerate(body.states)}
    slope = slopes(tape, body.rates, column)
    entries = [(row, column[s], node.index) for row, root in enumerate(body.rates) for s, node in slope[root].items()]
    looked = [tape.quantities[name].index if name in tape.quantities else -1 for name in OUTPUTS]
    looked = [
        index if index >= 0 else tape.symbol("state", name).index for index, name in zip(looked, OUTPUTS, strict=True)
    ]

    def function(name: str, roots: Sequence[int], stores: Sequence[str]) -> str:
        lines = [f"@numba.njit(error_model='numpy', cache=True)\ndef {name}(t, y, p, u, out):"]
        for index in tape.needed(list(roots)):
            entry = tape.entries[index]
            x = [f"x{operand}" for operand in entry.operands]
            match entry.operation:
                case "constant":
                    value = repr(entry.value)
                case "symbol" if entry.kind == "time":
                    value = "t"
                case "symbol":
                    vector, names = {
                        "state": ("y", body.states),
                        "parameter": ("p", body.parameters),
                        "input": ("u", body.inputs),
                    }[entry.kind]
                    value = f"{vector}[{names.index(entry.name)}]"
                case "neg":
                    value = f"-{x[0]}"
                case "logistic":
                    value = f"1.0 / (1.0 + np.exp(-{x[0]}))"
                case "add" | "sub" | "mul" | "div":
                    value = f"{x[0]} {WORDS[entry.operation]} {x[1]}"
                case _:
                    value = f"np.{entry.operation}({x[0]})"
            lines.append(f"    x{index} = {value}")
        lines += [f"    out[{store}] = x{root}" for store, root in zip(stores, roots, strict=True)]
        return "\n".join(lines)

    text = "\n\n\n".join(
        [
            "import numba\nimport numpy as np",
            function("rates", body.rates, [str(row) for row in range(len(STATES))]),
            function("jacobian", [index for _, _, index in entries], [f"{row}, {at}" for row, at, _ in entries]),
            function("look", looked, [str(number) for number in range(len(OUTPUTS))]),
        ]
    )
    return load(text, "peer", body.digest)


def _held(code: Any, p: Floats, u: Floats) -> tuple[Callable[..., None], Callable[..., None]]:
    """Rates and Jacobian of one patient under held inputs."""

    def rates(t: float, y: Floats, out: Floats) -> None:
        code.rates(t, y, p, u, out)

    def jacobian(t: float, y: Floats, _rates: Floats, out: Floats) -> None:
        code.jacobian(t, y, p, u, out)

    return rates, jacobian


def cvode(code: Any, states: Floats, parameters: Floats, rtol: float) -> Floats:
    """One patient by scikit-sundae's CVODE, started anew at every dose: outputs (T, O)."""
    from sksundae.cvode import CVODE

    plan = doses()
    edges = np.concatenate([[0.0], plan.breaks[0], [TIMES[-1]]])
    found = np.empty((len(TIMES), len(OUTPUTS)))
    y = states.copy()
    atol = rtol * np.maximum(np.abs(states), 0.02)
    for number, (start, end) in enumerate(pairwise(edges)):
        u = plan.values[0, number]
        at = np.unique(np.concatenate([[start], TIMES[(start <= TIMES) & (end >= TIMES)], [end]]))
        rates, jacobian = _held(code, parameters, u)
        solver = CVODE(rates, jacfn=jacobian, rtol=rtol, atol=atol, max_num_steps=100_000)
        course = solver.solve(at, y)
        if not course.success:
            raise ArithmeticError(course.message)
        for t, row in zip(course.t, course.y, strict=True):
            place = round(t / 0.25)
            if abs(t - 0.25 * place) < 1e-9 and TIMES[place] >= start:
                code.look(t, row, parameters, u, found[place])
        y = course.y[-1].copy()
    return found


def roadrunner(rtol: float) -> tuple[Callable[[], Floats], Floats]:
    """The typical patient by libroadrunner on our own SBML, and the same by SciPy."""
    import roadrunner as rr

    from clarkson.simulate.export import body_sbml
    from clarkson.simulate.scenario import Scenario

    rr.Logger.disableLogging()
    scenario = Scenario(duration_h=24.0 * DAYS, person=REFERENCE, disease="scls", given=GIVEN)
    runner = rr.RoadRunner(body_sbml(scenario))
    runner.integrator.relative_tolerance = rtol
    # A single number would be multiplied by what each state is at a dose, which may be nearly zero.
    runner.integrator.absolute_tolerance = [rtol * 1e-2] * len(STATES)
    runner.timeCourseSelections = list(OUTPUTS)

    def run() -> Floats:
        runner.resetToOrigin()
        return np.array(runner.simulate(0.0, 24.0 * DAYS, len(TIMES)))

    one = at_rest(typical(REFERENCE, DISEASE))
    return run, integrate_slowly(system(), one.states[0], one.parameters[0], doses(), TIMES, OUTPUTS, tolerance=1e-9)


def most_accurate_enough(run: Callable[[float], list[Floats]], expected: list[Floats]) -> tuple[float, float]:
    """The loosest tolerance whose error is no more than 1e-4, and that error: every peer at its fastest."""
    for rtol in (1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7):
        wrong = error(run(rtol), expected)
        if wrong <= 1e-4:
            return rtol, wrong
    raise ArithmeticError("no tolerance was enough")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000)
    count = parser.parse_args().patients
    cores = len(os.sched_getaffinity(0))
    people = patients(count)
    few = Rest(people.parameters[:CHECKED], people.states[:CHECKED])
    compiled = time.perf_counter()
    checked = clarkson(few, 1)
    compiled = time.perf_counter() - compiled
    expected = [
        integrate_slowly(system(), y, p, doses(), TIMES, OUTPUTS, tolerance=1e-9)
        for y, p in zip(few.states, few.parameters, strict=True)
    ]
    wrong = error([np.asarray(one, dtype=float) for one in checked.values], expected)

    wall = best(lambda: in_chunks(people, cores))
    treated = best(lambda: in_chunks(people, cores, TREATED))
    thousand = Rest(people.parameters[:1024], people.states[:1024])
    one_core = 1024 * DAYS / best(lambda: in_chunks(thousand, 1), time.process_time)
    alone = at_rest(typical(REFERENCE, DISEASE))
    one_ms = 1000.0 * best(lambda: clarkson(alone, 1))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2

    code = scalar_code()
    rtol, cvode_wrong = most_accurate_enough(
        lambda rtol: [cvode(code, few.states[i], few.parameters[i], rtol) for i in range(PEERS)], expected[:PEERS]
    )
    by_cvode = (
        PEERS
        * DAYS
        / best(lambda: [cvode(code, few.states[i], few.parameters[i], rtol) for i in range(PEERS)], time.process_time)
    )
    settings: dict[float, tuple[Callable[[], Floats], Floats]] = {}

    def by(rtol: float) -> list[Floats]:
        settings[rtol] = roadrunner(rtol)
        return [settings[rtol][0]()]

    _, exact = roadrunner(1e-6)
    rr_rtol, rr_wrong = most_accurate_enough(by, [exact])
    by_roadrunner = DAYS / best(settings[rr_rtol][0], time.process_time)
    figures = {
        "patients": count,
        "cores": cores,
        "patient_days_per_second": round(count * DAYS / wall),
        "treated_patient_days_per_second": round(count * DAYS / treated),
        "patient_days_per_core_second": round(one_core),
        "max_relative_error": float(f"{wrong:.2g}"),
        "one_patient_ms": round(one_ms, 2),
        "memory_gb": round(memory, 2),
        "first_call_s": round(compiled, 1),
        "cvode_patient_days_per_second": round(by_cvode),
        "cvode_rtol": rtol,
        "cvode_max_relative_error": float(f"{cvode_wrong:.2g}"),
        "ratio_cvode": round(one_core / by_cvode, 1),
        "libroadrunner_patient_days_per_second": round(by_roadrunner),
        "libroadrunner_rtol": rr_rtol,
        "libroadrunner_max_relative_error": float(f"{rr_wrong:.2g}"),
        "ratio_libroadrunner": round(one_core / by_roadrunner, 1),
    }
    for name, value in figures.items():
        print(f"{name:<40}{value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
