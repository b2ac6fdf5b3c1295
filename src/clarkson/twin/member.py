"""Bodies with one number of leaks."""

from __future__ import annotations

from dataclasses import dataclass

from clarkson.body.person import Floats
from clarkson.twin.body_of import Body
from clarkson.twin.posterior import Draws


@dataclass(frozen=True, eq=False)
class Member:
    """Bodies with one number of leaks: ``points`` (n, d) of them stand in the twin, by ``probability``."""

    body: Body
    draws: Draws
    probability: float
    points: Floats

    @property
    def leaks(self) -> int:
        """How many leaks these bodies have."""
        return self.body.unknowns.leaks
