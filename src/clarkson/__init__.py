"""Clarkson reads blood tests and vital signs and says whether plasma is leaking.

    import clarkson as ck
    print(ck.assess(ck.read("labs.csv")))

Research software, not a medical device. It does not diagnose and must not delay care.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clarkson.errors import (
    ClarksonError,
    ColumnMapError,
    RecordError,
    SettingError,
    UnitError,
    UnknownAnalyteError,
    UnknownFormatError,
)

if TYPE_CHECKING:
    from clarkson.analytes import Analyte, analyte, analytes
    from clarkson.body.blood import albumin_coordinate, concentrations, plasma_coordinate
    from clarkson.record.read import read, read_bytes
    from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
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
    "Event",
    "Record",
    "RecordError",
    "Result",
    "SettingError",
    "Skipped",
    "Source",
    "UnitError",
    "UnknownAnalyteError",
    "UnknownFormatError",
    "__version__",
    "albumin_coordinate",
    "analyte",
    "analytes",
    "assess",
    "concentrations",
    "plasma_coordinate",
    "read",
    "read_bytes",
]

# Loaded at first use: a command that only prints its help should not load the numerics.
_HOME = {
    "Analyte": "clarkson.analytes",
    "analyte": "clarkson.analytes",
    "analytes": "clarkson.analytes",
    "albumin_coordinate": "clarkson.body.blood",
    "concentrations": "clarkson.body.blood",
    "plasma_coordinate": "clarkson.body.blood",
    "read": "clarkson.record.read",
    "read_bytes": "clarkson.record.read",
    "Dose": "clarkson.record.record",
    "Event": "clarkson.record.record",
    "Record": "clarkson.record.record",
    "Result": "clarkson.record.record",
    "Skipped": "clarkson.record.record",
    "Source": "clarkson.record.record",
    "assess": "clarkson.watch.assess",
    "Assessed": "clarkson.watch.assessment",
    "Assessment": "clarkson.watch.assessment",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'clarkson' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
