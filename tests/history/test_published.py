"""The priors: made from the published numbers, and from nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from clarkson.history.published import (
    FLAT,
    PUBLISHED,
    UNPUBLISHED,
    prior_of,
    published_name,
    published_ratios,
    ratio_where_free,
    shape_of_rates,
    sources,
)


def test_the_shape_is_found_again_from_the_order_statistics_of_simulated_registries() -> None:
    random = np.random.default_rng(1)
    rates = np.sort(random.gamma(0.8, 1.0 / 0.5, (400, 28)), axis=1)
    shapes = [shape_of_rates(float(np.median(each)), float(each[0]), float(each[-1]), 28) for each in rates]
    assert np.median(shapes) == pytest.approx(0.8, rel=0.1)


def test_rates_lie_between_the_registry_and_those_before_immunoglobulins() -> None:
    law = stats.gamma(PUBLISHED.shape, scale=1.0 / PUBLISHED.rate)
    # Gousseff 2011 (some treated) and Xie 2015 (after a bad time).
    assert 1.23 < law.median() < 2.6
    assert PUBLISHED.median_per_year == pytest.approx(law.median())
    # The registry's range of 28 rates is not odd under it: its ends lie at about 1 / 29 and 28 / 29.
    assert law.cdf(0.13) < 0.15
    assert law.cdf(21.18) > 0.97


def test_a_share_without_attacks_gives_the_ratio_that_makes_that_share() -> None:
    ratio = ratio_where_free(15 / 18, 2.6, 32 / 12, 0.6)
    rates = np.random.default_rng(2).gamma(0.6, 2.6 / stats.gamma(0.6).median(), 400_000)
    assert np.mean(np.exp(-ratio * rates * 32 / 12)) == pytest.approx(15 / 18, abs=0.003)


def test_the_effect_of_a_published_treatment_may_be_nothing() -> None:
    ratio = PUBLISHED.ratio
    assert ratio is not None
    assert ratio.no_effect == 0.5
    assert published_ratios()["Tahirkheli 1999"] == pytest.approx(1 / 30)  # 30-fold
    assert published_ratios()["Moyon 2022"] == pytest.approx(1.0 / 2.5)  # median relapses 1 against 2.5
    assert ratio.log_median == pytest.approx(np.mean(np.log(list(published_ratios().values()))))
    assert "published" in PUBLISHED.words
    assert "hopeful" in PUBLISHED.words


def test_what_is_not_published_is_centred_on_no_change() -> None:
    ratio = UNPUBLISHED.ratio
    assert ratio is not None
    assert ratio.log_median == 0.0
    assert math.exp(1.6449 * ratio.log_sd) == pytest.approx(4.0, rel=1e-3)
    assert (FLAT.shape, FLAT.rate, FLAT.ratio) == (0.5, 0.5, None)


@pytest.mark.parametrize(
    ("treatment", "name"),
    [
        ("IVIG 2 g/kg over 2 days monthly", "immunoglobulin"),
        ("Aminophylline", "theophylline"),
        ("terbutaline 5 mg", "terbutaline"),
        ("vitamin K", None),
        ("IVIG placebo", None),
        ("without IVIG", None),
        ("IVIG 0 g/kg", None),
        ("IVIG 0.5 g/kg", "immunoglobulin"),
        ("IVIG 10 g", "immunoglobulin"),
        ("", None),
    ],
)
def test_a_treatment_is_known_by_its_name(treatment: str, name: str | None) -> None:
    assert published_name(treatment) == name
    assert prior_of(treatment) is (UNPUBLISHED if name is None else PUBLISHED)


def test_every_number_has_a_source_and_a_grade() -> None:
    assert len(sources()) >= 8
    for what, source, grade in sources():
        assert what
        assert source
        assert grade in {"read", "secondary", "assumed"}
