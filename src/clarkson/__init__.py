"""Clarkson reads blood tests and vital signs, says whether plasma is leaking, and simulates what a leak does.

    import clarkson as ck
    print(ck.assess(ck.read("labs.csv")))
    print(ck.simulate("attack"))

Research software, not a medical device. It does not diagnose and must not delay care.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clarkson.errors import (
    ClarksonError,
    ColumnMapError,
    DoseError,
    FitError,
    RecordError,
    SettingError,
    StoreError,
    UnitError,
    UnknownAnalyteError,
    UnknownFormatError,
)

if TYPE_CHECKING:
    from clarkson.analytes import Analyte, analyte, analytes
    from clarkson.body.blood import albumin_coordinate, concentrations, plasma_coordinate
    from clarkson.body.person import Person
    from clarkson.record.open_dataset import open_dataset
    from clarkson.record.read import read, read_bytes
    from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
    from clarkson.simulate.scenario import Scenario
    from clarkson.simulate.schedule import Given
    from clarkson.simulate.simulate import simulate
    from clarkson.simulate.simulation import Simulation
    from clarkson.twin.fit import fit
    from clarkson.twin.twin import Twin
    from clarkson.watch.assess import assess
    from clarkson.watch.assessment import Assessed, Assessment

__version__ = "0.1.0"

__all__ = [
    "Analyte",
    "Assessed",
    "Assessment",
    "ClarksonError",
    "ColumnMapError",
    "Dose",
    "DoseError",
    "Event",
    "FitError",
    "Given",
    "Person",
    "Record",
    "RecordError",
    "Result",
    "Scenario",
    "SettingError",
    "Simulation",
    "Skipped",
    "Source",
    "StoreError",
    "Twin",
    "UnitError",
    "UnknownAnalyteError",
    "UnknownFormatError",
    "__version__",
    "albumin_coordinate",
    "analyte",
    "analytes",
    "assess",
    "concentrations",
    "fit",
    "open_dataset",
    "plasma_coordinate",
    "read",
    "read_bytes",
    "simulate",
]

# Loaded at first use: a command that only prints its help should not load the numerics.
_HOME = {
    "Analyte": "clarkson.analytes",
    "analyte": "clarkson.analytes",
    "analytes": "clarkson.analytes",
    "albumin_coordinate": "clarkson.body.blood",
    "concentrations": "clarkson.body.blood",
    "plasma_coordinate": "clarkson.body.blood",
    "Person": "clarkson.body.person",
    "open_dataset": "clarkson.record.open_dataset",
    "read": "clarkson.record.read",
    "read_bytes": "clarkson.record.read",
    "Dose": "clarkson.record.record",
    "Event": "clarkson.record.record",
    "Record": "clarkson.record.record",
    "Result": "clarkson.record.record",
    "Skipped": "clarkson.record.record",
    "Source": "clarkson.record.record",
    "Scenario": "clarkson.simulate.scenario",
    "Given": "clarkson.simulate.schedule",
    "Simulation": "clarkson.simulate.simulation",
    "fit": "clarkson.twin.fit",
    "Twin": "clarkson.twin.twin",
    "assess": "clarkson.watch.assess",
    "Assessed": "clarkson.watch.assessment",
    "Assessment": "clarkson.watch.assessment",
}


def __getattr__(name: str) -> Any:
    if name == "simulate":
        return import_module("clarkson.simulate")  # a package that can be called
    if name not in _HOME:
        raise AttributeError(f"module 'clarkson' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
