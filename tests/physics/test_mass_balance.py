"""The mass balance is exact: what moves plasma alone leaves D where it was; a leak moves V and D."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarkson.body.blood import albumin_coordinate, concentrations, plasma_coordinate

hematocrits = st.floats(0.25, 0.55)
albumins = st.floats(25.0, 52.0)
plasma_changes = st.floats(-1.2, 0.6)


@given(hematocrits, albumins, plasma_changes)
def test_plasma_alone_moves_v_by_itself_and_leaves_d(hematocrit: float, albumin: float, plasma: float) -> None:
    """Standing up without protein loss, an isotonic loss, a liter of saline."""
    after = concentrations(plasma=plasma, baseline_hematocrit=hematocrit, baseline_albumin_g_per_l=albumin)
    assert plasma_coordinate(after[0], hematocrit) == pytest.approx(plasma, abs=1e-9)
    assert albumin_coordinate(*after, hematocrit, albumin) == pytest.approx(0.0, abs=1e-9)


@given(hematocrits, albumins, st.floats(-1.2, -0.05), st.floats(0.3, 2.5))
def test_a_leak_moves_v_down_and_d_up(hematocrit: float, albumin: float, plasma: float, carried: float) -> None:
    after = concentrations(
        plasma=plasma, albumin=carried * plasma, baseline_hematocrit=hematocrit, baseline_albumin_g_per_l=albumin
    )
    assert plasma_coordinate(after[0], hematocrit) == pytest.approx(plasma, abs=1e-9)
    assert albumin_coordinate(*after, hematocrit, albumin) == pytest.approx(-carried * plasma, abs=1e-9)


@given(hematocrits, albumins, st.floats(-1.2, -0.2), st.floats(0.8, 2.0), st.floats(0.0, 1.5))
def test_fluids_after_a_leak_cannot_hide_d(
    hematocrit: float, albumin: float, plasma: float, carried: float, given_back: float
) -> None:
    lost = {"albumin": carried * plasma, "baseline_hematocrit": hematocrit, "baseline_albumin_g_per_l": albumin}
    before = concentrations(plasma=plasma, **lost)
    diluted = concentrations(plasma=plasma + given_back, **lost)
    assert albumin_coordinate(*diluted, hematocrit, albumin) == pytest.approx(
        albumin_coordinate(*before, hematocrit, albumin), abs=1e-9
    )


@pytest.mark.parametrize(
    ("before", "after", "plasma_percent"),
    [(42.0, 46.2, -16), (40.0, 48.0, -28), (42.0, 50.0, -28), (42.0, 55.0, -41), (42.0, 60.0, -52), (42.0, 70.0, -69)],
)
def test_plasma_loss_from_two_hematocrits(before: float, after: float, plasma_percent: int) -> None:
    """Constant red-cell mass, P2/P1 = (H1/(100-H1)) ((100-H2)/H2): the arithmetic of van Beaumont's formula."""
    percent = 100.0 * math.expm1(plasma_coordinate(after / 100.0, before / 100.0))
    assert round(percent) == plasma_percent
