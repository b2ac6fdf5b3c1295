"""Standing and tilting: plasma that leaves the vessels, and how it comes back."""

from __future__ import annotations

from clarkson.body.person import Person
from validation.acts import tilted
from validation.experiment import Experiment
from validation.people import YOUNG_MAN, red_cells
from validation.trajectory import Factors, Values, hours, trajectory, volunteer

JACOB = Person("female", 35, 168, 65)
LUNDVALL_PLASMA = 0.692 / 0.181
"""Plasma volume [L] of the men of Lundvall 1995, from the change in litres and in percent."""

TILTS = {12.0: ("V128", "V129", "V130"), 30.0: ("V131", "V132", "V133"), 53.0: ("V134", "V135", "V136")} | {
    70.0: ("V137", "V138", "V139")
}


def standing_half_an_hour(factors: Factors) -> Values:
    plasma = float(volunteer(JACOB, {})["resting_plasma_volume"])
    people = volunteer(JACOB, factors, resting_red_cell_volume=red_cells(plasma, 0.377))
    course = trajectory(people, tilted(90.0, 0.0, 0.5), hours(0.5))
    return {
        "V115": 1000.0 * course.rise("plasma_volume", 0.5),
        "V117": 100.0 * course.at("hematocrit", 0.5),
        "V118": course.percent("hematocrit", 0.5),
        "V119": course.percent("plasma_volume", 0.5),
    }


def standing_and_lying_down(factors: Factors) -> Values:
    people = volunteer(
        YOUNG_MAN,
        factors,
        resting_plasma_volume=LUNDVALL_PLASMA,
        resting_red_cell_volume=red_cells(LUNDVALL_PLASMA, 0.45),
    )
    course = trajectory(people, tilted(90.0, 0.0, 0.25), hours(0.6))
    lost = -course.rise("plasma_volume", 0.25)
    return {
        "V120": course.percent("plasma_volume", 0.25),
        "V121": -1000.0 * lost,
        "V122": 100.0 * course.rise("plasma_volume", 0.35, since=0.25) / lost,
        "V123": 1000.0 * course.rise("plasma_volume", 0.25 + 1.0 / 60.0, since=0.25),
        "V124": 100.0 * course.rise("plasma_volume", 0.58, since=0.25) / lost,
    }


def standing_a_quarter_of_an_hour(factors: Factors) -> Values:
    course = trajectory(volunteer(YOUNG_MAN, factors), tilted(90.0, 0.0, 0.25), hours(0.3))
    return {
        "V125": 1000.0 * course.rise("plasma_volume", 0.25),
        "V126": course.percent("hemoglobin", 0.25),
        "V127": course.percent("hemoglobin", 0.25 + 1.0 / 60.0),
    }


def tilting(factors: Factors) -> Values:
    found: dict[str, object] = {}
    for degrees, (hematocrit, heart_rate, pressure) in TILTS.items():
        course = trajectory(volunteer(YOUNG_MAN, factors), tilted(degrees, 0.0, 0.5), hours(0.5))
        found[hematocrit] = course.percent("hematocrit", 0.45)
        found[heart_rate] = course.percent("heart_rate", 0.45)
        found[pressure] = course.percent("mean_pressure", 0.45)
    return found


EXPERIMENTS = (
    Experiment(
        "Half an hour of standing",
        "A woman of 65 kg (the study's plasma volume) with the study's hematocrit, lying, then standing.",
        ("V115", "V117", "V118", "V119"),
        standing_half_an_hour,
    ),
    Experiment(
        "Standing and lying down (1995)",
        "A young man with the study's plasma volume: standing for 15 min, then lying.",
        ("V120", "V121", "V122", "V123", "V124"),
        standing_and_lying_down,
    ),
    Experiment(
        "Standing and lying down (1994)",
        "A young man: standing for 15 min, then lying; blood is one well-mixed space.",
        ("V125", "V126", "V127"),
        standing_a_quarter_of_an_hour,
    ),
    Experiment(
        "Head-up tilt",
        "A young man at the sine of 12, 30, 53 and 70 degrees for 30 min.",
        tuple(row for rows in TILTS.values() for row in rows),
        tilting,
    ),
)
