"""From points to bodies and their courses, and from courses to residuals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clarkson.body.body import INPUTS, system
from clarkson.body.person import Floats
from clarkson.body.rest import Rest, resting
from clarkson.engine.integrate import TOLERANCE, Trajectories, integrate
from clarkson.engine.numba_code import LANES
from clarkson.engine.schedule import Schedule
from clarkson.engine.unknowns import Problem
from clarkson.simulate.death import FATAL
from clarkson.simulate.schedule import Given, schedule
from clarkson.twin.evidence import Evidence
from clarkson.twin.unknowns import Unknowns
from clarkson.twin.what_is_seen import FREEDOM, scaled

WHILE_FITTED = 3e-4
"""Tolerance of the solver while bodies are compared with results, which are exact to some percent."""

UNRECORDED_BEFORE_H, UNRECORDED_AFTER_H = 6.0, 24.0
"""Hours around the first result in which fluid is believed to have been given without a record (assumption); a flow
that nobody records goes on to the end."""

SMALL_FLOW = 1e-3
"""Flow [L/h] by which the effect of any flow is found; the inputs are linear in it."""

UNRECORDED = ("unrecorded_fluid", "unrecorded_flow", "blood_lost")
UNITS = (1.0, SMALL_FLOW, 24.0 * SMALL_FLOW)
"""What nobody recorded, in L, L/h and L/d, and by how much of each the plans differ."""


@dataclass(frozen=True, eq=False)
class Body:
    """One person under one number of leaks, as something that can be computed at any points."""

    known: Evidence
    unknowns: Unknowns

    def rest(self, points: Floats) -> tuple[Rest, NDArray[np.bool_]]:
        """Bodies at rest at points (n, d), and which of them can rest."""
        return resting(self.unknowns.people(points))

    def plan(self, points: Floats, end_h: float, more: tuple[Given, ...] = ()) -> Schedule:
        """What each of n bodies is given from hour 0 to ``end_h``: the record's doses, the fluid that nobody recorded,
        and ``more``."""
        known, weight = self.known, self.known.person.weight_kg
        given = (*known.doses.given, *more)
        begin = known.first_h - UNRECORDED_BEFORE_H
        bled = min(known.first_h, float(known.hours[0])) - 0.5
        end = min(known.first_h + UNRECORDED_AFTER_H, max(known.now_h, known.first_h + 0.5))
        # Plans that differ by one amount stand at the same breaks: their difference is what that amount adds.
        plain, *more_of = (
            schedule((*given, *_unrecorded(bled, begin, end, end_h, *amounts)), weight, end_h, INPUTS)
            for amounts in ((1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 2.0, 1.0), (1.0, 1.0, 2.0))
        )
        each = [(plan.values - plain.values) / unit for plan, unit in zip(more_of, UNITS, strict=True)]
        drawn = self.unknowns.values(points)
        nothing = plain.values - sum(values * unit for values, unit in zip(each, UNITS, strict=True))
        values = nothing[None] + sum(
            drawn[name][:, None, None] * values[None] for name, values in zip(UNRECORDED, each, strict=True)
        )
        return Schedule(np.repeat(plain.breaks[None], len(points), axis=0), values)

    def courses(
        self, points: Floats, times: Floats, outputs: tuple[str, ...], *, tolerance: float = TOLERANCE
    ) -> Trajectories:
        """Outputs (n, T, O) of the bodies at points (n, d) from hour 0, at ``times`` (T,), of which the first is 0."""
        rest, holds = self.rest(points)
        good = np.flatnonzero(holds)
        # Who cannot rest lends nobody a wrong scale: its lane repeats somebody who can.
        lanes = np.where(holds, np.arange(len(points)), good[0] if len(good) else 0)
        plan = self.plan(points, float(times[-1]))
        found = integrate(
            system(), rest.states[lanes], rest.parameters[lanes], plan, times, outputs, tolerance=tolerance
        )
        found.values[~holds] = np.nan
        return found

    def state_at(self, points: Floats, hour: float) -> tuple[Floats, Floats]:
        """Parameters (n, P) and states (n, S) at an hour, of bodies that all can rest."""
        rest, _ = self.rest(points)
        plan = self.plan(points, hour)
        found = integrate(system(), rest.states, rest.parameters, plan, np.array([0.0, hour]), ("hematocrit",))
        return rest.parameters, found.final

    def onward(
        self,
        points: Floats,
        state: tuple[Floats, Floats],
        times: Floats,
        outputs: tuple[str, ...],
        more: tuple[Given, ...],
        *,
        tolerance: float = TOLERANCE,
    ) -> NDArray[np.float32]:
        """Outputs (n, T, O) from a state at times[0] on, under ``more`` besides what is still running."""
        parameters, states = state
        plan = self.plan(points, float(times[-1]), more)
        return integrate(system(), states, parameters, plan, times, outputs, tolerance=tolerance).values

    @cached_property
    def problem(self) -> Problem:
        """The same for those who search: residuals of every result, whitened."""
        known = self.known
        times = np.concatenate([[0.0], known.hours])
        column = {name: index for index, name in enumerate(known.analytes)}
        at = np.array([int(np.searchsorted(times, row.hour)) for row in known.rows])
        of = np.array([column[row.result.analyte] for row in known.rows])
        observed = np.array([row.scaled for row in known.rows])

        def residuals(points: Floats) -> Floats:
            found = self.courses(points, times, (*known.analytes, "death_risk"), tolerance=WHILE_FITTED)
            values = found.values.astype(float)
            # Whose blood was drawn was alive.
            values[(found["death_risk"] > FATAL).any(axis=1)] = np.nan
            on_scale = np.stack([scaled(name, values[:, :, place]) for name, place in column.items()], axis=2)
            apart: Floats = (observed - on_scale[:, at, of]) @ known.whitening.T
            return apart

        return Problem(len(self.unknowns.members), residuals, FREEDOM, LANES)


def _unrecorded(
    bled: float, begin: float, end: float, last: float, litres: float, flows: float, blood: float
) -> tuple[Given, ...]:
    """Litres given around the first result, and small flows of fluid and of blood that go on to the last hour."""
    hours, long, bleeding = max(end - begin, 0.5), max(last - begin, 0.5), max(last - bled, 0.5)
    return (
        Given(begin, f"crystalloid {litres:g} L over {hours:.6f} h"),
        Given(begin, f"crystalloid {flows * SMALL_FLOW * long:.9f} L over {long:.6f} h"),
        Given(bled, f"bleed {blood * SMALL_FLOW * bleeding:.9f} L over {bleeding:.6f} h"),
    )
