"""The rate ratio of one person: against worked examples, closed forms and second implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from clarkson.errors import SettingError
from clarkson.history.conditional import (
    conditional_test,
    mid_p_rate_interval,
    mid_p_two_sided,
    ratio_interval,
)
from clarkson.history.effect import effect, ratio_quantiles
from clarkson.history.published import FLAT, PUBLISHED, UNPUBLISHED

# Counts off and on treatment: P(ratio < 1), median, 95 % interval under the flat prior (worked examples of issue 7).
WORKED = (
    ((5, 2.0, 0, 1.0), 0.97, 0.07, 0.0002, 1.02),
    ((8, 3.0, 1, 2.0), 0.976, 0.20, 0.02, 0.99),
)
COUNTS = ((5, 2.0, 0, 1.0), (8, 3.0, 1, 2.0), (3, 3.0, 3, 3.0), (2, 1.0, 6, 1.5), (40, 10.0, 12, 8.0))


@pytest.mark.parametrize(("counts", "lower", "median", "low", "high"), WORKED)
def test_the_flat_prior_gives_the_worked_examples(
    counts: tuple[int, float, int, float], lower: float, median: float, low: float, high: float
) -> None:
    found = effect(*counts, prior=FLAT)
    assert found.probability_lower == pytest.approx(lower, abs=0.005)
    assert found.ratio.median == pytest.approx(median, abs=0.005)
    ends = ratio_quantiles(*counts, FLAT, np.array([0.025, 0.975]))
    assert ends[0] == pytest.approx(low, abs=0.003)
    assert ends[1] == pytest.approx(high, abs=0.005)


@pytest.mark.parametrize("counts", COUNTS)
def test_the_flat_prior_is_the_f_distribution(counts: tuple[int, float, int, float]) -> None:
    off, off_years, on, on_years = counts
    scale = ((on + 0.5) / (on_years + 0.5)) / ((off + 0.5) / (off_years + 0.5))
    law = stats.f(2 * on + 1, 2 * off + 1, scale=scale)
    found = effect(*counts, prior=FLAT)
    assert found.ratio.low == pytest.approx(law.ppf(0.05), rel=1e-6)
    assert found.ratio_50.high == pytest.approx(law.ppf(0.75), rel=1e-6)
    assert found.probability_halved == pytest.approx(law.cdf(0.5), rel=1e-6)


@pytest.mark.parametrize(("free", "p"), [((5, 2.0, 0, 1.0), 0.13), ((5, 2.0, 0, 2.0), 0.03), ((8, 3.0, 0, 2.0), 0.017)])
def test_no_attack_on_treatment_has_a_closed_p(free: tuple[int, float, int, float], p: float) -> None:
    found = conditional_test(*free).lower_exact
    assert found == pytest.approx((free[1] / (free[1] + free[3])) ** free[0])
    assert found == pytest.approx(p, abs=0.005)


@pytest.mark.parametrize("counts", COUNTS)
def test_the_exact_test_is_that_of_scipy(counts: tuple[int, float, int, float]) -> None:
    off, off_years, on, on_years = counts
    share = on_years / (off_years + on_years)
    found = conditional_test(*counts)
    assert found.lower_exact == pytest.approx(stats.binomtest(on, off + on, share, alternative="less").pvalue)
    ends = stats.binomtest(on, off + on, share).proportion_ci(0.90, method="exact")
    for share_end, end in zip(ends, found.exact, strict=True):
        assert end == pytest.approx(share_end / (1.0 - share_end) * off_years / on_years, rel=1e-6)
    # The mid-p interval lies inside the exact one, and its ends have the mid-p of the tail.
    assert found.exact[0] <= found.mid[0] <= found.mid[1] <= found.exact[1]
    top = found.mid[1] * on_years / (off_years + found.mid[1] * on_years)
    law = stats.binom(off + on, top)
    assert law.cdf(on) - 0.5 * law.pmf(on) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("counts", COUNTS)
def test_two_sided_p_values_are_those_of_statsmodels(counts: tuple[int, float, int, float]) -> None:
    rates = pytest.importorskip("statsmodels.stats.rates", reason="statsmodels is the second implementation")
    off, off_years, on, on_years = counts
    found = conditional_test(*counts)
    share = on_years / (off_years + on_years)
    one_sided = rates.test_poisson_2indep(on, on_years, off, off_years, method="cond-midp", alternative="smaller")
    assert found.lower_mid == pytest.approx(float(one_sided.pvalue), rel=1e-6)
    many = mid_p_two_sided(np.array([on]), np.array([off + on]), share)
    assert many[0] == pytest.approx(found.two_sided_mid)


def test_the_published_prior_agrees_with_integration_over_rate_and_ratio() -> None:
    prior = PUBLISHED.ratio
    assert prior is not None
    nodes = np.linspace(-12.0, 4.0, 1601)
    before = prior.no_effect * stats.norm.pdf(nodes, 0.0, prior.drift_sd)
    before += (1.0 - prior.no_effect) * stats.norm.pdf(nodes, prior.log_median, prior.log_sd)
    rates = np.linspace(0.0025, 15.0, 1500)
    at = stats.poisson.pmf(8, rates * 3.0) * stats.gamma.pdf(rates, PUBLISHED.shape, scale=1.0 / PUBLISHED.rate)
    seen = stats.poisson.pmf(1, np.exp(nodes)[:, None] * rates * 2.0) @ at
    density = before * seen / (before * seen).sum()
    found = effect(8, 3.0, 1, 2.0)
    for ratio, probability in ((0.5, found.probability_halved), (1.0, found.probability_lower)):
        below = np.interp(math.log(ratio), nodes, np.cumsum(density) - 0.5 * density)
        assert probability == pytest.approx(below, abs=1e-3)
    assert np.interp(0.5, np.cumsum(density) - 0.5 * density, nodes) == pytest.approx(
        math.log(found.ratio.median), abs=0.01
    )


def test_times_likelier_is_the_marginal_likelihood_of_halving_against_nothing() -> None:
    random = np.random.default_rng(3)
    ratio = PUBLISHED.ratio
    assert ratio is not None
    rates = random.gamma(PUBLISHED.shape, 1.0 / PUBLISHED.rate, 400_000)
    ratios = np.exp(random.normal(ratio.log_median, ratio.log_sd, 400_000))
    seen = stats.poisson.pmf(7, rates * 2.7) * stats.poisson.pmf(0, rates * ratios * 2.7)
    nothing = stats.poisson.pmf(7, rates * 2.7) * stats.poisson.pmf(0, rates * 2.7)
    found = effect(7, 2.7, 0, 2.7)
    assert found.times_likelier == pytest.approx(seen[ratios <= 0.5].mean() / nothing.mean(), rel=0.03)
    assert found.times_likelier <= found.at_most_times_likelier


def test_times_likelier_under_the_flat_prior_is_the_ratio_of_its_integrals() -> None:
    random = np.random.default_rng(4)
    off, on = random.gamma(0.5, 2.0, (2, 600_000))
    seen = stats.poisson.pmf(5, off * 2.0) * stats.poisson.pmf(0, on)
    halved = seen[on <= 0.5 * off].mean()
    # The rate beforehand where both are the same: Gamma(1, 1 year).
    same = random.gamma(1.0, 1.0, 600_000)
    nothing = (stats.poisson.pmf(5, same * 2.0) * stats.poisson.pmf(0, same)).mean()
    assert effect(5, 2.0, 0, 1.0, FLAT).times_likelier == pytest.approx(halved / nothing, rel=0.03)


def test_the_counts_can_speak_for_no_effect() -> None:
    found = effect(12, 4.0, 12, 4.0)
    assert found.times_likelier < 0.1
    assert found.before_no_effect is not None
    assert found.probability_no_effect is not None
    assert found.probability_no_effect > found.before_no_effect


def test_without_time_of_one_kind_the_prior_answers_and_says_so() -> None:
    found = effect(0, 0.0, 0, 0.0)
    assert found.probability_lower == pytest.approx(found.before_lower)
    assert len(found.remarks) == 2
    assert found.test.two_sided_mid == 1.0
    assert effect(3, 2.0, 1, 1.0).remarks == ()


def test_a_treatment_without_a_series_is_believed_less() -> None:
    counts = (5, 2.0, 0, 1.0)
    assert effect(*counts, prior=UNPUBLISHED).probability_lower < effect(*counts, prior=PUBLISHED).probability_lower
    assert effect(*counts, prior=UNPUBLISHED).before_lower == pytest.approx(0.5)


def test_many_attacks_do_no_harm() -> None:
    found = effect(5000, 10.0, 1000, 10.0)
    assert found.ratio.low < 0.2 < found.ratio.high
    assert math.isfinite(found.times_likelier)


@pytest.mark.parametrize(
    "counts", [(-1, 1.0, 0, 1.0), (1, -1.0, 0, 1.0), (1, 0.0, 0, 1.0), (1, 1.0, 0, math.nan), (1, 1.0, 2, 0.0)]
)
def test_counts_that_cannot_be_are_refused(counts: tuple[int, float, int, float]) -> None:
    with pytest.raises(SettingError, match="cannot be"):
        effect(*counts)


def test_the_mid_p_interval_of_a_rate_has_the_mid_p_of_its_tails() -> None:
    for attacks, years in ((1, 3.0), (10, 1.0), (40, 5.0)):
        low, high = mid_p_rate_interval(attacks, years)
        few, many = stats.poisson(low * years), stats.poisson(high * years)
        assert few.sf(attacks) + 0.5 * few.pmf(attacks) == pytest.approx(0.05, abs=1e-6)
        assert many.cdf(attacks) - 0.5 * many.pmf(attacks) == pytest.approx(0.05, abs=1e-6)
    # None in 3 years: exp(-3 high) / 2 = 0.05.
    low, high = mid_p_rate_interval(0, 3.0)
    assert low == 0.0
    assert high == pytest.approx(-math.log(0.1) / 3.0)


def test_a_ratio_without_attacks_off_treatment_has_no_upper_end() -> None:
    assert ratio_interval(0, 1.0, 3, 1.0)[1] == math.inf
    assert ratio_interval(3, 1.0, 0, 1.0)[0] == 0.0
