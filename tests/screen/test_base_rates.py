"""Base rates against the table of the science of detection (section 5.1), and against sums made by hand."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner
from scipy import stats

from clarkson.cli import clarkson
from clarkson.errors import SettingError
from clarkson.screen.base_rates import Counted, base_rates, table

# Science of detection, 5.1: PPV at sensitivity 0.9, as printed there.
SPECIFICITIES = (0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
PRINTED = {
    1e-6: (2e-5, 9e-5, 9e-4, 0.009, 0.08, 0.47),
    1e-4: (0.002, 0.009, 0.08, 0.47, 0.90, 0.99),
    1e-3: (0.018, 0.08, 0.47, 0.90, 0.99, None),
    1e-2: (0.15, 0.48, 0.90, 0.99, None, None),
}


@pytest.mark.parametrize("prior", PRINTED)
def test_the_predictive_values_are_those_of_the_science(prior: float) -> None:
    for specificity, printed in zip(SPECIFICITIES, PRINTED[prior], strict=True):
        if printed is not None:
            found = base_rates(0.9, specificity, [prior]).rows[0].predictive_value.value
            # Half a unit of the last digit that stands there.
            digits = -math.floor(math.log10(printed)) + (1 if printed in (0.018, 0.15, 0.48, 0.47, 0.90, 0.99) else 0)
            assert found == pytest.approx(printed, abs=0.6 * 10.0**-digits)


def test_the_finds_of_a_million_are_sums_that_can_be_made_by_hand() -> None:
    row = base_rates(0.9, 0.9999, [1e-4]).rows[0]
    assert row.ill == pytest.approx(100.0)
    assert row.true_finds.value == pytest.approx(90.0)
    assert row.missed.value == pytest.approx(10.0)
    assert row.false_finds.value == pytest.approx(99.99)
    assert row.charts.value == pytest.approx(189.99 / 90.0)
    assert row.predictive_value.low == row.predictive_value.value == row.predictive_value.high


def test_counts_have_the_interval_of_jeffreys() -> None:
    found = base_rates(Counted(3, 3), 0.9999, [1e-6])
    assert found.sensitivity.low == pytest.approx(stats.beta.ppf(0.025, 3.5, 0.5))
    assert found.sensitivity.high == pytest.approx(stats.beta.ppf(0.975, 3.5, 0.5))
    row = found.rows[0]
    assert row.predictive_value.low < row.predictive_value.value < row.predictive_value.high
    # With one share known, the ends of the others follow from its ends.
    assert row.charts.high == pytest.approx(1.0 + 99.9999 / found.sensitivity.low, rel=0.03)


def test_no_false_find_is_not_a_promise_of_none() -> None:
    row = base_rates(0.9, Counted(1000, 1000), [1e-6]).rows[0]
    # Of one thousand nobody: up to 2.5 in a thousand (95 %, Beta(1/2, 1000.5)).
    assert row.false_finds.high == pytest.approx(1e6 * stats.beta.ppf(0.975, 0.5, 1000.5), rel=1e-6)
    assert row.false_finds.high > 2400.0
    assert row.false_finds.value > 0.0
    assert row.predictive_value.value < 0.01


def test_two_posteriors_together_agree_with_chance() -> None:
    row = base_rates(Counted(3, 3), Counted(999_988, 1_000_000), [1e-5]).rows[0]
    sensitivity = stats.beta.rvs(3.5, 0.5, size=200_000, random_state=1)
    false = stats.beta.rvs(12.5, 999_988.5, size=200_000, random_state=2)
    value = 1e-5 * sensitivity / (1e-5 * sensitivity + (1.0 - 1e-5) * false)
    low, high = stats.scoreatpercentile(value, [2.5, 97.5])
    assert row.predictive_value.low == pytest.approx(low, rel=0.02)
    assert row.predictive_value.high == pytest.approx(high, rel=0.02)


def test_a_screening_that_finds_nobody_has_no_end_of_charts() -> None:
    found = base_rates(0.0, 0.999, [1e-6])
    assert math.isinf(found.rows[0].charts.value)
    assert found.to_dict()["rows"][0]["charts"]["value"] is None
    assert "no end" in str(found)


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "priors"),
    [(1.2, 0.9, [1e-6]), (0.9, -0.1, [1e-6]), (0.9, 0.9, [0.0]), (0.9, 0.9, []), (0.9, math.nan, [1e-6])],
)
def test_impossible_shares_are_refused(sensitivity: float, specificity: float, priors: list[float]) -> None:
    with pytest.raises(SettingError):
        base_rates(sensitivity, specificity, priors)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(SettingError, match="4 of 3"):
        Counted(4, 3)


def test_the_table_says_its_assumptions() -> None:
    text = table(0.9, 0.9999, [1e-6])
    assert "before anyone opens a chart" in text
    assert "1 in 1,000,000" in text
    assert "0.89 %" in text
    assert "95 %" not in text
    assert "95 %" in table(Counted(3, 3), 0.9999, [1e-6])


def test_the_command_prints_the_same_as_text_and_as_json() -> None:
    arguments = ["base-rates", "--found", "3/3", "--false", "12/1000000", "--prior", "1e-6"]
    printed = CliRunner().invoke(clarkson, arguments)
    assert printed.exit_code == 0
    assert printed.output == table(Counted(3, 3), Counted(999_988, 1_000_000), [1e-6]) + "\n"
    document = json.loads(CliRunner().invoke(clarkson, [*arguments, "--json"]).output)
    assert document["rows"][0]["false_finds"]["value"] == pytest.approx(12.0, rel=0.05)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--sensitivity", "0.9"],
        ["--sensitivity", "0.9", "--found", "3/3", "--specificity", "0.9"],
        ["--found", "three", "--specificity", "0.9"],
        ["--sensitivity", "0.9", "--specificity", "0.9", "--prior", "0"],
    ],
)
def test_the_command_refuses_what_says_too_little_or_too_much(arguments: list[str]) -> None:
    assert CliRunner().invoke(clarkson, ["base-rates", *arguments]).exit_code == 2
