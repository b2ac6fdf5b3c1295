"""What is done to the bodies of people in hospital who do not have the disease: openings of the wall, and doses.

Sizes and times are assumptions of the order of published courses; no cohort gave them.
"""

from __future__ import annotations

import math

import numpy as np

from clarkson.body.person import Person
from clarkson.evaluate.population_bodies import BEGINS_H, Opened
from clarkson.simulate.schedule import Given

Range = tuple[float, float]


def _opening(random: np.random.Generator, size: Range, rise: Range, lasts: Range) -> Opened:
    start = BEGINS_H + random.uniform(0.0, 6.0)
    amount = math.exp(random.uniform(math.log(size[0]), math.log(size[1])))
    return amount, start, random.uniform(*rise), start + random.uniform(*lasts)


def _crystalloid(random: np.random.Generator, at_h: float, liters: Range, hours: Range) -> Given:
    return Given(at_h, f"crystalloid {random.uniform(*liters):.1f} L over {random.uniform(*hours):.1f} h")


def sepsis(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """An infection that opens the wall for days, and 2 to 6 L of fluid, most with norepinephrine."""
    at = BEGINS_H + random.uniform(6.0, 18.0)
    given = [Given(BEGINS_H, f"infection 1 for {random.uniform(3.0, 6.0):.1f} days")]
    given.append(_crystalloid(random, at, (2.0, 6.0), (4.0, 24.0)))
    if random.random() < 0.6:
        given.append(Given(at, f"norepinephrine {random.uniform(0.05, 0.3):.2f} ug/kg/min over 36 h"))
    return given, _opening(random, (0.03, 0.4), (4.0, 12.0), (36.0, 96.0))


def burn(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """A wall that is open at once for one to two days, and 4 to 12 L over the first day."""
    given = [_crystalloid(random, BEGINS_H + 1.0, (4.0, 12.0), (20.0, 24.0))]
    return given, _opening(random, (0.08, 0.5), (1.0, 4.0), (24.0, 48.0))


def dengue(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """Fever, then a leak of one to two days."""
    given = [Given(0.5, f"infection {random.uniform(0.4, 0.9):.2f} for {random.uniform(4.0, 6.0):.1f} days")]
    given.append(_crystalloid(random, BEGINS_H + 12.0, (1.0, 3.0), (12.0, 24.0)))
    return given, _opening(random, (0.02, 0.25), (6.0, 18.0), (24.0, 48.0))


def hyperstimulation(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """A small leak that lasts five to nine days."""
    given = [_crystalloid(random, BEGINS_H + 36.0, (1.0, 3.0), (12.0, 24.0))]
    if random.random() < 0.5:
        given.append(Given(BEGINS_H + 60.0, f"albumin 20 % {random.uniform(100.0, 300.0):.0f} mL over 4 h"))
    return given, _opening(random, (0.02, 0.15), (18.0, 48.0), (120.0, 216.0))


def interleukin(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """A leak that comes on over a day and lasts as long as the infusions do."""
    return [_crystalloid(random, BEGINS_H + 30.0, (1.0, 3.0), (6.0, 24.0))], _opening(
        random, (0.03, 0.2), (12.0, 24.0), (72.0, 120.0)
    )


def car_t(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """A leak of days in high fever."""
    given = [Given(BEGINS_H, f"infection {random.uniform(0.6, 1.0):.2f} for {random.uniform(4.0, 6.0):.1f} days")]
    given.append(_crystalloid(random, BEGINS_H + 24.0, (1.0, 4.0), (6.0, 24.0)))
    return given, _opening(random, (0.02, 0.2), (12.0, 24.0), (72.0, 144.0))


def surgery(random: np.random.Generator, _: Person) -> tuple[list[Given], Opened]:
    """Blood lost, fluid given, a wall that is a little open for a day; of the many bled some get red cells."""
    lost = math.exp(random.uniform(math.log(150.0), math.log(1500.0)))
    given = [Given(BEGINS_H, f"bleed {lost:.0f} mL over {random.uniform(1.0, 4.0):.1f} h")]
    given.append(_crystalloid(random, BEGINS_H, (2.0, 5.0), (4.0, 12.0)))
    if lost > 800.0 and random.random() < 0.6:
        given.append(Given(BEGINS_H + 6.0, f"red cells {int(random.integers(1, 4))} units over 6 h"))
    return given, _opening(random, (0.015, 0.08), (2.0, 6.0), (12.0, 30.0))


def transfusion(random: np.random.Generator, person: Person) -> tuple[list[Given], None]:
    """One to four units of red cells, for half of the people after a bleed."""
    units = int(random.integers(1, 5))
    at = BEGINS_H + random.uniform(2.0, 24.0)
    given = [Given(at, f"red cells {units} units over {2 * units} h")]
    return (bleed(random, person)[0] if random.random() < 0.5 else []) + given, None


def bleed(random: np.random.Generator, person: Person) -> tuple[list[Given], None]:
    """A bleed of 8 to 25 % of the blood."""
    volume = random.uniform(0.08, 0.25) * 65.0 * person.weight_kg
    return [Given(BEGINS_H, f"bleed {volume:.0f} mL over {random.uniform(0.5, 8.0):.1f} h")], None
