"""Integrate a system for many patients at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.kernel import kernel, look
from clarkson.engine.numba_code import LANES
from clarkson.engine.schedule import Schedule
from clarkson.engine.system import System

TOLERANCE = 5e-5
"""Error allowed in one step, relative; see docs/engine.md for the error of whole courses that follows from it."""

FIRST_STEP_H = 0.02
MOST_STEPS_PER_HOUR = 400.0


class Status(IntEnum):
    """How the integration of one patient ended."""

    DONE = 0
    NOT_FINITE = 1
    STEP_TOO_SMALL = 2
    TOO_MANY_STEPS = 3

    @property
    def sentence(self) -> str:
        """What happened, for a person."""
        return {
            Status.DONE: "integrated to the end",
            Status.NOT_FINITE: "stopped: a value was no longer a finite number",
            Status.STEP_TOO_SMALL: "stopped: the equations could not be solved even in steps of a few microseconds",
            Status.TOO_MANY_STEPS: "stopped: too many steps were needed",
        }[self]


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Outputs of n patients at T times.

    values: (n, T, O) float32, NaN after a patient failed; status, failed_at [h], steps: (n,); final: (n, S) states at
    the last time, or where the patient failed.
    """

    times: NDArray[np.float64]
    outputs: tuple[str, ...]
    values: NDArray[np.float32]
    status: NDArray[np.int8]
    failed_at: NDArray[np.float64]
    steps: NDArray[np.int64]
    final: NDArray[np.float64]

    def __getitem__(self, output: str) -> NDArray[np.float32]:
        """One output, (n, T)."""
        return self.values[:, :, self.outputs.index(output)]

    @property
    def failed(self) -> NDArray[np.intp]:
        """Numbers of the patients that failed."""
        return np.flatnonzero(self.status)


def output_indices(system: System, outputs: Sequence[str]) -> list[int]:
    """Tape indices of outputs: named quantities, or states."""
    indices = []
    for name in outputs:
        if name in system.tape.quantities:
            indices.append(system.tape.quantities[name].index)
        elif name in system.states:
            indices.append(system.tape.symbol("state", name).index)
        else:
            raise ValueError(f"{name!r} is neither a named quantity nor a state of the system")
    return indices


def integrate(
    system: System,
    initial: NDArray[np.float64],
    parameters: NDArray[np.float64],
    schedule: Schedule,
    times: NDArray[np.float64],
    outputs: Sequence[str],
    *,
    tolerance: float = TOLERANCE,
    threads: int | None = None,
) -> Trajectories:
    """Integrate n patients from times[0] to times[-1] hours.

    initial: (n, S); parameters: (n, P); times: (T,) ascending; outputs: names of quantities or states. A patient that
    fails is frozen and flagged; the others of its group go on undisturbed. Raises ValueError where shapes do not fit.

    >>> from clarkson.engine.system import trace
    >>> decay = trace(lambda t, y, p, u, m: {"x": u["dose"] - p["k"] * y["x"]}, ["x"], ["k"], ["dose"])
    >>> course = integrate(decay, np.ones((1, 1)), np.ones((1, 1)), Schedule(np.empty((1, 0)), np.zeros((1, 1, 1))),
    ...                    np.array([0.0, 1.0]), ["x"], tolerance=1e-6)
    >>> bool(abs(course["x"][0, -1] - np.exp(-1.0)) < 1e-5)
    True
    """
    initial = np.ascontiguousarray(initial, dtype=float)
    parameters = np.ascontiguousarray(parameters, dtype=float)
    times = np.ascontiguousarray(times, dtype=float)
    count = len(initial)
    _check(system, initial, parameters, schedule, times)
    look_at = look(system, output_indices(system, outputs))
    compiled = kernel(system)
    breaks = np.broadcast_to(schedule.breaks, (count, schedule.breaks.shape[1]))
    values = np.broadcast_to(schedule.values, (count, *schedule.values.shape[1:]))
    result = Trajectories(
        times,
        tuple(outputs),
        np.empty((count, len(times), len(outputs)), dtype=np.float32),
        np.zeros(count, dtype=np.int8),
        np.full(count, np.nan),
        np.zeros(count, dtype=np.int64),
        np.empty((count, len(system.states))),
    )
    wanted = np.array(look_at.states, dtype=np.int64), np.array(look_at.inputs, dtype=np.int64)
    most_steps = int(1000 + MOST_STEPS_PER_HOUR * (times[-1] - times[0]))
    rows = compiled.layout.offsets["end"]
    # A state that starts at zero is judged on the scale of a tenth.
    usual = np.nanmedian(np.abs(initial), axis=0)
    scale = np.repeat(np.where(usual > 0.0, usual, 0.1), LANES)

    def some(groups: range) -> None:
        workspace = np.zeros(rows * LANES)
        seen = np.empty((len(times), max(len(wanted[0]) + len(wanted[1]), 1), LANES))
        for group in groups:
            lanes = np.minimum(np.arange(group * LANES, (group + 1) * LANES), count - 1)
            living = min(LANES, count - group * LANES)
            _group(
                compiled.module,
                look_at.module,
                workspace,
                seen,
                (initial[lanes], parameters[lanes], breaks[lanes], values[lanes]),
                (tolerance, FIRST_STEP_H, most_steps),
                scale,
                wanted,
                result,
                slice(group * LANES, group * LANES + living),
            )

    total = -(-count // LANES)
    threads = threads or (1 if total < 8 else min(os.cpu_count() or 1, total))
    _announce(compiled.module)
    some(range(1))
    shares = [range(1 + share, total, threads) for share in range(threads)]
    if threads == 1:
        some(shares[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(some, shares))
    return result


def _group(
    module: Any,
    look_module: Any,
    workspace: NDArray[np.float64],
    seen: NDArray[np.float64],
    given: tuple[NDArray[np.float64], ...],
    control: tuple[float, float, int],
    scale: NDArray[np.float64],
    wanted: tuple[NDArray[np.int64], NDArray[np.int64]],
    result: Trajectories,
    place: slice,
) -> None:
    """Integrate one group of lanes and write its share of the result."""
    initial, parameters, breaks, values = given
    tolerance, first_step, most_steps = control
    living = place.stop - place.start
    status, failed_at = np.zeros(LANES, dtype=np.int64), np.full(LANES, np.nan)
    steps, final = np.zeros(LANES, dtype=np.int64), np.empty((LANES, initial.shape[1]))
    module.integrate_group(
        workspace, initial, parameters, breaks, values, result.times, tolerance, first_step, most_steps, scale,
        *wanted, seen, status, failed_at, steps, final, living,
    )  # fmt: skip
    out = result.values[place]
    look_module.look(np.ascontiguousarray(parameters.T), seen, result.times, out, living)
    result.status[place] = status[:living]
    result.failed_at[place] = failed_at[:living]
    result.steps[place] = steps[:living]
    result.final[place] = final[:living]
    for lane in np.flatnonzero(status[:living]):
        out[lane, result.times > failed_at[lane]] = np.nan


def _announce(module: Any) -> None:
    """Say on a terminal that the first run on a machine compiles."""
    function = module.integrate_group
    if sys.stderr.isatty() and not function.signatures and not any(function.stats.cache_hits.values()):
        print("Compiling the equations: once on this machine, up to a minute.", file=sys.stderr)  # noqa: T201


def _check(
    system: System,
    initial: NDArray[np.float64],
    parameters: NDArray[np.float64],
    schedule: Schedule,
    times: NDArray[np.float64],
) -> None:
    count = len(initial)
    wanted = {
        "initial": (initial.shape, (count, len(system.states))),
        "parameters": (parameters.shape, (count, len(system.parameters))),
        "schedule.values": (schedule.values.shape[2:], (len(system.inputs),)),
    }
    for name, (shape, right) in wanted.items():
        if shape != right:
            raise ValueError(f"{name} has the shape {shape}; the system needs {right}")
    if count == 0 or len(schedule.values) not in (1, count) or len(schedule.breaks) != len(schedule.values):
        raise ValueError(f"a schedule of {len(schedule.values)} patients does not fit {count}")
    if len(times) < 1 or (np.diff(times) <= 0.0).any():
        raise ValueError("times are not in ascending order")
