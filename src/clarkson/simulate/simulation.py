"""What came of a scenario: the courses of people, and what to do with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clarkson.body.parameters import parameter_names
from clarkson.body.person import Floats
from clarkson.errors import SettingError
from clarkson.simulate.cohort import HOME, HOSPITAL, chance
from clarkson.simulate.infections import Infections
from clarkson.simulate.outcome import Outcome, outcome
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.schedule import Given
from clarkson.simulate.summary import as_dict, summary

if TYPE_CHECKING:
    import pyarrow as pa

    from clarkson.record.record import Record
    from clarkson.simulate.observe import Observations


@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """The courses of n people: a simulation, not a forecast for a person.

    scenario, seed and infections are what was asked for; typical: the one person is the typical one, not drawn.
    numbers (n,) of the people; times (T,) [h]; values (n, T, O) float32 of every output of the body, NaN after a
    person's course could not be computed further, or ended in death; status (n,) of `engine.integrate.Status`,
    failed_at and died_at (n,) [h], NaN where neither;
    parameters (n, P) in the order of the registry; given: what each person was given.

    >>> from clarkson.simulate.simulate import simulate
    >>> simulate("donation")["hematocrit"].shape
    (1, 337)
    """

    scenario: Scenario
    seed: int
    infections: Infections | None
    typical: bool
    numbers: NDArray[np.int64]
    times: Floats
    outputs: tuple[str, ...]
    values: NDArray[np.float32]
    status: NDArray[np.int8]
    failed_at: Floats
    died_at: Floats
    parameters: Floats
    given: tuple[tuple[Given, ...], ...]

    def __getitem__(self, output: str) -> NDArray[np.float32]:
        """One output of everybody, (n, T)."""
        if output not in self.outputs:
            raise SettingError(f"'{output}' is no output of the body, such as hematocrit or plasma_volume")
        return self.values[:, :, self.outputs.index(output)]

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        return f"<Simulation: {self.title}; people: {len(self)}, times: {len(self.times)}>"

    def __str__(self) -> str:
        return summary(self.scenario, self.outcomes, typical=self.typical)

    def part(self, rows: slice) -> Simulation:
        """Some of the people."""
        return replace(
            self,
            numbers=self.numbers[rows],
            values=self.values[rows],
            status=self.status[rows],
            failed_at=self.failed_at[rows],
            died_at=self.died_at[rows],
            parameters=self.parameters[rows],
            given=self.given[rows],
        )

    def course(self, person: int = 0) -> dict[str, Floats]:
        """Every output (T,) of one person, by name."""
        values = self.values[person].astype(float)
        return {name: values[:, index] for index, name in enumerate(self.outputs)}

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was highest and lowest in each person, and their attacks."""
        chronic = parameter_names().index("chronic_gap")
        return tuple(
            outcome(
                int(self.numbers[row]),
                int(self.status[row]),
                float(self.failed_at[row]),
                float(self.died_at[row]),
                self.times,
                self.course(row),
                float(self.parameters[row, chronic]),
            )
            for row in range(len(self))
        )

    def observations(self, person: int = 0, place: str = "hospital") -> Observations:
        """What a hospital, or the person at home, would have measured, each with the truth beside it.

        Raises SettingError where the scenario does not look there.
        """
        sampling = {"hospital": self.scenario.observe.hospital, "home": self.scenario.observe.home}.get(place)
        if sampling is None:
            raise SettingError(f"this scenario observes nothing at '{place}': it needs a table [observe.{place}]")
        from clarkson.simulate.observe import observe

        random = chance(self.seed, int(self.numbers[person]), HOSPITAL if place == "hospital" else HOME)
        return observe(self.times, self.course(person), sampling, place, random)

    def record(self, person: int = 0, place: str = "hospital") -> Record:
        """The same as a record that `clarkson.assess` can judge."""
        from clarkson.simulate.observe import record

        return record(self.observations(person, place), self.scenario.person, self.scenario.start)

    def plot(self, path: str | Path, person: int | None = None) -> None:
        """Draw one person, or everybody as a band, on a page: SVG, PNG or PDF by the name of the file."""
        from clarkson.simulate.plot import OUTPUTS, plot

        if person is None and len(self) > 1:
            values: dict[str, Floats] = {name: self[name].astype(float) for name in OUTPUTS}
            plot(self.times, values, self.scenario.given, self.title, path)
            return
        row = person or 0
        course = self.course(row)
        end = float(self.times[-1])
        phases = [phase for each in self.outcomes[row].attacks for phase in each.phases(end)]
        plot(self.times, {name: course[name] for name in OUTPUTS}, self.given[row], self.title, path, phases=phases)

    @property
    def title(self) -> str:
        """The scenario's title, or words for it."""
        return self.scenario.title or "A simulation"

    def table(self) -> pa.Table:
        """The courses in long form: person, time_h, and one float32 column for each output the scenario asks for."""
        from clarkson.simulate.parquet import course_table

        return course_table(self)

    def to_parquet(self, path: str | Path) -> None:
        """Write the courses, the people and (where observed) the observations as Parquet files beside each other."""
        from clarkson.simulate.parquet import write

        write([self], Path(path))

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain data for JSON: the scenario and, for each person, extremes and attacks."""
        return as_dict(self.scenario, self.outcomes, typical=self.typical, seed=self.seed)
