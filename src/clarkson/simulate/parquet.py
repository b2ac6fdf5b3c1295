"""Simulations as Parquet files: courses, people, and what a hospital or a home would have seen of them.

The same seed gives the same bytes. The scenario, the seed and the version stand in the files' own metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clarkson.body.attack import Attack
from clarkson.body.parameters import parameter_names
from clarkson.engine.integrate import Status
from clarkson.errors import SettingError
from clarkson.simulate.outcome import EXTREMES, Outcome
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.scenario_file import to_toml
from clarkson.simulate.simulate import people_at_once
from clarkson.simulate.simulation import Simulation
from clarkson.simulate.summary import FOOTER
from clarkson.whole_file import whole_file

ATTACKS = pa.list_(pa.struct([(each.name, pa.float64()) for each in fields(Attack)]))
"""Attacks of one person as a column holds them."""


def course_table(sim: Simulation) -> pa.Table:
    """Columns person, time_h and one of float32 for each output that the scenario asks for: all where it names none.

    >>> from clarkson.simulate.simulate import simulate
    >>> course_table(simulate("healthy")).column_names[:3]
    ['person', 'time_h', 'hematocrit']
    """
    names = sim.scenario.observe.outputs or sim.outputs
    columns = {
        "person": np.repeat(sim.numbers.astype(np.int32), len(sim.times)),
        "time_h": np.tile(sim.times, len(sim)),
        **{name: np.ascontiguousarray(sim[name]).ravel() for name in names},
    }
    return pa.table(columns)


def people_table(sim: Simulation) -> pa.Table:
    """One row a person: traits, how the course ended, extremes, attacks, and every parameter."""
    who = sim.scenario.person
    outcomes = sim.outcomes
    count = len(sim)
    columns: dict[str, object] = {
        "person": sim.numbers.astype(np.int32),
        "sex": [who.sex] * count,
        "age_years": np.full(count, who.age_years),
        "height_cm": np.full(count, who.height_cm),
        "weight_kg": np.full(count, who.weight_kg),
        "disease": [sim.scenario.disease] * count,
        "status": [Status(each.status).sentence for each in outcomes],
        "failed_at_h": sim.failed_at,
        "died_at_h": sim.died_at,
        "given": pa.array([[str(each) for each in given] for given in sim.given], pa.list_(pa.string())),
        "attacks": pa.array([[vars(attack) for attack in each.attacks] for each in outcomes], ATTACKS),
    }
    for index, each in enumerate(EXTREMES):
        columns[each.name] = np.array([outcome.value[index] for outcome in outcomes])
        columns[f"{each.name}_h"] = np.array([outcome.at_h[index] for outcome in outcomes])
    columns |= {name: np.ascontiguousarray(sim.parameters[:, i]) for i, name in enumerate(parameter_names())}
    return pa.table(columns)


def observations_table(sim: Simulation) -> pa.Table:
    """Every result of everybody at each place where the scenario looks, with the truth beside it."""
    from clarkson.simulate.observe import to_table

    tables = []
    for row in range(len(sim)):
        for place in places(sim.scenario):
            table = to_table(sim.observations(row, place), int(sim.numbers[row]))
            tables.append(table.append_column("place", pa.array([place] * len(table), pa.string())))
    return pa.concat_tables(tables)


def places(scenario: Scenario) -> tuple[str, ...]:
    """Where a scenario looks: hospital, home, both or neither.

    >>> from clarkson.simulate.scenario_file import bundled_scenario
    >>> places(bundled_scenario("attack"))
    ('hospital',)
    """
    return tuple(place for place in ("hospital", "home") if getattr(scenario.observe, place) is not None)


def write(parts: Iterable[Simulation], path: Path, done: Callable[[Simulation], object] = id) -> list[Outcome]:
    """Write the courses to `path`, the people and the observations beside it, part by part; the outcomes of all.

    `done` is called after each part. Raises SettingError where the path does not end in .parquet or has no folder.

    >>> from clarkson.simulate.simulate import simulate
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = write([simulate("healthy")], Path(folder) / "healthy.parquet")
    ...     sorted(each.name for each in Path(folder).iterdir())
    ['healthy.parquet', 'healthy.people.parquet']
    """
    if path.suffix != ".parquet":
        raise SettingError(f"courses are written as Parquet: call the file {path.stem}.parquet, not {path.name}")
    outcomes: list[Outcome] = []
    with ExitStack() as files:
        writers: dict[str, pq.ParquetWriter] = {}
        for part in parts:
            for rows in _row_groups(part):
                for suffix, table in _tables(rows):
                    if suffix not in writers:
                        partial = files.enter_context(whole_file(path.with_suffix(suffix)))
                        schema = table.schema.with_metadata(_provenance(rows))
                        writers[suffix] = files.enter_context(pq.ParquetWriter(partial, schema, compression="zstd"))
                    writers[suffix].write_table(table.replace_schema_metadata(_provenance(rows)))
                outcomes += rows.outcomes
            done(part)
    return outcomes


def file_names(path: Path, scenario: Scenario) -> tuple[Path, ...]:
    """The files that `write` leaves.

    >>> from clarkson.simulate.scenario_file import bundled_scenario
    >>> [each.name for each in file_names(Path("a.parquet"), bundled_scenario("healthy"))]
    ['a.parquet', 'a.people.parquet']
    """
    suffixes = (".parquet", ".people.parquet", *((".observations.parquet",) if places(scenario) else ()))
    return tuple(path.with_suffix(suffix) for suffix in suffixes)


def _tables(sim: Simulation) -> Iterator[tuple[str, pa.Table]]:
    """Every table of a simulation, with the ending of its file's name."""
    yield ".parquet", course_table(sim)
    yield ".people.parquet", people_table(sim)
    if places(sim.scenario):
        yield ".observations.parquet", observations_table(sim)


def _row_groups(sim: Simulation) -> Iterator[Simulation]:
    """The simulation in the parts that `stream` yields, so that both ways write the same bytes."""
    step = people_at_once(sim.scenario)
    for first in range(0, len(sim), step):
        yield sim.part(slice(first, first + step))


def _provenance(sim: Simulation) -> dict[str, str]:
    """What it takes to compute the file again."""
    return {
        "clarkson.version": version("clarkson"),
        "clarkson.seed": str(sim.seed),
        "clarkson.scenario": to_toml(sim.scenario),
        "clarkson.infections": str(sim.infections or "only those given"),
        "clarkson.note": FOOTER,
    }
