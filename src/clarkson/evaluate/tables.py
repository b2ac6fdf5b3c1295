"""The evaluation as Markdown: tables with their command, misfits shown."""

from __future__ import annotations

from clarkson.evaluate.alarm_tables import alarm_table, forecast_table
from clarkson.evaluate.attacks import Attack, called, verdict_of
from clarkson.evaluate.detection_tables import (
    calibration_table,
    dengue_table,
    first_alarm_table,
    kind_table,
    virtual_table,
)
from clarkson.evaluate.evaluation import Evaluation
from clarkson.evaluate.hospital_tables import hospital_table
from clarkson.watch.assessment import DEFAULT_PRIOR, Assessment
from clarkson.watch.learned import learned
from clarkson.watch.numbers import one_in, ratio

WITHOUT_DATA = "clarkson evaluate"
WITH_DATA = "clarkson evaluate --data $CLARKSON_DATA --clinosim $CLARKSON_CLINOSIM"


def attack_table(rows: tuple[Attack, ...]) -> str:
    """One row a published episode, attacks first, then counter-examples and weak sources."""
    found, total = called(rows)
    lines = [
        "## Published attacks, without a personal baseline",
        "",
        f"Of {total} attacks with a red-cell and a protein measure in one draw, {found} were called leak, possible "
        f"leak or leak masked by fluids at the first such draw (prior {one_in(DEFAULT_PRIOR)}). The sizes and weak "
        "signs of the mechanisms were set with these cases in view: this is a check of the code, not a validation, "
        "and published cases are selected for severity. A leak that is called after plasma came back is one that "
        "fluids mask, or one that was probable hours before and has no protein measure yet.",
        "",
        "| case | group | diagnosis | first draw with red cells and protein | LR | most alarming draw with red cells "
        "alone | LR | draws called a leak with plasma back at its level |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    order = {"attack": 0, "counter-example": 1, "weak source": 2}
    for row in sorted(rows, key=lambda each: (order[each.group], each.id)):
        cells = (
            row.id,
            row.group,
            row.diagnosis.split(" (")[0],
            verdict_of(row.both) or "no such draw",
            _ratio(row.both),
            verdict_of(row.red_cells_alone) or "no such draw",
            _ratio(row.red_cells_alone),
            ", ".join(each.verdict for each in row.after_return) or "none",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(assessment: Assessment | None) -> str:
    if assessment is None or assessment.likelihood_ratio is None:
        return ""
    return ratio(assessment.likelihood_ratio)


def document(found: Evaluation) -> str:
    """The whole evaluation page."""
    parts = [
        "# Evaluation",
        "",
        f"For researchers and health-data teams. `{WITHOUT_DATA}` makes the sections on published attacks and virtual "
        f"people; `{WITH_DATA} -o FOLDER` makes this page (`evaluation.md`) and its tables as CSV. `docs/data.md` says how "
        "to get each data set and which section needs it; `docs/attack.md` what onset, alarm and lead mean. Intervals are "
        "90 %; people are resampled, not draws.",
        "",
        _seen(),
        "",
        attack_table(found.attacks),
        "",
        first_alarm_table(found.first_alarms),
        "",
        virtual_table(found.virtual),
        "",
        kind_table(found.kinds),
        "",
        calibration_table(
            found.calibration,
            "Calibration on virtual people",
            "Probability of a leak with the prior set to the share of leaking draws, ten bins of equal number.",
        ),
    ]
    if found.dengue is not None:
        parts += ["", dengue_table(found.dengue)]
    if found.quiet:
        parts += ["", _QUIET, *(line for each in found.quiet for line in ("", alarm_table(each)))]
    if found.hospital is not None:
        parts += ["", hospital_table(found.hospital)]
    if found.forecasts:
        parts += ["", _FORECASTS]
        parts += [line for each in found.forecasts for line in ("", forecast_table(*each))]
    return "\n".join(parts) + "\n"


_QUIET = """## Alarms where no leak is known

Real people without a label of leak. Inpatients with sepsis, after surgery or with burns may truly leak, so alarms are
told by group. All people of each set are here, also those of the training half (`watch/learned.toml`): what was learned
from them is how blood varies, never a label."""

_FORECASTS = """## One step ahead

The next hematocrit (logit) and albumin (ln), predicted from everything before it; test half of the people, in whom
nothing was learned or fitted. CRPS and the log score (minus log density) are better when lower. The peers see the
earlier values of the same analyte; each is also given heavy tails fitted on the training half."""


def _seen() -> str:
    about = learned().provenance
    return (
        "**Which data were seen.** The sizes and weak signs of the mechanisms were set with the published attacks in view: "
        "those tables check the code, they do not validate. Ordinary variation and the ordinary course in hospital were "
        f"learned, without labels, from {about['outpatients']} outpatients and {about['inpatients']} inpatients of "
        f"{about['sets']} ({about['split']}). No number was fitted to the dengue children, to clinosim or to the virtual "
        "people of this page. But the dengue children were looked at while the watch was built: the mechanism of small leaks, and "
        "that draws up to 80 h apart count as those of people in hospital (36 h at first), were chosen after their AUC was "
        "seen (0.66 before, with both). So they are no untouched test. One-step prediction was looked at on a part of the "
        "test half of PhysioNet 2012, and on the MIMIC-III demo, to see where it failed; the pull of care, a limit to what doses "
        "may do, and that two draws in a row are not both somebody else's came from there. All of these are therefore somewhat "
        "optimistic."
    )
