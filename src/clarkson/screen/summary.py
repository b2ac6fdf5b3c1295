"""A summary of a screening that may leave the house: round counts, and none so small that it points at somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SMALLEST = 11  # smaller counts are not printed: the cell size policy of CMS for public use (assumption here)
_COUNTS = (
    ("people_in_data", "people in the data set"),
    ("people", "with a red-cell or protein result"),
    ("followed", "whose blood moved as in a leak, and whom the watch followed"),
    ("people_with_episodes", "with an episode"),
    ("people_with_unexplained", "with an episode that no recorded cause explains"),
    ("people_with_recurrence", "with more than one of those"),
    ("episodes", "episodes"),
)


def summary(run: Mapping[str, Any]) -> str:
    """The summary as text, from what ``run.json`` says.

    >>> counts = {name: 5 for name, _ in _COUNTS} | {"verdicts": {}, "causes": {}}
    >>> "fewer than 11" in summary({"clarkson": "1", "dataset": "d", "settings": {"evidence": 100.0}, "counts": counts})
    True
    """
    counts = run["counts"]
    lines = [
        f"# Screening of {run['dataset']}",
        "",
        f"Clarkson {run['clarkson']}; an episode begins at a likelihood ratio of {run['settings']['evidence']:g}.",
        f"Counts below {SMALLEST} are not printed, others are rounded to tens: no difference tells a small one.",
        "",
        *(f"- {_printed(counts[name])} {words}" for name, words in _COUNTS),
        "",
        *_table("Verdicts of the episodes", counts["verdicts"]),
        *_table("Recorded near an episode, by people", counts["causes"]),
        "A find is a reason to read a chart, not a diagnosis: among millions most finds are false or have another",
        "cause (`clarkson base-rates`). Nothing here says that anybody else has no leak. Research software, not a",
        "medical device.",
    ]
    return "\n".join(lines) + "\n"


def _printed(count: int) -> str:
    return f"about {round(count, -1):,}" if count >= SMALLEST else f"fewer than {SMALLEST}"


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    return [f"{title}:", "", *(f"- {name}: {_printed(count)}" for name, count in counts.items()), ""] if counts else []
