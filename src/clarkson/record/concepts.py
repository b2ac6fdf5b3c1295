"""Which codes of which vocabulary mean what: the one table ``concept_sets.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def concept_sets() -> Mapping[str, Any]:
    """The table as it stands in its file.

    >>> concept_sets()["omop"]["tests"]["3023314"]
    '4544-3'
    """
    return tomllib.loads(files("clarkson.record").joinpath("concept_sets.toml").read_text(encoding="utf-8"))
