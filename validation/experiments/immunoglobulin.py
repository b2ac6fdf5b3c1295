"""Immunoglobulin into a vein: levels after hours and weeks."""

from __future__ import annotations

from validation.acts import immunoglobulin
from validation.experiment import Experiment
from validation.people import ADULT
from validation.trajectory import Factors, Values, hours, trajectory, volunteer

WEEKS = 29 * 24.0


def volunteers(factors: Factors) -> Values:
    found: dict[str, object] = {}
    for grams_per_kg, resting, early, late in ((0.2, 10.7, "V175", "V176"), (0.4, 12.4, "V178", "V179")):
        people = volunteer(ADULT, factors, resting_igg=resting)
        course = trajectory(people, immunoglobulin(grams_per_kg * ADULT.weight_kg, 0.0, 3.0), hours(WEEKS, 1.0))
        found[early], found[late] = course.at("igg", 4.0), course.at("igg", WEEKS)
    return found


def guillain_barre(factors: Factors) -> Values:
    grams = 0.4 * ADULT.weight_kg
    acts = tuple(act for day in range(5) for act in immunoglobulin(grams, 24.0 * day, 24.0 * day + 4.0))
    course = trajectory(volunteer(ADULT, factors), acts, hours(336.0, 1.0))
    return {"V183": course.rise("igg", 336.0)}


EXPERIMENTS = (
    Experiment(
        "A dose in volunteers",
        "A typical man with the study's own IgG: 0.2 or 0.4 g/kg at 50 g/L over 3 h.",
        ("V175", "V176", "V178", "V179"),
        volunteers,
        slow=True,
    ),
    Experiment(
        "2 g/kg in Guillain-Barré syndrome",
        "A typical man: 0.4 g/kg at 50 g/L over 4 h on each of five days.",
        ("V183",),
        guillain_barre,
        slow=True,
    ),
)
