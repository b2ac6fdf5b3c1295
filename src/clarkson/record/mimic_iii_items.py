"""What the item numbers of MIMIC-III stand for: vital signs of the charts, and what was given.

The numbers below 220000 are of CareVue, the others of MetaVision, the two systems of the hospital. Vital signs follow
the concept map of MIT-LCP/mimic-code.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clarkson.analytes import Method
from clarkson.record.record import DoseKind

# The analyte, how it was measured, and the unit where the row prints none. Values that the system computed from
# others (temperatures converted, weights of the day before) are left out.
_CHARTED: dict[tuple[str, Method, str], tuple[int, ...]] = {
    ("systolic_pressure", "arterial line", "mmHg"): (51, 6701, 220050, 225309),
    ("diastolic_pressure", "arterial line", "mmHg"): (8368, 8555, 220051, 225310),
    ("mean_pressure", "arterial line", "mmHg"): (52, 6702, 220052, 225312),
    ("systolic_pressure", "cuff", "mmHg"): (442, 455, 220179, 224167, 227243),
    ("diastolic_pressure", "cuff", "mmHg"): (8440, 8441, 220180, 224643, 227242),
    ("mean_pressure", "cuff", "mmHg"): (456, 220181),
    ("central_venous_pressure", "other", "mmHg"): (113, 220074),
    ("heart_rate", "other", "/min"): (211, 220045),
    ("respiratory_rate", "other", "/min"): (618, 220210),
    ("oxygen_saturation", "other", "%"): (646, 220277),
    ("temperature", "other", "Cel"): (676, 223762),
    ("temperature", "other", "[degF]"): (678, 223761),
    ("weight", "scale", "kg"): (762, 763, 224639, 226512),
    ("weight", "scale", "[lb_av]"): (226531,),
}
CHARTED: Mapping[int, tuple[str, Method, str]] = MappingProxyType(
    {item: entry for entry, items in _CHARTED.items() for item in items}
)
"""Analyte, method and unit by item of ``chartevents``."""

# Fluids with salt: water and glucose in water alone stay out of the plasma. Items that single nurses typed in as free
# words, irrigation and flushes are left out.
_GIVEN: dict[DoseKind, tuple[int, ...]] = {
    "crystalloid": (
        *(30014, 30015, 30018, 30020, 30021, 30060, 30061, 30101, 30108, 30143, 30159, 30160, 30161, 30176, 30190),
        *(30352, 30353, 220953, 220954, 220955, 220956, 220958, 220959, 220960, 220961, 220962, 220964, 220965, 220966),
        *(220967, 220968, 225158, 225159, 225161, 225823, 225825, 225827, 225828, 225941, 226364, 226375),
    ),
    "albumin": (30008, 30009, 30181, 220861, 220862, 220863, 220864),
    "colloid": (30012, 30102, 30107, 220979, 220980, 221001, 221003, 221195, 225174, 226365, 226376),
    "red cells": (
        *(30001, 30002, 30004, 30053, 30104, 30106, 30179, 220996, 221013, 225168, 225173, 226368, 226370, 226372),
        227070,
    ),
    "plasma": (30005, 30103, 30180, 220970, 220971, 226367, 227072),
    "vasopressor": (
        *(30042, 30043, 30044, 30047, 30051, 30119, 30120, 30127, 30128, 30306, 30307, 30309),
        *(221289, 221653, 221662, 221749, 221906, 222315),
    ),
    "diuretic": (30123, 221794, 228340),
}
GIVEN: Mapping[int, DoseKind] = MappingProxyType({item: kind for kind, items in _GIVEN.items() for item in items})
"""Kind of dose by item of ``inputevents_cv`` and ``inputevents_mv``."""
