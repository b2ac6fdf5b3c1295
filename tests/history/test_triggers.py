"""Triggers as a case-crossover, by histories counted by hand, exact closed forms and a second implementation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import beta
from statsmodels.discrete.conditional_models import ConditionalLogit

from clarkson.errors import SettingError
from clarkson.history.attacks import Attack
from clarkson.history.history import History, Span
from clarkson.history.triggers import TRIGGERS, MatchedSet, Trigger, matched, odds_ratio, triggers
from clarkson.record.record import Event, EventKind, Source

TRAVEL = next(each for each in TRIGGERS if each.name == "travel")
INFECTION = next(each for each in TRIGGERS if each.name == "infection")
DIARY = Source("diary")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def event(day: str, text: str, kind: EventKind = "trigger") -> Event:
    return Event(kind, text, at(day), DIARY)


def watched(onsets: list[str], *events: Event, span: tuple[str, str] = ("2020-01-01", "2023-01-01")) -> History:
    return History(
        "somebody",
        None,
        (Span(at(span[0]), at(span[1])),),
        tuple(Attack(at(each), at(each), "entered") for each in onsets),
        infections=tuple(each for each in events if each.kind == "infection"),
        triggers=tuple(each for each in events if each.kind == "trigger"),
    )


@pytest.mark.parametrize(("with_it", "without"), [(8, 2), (5, 1), (3, 9), (12, 12)])
def test_one_comparison_each_is_the_exact_test_of_mcnemar(with_it: int, without: int) -> None:
    """Ratio of discordant pairs; interval from Clopper and Pearson's for their share."""
    pairs = [MatchedSet(True, 1, 0)] * with_it + [MatchedSet(False, 1, 1)] * without
    concordant = [MatchedSet(True, 1, 1)] * 4 + [MatchedSet(False, 1, 0)] * 30
    ratio, low, high = odds_ratio(pairs + concordant)
    shares = beta.ppf(0.05, with_it, without + 1), beta.ppf(0.95, with_it + 1, without)
    assert ratio == pytest.approx(with_it / without, rel=1e-9)
    assert [low, high] == pytest.approx([each / (1 - each) for each in shares], rel=1e-6)


def sets_of(ratio: float, number: int, random: np.random.Generator) -> list[MatchedSet]:
    """Sets of 2 to 6 comparisons; the window before the attack holds the trigger with odds so many times as high."""
    found = []
    for _ in range(number):
        comparisons = int(random.integers(2, 7))
        common = random.uniform(0.05, 0.4)
        odds = ratio * common / (1 - common)
        held = int(random.binomial(comparisons, common))
        found.append(MatchedSet(bool(random.uniform() < odds / (1 + odds)), comparisons, held))
    return found


def test_many_comparisons_agree_with_conditional_logistic_regression() -> None:
    sets = [each for each in sets_of(3.0, 80, np.random.default_rng(2)) if each.tells]
    attack, held, group = [], [], []
    for number, each in enumerate(sets):
        attack += [1] + [0] * each.comparisons
        held += [each.exposed] + [1] * each.exposed_comparisons + [0] * (each.comparisons - each.exposed_comparisons)
        group += [number] * (each.comparisons + 1)
    model = ConditionalLogit(np.array(attack), np.array(held, dtype=float)[:, None], groups=np.array(group))
    assert odds_ratio(sets)[0] == pytest.approx(float(np.exp(model.fit(disp=0).params[0])), rel=1e-4)


def test_the_exact_interval_holds_the_truth_at_least_as_often_as_it_says() -> None:
    """Exact, so at least 90 %; 300 people of 12 attacks, less 2 standard errors."""
    random = np.random.default_rng(5)
    found = [each for each in (sets_of(3.0, 12, random) for _ in range(300)) if any(one.tells for one in each)]
    held = np.mean([low <= 3.0 <= high for _, low, high in map(odds_ratio, found)])
    assert held >= 0.865


def test_all_or_none_gives_one_end() -> None:
    ratio, low, high = odds_ratio([MatchedSet(True, 1, 0)] * 5)
    assert ratio == high == np.inf
    assert low == pytest.approx(0.05 ** (1 / 5) / (1 - 0.05 ** (1 / 5)), rel=1e-6)
    ratio, low, high = odds_ratio([MatchedSet(False, 1, 1)] * 5)
    assert ratio == low == 0.0
    with pytest.raises(SettingError, match="no attack can tell"):
        odds_ratio([MatchedSet(True, 2, 2)])


def test_windows_by_hand() -> None:
    """An attack on 15 February 2021: windows of a week end 7 days apart within the first quarter, not after the onset.

    Six before it end from 4 January on; four after it end from 8 March on, when the two weeks of the attack and its
    refill are over.
    """
    history = watched(["2021-02-15"], event("2021-02-10", "flight home"), event("2021-01-20", "Travel to Rome"))
    assert matched(history, TRAVEL) == (MatchedSet(True, 10, 1),)


def test_time_that_nobody_watched_is_no_comparison() -> None:
    short = watched(["2021-02-15"], event("2021-02-10", "flight"), span=("2021-02-01", "2021-03-01"))
    assert matched(short, TRAVEL) == (MatchedSet(True, 1, 0),)
    later = watched(["2021-02-15"], event("2021-02-10", "flight"), span=("2021-02-12", "2021-04-01"))
    assert matched(later, TRAVEL) == ()


def test_the_hazard_window_of_another_attack_is_no_comparison() -> None:
    alone, two = watched(["2021-02-15"]), watched(["2021-02-15", "2021-03-20"])
    assert matched(two, TRAVEL)[0].comparisons < matched(alone, TRAVEL)[0].comparisons


def test_what_starts_with_the_prodrome_is_not_called_an_infection() -> None:
    """The prodrome of 1 to 2 days looks like a flu."""
    early = watched(["2021-02-15"], event("2021-02-08", "flu", "infection"))
    late = watched(["2021-02-15"], event("2021-02-14", "flu", "infection"))
    assert matched(early, INFECTION)[0].exposed
    assert not matched(late, INFECTION)[0].exposed


def test_too_few_is_an_answer() -> None:
    one = triggers([watched(["2021-02-15"], event("2021-02-10", "flight"))])
    travel = next(each for each in one if each.trigger.name == "travel")
    assert travel.odds_ratio is None
    assert "too few to tell: before 1 of 1 attacks" in travel.words


def test_people_are_pooled_and_other_words_do_not_count() -> None:
    """Four people, an attack each, three after a journey; a comparison window of the fourth held one."""
    trips = ["2021-02-10", "2021-02-09", "2021-02-12", "2021-01-20"]
    people = [watched(["2021-02-15"], event(day, "flight"), event("2021-02-14", "tripped over")) for day in trips]
    travel = next(each for each in triggers(people) if each.trigger.name == "travel")
    assert (travel.attacks, travel.preceded, travel.windows, travel.windows_with, travel.tell) == (4, 3, 40, 1, 4)
    assert travel.odds_ratio is not None
    assert travel.low < travel.odds_ratio < travel.high
    # One of eleven windows held it in each set: three of four throws with odds r : 10.
    assert travel.odds_ratio == pytest.approx(30.0, rel=1e-6)


def test_a_trigger_of_ones_own() -> None:
    wine = Trigger("wine", ("wine",), 2.0)
    days = [f"2021-{month:02}-15" for month in (1, 4, 7, 10)]
    eves = [event((at(day) - timedelta(days=1)).date().isoformat(), "red wine") for day in days]
    (found,) = triggers([watched(days, *eves)], [wine])
    assert (found.preceded, found.windows_with) == (4, 0)
    assert found.odds_ratio == np.inf
    assert "without limit" in found.words
    (none,) = triggers([replace(watched(days, *eves), watched=())], [wine])
    assert none.words == "wine: too few: no attack has a comparison in watched time"
