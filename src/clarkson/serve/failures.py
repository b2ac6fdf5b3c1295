"""What becomes of work that fails: a refusal keeps its sentence, the unforeseen is logged by its place alone."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

from fastapi import HTTPException
from starlette.exceptions import HTTPException as AnyHTTPException

from clarkson.errors import ClarksonError, FitError, SettingError

_log = logging.getLogger("clarkson.serve")
_Made = TypeVar("_Made")


def outcome(work: Callable[[], _Made]) -> _Made:
    """The outcome of ``work``; what fails unforeseen is logged by its place alone, for its message may hold values.

    Raises
    ------
    HTTPException
        500, in place of what was not foreseen.
    """
    try:
        return work()
    except (ClarksonError, AnyHTTPException):
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("%s in %s, line %s", type(error).__name__, PurePath(place.filename).name, place.lineno)
        raise HTTPException(500, "Clarkson failed on this record; the fault is Clarkson's, not the record's.") from None


def status(error: ClarksonError) -> int:
    """The status of a refusal."""
    return 422 if isinstance(error, SettingError | FitError) else 400
