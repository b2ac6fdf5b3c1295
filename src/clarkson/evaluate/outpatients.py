"""Ordinary outpatients over months: how often a leak is called that is none (CDISC Pilot 01)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from clarkson.engine.poisson import rate_interval
from clarkson.record.sdtm import read_sdtm
from clarkson.watch.assess import assess
from clarkson.watch.assessment import DEFAULT_PRIOR, Verdict

FOLDER = "cdisc-pilot01"
_DAYS_PER_YEAR = 365.25
_PER_YEARS = 50.0


@dataclass(frozen=True, slots=True)
class Outpatients:
    """People, person-years of observation, draws, and how often each verdict was given."""

    people: int
    person_years: float
    draws: int
    verdicts: Counter[Verdict]
    skipped: int

    def per_50_years(self, *verdicts: Verdict) -> tuple[float, float, float]:
        """Calls per 50 person-years with an exact 90 % interval."""
        count = sum(self.verdicts[each] for each in verdicts)
        low, high = rate_interval(count, self.person_years / _PER_YEARS)
        return count / (self.person_years / _PER_YEARS), low, high


def outpatients(data: Path, *, prior: float = DEFAULT_PRIOR) -> Outpatients:
    """Assess every visit of every person of the trial; a person is observed from the first visit to the last.

    Raises
    ------
    RecordError
        The data set is not in ``data``.
    """
    people, years, draws, skipped = 0, 0.0, 0, 0
    verdicts: Counter[Verdict] = Counter()
    for record in read_sdtm(data / FOLDER):
        assessed = assess(record, prior=prior)
        people += 1
        draws += len(assessed)
        skipped += len(record.skipped)
        verdicts.update(each.verdict for each in assessed)
        if len(assessed):
            years += (assessed[-1].time - assessed[0].time).total_seconds() / 86400.0 / _DAYS_PER_YEAR
    return Outpatients(people, years, draws, verdicts, skipped)
