"""What was learned from training data: how steady people vary, and the common mechanisms of illness.

``learned.toml`` holds the numbers with their version, the people they were learned from and the hash of
the data; ``clarkson learn`` writes it anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Variation:
    """How one quantity moves in a steady person: SD of what wanders and returns in ``hours``, SD new at every draw."""

    slow: float
    hours: float
    draw: float


@dataclass(frozen=True, slots=True)
class Shape:
    """How a mechanism of ``mechanisms.toml`` was changed: shifts of its log changes, factors of its width and
    speed, and the share of its size that it has at the first draw of a person."""

    moved: Mapping[str, float]
    widened: float
    faster: float
    begun: float


@dataclass(frozen=True, slots=True)
class Pull:
    """How care in hospital pulls a level: towards ``target`` (logit of hematocrit, ln of albumin).

    In the end it goes ``share`` of the distance, with the time constant ``hours``: red cells are given below a level,
    blood taken and fluids given bring it down from above.
    """

    target: float
    share: float
    hours: float


@dataclass(frozen=True, slots=True)
class Learned:
    """The learned parameters.

    ``variation`` by quantity, ``shapes`` by mechanism. In hospital, which is where people are drawn again within about
    three days: ``in_hospital`` the factor by which a mechanism is commoner, ``hospital_draw`` the SD that draws have
    beyond those of steady people, by quantity, ``hospital_haste`` how many times faster states end, and
    ``pulls`` what care does to hematocrit and albumin. ``provenance`` says from what all this was learned.
    """

    variation: Mapping[str, Variation]
    shapes: Mapping[str, Shape]
    in_hospital: Mapping[str, float]
    hospital_draw: Mapping[str, float]
    hospital_haste: float
    pulls: Mapping[str, Pull]
    provenance: Mapping[str, Any] = field(default_factory=dict)


def read_learned(text: str) -> Learned:
    """The parameters from the text of a ``learned.toml``."""
    table = tomllib.loads(text)
    return Learned(
        MappingProxyType({name: Variation(**each) for name, each in table["variation"].items()}),
        MappingProxyType(
            {
                name: Shape(MappingProxyType(each["moved"]), each["widened"], each["faster"], each["begun"])
                for name, each in table.get("shape", {}).items()
            }
        ),
        MappingProxyType(table.get("in_hospital", {})),
        MappingProxyType(table.get("hospital_draw", {})),
        table.get("hospital", {}).get("haste", 1.0),
        MappingProxyType({name: Pull(**each) for name, each in table.get("pull", {}).items()}),
        MappingProxyType(table["provenance"]),
    )


def table() -> Learned:
    """What the literature and assumptions give before anything is learned (``variation.toml``).

    >>> table().shapes
    mappingproxy({})
    """
    return read_learned(files("clarkson.watch").joinpath("variation.toml").read_text(encoding="utf-8"))


@cache
def learned() -> Learned:
    """The parameters that come with Clarkson.

    >>> learned().variation["plasma"].slow > 0
    True
    """
    return read_learned(files("clarkson.watch").joinpath("learned.toml").read_text(encoding="utf-8"))
