"""What is told of a twin: the document keeps its schema, words and figure say what it says, draws are readable."""

from __future__ import annotations

import copy
import itertools
import json
import math
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from clarkson.errors import SettingError
from clarkson.report.twin_document import twin_document
from clarkson.report.twin_draws import replicas, write_draws
from clarkson.report.twin_plot import plot_twin
from clarkson.report.twin_words import words
from clarkson.simulate.schedule import Given
from clarkson.twin.summary import summary
from clarkson.twin.what_if import NOTHING, what_if
from tests.schema import TWIN_SCHEMA, faults
from tests.twins import twin

ASKED = {"one litre": (Given(0.0, "crystalloid 1 L over 1 h"),), "furosemide": (Given(0.0, "furosemide 40 mg"),)}


@cache
def _made(case: str) -> dict[str, Any]:
    return twin_document(twin(case), what_if(twin(case), ASKED), input_name=f"{case}.json", input_sha256="0" * 64)


def made(case: str) -> dict[str, Any]:
    return copy.deepcopy(_made(case))


@pytest.mark.parametrize("case", ["smith2016-1", "pmc10372265-1", "lee2007-1"])
def test_the_document_keeps_its_schema(case: str) -> None:
    document = made(case)
    assert list(faults(document, TWIN_SCHEMA)) == []
    json.dumps(document, allow_nan=False)
    for part in ("phases", "leaks"):
        assert math.fsum(each["probability"] for each in document[part]) == pytest.approx(1.0, abs=2e-3)


def test_the_schema_refuses_what_it_should() -> None:
    assert set(made("smith2016-1")) == set(TWIN_SCHEMA["properties"])
    for path, value in (
        (("schema_version",), "2.0"),
        (("surplus",), 1),
        (("phases", 0, "name"), "all is well"),
        (("threats", 0, "ahead"), 1.5),
        (("scenarios", 0, "measures", 0, "harm"), "none"),
        (("results", 0, "hours"), 1.0),
        (("diagnostics", "members", 0, "method"), "a guess"),
    ):
        broken: Any = made("smith2016-1")
        place = broken
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        assert list(faults(broken, TWIN_SCHEMA)), path


def test_the_document_says_what_the_twin_says() -> None:
    document, found = made("pmc10372265-1"), summary(twin("pmc10372265-1"))
    lost = next(each for each in document["quantities"] if each["name"] == "plasma_lost")
    assert lost["median"] == pytest.approx(100.0 * found["plasma_lost"].median, rel=1e-3)
    hours = document["curves"]["hours"]
    assert hours[0] == document["start_hours"]
    assert hours[-1] == document["hours_ahead"] == 72.0
    assert all(a < b for a, b in itertools.pairwise(hours))
    for curve in document["curves"]["outputs"]:
        for low, middle, high in zip(curve["low_90"], curve["median"], curve["high_90"], strict=True):
            assert low is None or low <= middle <= high
    base, litre, _ = document["scenarios"]
    assert base["name"] == NOTHING
    water = next(each for each in litre["measures"] if each["name"] == "water_at_end")
    assert 0.0 < water["difference"]["median"] <= 1.0


def test_everything_that_was_read_is_fitted_or_left_out_by_name() -> None:
    document, known = made("pmc10372265-1"), twin("pmc10372265-1").known
    fitted = {each["analyte"] for each in document["results"]}
    told = " ".join(document["left_out"])
    for result in known.record.results:
        assert result.analyte in fitted or result.analyte in told or result.steady, result.analyte


def test_words_show_both_harms_and_give_no_order() -> None:
    text = words(made("smith2016-1"))
    assert max(map(len, text.splitlines())) <= 100
    for part in ("NOW", "THREATS", "EXPECTED READINGS", "WHAT IF", "MEASURE NEXT", "DOUBTS", "FIT"):
        assert f"\n{part}" in text
    assert text.count("UNDER-PERFUSION") == text.count("OVERLOAD") == len(ASKED)
    assert "more fluid went with more deaths" in " ".join(text.split())
    assert "Research software, not a medical device" in text
    for order in ("should give", "recommend", "we advise", "is safe", "must be given"):
        assert order not in text.lower()


def test_words_without_scenarios_have_no_what_if() -> None:
    document = made("smith2016-1") | {"scenarios": []}
    assert "WHAT IF" not in words(document)


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_document_gives_the_same_figure(tmp_path: Path, kind: str) -> None:
    for name in ("one", "two"):
        plot_twin(made("smith2016-1"), tmp_path / f"{name}.{kind}")
    assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_the_figure_names_its_lanes_and_what_contradicts(tmp_path: Path) -> None:
    plot_twin(made("smith2016-1"), tmp_path / "twin.svg")
    drawn = (tmp_path / "twin.svg").read_text(encoding="utf-8")
    for each in ("Hematocrit", "Albumin", "Plasma volume", "Water beyond rest", "Lung water", "Gaps open",
                 "last result", "contradicts the rest", "interstitial edema", "not a medical device"):  # fmt: skip
        assert each in drawn
    with pytest.raises(SettingError, match=r"twin\.docx"):
        plot_twin(made("smith2016-1"), tmp_path / "twin.docx")


def test_draws_are_rows_with_their_units(tmp_path: Path) -> None:
    of = twin("smith2016-1")
    write_draws(of, tmp_path / "draws.parquet")
    table = pq.read_table(tmp_path / "draws.parquet")
    assert table.num_rows == len(of)
    np.testing.assert_array_equal(table["leak_onset"].to_numpy(), of.unknown("leak_onset"))
    np.testing.assert_array_equal(table["now_plasma_volume"].to_numpy(), of.past["plasma_volume"][:, -1])
    assert table.schema.field("now_plasma_volume").metadata[b"unit"] == b"L"
    told = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert told["clarkson.seed"] == "0"
    assert "contradict" in told["clarkson.doubts"] or "expect" in told["clarkson.doubts"]


def test_arviz_reads_the_draws(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz

        of = twin("smith2016-1")
        write_draws(of, tmp_path / "draws.nc")
        found = arviz.InferenceData.from_netcdf(str(tmp_path / "draws.nc"))
        table: Any = arviz.summary(found, var_names=["leak_onset", "now_plasma_volume"], kind="stats")
    assert {"posterior", "posterior_predictive", "observed_data"} <= set(found.groups())
    assert float(table.loc["now_plasma_volume", "mean"]) == pytest.approx(
        float(of.past["plasma_volume"][:, -1].mean()), abs=2e-3
    )
    seen = np.asarray(found.observed_data["hematocrit"])
    np.testing.assert_allclose(seen, [row.result.value for row in of.known.rows if row.result.analyte == "hematocrit"])


def test_replicas_are_around_the_bodies_with_the_errors_of_a_reading() -> None:
    of = twin("pmc10372265-1")
    read = replicas(of)
    assert read.shape == (len(of), len(of.known.rows))
    inside = [
        np.quantile(read[:, place], 0.005) <= row.result.value <= np.quantile(read[:, place], 0.995)
        for place, row in enumerate(of.known.rows)
        if place not in {each.place for each in of.apart}
    ]
    assert np.mean(inside) > 0.9


def test_draws_have_a_kind(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"draws\.csv"):
        write_draws(twin("smith2016-1"), tmp_path / "draws.csv")
