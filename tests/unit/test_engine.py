"""The engine against closed forms, differences and a second solver."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.engine import elementary
from clarkson.engine.factor import eliminate
from clarkson.engine.integrate import Status, integrate
from clarkson.engine.maths import Maths, Value, soft_positive
from clarkson.engine.numba_code import LANES
from clarkson.engine.reference import evaluator, integrate_slowly, reference
from clarkson.engine.schedule import Schedule, constant
from clarkson.engine.system import System, trace
from clarkson.engine.tape import Node, Tape, slopes

Values = Mapping[str, Value]


def flow(t: Value, y: Values, p: Values, u: Values, m: Maths) -> dict[str, Value]:
    """A stiff chain with a named quantity, an input and the time: fast f follows slow s."""
    target = m.let("target", "T", "1", soft_positive(y["s"] - 0.2, 0.1, m) + m.logistic(t - 3.0))
    return {"f": p["k"] * (target - y["f"]), "s": u["dose"] - y["s"] / (1.0 + y["f"] * y["f"])}


@pytest.fixture(scope="module")
def stiff() -> System:
    return trace(flow, ["f", "s"], ["k"], ["dose"])


def doses(n: int) -> Schedule:
    breaks = np.array([[1.0, 2.0 + 0.25 * patient] for patient in range(n)])
    values = np.array([[[0.0], [2.0], [0.1]] for _ in range(n)])
    return Schedule(breaks, values)


@given(st.floats(-690, 690))
def test_exp_is_exp(x: float) -> None:
    assert elementary.exp(x) == pytest.approx(math.exp(x), rel=3e-14)


@given(st.floats(1e-300, 1e300))
def test_log_is_log(x: float) -> None:
    assert elementary.log(x) == pytest.approx(math.log(x), rel=1e-13, abs=1e-14)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exp_stays_finite_and_log_of_nothing_is_no_number(x: float) -> None:
    assert 0.0 < elementary.exp(x) < math.inf
    assert math.isnan(elementary.log(-abs(x)))


@st.composite
def expressions(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    kinds = st.sampled_from(["add", "sub", "mul", "div", "exp", "log", "sqrt", "logistic", "neg"])
    return draw(st.lists(st.tuples(kinds, st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=14))


def build(program: list[tuple[str, int, int]], tape: Tape) -> list[Node]:
    """Two symbols and operations on what stands already, kept where functions are smooth."""
    nodes = [tape.symbol("state", "a"), tape.symbol("state", "b")]
    for kind, i, j in program:
        x, z = nodes[i % len(nodes)], nodes[j % len(nodes)]
        square = x * x + 0.5
        match kind:
            case "add":
                made = x + z
            case "sub":
                made = x - 0.5 * z
            case "mul":
                made = 0.5 * x * z
            case "div":
                made = x / square
            case "neg":
                made = -x
            case "exp":
                made = tape.exp(-x * x)
            case "log":
                made = tape.log(square)
            case "sqrt":
                made = tape.sqrt(square)
            case _:
                made = tape.logistic(x)
        nodes.append(tape.logistic(made) if len(nodes) % 5 == 0 else made)
    return nodes


@given(expressions(), st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
@settings(max_examples=150, deadline=None)
def test_slopes_are_those_of_differences(program: list[tuple[str, int, int]], a: float, b: float) -> None:
    tape = Tape()
    nodes = build(program, tape)
    roots = [node.index for node in nodes[-3:]]
    symbols = [nodes[0].index, nodes[1].index]
    slope = slopes(tape, roots, symbols)
    system = System(tape, ("a", "b"), (), (), tuple(roots))
    values = evaluator(system, roots)
    flat = [(r, s, node.index) for r, root in enumerate(roots) for s, symbol in enumerate(symbols)
            if (node := slope[root].get(symbol)) is not None]  # fmt: skip
    exact = np.zeros((len(roots), 2))
    none = np.array([])
    at = np.array([a, b])
    if flat:
        for (r, s, _), value in zip(
            flat, evaluator(system, [index for *_, index in flat])(0.0, at, none, none), strict=True
        ):
            exact[r, s] = value
    for s in range(2):
        step = np.zeros(2)
        step[s] = 1e-5
        difference = (values(0.0, at + step, none, none) - values(0.0, at - step, none, none)) / 2e-5
        assert exact[:, s] == pytest.approx(difference, rel=1e-4, abs=1e-5)


@given(st.integers(1, 9), st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=30))
@settings(deadline=None)
def test_elimination_solves_the_system(size: int, places: set[tuple[int, int]]) -> None:
    places = {(r, c) for r, c in places if r < size and c < size}
    generator = np.random.default_rng(len(places) + size)
    matrix = np.zeros((size, size))
    for r, c in places:
        matrix[r, c] = generator.normal()
    matrix += 12.0 * np.eye(size)
    right = generator.normal(size=size)
    found = eliminate(size, places)
    work, b = matrix.copy(), right.copy()
    allowed = set(found.slots)
    for pivot, below, columns in found.steps:
        for row in below:
            factor = work[row, pivot] / work[pivot, pivot]
            b[row] -= factor * b[pivot]
            work[row, pivot] = 0.0
            for column in columns:
                assert (row, column) in allowed
                work[row, column] -= factor * work[pivot, column]
    x = np.zeros(size)
    for pivot, _, columns in reversed(found.steps):
        x[pivot] = (b[pivot] - sum(work[pivot, c] * x[c] for c in columns)) / work[pivot, pivot]
    assert matrix @ x == pytest.approx(right, rel=1e-9, abs=1e-9)


def test_the_kernel_agrees_with_scipy(stiff: System) -> None:
    times = np.linspace(0.0, 6.0, 61)
    start, k = np.array([[0.0, 1.0]]), np.array([[300.0]])
    sure = integrate_slowly(stiff, start[0], k[0], doses(1), times, ["f", "s", "target"])
    fast = integrate(stiff, start, k, doses(1), times, ["f", "s", "target"], tolerance=1e-7)
    assert fast.values[0] == pytest.approx(sure, rel=2e-6, abs=1e-7)


def test_a_tighter_tolerance_gives_less_error(stiff: System) -> None:
    times = np.linspace(0.0, 6.0, 61)
    start, k = np.array([[0.0, 1.0]]), np.array([[50.0]])
    sure = integrate_slowly(stiff, start[0], k[0], doses(1), times, ["s"])
    errors, steps = [], []
    for tolerance in (1e-2, 1e-4, 1e-6):
        course = integrate(stiff, start, k, doses(1), times, ["s"], tolerance=tolerance)
        errors.append(np.abs(course.values[0] - sure).max())
        steps.append(int(course.steps[0]))
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    # A method of order 4 needs about 10^(1/4) times as many steps for a tenth of the error.
    assert steps[2] < 12 * steps[0]


def test_an_oscillator_keeps_its_phase() -> None:
    system = trace(lambda t, y, p, u, m: {"x": y["v"], "v": -p["k"] * y["x"]}, ["x", "v"], ["k"], [])
    times = np.linspace(0.0, 20.0, 201)
    course = integrate(
        system, np.array([[1.0, 0.0]]), np.array([[4.0]]), constant(np.array([])), times, ["x"], tolerance=1e-7
    )
    assert course["x"][0] == pytest.approx(np.cos(2.0 * times), abs=5e-6)


def test_every_patient_of_a_group_is_as_if_alone(stiff: System) -> None:
    n = 2 * LANES + 3
    times = np.linspace(0.0, 6.0, 25)
    start = np.column_stack([np.linspace(0.0, 1.0, n), np.linspace(0.5, 2.0, n)])
    k = np.linspace(5.0, 200.0, n)[:, None]
    together = integrate(stiff, start, k, doses(n), times, ["f", "s"], tolerance=1e-6)
    for patient in (0, 5, n - 1):
        one = Schedule(doses(n).breaks[patient : patient + 1], doses(n).values[patient : patient + 1])
        alone = integrate(
            stiff, start[patient : patient + 1], k[patient : patient + 1], one, times, ["f", "s"], tolerance=1e-6
        )
        assert together.values[patient] == pytest.approx(alone.values[0], rel=2e-5, abs=1e-6)
    back = slice(None, None, -1)
    turned = integrate(
        stiff,
        start[back],
        k[back],
        Schedule(doses(n).breaks[back], doses(n).values[back]),
        times,
        ["f", "s"],
        tolerance=1e-6,
    )
    assert turned.values[back] == pytest.approx(together.values, rel=2e-5, abs=1e-6)


def test_threads_change_nothing(stiff: System) -> None:
    n = 10 * LANES
    times = np.linspace(0.0, 3.0, 7)
    start, k = np.tile([0.0, 1.0], (n, 1)), np.linspace(5.0, 50.0, n)[:, None]
    one = integrate(stiff, start, k, doses(n), times, ["s"], threads=1)
    two = integrate(stiff, start, k, doses(n), times, ["s"], threads=2)
    assert one.values.tobytes() == two.values.tobytes()


def test_a_lane_that_fails_is_frozen_and_disturbs_nobody() -> None:
    system = trace(lambda t, y, p, u, m: {"x": p["k"] * y["x"] * y["x"] - y["x"]}, ["x"], ["k"], [])
    times = np.linspace(0.0, 4.0, 41)
    k = np.zeros((LANES, 1))
    # x' = k x² − x from 1: with k = 2 it runs away at ln 2.
    k[2], k[5] = 2.0, np.nan
    course = integrate(system, np.ones((LANES, 1)), k, constant(np.array([])), times, ["x"], tolerance=1e-6)
    assert [Status(s) for s in course.status[[0, 5]]] == [Status.DONE, Status.NOT_FINITE]
    assert Status(course.status[2]) is not Status.DONE
    assert course.failed_at[2] == pytest.approx(math.log(2.0), abs=1e-3)
    assert course.failed_at[5] == 0.0
    assert list(course.failed) == [2, 5]
    assert np.isnan(course["x"][2, times > 0.7]).all()
    assert np.isfinite(course["x"][2, times < 0.69]).all()
    good = [lane for lane in range(LANES) if lane not in (2, 5)]
    for lane in good:
        assert course["x"][lane] == pytest.approx(np.exp(-times), abs=2e-6)


def test_a_run_can_be_continued(stiff: System) -> None:
    whole = integrate(
        stiff, np.array([[0.0, 1.0]]), np.array([[20.0]]), doses(1), np.array([0.0, 1.5, 4.0]), ["s"], tolerance=1e-7
    )
    first = integrate(
        stiff, np.array([[0.0, 1.0]]), np.array([[20.0]]), doses(1), np.array([0.0, 1.5]), ["s"], tolerance=1e-7
    )
    second = integrate(stiff, first.final, np.array([[20.0]]), doses(1), np.array([1.5, 4.0]), ["s"], tolerance=1e-7)
    assert second["s"][0, -1] == pytest.approx(whole["s"][0, -1], rel=1e-6)


def test_a_dose_counts_whole() -> None:
    system = trace(lambda t, y, p, u, m: {"x": u["dose"]}, ["x"], [], ["dose"])
    schedule = Schedule(np.array([[0.3, 0.3 + 1.0 / 60.0, 2.0]]), np.array([[[0.0], [60.0], [0.0], [1.0]]]))
    course = integrate(system, np.zeros((1, 1)), np.zeros((1, 0)), schedule, np.array([0.0, 1.0, 3.0]), ["x"])
    assert course["x"][0] == pytest.approx([0.0, 1.0, 2.0], abs=1e-6)


def test_the_jacobian_of_the_reference_is_exact(stiff: System) -> None:
    plain = reference(stiff)
    y, p, u = np.array([0.3, 0.9]), np.array([7.0]), np.array([0.5])
    matrix = plain.jacobian(2.0, y, p, u)
    for column in range(2):
        step = np.zeros(2)
        step[column] = 1e-6
        difference = (plain.rates(2.0, y + step, p, u) - plain.rates(2.0, y - step, p, u)) / 2e-6
        assert matrix[:, column] == pytest.approx(difference, rel=1e-6, abs=1e-8)


def test_wrong_shapes_are_refused_by_name(stiff: System) -> None:
    times = np.array([0.0, 1.0])
    with pytest.raises(ValueError, match="parameters has the shape"):
        integrate(stiff, np.zeros((2, 2)), np.zeros((2, 3)), doses(2), times, ["s"])
    with pytest.raises(ValueError, match="ascending"):
        integrate(stiff, np.zeros((2, 2)), np.zeros((2, 1)), doses(2), times[::-1], ["s"])
    with pytest.raises(ValueError, match="neither a named quantity nor a state"):
        integrate(stiff, np.zeros((2, 2)), np.zeros((2, 1)), doses(2), times, ["nothing"])
    with pytest.raises(ValueError, match="ascending order"):
        Schedule(np.array([[2.0, 1.0]]), np.zeros((1, 3, 1)))


def test_the_equations_are_checked_when_traced() -> None:
    with pytest.raises(ValueError, match="without a rate"):
        trace(lambda t, y, p, u, m: {"x": y["x"]}, ["x", "z"], [], [])
    with pytest.raises(ValueError, match="two quantities"):
        trace(lambda t, y, p, u, m: {"x": m.let("a", "a", "1", y["x"]) + m.let("a", "a", "1", 1.0)}, ["x"], [], [])
