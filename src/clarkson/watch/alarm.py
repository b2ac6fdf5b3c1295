"""Alarms within a budget: how much evidence makes one, and how many false ones that costs.

``alarm_rates.toml`` holds, for levels of the likelihood ratio, how many alarms were raised among people who were not
known to leak, and over how long; ``clarkson learn`` writes it from training people. After an alarm further ones stay
silent for the snooze: one cause is one alarm.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from clarkson.errors import SettingError

Setting = Literal["outpatients", "inpatients"]
DAYS: dict[str, float] = {"day": 1.0, "week": 7.0, "month": 365.25 / 12.0, "year": 365.25}
SNOOZE = timedelta(hours=72)
HALF = (
    0.5  # nothing seen yet is not a rate of zero: the expected rate of a count is (count + 1/2) / exposure (Jeffreys)
)
_BUDGET = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*/\s*(?:person-|patient-)?(day|week|month|year)\s*")
_HOURS = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(h|hours?|d|days?)\s*")


@dataclass(frozen=True, slots=True)
class Rates:
    """What alarms cost in a setting: levels of the likelihood ratio, and the false alarms at each in so many days."""

    setting: Setting
    source: str
    person_days: float
    levels: tuple[float, ...]
    counts: tuple[int, ...]

    def expected(self, level: float) -> float:
        """Expected false alarms per person and day at a level that is in the table, or at the next lower one."""
        below = [count for each, count in zip(self.levels, self.counts, strict=True) if each <= level]
        return ((below[-1] if below else self.counts[0]) + HALF) / self.person_days


@dataclass(frozen=True, slots=True)
class Budget:
    """So many false alarms per person and day, as it was written."""

    per_day: float
    words: str

    @property
    def setting(self) -> Setting:
        """Days are counted of inpatients, longer times of outpatients."""
        return "inpatients" if self.words.rstrip().endswith("day") else "outpatients"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm: its time, the likelihood ratio that raised it, and until when further ones stay silent."""

    time: datetime
    likelihood_ratio: float
    silent_until: datetime


@cache
def rates() -> tuple[Rates, ...]:
    """What alarms cost, by setting.

    >>> [each.setting for each in rates()]
    ['outpatients', 'inpatients']
    """
    table = tomllib.loads(files("clarkson.watch").joinpath("alarm_rates.toml").read_text(encoding="utf-8"))
    return tuple(
        Rates(setting, each["source"], each["person_days"], tuple(each["levels"]), tuple(each["counts"]))
        for setting, each in ((setting, table[setting]) for setting in get_args(Setting))
    )


def budget(words: str) -> Budget:
    """A budget from words.

    Raises
    ------
    SettingError
        It is not a number per day, week, month or year.

    >>> budget("0.5/year").setting
    'outpatients'
    """
    found = _BUDGET.fullmatch(words)
    if found is None or float(found[1]) <= 0.0:
        raise SettingError(
            f"an alarm budget is false alarms per time, such as 0.1/year or 0.01/day, and this is '{words}'"
        )
    return Budget(float(found[1]) / DAYS[found[2]], words.strip())


def snooze(words: str) -> timedelta:
    """A time in which alarms stay silent.

    Raises
    ------
    SettingError
        It is not a number of hours or days.

    >>> snooze("3 days") == snooze("72h")
    True
    """
    found = _HOURS.fullmatch(words)
    if found is None:
        raise SettingError(f"a snooze is a time such as 12h or 3 days, and this is '{words}'")
    return timedelta(hours=float(found[1]) * (1.0 if found[2].startswith("h") else 24.0))


def level_of(wanted: Budget) -> tuple[float, float]:
    """The lowest likelihood ratio whose expected false alarms stay within the budget, and that expectation per day.

    Raises
    ------
    SettingError
        The budget is smaller than what so few people could show.

    >>> level_of(budget("1/year"))[0] >= 1
    True
    """
    known = next(each for each in rates() if each.setting == wanted.setting)
    for level in known.levels:
        if known.expected(level) <= wanted.per_day:
            return level, known.expected(level)
    least = known.expected(known.levels[-1])
    unit = "day" if wanted.setting == "inpatients" else "year"
    raise SettingError(
        f"a budget of {wanted.words} is smaller than what was measured: the least that {known.source} can promise is "
        f"{least * DAYS[unit]:.2g} per {unit}"
    )


def alarms(
    times: Sequence[datetime], ratios: Sequence[float | None], level: float, silence: timedelta = SNOOZE
) -> tuple[Alarm, ...]:
    """The alarms of a course: draws whose likelihood ratio reaches ``level``, none while an earlier one is silent.

    >>> alarms([datetime(2024, 1, 1), datetime(2024, 1, 2)], [100.0, 200.0], 50.0)[0].likelihood_ratio
    100.0
    """
    found: list[Alarm] = []
    for time, ratio in zip(times, ratios, strict=True):
        awake = not found or time >= found[-1].silent_until
        if ratio is not None and ratio >= level and awake:
            found.append(Alarm(time, ratio, time + silence))
    return tuple(found)
