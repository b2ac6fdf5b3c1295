"""Exposures: treatments over time, put together from single doses and from doses that go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from statistics import median_low

from clarkson.history.drug_names import drug_name, goes_on
from clarkson.record.record import Dose, DoseKind

JOINED = timedelta(days=45)
"""Single infusions no farther apart are one treatment: monthly ones, with slips. Assumption."""
INTERVAL = timedelta(days=28)
"""How long a single infusion counts where no other tells the interval: it is given every 3 to 4 weeks, or monthly."""
PAUSE = timedelta(days=7)
"""A gap in a drug that is taken every day, up to which it is one treatment. Assumption."""
LASTS = timedelta(days=7)
"""A dose with an end at least so long after its start goes on in between, whatever its words. Assumption."""
_OVER_TIME: tuple[DoseKind, ...] = ("immunoglobulin", "prophylaxis", "other")
_YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class Exposure:
    """A treatment over time.

    ``name`` is the drug's, ``words`` the doses as written. ``stop`` is None where it goes on at the end of the record.
    ``given`` are the single infusions it was put together from.
    """

    name: str
    kind: DoseKind
    start: datetime
    stop: datetime | None = None
    words: str = ""
    given: tuple[datetime, ...] = ()

    def stops(self, until: datetime) -> datetime:
        """When it stops, at the latest at ``until``."""
        return until if self.stop is None else min(self.stop, until)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one drug; ``open`` where its writer gave no end."""

    start: datetime
    stop: datetime | None
    words: str
    given: tuple[datetime, ...] = ()

    @property
    def open(self) -> bool:
        return self.stop is None


def runs_on(dose: Dose) -> bool:
    """Whether a dose by itself says that it is taken over time, not once.

    >>> from clarkson.record.record import Source
    >>> runs_on(Dose("prophylaxis", "theophylline 300 mg daily", datetime(2024, 3, 1), Source("diary")))
    True
    """
    return dose.lasting or goes_on(dose.what) or (dose.end is not None and dose.end - dose.start >= LASTS)


def exposures(doses: Iterable[Dose], until: datetime) -> tuple[tuple[Exposure, ...], tuple[str, ...]]:
    """The treatments over time up to ``until``, in order of their start, and what was odd about them as sentences.

    Single doses count for immunoglobulin and prophylaxis; of everything else only what goes on.

    >>> from clarkson.record.record import Source
    >>> first = datetime.fromisoformat("2024-03-01T08:00:00+00:00")
    >>> times = [first + timedelta(days=30 * month) for month in range(4)]
    >>> monthly = [Dose("immunoglobulin", "IVIG 70 g", each, Source("diary")) for each in times]
    >>> [(each.name, len(each.given)) for each in exposures(monthly, first + timedelta(days=400))[0]]
    [('immunoglobulin', 4)]
    """
    remarks: list[str] = []
    by_name: dict[str, list[Dose]] = {}
    for dose in sorted(doses, key=lambda each: (each.start, each.end or until, each.what, str(each.source))):
        if not dose.lasting and dose.kind not in _OVER_TIME:
            continue
        name = drug_name(dose.what, dose.kind)
        if dose.end is not None and dose.end < dose.start:
            remarks.append(f"{_title(name)} stops before it starts ({dose.source}): it is not used.")
        elif dose.start >= until:
            remarks.append(f"{_title(name)} starts after the end of the history ({dose.source}): it is not used.")
        else:
            by_name.setdefault(name, []).append(dose)
    found = [each for name, given in by_name.items() for each in _of_one_drug(name, given, until, remarks)]
    found.sort(key=lambda each: (each.start, each.name))
    return tuple(found), (*remarks, *_together(found, until))


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _of_one_drug(name: str, doses: Sequence[Dose], until: datetime, remarks: list[str]) -> list[Exposure]:
    judged = [(each, _lasting(each, doses)) for each in doses]
    lasting = [each for each, goes in judged if goes]
    single = [each for each, goes in judged if not goes and each.kind in ("immunoglobulin", "prophylaxis")]
    pieces = [_Piece(each.start, each.end, each.what) for each in lasting]
    for piece in _runs(single):
        if piece.given[1:] or doses[0].kind == "immunoglobulin":
            pieces.append(piece)
        elif not any(each.start <= piece.start <= (each.stop or until) for each in pieces):
            remarks.append(f"{_title(name)} is recorded as one single dose: it is no treatment over time.")
    pieces.sort(key=lambda each: (each.start, each.stop or until, each.words))
    if any(each.open for each in pieces[-1:]):
        remarks.append(f"{_title(name)} has no stop: it is taken to go on to the end of the history.")
    merged = _merged(name, pieces, remarks)
    kind = doses[0].kind
    return [
        Exposure(
            name,
            kind,
            each.start,
            None if each.stop is None or each.stop >= until else each.stop,
            each.words,
            each.given,
        )
        for each in merged
    ]


def _lasting(dose: Dose, doses: Sequence[Dose]) -> bool:
    """Whether a dose is taken again and again, rather than being one infusion of several that are written down."""
    if dose.lasting:
        return True
    long = dose.end is not None and dose.end - dose.start >= LASTS
    if dose.kind == "prophylaxis":
        return dose.end is not None or goes_on(dose.what)
    if dose.kind != "immunoglobulin":
        return long or (dose.end is None and goes_on(dose.what))
    among_others = any(each is not dose and abs(each.start - dose.start) <= JOINED for each in doses)
    return long or (goes_on(dose.what) and not among_others)


def _runs(doses: Sequence[Dose]) -> list[_Piece]:
    """Single doses, joined where they are near each other; a run lasts one interval beyond its last."""
    runs: list[list[Dose]] = []
    for dose in doses:
        if runs and dose.start - runs[-1][-1].start <= JOINED:
            runs[-1].append(dose)
        else:
            runs.append([dose])
    return [_piece(run) for run in runs]


def _piece(run: Sequence[Dose]) -> _Piece:
    times = sorted({each.start for each in run})
    # An infusion over two days is written down twice: gaps of days are no interval.
    gaps = [after - before for before, after in pairwise(times) if after - before > PAUSE]
    daily = not gaps and run[0].kind != "immunoglobulin"
    interval = timedelta(days=1) if daily else median_low(gaps) if gaps else INTERVAL
    return _Piece(times[0], times[-1] + interval, _words(each.what for each in run), tuple(times))


def _words(written: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(each for each in written if each))


def _merged(name: str, pieces: Sequence[_Piece], remarks: list[str]) -> list[_Piece]:
    """Pieces that overlap, or leave out a few days, as one; a new entry closes an older one that has no end."""
    merged: list[_Piece] = []
    overlaps = closed = 0
    for piece in pieces:
        last = merged[-1] if merged else None
        if last is None or (last.stop is not None and piece.start > last.stop + PAUSE):
            merged.append(piece)
            continue
        overlaps += last.stop is not None and piece.start < last.stop
        closes = last.stop is None and not piece.given
        closed += closes
        stop = piece.stop if closes else None if last.stop is None or piece.stop is None else max(last.stop, piece.stop)
        words = _words([*last.words.split("; "), *piece.words.split("; ")])
        merged[-1] = replace(last, stop=stop, words=words, given=tuple(sorted({*last.given, *piece.given})))
    if overlaps:
        remarks.append(f"Entries of {name} overlap: they are taken as one treatment.")
    if closed:
        remarks.append(f"An entry of {name} had no stop when the next began: they are taken as one treatment.")
    return merged


def _together(found: Sequence[Exposure], until: datetime) -> list[str]:
    """Different drugs at the same time: how long."""
    times: dict[tuple[str, str], timedelta] = {}
    for one, other in combinations(found, 2):
        both = min(one.stops(until), other.stops(until)) - max(one.start, other.start)
        if one.name != other.name and both > timedelta(0):
            pair = (min(one.name, other.name), max(one.name, other.name))
            times[pair] = times.get(pair, timedelta(0)) + both
    return [
        f"{_title(one)} and {other} were given at the same time for {both / _YEAR:.1f} years: "
        "that time cannot tell which of them did what."
        for (one, other), both in sorted(times.items())
    ]
