"""Years with the disease, against the attack rates of published cohorts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clarkson.errors import SettingError
from clarkson.simulate.history import attacks_per_year, intervals, natural_history, over_years
from clarkson.simulate.infections import YEAR_H, Infections
from clarkson.simulate.scenario_file import bundled_scenario
from clarkson.simulate.simulation import Simulation

PEOPLE, YEARS = 24, 5.0


@pytest.fixture(scope="module")
def untreated() -> Simulation:
    return natural_history("attack", YEARS, n=PEOPLE, seed=1)


@pytest.fixture(scope="module")
def on_immunoglobulin() -> Simulation:
    return natural_history("prophylaxis", YEARS, n=PEOPLE, seed=1)


def test_without_prophylaxis_attacks_come_as_often_as_published(untreated: Simulation) -> None:
    """Medians of cohorts: 1.23 attacks a year (Gousseff 2011), 2 (Li 2023), 2.6 (Xie 2015)."""
    rates = attacks_per_year(untreated.outcomes)
    assert 1.23 <= np.median(rates) <= 2.6
    # Some people have several times as many as others: 0.13 to 21 a year in the registry.
    assert rates.max() > 2.0 * max(float(rates.min()), 0.2)


def test_immunoglobulin_every_month_prevents_most_attacks(untreated: Simulation, on_immunoglobulin: Simulation) -> None:
    """2.6 attacks a year before and a median of 0 on immunoglobulin; 15 of 18 had no symptoms on it (Xie 2015)."""
    before, after = attacks_per_year(untreated.outcomes), attacks_per_year(on_immunoglobulin.outcomes)
    assert np.median(after) == 0.0
    assert after.sum() < 0.25 * before.sum()
    assert (after == 0.0).mean() > 0.6


def test_the_same_people_have_the_same_infections_with_and_without(
    untreated: Simulation, on_immunoglobulin: Simulation
) -> None:
    assert np.array_equal(untreated.parameters, on_immunoglobulin.parameters)
    for without, treated in zip(untreated.given, on_immunoglobulin.given, strict=True):
        assert without == tuple(each for each in treated if each.dose.what == "infection")


def test_every_attack_has_an_infection_before_it(untreated: Simulation) -> None:
    for given, outcome in zip(untreated.given, untreated.outcomes, strict=True):
        begins = np.array([each.at_h for each in given])
        for attack in outcome.attacks:
            since = attack.onset - begins[begins < attack.onset].max()
            assert since < 10.0 * 24.0


def test_intervals_lie_between_the_first_and_the_last_attack_of_everybody(untreated: Simulation) -> None:
    onsets = [[attack.onset for attack in each.attacks] for each in untreated.outcomes]
    spans = sum(max(person) - min(person) for person in onsets if person)
    assert intervals(untreated.outcomes).sum() == pytest.approx(spans / 24.0)
    assert len(intervals(untreated.outcomes)) == sum(max(len(person) - 1, 0) for person in onsets)


def test_health_has_infections_and_no_attack() -> None:
    sim = natural_history("healthy", 3.0, n=8, seed=1)
    assert all(len(each) > 1 for each in sim.given)
    assert not attacks_per_year(sim.outcomes).any()


def test_only_what_lasts_goes_on() -> None:
    years = over_years(bundled_scenario("prophylaxis"), 2.0)
    assert [each.dose.what for each in years.given] == ["IVIG"]
    assert years.duration_h == 2.0 * YEAR_H
    assert over_years(bundled_scenario("attack-treated"), 1.0).given == ()


def test_infections_come_at_their_rate_and_more_in_winter() -> None:
    settings = Infections(per_year=4.0, winter=0.6)
    drawn = settings.draw(3000.0, np.random.default_rng(7))
    # Poisson: 12000 expected, a standard deviation of 110.
    assert len(drawn) == pytest.approx(12_000, abs=450)
    season = np.array([each.at_h for each in drawn]) / YEAR_H % 1.0
    midwinter = ((season < 0.125) | (season > 0.875)).mean()
    # A quarter of the year around the peak holds 1/4 + 0.6 sin(π/4)/π of them.
    assert midwinter == pytest.approx(0.25 + 0.6 * np.sin(np.pi / 4.0) / np.pi, abs=0.02)
    assert Infections(per_year=0.0).draw(10.0, np.random.default_rng(7)) == ()


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(SettingError, match="not -1"):
        Infections(per_year=-1.0)
    with pytest.raises(SettingError, match="0 to 1"):
        Infections(winter=1.5)
    with pytest.raises(SettingError, match="strength above 0"):
        replace(Infections(), strength=0.0)
    with pytest.raises(SettingError, match="up to 10: not 11"):
        natural_history("attack", 11.0)
