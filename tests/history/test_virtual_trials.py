"""Virtual trials: the effect is the one declared, and the methods fail where they must."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from clarkson.evaluate import history_tables, virtual_trials
from clarkson.evaluate.virtual_trials import METHODS, TREATMENT, YEARS, Floats, generated, scores, trial
from clarkson.evaluate_commands import evaluate
from clarkson.history.cohort_rows import rows_of
from clarkson.history.published import PUBLISHED
from clarkson.history.recurrent import ANDERSEN_GILL
from clarkson.history.self_controlled import WITH_WINDOW, WITHOUT_WINDOW


def test_people_have_the_published_rates() -> None:
    """Gamma rates: the mean count is shape / rate a year, and its variance mean + mean² / shape."""
    counts = np.array([len(each) for each in generated(20_000, np.random.default_rng(1))])
    mean = YEARS * PUBLISHED.shape / PUBLISHED.rate
    assert counts.mean() == pytest.approx(mean, rel=0.05)
    assert counts.var() == pytest.approx(mean + mean**2 / PUBLISHED.shape, rel=0.1)


def steady(people: int, random: np.random.Generator) -> list[Floats]:
    return [np.sort(random.uniform(0.0, YEARS, 40)) for _ in range(people)]


def test_the_treatment_strikes_out_the_declared_share() -> None:
    """8 attacks a year for all, half of them struck out: the rate on treatment is 4 a year."""
    rows = rows_of(trial(400, 0.5, "at random", np.random.default_rng(2), steady), TREATMENT, drop_qualifying=False)
    off, on = (rows.event[side].sum() / rows.years[side].sum() for side in (~rows.treated, rows.treated))
    assert float(off) == pytest.approx(8.0, rel=0.04)
    assert float(on) == pytest.approx(4.0, rel=0.05)


def test_after_a_bad_spell_it_begins_with_two_attacks_behind() -> None:
    for person in trial(60, 0.5, "after a bad spell", np.random.default_rng(3)):
        for given in person.exposures:
            before = [each.onset for each in person.attacks if each.onset < given.start]
            assert (given.start - before[-2]).days <= 0.5 * 365.25 + 31


def test_who_begins_by_lot_is_measured_rightly_and_who_begins_when_ill_is_not() -> None:
    by_lot = {each.method: each for each in scores("at random", 0.5, 40, trials=15)}
    when_ill = {each.method: each for each in scores("after a bad spell", 0.5, 40, trials=15)}
    for method in (WITHOUT_WINDOW, WITH_WINDOW):
        assert by_lot[method].median == pytest.approx(0.5, abs=0.07)
        assert by_lot[method].cover >= 0.65
        assert when_ill[method].median == pytest.approx(0.5, abs=0.12)
    assert when_ill[ANDERSEN_GILL].median > 1.0
    assert when_ill[ANDERSEN_GILL].cover < 0.2


def test_the_page_is_made_by_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small: one trial of each kind, and a bank of courses that takes no simulation."""
    monkeypatch.setattr(virtual_trials, "TRIALS", dict.fromkeys(virtual_trials.TRIALS, 1))
    monkeypatch.setattr(history_tables, "GRADED_PEOPLE", 50)
    monkeypatch.setattr(virtual_trials, "bank", lambda: tuple(steady(4, np.random.default_rng(1))))
    monkeypatch.setattr(history_tables, "PEOPLE", 100)
    found = CliRunner().invoke(evaluate, ["--history"], catch_exceptions=False)
    assert found.exit_code == 0
    headings = [line for line in found.stdout.splitlines() if line.startswith("##")]
    assert "## Intervals in one person" in headings
    assert "### Begun after a bad spell" in headings
    assert "### Attacks of the simulator" in headings
    assert found.stdout.count(f"| 0.5 | {METHODS[0]} |") == 3


def test_one_thing_is_measured_at_a_time() -> None:
    found = CliRunner().invoke(evaluate, ["--history", "--twin"])
    assert found.exit_code == 2
    assert "give one of them" in found.output
