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
from clarkson.simulate.schedule import Given, schedule
from clarkson.twin.evidence import Evidence
from clarkson.twin.unknowns import Unknowns
from clarkson.twin.what_is_seen import FREEDOM, scaled

WHILE_FITTED = 3e-4
"""Tolerance of the solver while bodies are compared with results, which are exact to some percent."""

UNRECORDED_BEFORE_H, UNRECORDED_AFTER_H = 6.0, 24.0
"""Hours around the first result in which fluid is believed to have been given without a record (assumption)."""


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
        given, person = (*self.known.doses.given, *more), self.known.person
        begin = self.known.first_h - UNRECORDED_BEFORE_H
        end = min(self.known.first_h + UNRECORDED_AFTER_H, max(self.known.now_h, self.known.first_h + 0.5))
        # One and two litres stand at the same breaks: their difference is what a litre adds.
        one, two = (
            schedule((*given, _litres(begin, end, litres)), person.weight_kg, end_h, INPUTS) for litres in (1.0, 2.0)
        )
        litre = two.values - one.values
        amount = self.unknowns.values(points)["unrecorded_fluid"]
        values = (one.values - litre)[None] + amount[:, None, None] * litre[None]
        return Schedule(np.repeat(one.breaks[None], len(points), axis=0), values)

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
            values = self.courses(points, times, known.analytes, tolerance=WHILE_FITTED).values.astype(float)
            on_scale = np.stack([scaled(name, values[:, :, place]) for name, place in column.items()], axis=2)
            apart: Floats = (observed - on_scale[:, at, of]) @ known.whitening.T
            return apart

        return Problem(len(self.unknowns.members), residuals, FREEDOM, LANES)


def _litres(begin: float, end: float, litres: float) -> Given:
    return Given(begin, f"crystalloid {litres:g} L over {max(end - begin, 0.5):.6f} h")
