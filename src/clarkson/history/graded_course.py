"""The graded course: how much plasma and albumin was missing, month by month, beside counted attacks.

Every calendar month with a draw that measured red cells gives one excursion: its worst draw against the person's own
level of that time. A month without a draw gives none, so that more draws in one year than in another are no worse year;
within a month the worst of many draws still lies higher than the only one, and ``draws`` says of how many it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clarkson.balance.balance import Balance
from clarkson.balance.baseline import NORMAL_90_PERCENT
from clarkson.history.draws import Draw, draws
from clarkson.history.grade import AFTER, BEFORE
from clarkson.history.history import History
from clarkson.history.periods import compared, placed
from clarkson.record.record import Record


@dataclass(frozen=True, slots=True)
class Excursion:
    """The worst draw of a month.

    ``v`` and ``d`` are log changes against the person's own level: plasma volume (negative where it is missing) and
    albumin mass that has gone (positive where it is missing), None where no protein was measured. ``sd`` is the
    standard deviation of ``size``, ``draws`` of how many it is the worst.
    """

    time: datetime
    v: float
    d: float | None
    sd: float
    draws: int = 1

    @property
    def size(self) -> float:
        """What is missing: ``d``, which water and posture leave alone, or ``-v`` where no protein was measured."""
        return -self.v if self.d is None else self.d


def excursions(record: Record) -> tuple[Excursion, ...]:
    """The excursions of a record in time order, one a month (UTC) with a draw.

    >>> excursions(Record("nobody"))
    ()
    """
    return worst_of_months(draws(record))


def worst_of_months(drawn: Iterable[Draw]) -> tuple[Excursion, ...]:
    """The worst draw of every month: that which most surely shows a loss."""
    months: dict[tuple[int, int], list[Excursion]] = {}
    for draw in drawn:
        found = None if draw.spoilt else _excursion(draw.time, draw.balance)
        if found is not None:
            moment = draw.time.astimezone(UTC)
            months.setdefault((moment.year, moment.month), []).append(found)
    return tuple(_worst(each) for _, each in sorted(months.items()))


def _excursion(time: datetime, balance: Balance) -> Excursion | None:
    if balance.V is None or balance.V_sd is None:
        return None
    if balance.D is None or balance.D_sd is None:
        return Excursion(time, balance.V.median, None, balance.V_sd)
    return Excursion(time, balance.V.median, balance.D.median, balance.D_sd)


def _worst(month: Sequence[Excursion]) -> Excursion:
    worst = max(month, key=lambda each: (each.size - NORMAL_90_PERCENT * each.sd, each.time))
    return Excursion(worst.time, worst.v, worst.d, worst.sd, len(month))


def off_and_on(
    history: History, treatment: str, found: Iterable[Excursion]
) -> tuple[tuple[Excursion, ...], tuple[Excursion, ...]]:
    """Excursions off and on a treatment, in the time that ``compared`` compares and outside the attacks it drops.

    Raises
    ------
    SettingError
        The history holds no such treatment.
    """
    pieces = placed(history, treatment)
    dropped = [(each.onset - BEFORE, each.last + AFTER) for each in compared(history, treatment).qualifying]
    off: list[Excursion] = []
    on: list[Excursion] = []
    for each in found:
        place = next((at for at, piece in pieces if each.time in piece.span), None)
        if not any(start <= each.time <= stop for start, stop in dropped):
            (off if place == "off" else on if place == "on" else []).append(each)
    return tuple(off), tuple(on)
