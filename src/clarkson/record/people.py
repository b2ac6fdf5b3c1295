"""A record is one person's: the sentences for a file of several."""

from __future__ import annotations

from collections.abc import Sequence

from clarkson.errors import RecordError

_FIRST_PEOPLE = 5


def listed(people: Sequence[str]) -> str:
    """The first few people of a file, for a message.

    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    shown = ", ".join(f"'{each}'" for each in people[:_FIRST_PEOPLE]) + (", ..." if len(people) > _FIRST_PEOPLE else "")
    return shown or "no person that it names"


def several(people: Sequence[str], name: str) -> RecordError:
    """The refusal of a file that holds several people, while none is picked."""
    return RecordError(
        f"'{name}' holds {len(people)} people ({listed(people)}); a record is one person's: pick one with --patient"
    )


def one_of(people: Sequence[str], name: str, patient: str | None) -> str:
    """The one person of a data set, or the one that ``patient`` names.

    Raises
    ------
    RecordError
        There are several people and ``patient`` names none, or it names nobody.

    >>> one_of(["a"], "labs", None)
    'a'
    """
    if patient is None and len(people) != 1:
        raise several(people, name)
    if patient is not None and patient not in people:
        raise RecordError(f"'{name}' has nothing of '{patient}'; it has {listed(people)}")
    return people[0] if patient is None else patient
