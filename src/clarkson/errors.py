"""Every error that Clarkson raises on purpose.

ClarksonError
├── RecordError          a record cannot be read: file, line or resource, and what would fix it
│   ├── UnknownFormatError   the file is none of the formats that Clarkson reads
│   └── ColumnMapError       a CSV column map (TOML) is wrong
├── UnitError            a value and its unit cannot be true together, or the unit is unknown
├── UnknownAnalyteError  a name or code is no analyte of the vocabulary
├── FitError             the results cannot carry a twin, and why
├── DoseError            what is given cannot be read, or cannot be given
├── TrialRefusedError    a trial in one person is not planned, and why
├── SettingError         an option has an impossible value
└── StoreError           the store cannot be opened, read or written
    └── NobodyError          the store has nothing of that person
"""

from __future__ import annotations


class ClarksonError(Exception):
    """Base of all errors: its text is a sentence for a person."""


class RecordError(ClarksonError):
    """A record cannot be read."""


class UnknownFormatError(RecordError):
    """The input is none of the formats that Clarkson reads."""


class ColumnMapError(RecordError):
    """A CSV column map is wrong."""


class UnitError(ClarksonError):
    """A value and its unit cannot be true together, or the unit is unknown.

    ``question`` is true where the pair looks like a mix-up that a person can clear up.
    """

    def __init__(self, message: str, *, question: bool = False) -> None:
        super().__init__(message)
        self.question = question


class UnknownAnalyteError(ClarksonError):
    """A name or a code is no analyte of the vocabulary."""


class DoseError(ClarksonError):
    """What is given cannot be read, or cannot be given."""


class FitError(ClarksonError):
    """The results of a record cannot carry a twin: too few, of a body that is not modelled, or not of one body."""


class TrialRefusedError(ClarksonError):
    """A trial in one person is not planned, because it would withhold what the person needs or could tell nothing."""


class SettingError(ClarksonError):
    """An option has an impossible value."""


class StoreError(ClarksonError):
    """The store cannot be opened, read or written."""


class NobodyError(StoreError):
    """The store has nothing of that person."""
