"""Suction on the lower body: the reflexes without loss of blood."""

from __future__ import annotations

from validation.experiment import Experiment
from validation.people import YOUNG_MAN
from validation.trajectory import Act, Factors, Values, hours, trajectory, volunteer

STAGE = 5.0 / 60.0
RAMP_MMHG_PER_MINUTE = 3.0
RAMP_MINUTES = 28


def three_stages(factors: Factors) -> Values:
    people = volunteer(YOUNG_MAN, factors, resting_heart_rate=61.0, resting_pressure=90.9, resting_venous_pressure=7.9)
    acts = tuple(
        Act("lower_body_suction", stage * STAGE, (stage + 1) * STAGE, 15.0 * (stage + 1)) for stage in range(3)
    )
    course = trajectory(people, acts, hours(3 * STAGE))
    # The last time is the end of suction itself; a minute before, the last stage holds.
    just_before = 3 * STAGE - 1.0 / 60.0
    return {
        "V094": course.at("heart_rate", just_before),
        "V096": course.at("mean_pressure", just_before),
        "V098": course.at("central_venous_pressure", just_before),
    }


def ramp(factors: Factors) -> Values:
    acts = tuple(
        Act("lower_body_suction", minute / 60.0, (minute + 1) / 60.0, RAMP_MMHG_PER_MINUTE * (minute + 1))
        for minute in range(RAMP_MINUTES)
    )
    end = RAMP_MINUTES / 60.0
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(end, 1.0 / 120.0))
    just_before = end - 1.0 / 120.0
    return {
        "V196": course.percent("brain_flow", just_before),
        "V199": course.percent("stroke_volume", just_before),
    }


EXPERIMENTS = (
    Experiment(
        "Suction in stages",
        "A young man with the study's own baseline: 15, 30 and 45 mmHg, 5 min each.",
        ("V094", "V096", "V098"),
        three_stages,
    ),
    Experiment(
        "Suction to the edge of fainting",
        "A young man: 3 mmHg more each minute, for 28 min; its end stands for the edge of fainting, flow to the brain "
        "for the velocity in the middle cerebral artery.",
        ("V196", "V199"),
        ramp,
    ),
)
