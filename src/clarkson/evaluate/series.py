"""The values of one analyte in one person over time, on the scale on which they are predicted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.balance.sample import samples
from clarkson.body.blood import logit
from clarkson.engine.gaussian import Array
from clarkson.record.record import Record


@dataclass(frozen=True)
class Series:
    """One person's ``values`` (n,), logit of hematocrit or logarithm of any other analyte, at ``hours`` (n,).

    Hours count from the first value.
    """

    person: str
    hours: Array
    values: Array


def series(record: Record, analyte: str) -> Series:
    """The draws of a record that have the analyte, in time order; what is stated as a steady state is no draw.

    >>> len(series(Record("nobody"), "albumin").values)
    0
    """
    found = [
        (each.time, value)
        for each in samples(record)
        if not each.steady and (value := each.value(analyte)) is not None and value > 0.0
    ]
    hours = [(time - found[0][0]).total_seconds() / 3600.0 for time, _ in found]
    values = [logit(value) if analyte == "hematocrit" else math.log(value) for _, value in found]
    return Series(record.subject, np.array(hours), np.array(values))
