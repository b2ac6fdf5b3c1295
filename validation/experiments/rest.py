"""The healthy body at rest: what leaves the vessels by the hour, what is made, and where it is."""

from __future__ import annotations

import math

import numpy as np

from validation.experiment import Experiment
from validation.people import ADULT, YOUNG_MAN
from validation.trajectory import Act, Factors, Values, hours, trajectory, volunteer

MUSCLE_100_ML = 276.0
"""Muscle of an adult man in units of 100 mL: 29 kg at 1.05 kg/L. Source: ICRP reference man."""


def escape(factors: Factors) -> Values:
    course = trajectory(volunteer(ADULT, factors), (), hours(1.0))
    albumin, igg = 100.0 * course.at("albumin_escape", 1.0), 100.0 * course.at("igg_escape", 1.0)
    return {"V001": albumin, "V002": igg, "V005": albumin, "V017": albumin}


def endotoxin(factors: Factors) -> Values:
    course = trajectory(volunteer(YOUNG_MAN, factors), (Act("infection", 0.0, 5.0, 1.0),), hours(5.0, 0.05))
    capacity = course.parameters["filtration_muscle"][:, 0] / 60.0 * 1e6 / MUSCLE_100_ML
    return {
        "V020": 100.0 * course.at("albumin_escape", 0.0),
        "V021": 100.0 * course.at("albumin_escape", 5.0),
        "V022": capacity,
        "V023": capacity,
    }


def albumin_pools(factors: Factors) -> Values:
    course = trajectory(volunteer(ADULT, factors), (), hours(1.0))
    plasma = course.at("plasma_albumin_mass", 0.0)
    outside = sum(course.at(f"interstitial_albumin_{region}", 0.0) for region in ("muscle", "skin", "gut", "lung"))
    pool = plasma + outside
    return {
        "V190": math.log(2.0) * pool / course.at("albumin_synthesis", 0.0) / 24.0,
        "V191": pool / ADULT.weight_kg,
        "V192": 100.0 * plasma / pool,
    }


def igg_pools(factors: Factors) -> Values:
    course = trajectory(volunteer(ADULT, factors, resting_igg=11.5), (), hours(1.0))
    level = course.at("igg", 0.0)
    volume = (course.at("plasma_igg_mass", 0.0) + course.at("interstitial_igg_mass", 0.0)) / level
    clearance = course.at("igg_catabolism_rate", 0.0) / level
    return {
        "V180": math.log(2.0) * volume / clearance / 24.0,
        "V181": clearance * 1000.0 / 60.0,
        "V182": volume,
        "V184": clearance * 24.0,
        "V185": course.at("plasma_volume", 0.0),
        "V186": 24.0 * course.at("igg_escape", 0.0) * course.at("plasma_volume", 0.0),
        "V187": course.at("interstitial_igg_mass", 0.0) / level,
    }


def pleura(factors: Factors) -> Values:
    course = trajectory(volunteer(ADULT, factors), (), hours(1.0))
    held = {name: course.parameters[f"pleural_{name}"][:, 0] for name in ("volume", "drainage", "half_drainage")}
    drained = held["drainage"] * held["volume"] / (held["volume"] + held["half_drainage"])
    return {"V204": 1000.0 * drained / ADULT.weight_kg}


def oncotic(factors: Factors) -> Values:
    return {"V164": np.asarray(trajectory(volunteer(ADULT, factors), (), hours(1.0)).at("oncotic_pressure", 0.0))}


EXPERIMENTS = (
    Experiment("Transcapillary escape", "A typical man at rest, lying.", ("V001", "V002", "V005", "V017"), escape),
    Experiment(
        "Endotoxin",
        "A young man, before and 5 h into an infection of full strength, without susceptibility of the wall; "
        "filtration coefficient of muscle over the muscle of the ICRP man.",
        ("V020", "V021", "V022", "V023"),
        endotoxin,
    ),
    Experiment(
        "Albumin pools",
        "A typical man at rest; half-life of a tracer from pool and turnover.",
        ("V190", "V191", "V192"),
        albumin_pools,
    ),
    Experiment(
        "IgG pools",
        "A typical man at rest with 11.5 g/L of IgG; half-life from pool and turnover.",
        ("V180", "V181", "V182", "V184", "V185", "V186", "V187"),
        igg_pools,
    ),
    Experiment("Pleural turnover", "A typical man at rest: what lymph drains from the pleura.", ("V204",), pleura),
    Experiment("Oncotic pressure", "A typical man at rest.", ("V164",), oncotic),
)
