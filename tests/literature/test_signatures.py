"""Each mechanism's textbook draw, a person with known levels of 42 %, 42 and 72 g/L: who is called a leak, and who not.

The numbers are the worked examples of the signature table: published human experiments where they exist.
"""

from __future__ import annotations

import pytest

import clarkson as ck
from clarkson.watch.assessment import LEAK_VERDICTS
from tests.people import draw, record, steady_draw

NOT_A_LEAK = {
    "pure water loss, 5 % of body water": (0.425, 44.2, 76.0, 147.0),
    "isotonic loss, protein kept": (0.46, 49.0, 85.0, 140.0),
    "exercise, Dill and Costill": (0.451, 45.1, 77.0, 140.0),
    "standing up": (0.457, 45.8, 79.0, 140.0),
    "bleed of 20 %, protein-free refill": (0.336, 29.0, 50.0, 140.0),
    "bleed of 20 %, protein mobilised": (0.336, 42.0, 72.0, 140.0),
    "crystalloid": (0.376, 35.0, 60.0, 140.0),
    "20 % albumin": (0.386, 48.6, 75.0, 140.0),
    "one unit of red cells": (0.45, 42.0, 72.0, 140.0),
    "red-cell mass + 30 %": (0.485, 42.0, 72.0, 140.0),
    "acute phase": (0.42, 29.0, 62.0, 140.0),
    "sepsis with fluids": (0.385, 25.0, 48.0, 140.0),
    "immunoglobulin 2 g/kg": (0.396, 39.6, 85.0, 136.0),
}


def known(hematocrit: float, albumin: float, total_protein: float, sodium: float) -> ck.Assessment:
    steady = [
        steady_draw(-24.0 * 30 * n, hematocrit=0.42, albumin=42.0, total_protein=72.0, sodium=140.0)
        for n in range(1, 6)
    ]
    values = {"hematocrit": hematocrit, "albumin": albumin, "total_protein": total_protein, "sodium": sodium}
    return ck.assess(record(*steady, draw(0.0, **values)))[-1]


@pytest.mark.parametrize("name", NOT_A_LEAK)
def test_other_mechanisms_are_not_called_a_leak(name: str) -> None:
    assert known(*NOT_A_LEAK[name]).verdict not in LEAK_VERDICTS


@pytest.mark.parametrize(
    ("name", "mechanisms"),
    [
        ("pure water loss, 5 % of body water", {"water loss"}),
        ("isotonic loss, protein kept", {"fluid loss", "posture"}),
        ("crystalloid", {"fluid", "posture"}),
        ("bleed of 20 %, protein mobilised", {"bleed"}),
        ("20 % albumin", {"albumin infusion"}),
        ("red-cell mass + 30 %", {"red-cell gain"}),
        ("acute phase", {"inflammation"}),
        ("sepsis with fluids", {"sepsis with fluids", "inflammation"}),
        ("immunoglobulin 2 g/kg", {"immunoglobulin window"}),
    ],
)
def test_the_right_mechanism_is_named(name: str, mechanisms: set[str]) -> None:
    assert known(*NOT_A_LEAK[name]).mechanism in mechanisms


@pytest.mark.parametrize(
    ("hematocrit", "albumin", "total_protein"), [(0.59, 21.0, 42.0), (0.60, 20.0, 40.0), (0.50, 28.0, 52.0)]
)
def test_a_leak_is_called_a_leak(hematocrit: float, albumin: float, total_protein: float) -> None:
    found = known(hematocrit, albumin, total_protein, 140.0)
    assert found.verdict == "leak"
    assert found.likelihood_ratio is not None
    assert found.likelihood_ratio > 100.0


def test_a_small_leak_is_possible_and_names_its_rivals() -> None:
    found = known(0.508, 34.0, 62.0, 140.0)
    assert found.verdict in LEAK_VERDICTS
    assert {"leak", "red-cell gain"} <= {each.mechanism for each in found.differential}


def test_plasma_lost_is_that_of_the_worked_example() -> None:
    """Hematocrit 42 to 50.8 %, albumin 42 to 34: plasma volume - 30 %, albumin mass exp(-1.6 * 0.357) = - 43 %."""
    found = known(0.508, 34.0, 62.0, 140.0)
    plasma, albumin = found.plasma_volume_change_percent, found.albumin_mass_change_percent
    assert plasma is not None
    assert albumin is not None
    assert plasma.low < -30.0 < plasma.high
    assert albumin.low < -43.0 < albumin.high
