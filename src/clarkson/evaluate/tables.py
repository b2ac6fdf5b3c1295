"""The evaluation as Markdown: tables with their command, misfits shown."""

from __future__ import annotations

from clarkson.evaluate.attacks import Attack, called, verdict_of
from clarkson.evaluate.outpatients import Outpatients
from clarkson.watch.assessment import DEFAULT_PRIOR, Assessment, Verdict
from clarkson.watch.numbers import one_in, ratio

_LEAK: tuple[Verdict, ...] = ("leak", "leak masked by fluids")


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


def outpatient_table(found: Outpatients) -> str:
    """Verdicts of the trial's visits, and calls per 50 person-years."""
    leak, low, high = found.per_50_years(*_LEAK)
    any_call, any_low, any_high = found.per_50_years(*_LEAK, "possible leak")
    lines = [
        "## Outpatients who do not leak (CDISC Pilot 01)",
        "",
        f"{found.people} people, {found.draws} draws, {found.person_years:.1f} person-years; {found.skipped} results "
        "could not be read. No number of the method was fitted to these data. They were looked at while it was built: "
        "a misrecorded body weight in them led to the allowance for slips in the weak signs. The method was also run "
        "on the COVID-19 inpatients of Tongji Hospital (Yan 2020) and the dengue children of Park 2018; a fault "
        "that they showed, one wild sodium that decided, was mended. They are not evaluated here.",
        "",
        "| verdict | draws |",
        "| --- | --- |",
        *(f"| {verdict} | {count} |" for verdict, count in found.verdicts.most_common()),
        "",
        "| called | per 50 person-years (exact 90 % interval) |",
        "| --- | --- |",
        f"| leak, or leak masked by fluids | {leak:.2f} ({low:.2f} to {high:.2f}) |",
        f"| the same, or possible leak | {any_call:.2f} ({any_low:.2f} to {any_high:.2f}) |",
    ]
    return "\n".join(lines)


def document(rows: tuple[Attack, ...], found: Outpatients | None) -> str:
    """The whole evaluation page."""
    parts = [
        "# Evaluation",
        "",
        "For researchers and health-data teams. This page is made by "
        "`clarkson evaluate --data $CLARKSON_DATA > docs/evaluation.md`; without `--data` only the first table is "
        "made. CDISC Pilot 01 can be had in the package safetyData (GitHub, SafetyGraphics/safetyData, MIT), its SDTM "
        "tables converted to Parquet: `cdisc-pilot01/sdtm_lb.parquet`, `sdtm_vs.parquet`, `sdtm_dm.parquet`.",
        "",
        attack_table(rows),
    ]
    if found is not None:
        parts += ["", outpatient_table(found)]
    return "\n".join(parts) + "\n"
