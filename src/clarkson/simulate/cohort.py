"""Virtual people: each drawn from the priors by their own number, so that nobody depends on who else is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from clarkson.body.person import Floats, Person, sampled
from clarkson.body.rest import Rest, at_rest
from clarkson.errors import SettingError

BODY, INFECTIONS, HOSPITAL, HOME = range(4)
"""What chance decides about a person; each has numbers of its own."""

MOST_DRAWS = 100
"""Draws of one person until a resting state is found."""


def chance(seed: int, number: int, what: int) -> np.random.Generator:
    """The random numbers of one person for one purpose.

    >>> chance(0, 5, BODY).random() == chance(0, 5, BODY).random()
    True
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number, what)))


def virtual_people(person: Person, numbers: Sequence[int], seed: int, overrides: Mapping[str, float]) -> Rest:
    """People of this sex, age and size at rest, one for each number: parameters (n, P) and states (n, S).

    Overrides are not drawn. Who has no resting state is drawn again. Raises SettingError where nobody has one.

    >>> from clarkson.body.person import REFERENCE
    >>> both, second = virtual_people(REFERENCE, [0, 1], 3, {}), virtual_people(REFERENCE, [1], 3, {})
    >>> bool(np.allclose(both.states[1], second.states[0], rtol=1e-9))
    True
    """
    randoms = [chance(seed, number, BODY) for number in numbers]
    drawn = [sampled(person, 1, random, overrides) for random in randoms]
    try:
        return at_rest(_together(drawn))
    except SettingError:
        # Somebody among them: each is asked alone.
        pairs = zip(drawn, randoms, strict=True)
        return at_rest(_together([_with_rest(person, one, random, overrides) for one, random in pairs]))


def _together(people: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([one[name] for one in people]) for name in people[0]}


def _with_rest(
    person: Person, one: Mapping[str, Floats], random: np.random.Generator, overrides: Mapping[str, float]
) -> Mapping[str, Floats]:
    """This person, or the next that is drawn and has a resting state."""
    for _ in range(MOST_DRAWS):
        try:
            at_rest(one)
        except SettingError as error:
            reason = error
            one = sampled(person, 1, random, overrides)
        else:
            return one
    raise SettingError(
        f"{MOST_DRAWS} people were drawn with these parameters, and nobody had a resting state: {reason}"
    )
