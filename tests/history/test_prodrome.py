"""The prodrome: histories counted by hand, and shares with closed forms."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from clarkson.history.attacks import Attack
from clarkson.history.history import History, Span
from clarkson.history.prodrome import prodrome, ratio_of_shares, share
from clarkson.record.record import Event, Source

FROM = datetime(2020, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return FROM + timedelta(days=number)


def lived(onsets: list[float], symptoms: dict[float, str], days: float = 303.0) -> History:
    return History(
        "somebody",
        None,
        (Span(FROM, day(days)),),
        tuple(Attack(day(each), day(each), "entered") for each in onsets),
        symptoms=tuple(Event("symptom", text, day(at), Source("diary")) for at, text in symptoms.items()),
    )


THIRST = {10.0: "thirst", 101.0: "Very thirsty", 102.0: "thirst", 201.5: "thirst", 250.0: "thirst"}
THIRSTY = lived([103.0, 203.0], THIRST)


def test_episodes_attacks_and_quiet_windows_by_hand() -> None:
    """Windows of 3 days: 33 up to day 100, 27 from day 117 to 200 (14 days after the onset), 28 from 217 to 303."""
    (thirst,) = prodrome(THIRSTY)
    assert thirst.symptom == "thirst"
    assert (thirst.followed, thirst.episodes) == (2, 4)
    assert (thirst.preceded, thirst.attacks) == (2, 2)
    assert (thirst.quiet_with, thirst.quiet_windows) == (2, 33 + 27 + 28)


def test_the_intervals_are_those_of_the_counts() -> None:
    (thirst,) = prodrome(THIRSTY)
    assert thirst.follows == share(2, 4)
    assert thirst.likelihood_ratio == ratio_of_shares(2, 2, 2, 88)
    assert "Few attacks" in thirst.words
    assert "NORD" in thirst.published


def test_a_share_of_nothing_is_the_prior() -> None:
    """Beta(1/2, 1/2) is the arcsine law: its quantile is sin² of p times a right angle."""
    found = share(0, 0)
    expected = [math.sin(math.pi * p / 2) ** 2 for p in (0.5, 0.05, 0.95)]
    assert [found.median, found.low, found.high] == pytest.approx(expected, rel=1e-9)


def test_three_of_three_is_not_always() -> None:
    assert 0.5 < share(3, 3).low < 0.6
    assert share(3, 3).high < 1.0


def test_the_ratio_of_shares_agrees_with_drawn_ones() -> None:
    random = np.random.default_rng(3)
    drawn = random.beta(4.5, 1.5, 400_000) / random.beta(10.5, 90.5, 400_000)
    found = ratio_of_shares(4, 5, 10, 100)
    expected = np.quantile(drawn, [0.5, 0.05, 0.95])
    assert [found.median, found.low, found.high] == pytest.approx(expected.tolist(), rel=0.01)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Shares from the prior itself: 90 of 100. 400 people: within 3 standard errors, 4.5 points."""
    random = np.random.default_rng(8)
    held = 0
    for _ in range(400):
        before, quiet = random.beta(0.5, 0.5, 2)
        found = ratio_of_shares(int(random.binomial(6, before)), 6, int(random.binomial(60, quiet)), 60)
        held += found.low <= before / quiet <= found.high
    assert 0.855 <= held / 400 <= 0.945


def test_a_symptom_in_the_attack_is_no_sign_before_it() -> None:
    (found,) = prodrome(lived([103.0], {103.5: "swollen legs", 110.0: "swelling"}))
    assert (found.episodes, found.preceded, found.attacks) == (0, 0, 1)
    assert found.follows is None


def test_unwatched_time_before_an_attack_is_not_judged() -> None:
    (found,) = prodrome(lived([1.0], {0.5: "nausea"}))
    assert found.attacks == 0
    assert found.likelihood_ratio is None
    assert "Too few to tell" in found.words


def test_an_unknown_symptom_goes_by_its_own_words() -> None:
    (found,) = prodrome(lived([103.0], {102.0: "Ringing ears"}))
    assert found.symptom == "ringing ears"
    assert found.published == "nothing published as a sign before attacks"


def test_one_entry_can_name_two_symptoms_and_the_most_telling_comes_first() -> None:
    often = {float(at): "tired" for at in range(0, 300, 6)}
    found = prodrome(lived([103.0, 203.0], {**often, 102.5: "tired and dizzy", 202.5: "dizziness"}))
    assert [each.symptom for each in found] == ["dizziness on standing", "tiredness"]
    assert "It tells little" in found[1].words
