"""The folder into which DuckDB spills what does not fit into memory: its owner's only, and gone with its process.

A process that is killed removes nothing. As long as it lives it holds a lock on its folder, which the system lets go of
however the process ends, and which no later process of the same number can have: whoever comes next removes those of
their own folders that nobody holds.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

_UNLOCKED, _LOCKED = "clarkson-new-", "clarkson-spill-"


def spill_folder() -> tuple[Path, Callable[[], None]]:
    """A new and empty folder, and what removes it."""
    _remove_abandoned(tempfile.gettempdir())
    made = Path(tempfile.mkdtemp(prefix=_UNLOCKED))
    lock = _lock(made)
    # Only under this name others look at it, and by then it is locked. What is killed before leaves an empty folder.
    folder = made.rename(made.with_name(made.name.replace(_UNLOCKED, _LOCKED, 1)))

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)

    return folder, remove


@cache
def _remove_abandoned(place: str) -> None:
    """Remove the folders of this user that no process holds; once for each process."""
    for folder in Path(place).glob(f"{_LOCKED}*"):
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """The descriptor that locks a folder of this user, or None where it is locked, another's, or none.

    Windows knows no such locks: there nothing is removed that a killed process left.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(lock).st_uid == os.getuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
    except OSError:
        pass
    os.close(lock)
    return None
