"""Agreement, predictive value and specificity against published examples, and against statsmodels."""

from __future__ import annotations

import math

import pytest
from statsmodels.stats.inter_rater import cohens_kappa as their_kappa
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

from clarkson.screen.agreement import cohens_kappa, krippendorff_alpha, pairs
from clarkson.screen.predictive_value import consensus, jeffreys, judged, share, specificity, wilson

# Krippendorff, Computing Krippendorff's alpha-reliability (2011), example C: 4 observers, 12 units, nominal: 0.743.
FOUR_OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
# The example of Wikipedia, "Krippendorff's alpha": 3 coders, 15 units, nominal: 0.691.
THREE_CODERS = ("*****34121133*3", "1*213343*******", "**21344*21133*4")
# Fleiss' kappa 0.210: Wikipedia, "Fleiss' kappa", 14 raters of 10 subjects.
FOURTEEN_RATERS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


def units(rows: tuple[str, ...]) -> list[list[str]]:
    return [[sign for sign in unit if sign not in ".*"] for unit in zip(*rows, strict=True)]


def test_alpha_of_four_observers() -> None:
    assert krippendorff_alpha(units(FOUR_OBSERVERS)) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_three_coders() -> None:
    assert krippendorff_alpha(units(THREE_CODERS)) == pytest.approx(0.691, abs=5e-4)


def test_alpha_without_gaps_is_fleiss_kappa_but_for_its_correction() -> None:
    found = krippendorff_alpha([[str(kind) for kind in range(5) for _ in range(row[kind])] for row in FOURTEEN_RATERS])
    assert found is not None
    kappa = float(fleiss_kappa(FOURTEEN_RATERS))
    assert kappa == pytest.approx(0.210, abs=5e-4)
    # 1 - alpha = (1 - kappa) (n - 1) / n, n the number of answers
    assert 1.0 - found == pytest.approx((1.0 - kappa) * 139 / 140)


@pytest.mark.parametrize(
    ("table", "published"),
    [
        # Wikipedia, "Cohen's kappa": 20, 5, 10, 15
        (((20, 5), (10, 15)), 0.4),
        # the same page: one share of agreement, two kappas
        (((45, 15), (25, 15)), 0.1304),
        (((25, 35), (5, 35)), 0.2593),
        # SAS, FREQ procedure, as quoted in the tests of statsmodels
        (((0, 4, 1), (0, 8, 0), (0, 1, 5)), 0.4842),
    ],
)
def test_kappa(table: tuple[tuple[int, ...], ...], published: float) -> None:
    both = [(f"{i}", f"{j}") for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    assert cohens_kappa(both) == pytest.approx(published, abs=5e-5)
    assert cohens_kappa(both) == pytest.approx(float(their_kappa(table, return_results=False)))


def test_agreement_is_not_defined_where_nobody_differs() -> None:
    assert cohens_kappa([]) is None
    assert cohens_kappa([("yes", "yes")] * 9) is None
    assert krippendorff_alpha([["yes", "yes"]] * 9) is None
    assert krippendorff_alpha([["yes"], ["no"]]) is None


def test_pairs_count_only_people_whom_both_judged() -> None:
    found = pairs({"1": {"A": "yes", "B": "no"}, "2": {"A": "yes", "C": "yes"}, "3": {"B": "no"}})
    assert [(each.first, each.second, each.both, each.agreed, each.share) for each in found] == [
        ("A", "B", 1, 0, 0.0), ("A", "C", 1, 1, 1.0), ("B", "C", 0, 0, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=5e-5)
    assert wilson(of - count, of) == pytest.approx((1 - high, 1 - low), abs=5e-5)


@pytest.mark.parametrize(("count", "of"), [(1, 7), (15, 148), (29, 30), (500, 1000)])
def test_intervals_are_those_of_statsmodels(count: int, of: int) -> None:
    assert wilson(count, of) == pytest.approx(proportion_confint(count, of, method="wilson"))
    assert jeffreys(count, of) == pytest.approx(proportion_confint(count, of, method="jeffreys"))


def test_bayesian_interval_of_nothing_is_that_of_the_arcsine_law() -> None:
    # The distribution function of Beta(1/2, 1/2) is 2/pi arcsin sqrt(x).
    assert jeffreys(0, 0) == pytest.approx([math.sin(math.pi * tail / 2) ** 2 for tail in (0.025, 0.975)])
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [("y", "yes"), ("nny", "no"), ("yn", "tie"), ("yu", "tie"), ("u", "unsure"), ("uuy", "unsure"), ("yynu", "yes"),
     ("yynn", "tie"), ("ynu", "tie")],
)  # fmt: skip
def test_consensus(answers: str, expected: str) -> None:
    assert consensus({"y": "yes", "n": "no", "u": "unsure"}[each] for each in answers) == expected


def test_ties_and_the_unsure_stand_apart() -> None:
    found = judged(
        {"1": ["yes"], "2": ["yes"], "3": ["no"], "4": ["unsure"], "5": ["yes", "no"], "x": ["no"]}, "123456"
    )
    assert (found.cases.count, found.cases.of, found.unsure, found.ties, found.people) == (2, 3, 1, 1, 5)
    assert (found.lowest, found.highest) == (2 / 5, 4 / 5)
    assert judged({}, "12").lowest is None


def test_specificity_counts_everybody_who_was_screened() -> None:
    # 100 of 10,000 flagged, half of them cases; 1 of 100 random others is a case: 9,801 right, 50 wrong.
    candidates = judged({f"{n}": ["yes" if n < 5 else "no"] for n in range(10)}, [f"{n}" for n in range(10)])
    negatives = judged({f"{n}": ["yes" if n < 1 else "no"] for n in range(100)}, [f"{n}" for n in range(100)])
    found = specificity(candidates, negatives, 100, 10_000)
    assert found is not None
    assert found.estimate is not None
    assert found.estimate == pytest.approx(9801 / 9851)
    # At worst: 9,900 (1 - upper end) right, 100 (1 - lower end) wrong.
    upper, lower = share(1, 100).wilson[1], share(5, 10).wilson[0]
    assert found.at_least == pytest.approx(9900 * (1 - upper) / (9900 * (1 - upper) + 100 * (1 - lower)))
    assert found.at_least < found.estimate


def test_specificity_is_not_told_where_nothing_tells_it() -> None:
    nobody, one = judged({}, []), judged({"1": ["no"]}, ["1"])
    assert specificity(one, nobody, 1, 100) is None
    assert specificity(one, one, 100, 100) is None
    unjudged = specificity(nobody, one, 10, 100)
    assert unjudged is not None
    assert unjudged.estimate is None
