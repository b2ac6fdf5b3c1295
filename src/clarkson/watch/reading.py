"""The reading of one draw: how probable each mechanism is after it and everything before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.watch.follow import Followed
from clarkson.watch.mechanisms import Kind, mechanisms


@dataclass(frozen=True, slots=True)
class Reading:
    """Posterior of the mechanisms.

    ``probability`` is that of a leak now; ``likelihood_ratio`` how much likelier all results so far are
    if plasma is leaking than if it is not.
    """

    mechanisms: Mapping[str, float]
    probability: float
    likelihood_ratio: float

    def most_probable(self, *kinds: Kind) -> str:
        """The name of the most probable mechanism, of these kinds if any are named."""
        among = [name for name in self.mechanisms if not kinds or mechanisms()[name].kind in kinds]
        return max(among, key=lambda name: self.mechanisms[name])


def reading(followed: Followed, place: int) -> Reading:
    """The reading of a draw of the course."""
    found = followed.mechanisms_at(place)
    leak = sum(each for name, each in found.items() if mechanisms()[name].kind == "leak")
    rest = sum(found.values()) - leak
    return Reading(found, leak / (leak + rest), float(followed.likelihood_ratio[place]))
