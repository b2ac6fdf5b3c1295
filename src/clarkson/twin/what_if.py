"""What if something else were given: courses on the same draws, side by side, and what differs.

These are scenarios of a model, not advice: each is shown with what it does to flow and with what it does to lungs and
tissue, because more fluid was associated with more deaths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.body.person import Floats
from clarkson.simulate.schedule import Given
from clarkson.twin.summary import DANGERS, Band, Danger, band, crossed, danger_course
from clarkson.twin.twin import AHEAD_H, Courses, Twin

NOTHING = "no change"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is compared: ``harm`` is 'under-perfusion', 'overload' or empty."""

    name: str
    what: str
    unit: str
    harm: str
    factor: float = 1.0
    digits: int = 0


MEASURES = (
    Measure("lowest_mean_pressure", "lowest mean pressure", "mmHg", "under-perfusion"),
    Measure("hours_low_pressure", "hours with a mean pressure below 65 mmHg", "h", "under-perfusion"),
    Measure("lowest_output", "lowest cardiac output, of that at rest", "%", "under-perfusion", 100.0),
    Measure("highest_lung_water", "most lung water, over that at rest", "times", "overload", digits=2),
    Measure("hours_lung_edema", "hours with lung water above 1.4 times rest", "h", "overload"),
    Measure("narrowest_compartment", "narrowest gap from diastolic to compartment pressure", "mmHg", "overload"),
    Measure("highest_venous_pressure", "highest central venous pressure", "mmHg", "overload"),
    Measure("water_at_end", "water in the body at the end, over that at rest", "L", "overload", digits=1),
    Measure("plasma_at_24_h", "plasma volume after 24 h, over that at rest", "%", "", 100.0),
    Measure("plasma_at_end", "plasma volume at the end, over that at rest", "%", "", 100.0),
    Measure("hematocrit_at_24_h", "hematocrit after 24 h", "%", "", 100.0),
    Measure("albumin_at_24_h", "albumin after 24 h", "g/L", ""),
)


@dataclass(frozen=True, eq=False)
class Scenario:
    """One scenario: its courses, each measure in every draw (n,), its band, and its difference to no change.

    ``not_alive``: share of the bodies that the model does not keep alive to the end (a proxy: an oxygen debt of six
    hours).
    """

    name: str
    given: tuple[Given, ...]
    courses: Courses
    values: Mapping[str, Floats]
    bands: Mapping[str, Band]
    differences: Mapping[str, Band]
    not_alive: float


def what_if(twin: Twin, scenarios: Mapping[str, Sequence[Given]], *, hours: float = AHEAD_H) -> tuple[Scenario, ...]:
    """No change (care as it has been), then each scenario by name, on the same draws.

    Hours of doses count from the last result. Draws that the model does not keep alive to the end have no measures.

    Raises
    ------
    DoseError
        Nobody could be given a dose, or it begins after the end.
    """
    return tuple(each_what_if(twin, scenarios, hours=hours))


def each_what_if(twin: Twin, scenarios: Mapping[str, Sequence[Given]], *, hours: float = AHEAD_H) -> Iterator[Scenario]:
    """The same one by one, where there are so many that not all of their courses should be kept."""
    plain = twin.future if hours == AHEAD_H else twin.ahead((), hours)
    base = _measured(plain)
    yield _scenario(NOTHING, (), plain, base, base)
    for name, given in scenarios.items():
        courses = twin.ahead(given, hours)
        yield _scenario(name, tuple(given), courses, _measured(courses), base)


def _scenario(
    name: str, given: tuple[Given, ...], courses: Courses, values: Mapping[str, Floats], base: Mapping[str, Floats]
) -> Scenario:
    bands = {measure: band(each) for measure, each in values.items()}
    differences = {measure: band(each - base[measure]) for measure, each in values.items()}
    return Scenario(name, given, courses, values, bands, differences, 1.0 - float(courses.lives.mean()))


def _measured(courses: Courses) -> dict[str, Floats]:
    """Every measure in every draw (n,)."""
    danger = {each.name: each for each in DANGERS}
    step = float(courses.times[1] - courses.times[0])

    def hours(of: Danger) -> Floats:
        total: Floats = crossed(of, courses).sum(axis=1) * step
        return total

    after_day = min(round(24.0 / step), len(courses.times) - 1)
    found = {
        "lowest_mean_pressure": courses["mean_pressure"].min(axis=1),
        "hours_low_pressure": hours(danger["low pressure"]),
        "lowest_output": courses["output_share"].min(axis=1),
        "highest_lung_water": courses["swelling_lung"].max(axis=1),
        "hours_lung_edema": hours(danger["lung edema"]),
        "narrowest_compartment": danger_course(danger["compartment"], courses).min(axis=1),
        "highest_venous_pressure": courses["central_venous_pressure"].max(axis=1),
        "water_at_end": courses["water_gain"][:, -1],
        "plasma_at_24_h": courses["plasma_volume_change"][:, after_day],
        "plasma_at_end": courses["plasma_volume_change"][:, -1],
        "hematocrit_at_24_h": courses["hematocrit"][:, after_day],
        "albumin_at_24_h": courses["albumin"][:, after_day],
    }
    return {name: np.where(courses.lives, values, np.nan) for name, values in found.items()}


def spoken(measure: Measure, value: float) -> str:
    """A value of a measure as it is printed.

    >>> spoken(MEASURES[0], 61.4)
    '61 mmHg'
    """
    return f"{measure.factor * value:.{measure.digits}f} {measure.unit}" if np.isfinite(value) else "not known"
