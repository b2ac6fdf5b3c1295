"""Why rows are missed: our reading of each, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

_TRACER = "the escape at rest of this study (7.2) lies above that of the others (5.0 to 5.6)"
_CALF = "the filtration coefficient of all muscle is set from the whole body; the calf's is lower"
_IGG = "fitted to children on replacement of immunoglobulin and scaled to 70 kg"
_ALBUMIN_20 = "three studies differ by a factor of 2.6 in how long infused albumin stays; the body stands between them"
_SALINE = (
    "hematocrit fell less than half as much as albumin: a tenth of the albumin would have to leave within the hour"
)
_TWO_VOLUMES = "on the body's course two volumes and an elimination cannot be told apart: all is taken as distribution"
_STANDING = "the calibration study found 15.5 % less plasma after 30 minutes of standing, this one 17-18 % after 15"
_TILT = "one reflex serves tilt and bleeding; with the gain that fits a bleed the heart rises too early and too little"
_DENGUE = "everybody is given the same leak, so that patients differ too little, and the peritoneum fills first"

REASONS: Mapping[str, str] = {
    "V020": _TRACER,
    "V022": _CALF,
    "V023": _CALF,
    "V191": "a hundredth below the range: more albumin in muscle and skin would leave too little difference to plasma",
    "V184": _IGG,
    "V186": _IGG,
    "V187": _IGG,
    "V204": "scaled from other mammals; the pleura of the body is drained at its resting inflow, half of that",
    "V017": "a hundredth above the range; the study of V020 lies above the body",
    "V213": "nobody in the cohort has the complications of intensive care: infection, thrombosis, arrhythmia",
    "V040": _ALBUMIN_20,
    "V041": _ALBUMIN_20,
    "V049": _ALBUMIN_20,
    "V063": "women (V055) and men kept 35 and 55 % of the same infusion in plasma; the body has one answer for both",
    "V068": "lymph brings back more protein after a fast infusion than in the study",
    "V070": "the lymph of all tissues together dilutes slowly; the study's estimate is of the fluid that returns first",
    "V072": _SALINE,
    "V075": _SALINE,
    "V058": _TWO_VOLUMES,
    "V059": _TWO_VOLUMES,
    "V060": _TWO_VOLUMES,
    "V061": _TWO_VOLUMES,
    "V062": "pressure is defended better than in the volunteers after 450 and 900 mL",
    "V120": _STANDING,
    "V121": _STANDING,
    "V122": _STANDING,
    "V123": _STANDING,
    "V124": _STANDING,
    "V125": _STANDING,
    "V126": _STANDING,
    "V127": _STANDING,
    "V128": "plasma leaves in proportion to the sine of the angle; in the study little leaves below 45 degrees",
    "V129": _TILT,
    "V130": _TILT,
    "V131": "plasma leaves in proportion to the sine of the angle; in the study little leaves below 45 degrees",
    "V132": _TILT,
    "V135": _TILT,
    "V138": _TILT,
    "V098": "suction takes less blood out of the chest than in the study",
    "V209": "the body clears norepinephrine half faster than in this study",
    "V166": _DENGUE,
    "V168": _DENGUE,
    "V230": "septic animals kept hardly any crystalloid; a leak set by the plasma they lost keeps more",
}
