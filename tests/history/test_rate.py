"""Rates, spacing, severity and the graded course, against published tables and what can be worked out by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from clarkson.balance.balance import Balance, Estimate
from clarkson.balance.sample import Sample
from clarkson.errors import SettingError
from clarkson.history.attacks import Attack
from clarkson.history.draws import Draw
from clarkson.history.exposures import Exposure
from clarkson.history.graded_course import Excursion, excursions, off_and_on, worst_of_months
from clarkson.history.history import YEAR, History, Span
from clarkson.history.rate import after_infection, by_phase_of_life, by_season, overall, rate
from clarkson.history.spacing import severity_trend, spacing
from clarkson.record.record import Event, Source
from tests.people import draw, record

DIARY = Source("diary")
FIRST = datetime(2016, 1, 1, tzinfo=UTC)


def at(years: float) -> datetime:
    return FIRST + years * YEAR


def attack(years: float, lost: float | None = None, grade: int | None = None) -> Attack:
    plasma = None if lost is None else Estimate(lost, lost - 5.0, lost + 5.0)
    return Attack(at(years), at(years), "entered", grade, plasma)


def years_with(*attacks: Attack, years: float = 4.0, **more: object) -> History:
    return History("one", watched=(Span(FIRST, at(years)),), attacks=attacks, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    # Garwood 1936, central 90 % limits of a Poisson mean; of none the "rule of three".
    ("attacks", "low", "high"),
    [(0, 0.0, 2.996), (1, 0.0513, 4.744), (2, 0.3554, 6.296), (5, 1.970, 10.513), (10, 5.425, 16.962)],
)
def test_the_exact_interval_is_that_of_the_tables(attacks: int, low: float, high: float) -> None:
    found = rate(attacks, 2.0)
    assert found.per_year == attacks / 2.0
    assert found.low == pytest.approx(low / 2.0, abs=6e-4)
    assert found.high == pytest.approx(high / 2.0, abs=6e-4)


def test_no_time_gives_no_rate() -> None:
    assert rate(0, 0.0).per_year is None
    with pytest.raises(SettingError, match="0 or more"):
        rate(-1, 1.0)


def test_attacks_by_season_have_the_time_of_that_season() -> None:
    span = Span(datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC))
    onsets = [datetime(2021, month, 15, tzinfo=UTC) for month in (1, 2, 12, 7)]
    found = by_season(History("one", watched=(span,), attacks=tuple(Attack(each, each, "entered") for each in onsets)))
    days = {name: each.years * 365.25 for name, each in found.items()}
    assert days["December to February"] == pytest.approx(31 + 28 + 31)
    assert days["June to August"] == pytest.approx(30 + 31 + 31)
    assert [found[name].attacks for name in found] == [3, 0, 1, 0]


def test_time_after_infections_is_counted_once() -> None:
    infections = tuple(Event("infection", "cold", FIRST + timedelta(days=each), DIARY) for each in (100, 107, 300))
    told = years_with(attack(110 / 365.25), attack(1.5), years=2.0, infections=infections)
    after, otherwise = after_infection(told, days=14)
    assert after.years * 365.25 == pytest.approx(21 + 14)
    assert otherwise.years == pytest.approx(2.0 - 35 / 365.25)
    assert (after.attacks, otherwise.attacks) == (1, 1)


def test_phases_of_life() -> None:
    told = years_with(attack(0.5), attack(2.5), attack(3.0), born=at(-58.0), diagnosed=at(1.0))
    found = by_phase_of_life(told)
    assert {name: (each.attacks, round(each.years, 6)) for name, each in found.items()} == {
        "50 to 59 years": (1, 2.0),
        "60 to 69 years": (2, 2.0),
        "before the diagnosis": (1, 1.0),
        "since the diagnosis": (2, 3.0),
    }
    assert overall(told).attacks == 3


def test_intervals_and_the_wait_that_is_not_over() -> None:
    """Intervals of 0.25, 0.5 and 1 years and a wait of 2 years: half of four are over after 0.5 years."""
    found = spacing(years_with(attack(0.25), attack(0.5), attack(1.0), attack(2.0)))
    assert found.days == pytest.approx((91.3125, 182.625, 365.25))
    assert found.since_last == pytest.approx(730.5)
    assert found.lower_quartile == pytest.approx(91.3125)
    assert found.median == pytest.approx(182.625)
    assert found.upper_quartile == pytest.approx(365.25)
    assert found.variation == pytest.approx(math.sqrt(7.0 / 72.0) / (7.0 / 12.0))


def test_a_single_attack_has_no_median() -> None:
    found = spacing(years_with(attack(1.0)))
    assert (found.days, found.median, found.clustered) == ((), None, None)
    assert found.since_last == pytest.approx(3 * 365.25)


def test_time_that_nobody_watched_is_no_interval() -> None:
    spans = (Span(at(0.0), at(1.0)), Span(at(5.0), at(6.0)))
    found = spacing(History("one", watched=spans, attacks=(attack(0.5), attack(5.5))))
    assert found.days == pytest.approx((365.25,))


def test_clusters_are_told_from_chance_and_from_a_rhythm() -> None:
    clustered = [0.0, 0.02, 0.04, 0.06, 2.0, 2.02, 2.04, 2.06, 4.0, 4.02, 4.04, 4.06]
    even = [index * 0.35 for index in range(12)]
    low = spacing(years_with(*map(attack, clustered), years=5.0))
    high = spacing(years_with(*map(attack, even), years=5.0))
    assert low.clustered is not None
    assert high.clustered is not None
    assert low.clustered < 0.02
    assert high.clustered > 0.98


def test_chance_is_called_a_cluster_as_often_as_it_should() -> None:
    import numpy as np

    random = np.random.default_rng(5)
    called = [
        spacing(years_with(*(attack(float(each)) for each in np.sort(random.uniform(0.0, 4.0, 8))))).clustered
        for _ in range(120)
    ]
    share = sum(each is not None and each <= 0.10 for each in called) / len(called)
    assert share == pytest.approx(0.10, abs=0.07)  # two and a half standard deviations of 120 people


def test_attacks_that_grow_worse() -> None:
    """Five in strict order: both strict orders of 120, so p = 2/120; 4 % more a year."""
    found = severity_trend(years_with(*(attack(0.5 * each, 20.0 + 2.0 * each) for each in range(5))))
    assert found is not None
    assert (found.measure, found.exact) == ("plasma lost", True)
    assert found.tau == pytest.approx(1.0)
    assert found.p == pytest.approx(2.0 / 120.0)
    assert found.per_year.median == pytest.approx(4.0)


def test_grades_stand_in_where_nothing_was_measured() -> None:
    found = severity_trend(years_with(*(attack(0.5 * n, grade=g) for n, g in enumerate((3, 2, 2, 1)))))
    assert found is not None
    assert found.measure == "grade"
    assert found.tau < 0.0
    assert severity_trend(years_with(*(attack(each, 30.0) for each in range(3)))) is None
    assert severity_trend(years_with(*(attack(0.5 * each, 30.0) for each in range(6)))) is None


def seen(years: float, v: float, d: float | None, sd: float = 0.05, *, spoilt: bool = False) -> Draw:
    one = Estimate(v, v, v)
    other = None if d is None else Estimate(d, d, d)
    balance = Balance(one, other, sd, None if d is None else sd, None, None)
    return Draw(Sample(at(years), {}), 0.0, True, spoilt, balance)


def test_every_month_with_a_draw_gives_its_worst() -> None:
    found = worst_of_months(
        [seen(0.01, -0.1, 0.05), seen(0.02, -0.3, 0.4), seen(0.03, -0.5, 0.9, spoilt=True), seen(0.5, -0.2, None)]
    )
    assert [(each.v, each.d, each.draws, each.size) for each in found] == [(-0.3, 0.4, 2, 0.4), (-0.2, None, 1, 0.2)]


def test_a_loss_in_results_is_an_excursion_of_its_size() -> None:
    quiet = [draw(24.0 * 30.0 * month, hematocrit=0.42, albumin=42.0) for month in range(12)]
    found = excursions(record(*quiet, draw(24.0 * 185.0, hematocrit=0.50, albumin=36.0)))
    worst = max(found, key=lambda each: each.size)
    expected = math.log(0.50 / 0.50) - math.log(0.42 / 0.58)
    assert worst.v == pytest.approx(-expected, abs=0.04)
    assert worst.d == pytest.approx(expected + math.log(42.0 / 36.0), abs=0.05)
    assert all(abs(each.size) < 3.0 * each.sd for each in found if each is not worst)


def test_excursions_off_and_on_leave_out_what_is_not_compared() -> None:
    told = years_with(
        attack(0.0), attack(1.0), attack(1.95), exposures=(Exposure("theophylline", "prophylaxis", at(2.0), at(3.0)),)
    )
    found = [Excursion(at(each), -0.2, 0.3, 0.1) for each in (0.001, 0.5, 1.0, 1.96, 2.5, 3.01, 3.5)]
    off, on = off_and_on(told, "theophylline", found)
    assert [each.time for each in off] == [at(0.5), at(1.0), at(3.5)]
    assert [each.time for each in on] == [at(2.5)]
