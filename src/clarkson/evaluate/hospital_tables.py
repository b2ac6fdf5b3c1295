"""The independent hospital patients, as Markdown."""

from __future__ import annotations

from clarkson.evaluate.detection_tables import calibration_table, figure, table
from clarkson.evaluate.hospital_alarms import Hospital


def hospital_table(found: Hospital) -> str:
    """Every disease, and the calibration."""
    lines = [
        "## Independent hospital patients (clinosim)",
        "",
        "Patients of clinosim 0.6.5, a generator that shares no code with Clarkson. None of them leaks by its truth: its albumin "
        "falls with inflammation and liver function, its hematocrit with anemia, and neither with plasma volume. Blood count and "
        "albumin are ordered daily (`scripts/clinosim`); as shipped, hardly anybody has both twice. Rates are per 100 "
        "patient-days, with 72 h of silence after an alarm; the Brier score is that of the probability of a leak (prior 1 in "
        "100) where none is true.",
        "",
        *table(
            [
                "disease",
                "people",
                "draws",
                "with red cells and albumin",
                "possible leak or leak",
                "leak",
                "people ever called leak",
                "Brier",
            ],
            [
                (
                    each.name,
                    str(each.people),
                    str(each.draws),
                    str(each.both),
                    figure(each.possible),
                    figure(each.leak),
                    f"{each.people_called} of {each.people}",
                    figure(each.brier, ".4f"),
                )
                for each in found.diseases
            ],
        ),
        "",
        calibration_table(
            found.calibration,
            "Calibration on virtual leaks among these patients",
            "Leaking draws of virtual people among all draws of these patients; the prior is the share of leaking draws.",
        ),
    ]
    return "\n".join(lines)
