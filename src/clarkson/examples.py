"""The published capillary leak cases that come with Clarkson: one JSON file an episode, in ``cases/``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from clarkson.errors import RecordError

Group = Literal["attack", "counter-example", "weak source"]

_GROUPS: dict[str, Group] = {
    "pmc3425034-1": "counter-example",
    "pmc10553106-1": "counter-example",
    "pmc5733826-1": "counter-example",
    "bertidemarinis-1": "weak source",
    "garnes2015-1": "weak source",
    "hantson2020-1": "weak source",
    "macaluso2014-1": "weak source",
    "vanderschueren2009-1": "weak source",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One published episode.

    ``group`` is "attack" (a leak that the numbers can show), "counter-example" (an episode that a
    rule on hematocrit alone gets wrong) or "weak source" (a diagnosis or a number that the text seen
    does not settle: leave it out of anything strict). ``citation`` names the article and its address.
    """

    id: str
    group: Group
    diagnosis: str
    citation: str
    results: int


def example(example_id: str) -> bytes:
    """The JSON file of one published episode.

    Raises
    ------
    RecordError
        No bundled case has that id.

    >>> example("pmc10372265-1")[:1]
    b'{'
    """
    if example_id not in _ids():
        raise RecordError(f"no bundled case is called '{example_id}'; 'clarkson examples' lists them")
    return files("clarkson").joinpath("cases", f"{example_id}.json").read_bytes()


@cache
def examples() -> tuple[Example, ...]:
    """Every bundled episode, sorted by its id.

    >>> [entry.id for entry in examples() if entry.group == "counter-example"]
    ['pmc10553106-1', 'pmc3425034-1', 'pmc5733826-1']
    """
    return tuple(_described(json.loads(example(example_id))) for example_id in _ids())


@cache
def _ids() -> tuple[str, ...]:
    names = (entry.name for entry in files("clarkson").joinpath("cases").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def _described(case: dict[str, Any]) -> Example:
    source = case["source"]
    return Example(
        id=case["id"],
        group=_GROUPS.get(case["id"], "attack"),
        diagnosis=case["diagnosis"],
        citation=", ".join(str(source[part]) for part in ("first_author", "journal", "year", "url") if source[part]),
        results=len(case["observations"]),
    )
