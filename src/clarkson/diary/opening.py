"""The store of a diary, which is made where there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clarkson.errors import StoreError
from clarkson.store.opening import make_store, open_store
from clarkson.store.place import usual_place
from clarkson.store.store import Store


def diary_store(place: str | None = None, *, say: Callable[[str], object]) -> Store:
    """The store at a place, or that of the user; a file that is not there is made, and ``say`` is told where.

    Raises
    ------
    StoreError
        It cannot be opened, or cannot be made.
    """
    where = place or usual_place()
    if "://" in where or Path(where).exists():
        return open_store(where)
    try:
        made = make_store(where)
    except StoreError:
        if Path(where).exists():  # another one made it in the meantime
            return open_store(where)
        raise
    say(f"The diary is kept in {where}, a new file that only you can read.")
    return made
