"""What was detected, as Markdown tables: published attacks, dengue children, virtual people."""

from __future__ import annotations

from collections.abc import Sequence

from clarkson.evaluate.dengue import PLATELETS, WITH_PLATELETS, Dengue, MethodFound
from clarkson.evaluate.detection import Estimate
from clarkson.evaluate.first_alarm import PANELS, FirstAlarm
from clarkson.evaluate.scored import WATCH
from clarkson.evaluate.virtual import BOOSTED, PEOPLE, Alarms, Calibrated, Found


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table.

    >>> table(["a"], [["1"]])
    ['| a |', '| --- |', '| 1 |']
    """
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def figure(estimate: Estimate, form: str = ".2f") -> str:
    """A figure with its 90 % interval.

    >>> figure(Estimate(0.5, 0.4, 0.6))
    '0.50 (0.40 to 0.60)'
    """
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"


def first_alarm_table(rows: Sequence[FirstAlarm]) -> str:
    """For each panel how many attacks were called, then each attack with its first alarm and lead on everything."""
    ids = list(dict.fromkeys(each.id for each in rows))
    lines = [
        "## First alarm in the published attacks",
        "",
        "A first alarm is the first draw that is called leak, possible leak or leak masked by fluids, without a "
        "personal baseline, seen with what came before it only (`docs/attack.md`). An attack can be judged on a panel "
        "if a draw has a test of it. The cases were in view when the mechanisms were set: a check, no validation.",
        "",
    ]
    counts = []
    for panel in PANELS:
        judged = [each for each in rows if each.panel == panel and each.draws]
        called = [each for each in judged if each.alarm is not None]
        at_first = [each for each in called if each.alarm is not None and each.alarm <= 0.0]
        counts.append((panel, str(len(judged)), str(len(called)), str(len(at_first))))
    lines += table(["panel", "attacks that can be judged", "called", "called at hour 0 of the report"], counts)
    lines += ["", "With everything that was reported, hours from the start of the report:", ""]
    everything = {each.id: each for each in rows if each.panel == "everything"}
    cells = [
        (
            each,
            str(everything[each].draws),
            _hours(everything[each].alarm),
            _hours(everything[each].hypotension),
            "" if everything[each].lead is None else f"{everything[each].lead:+.0f} h",
        )
        for each in ids
    ]
    lines += table(["attack", "draws", "first alarm", "first systolic below 90 mmHg", "lead"], cells)
    return "\n".join(lines)


def _hours(hours: float | None) -> str:
    return "none" if hours is None else f"{hours:.0f} h"


def dengue_table(found: Dengue) -> str:
    """Every method on the dengue children."""
    best = max(
        (each for each in found.same_analytes if not each.name.startswith(WATCH)), key=lambda each: each.area.value
    )
    watch = next(each for each in found.same_analytes if each.name == WATCH)
    withheld = next(each for each in found.same_analytes if each.name.startswith(f"{WATCH}, "))
    against = next(each for each in found.same_analytes if each.name == best.name).watch_above
    counted = {each.name: each for each in found.more_analytes}
    lines = [
        "## Dengue children (Park 2018)",
        "",
        f"{found.children} children with fever, bled twice 48 h apart; {found.leaked} had dengue hemorrhagic fever, "
        "which is dengue that leaks by its definition. Every method sees hematocrit and albumin of the two days and is "
        "judged at the second. No number was fitted to the label; two choices were made after its AUC was seen (see above). Intervals: 90 %, bootstrap over "
        "children; the difference is paired.",
        "",
        *_methods(found.same_analytes),
        "",
        f"Best other method on the same analytes: {best.name}, AUC {best.area.value:.3f}; the watch has "
        f"{watch.area.value:.3f}, a difference of {figure(against.difference, '+.3f')}, above zero in "
        f"{100 * against.above:.0f} % of resamples.",
        "",
        f"**Age and sex.** With age and sex withheld the watch has an AUC of {withheld.area.value:.3f}: the levels of "
        f"healthy children of that age and sex change it by {watch.area.value - withheld.area.value:+.3f}.",
        "",
        "**Platelets.** The platelet count belongs to the definition of the label (100 x 10⁹/L or less), so this says "
        "little about leak:",
        "",
        *_methods(found.more_analytes),
        "",
        f"Adding it to the watch changes the AUC from {watch.area.value:.3f} to "
        f"{counted[WITH_PLATELETS].area.value:.3f}; alone it has {counted[PLATELETS].area.value:.3f}. The watch does "
        "not use it.",
    ]
    return "\n".join(lines)


def _methods(rows: Sequence[MethodFound]) -> list[str]:
    cells = [
        (
            each.name,
            figure(each.area, ".3f"),
            figure(each.sensitivity),
            "" if each.name == WATCH else figure(each.watch_above.difference, "+.3f"),
        )
        for each in sorted(rows, key=lambda each: -each.area.value)
    ]
    return table(["method", "AUC", "sensitivity at 95 % specificity", "AUC of the watch minus its"], cells)


def virtual_table(rows: Sequence[Found]) -> str:
    """Every method on virtual people."""
    lines = [
        "## Virtual people",
        "",
        f"{PEOPLE} simulated people of each of 26 kinds: attacks of the disease by the body and by mass balance, every "
        "mechanism that can be taken for one, laboratory errors, healthy people. Panels, times and earlier draws vary; "
        "doses are recorded in half of them. A draw leaks from onset to the end of the leak (`docs/attack.md`). "
        "Sepsis, which leaks for another reason, is left out here. The noise is that of the watch's own equations, "
        f"which flatters it; the {BOOSTED} saw other people of the same simulators, which flatters them more.",
        "",
    ]
    for panel in dict.fromkeys(each.panel for each in rows):
        here = [each for each in rows if each.panel == panel]
        watch = next(each for each in here if each.method == WATCH)
        two_values = [each for each in here if each.method not in (WATCH, BOOSTED)]
        best = max(two_values, key=lambda each: each.sensitivity.value)
        lines += [f"### {panel[0].upper()}{panel[1:]}: {here[0].leaks} leak, {here[0].others} do not", ""]
        cells = [
            (each.method, figure(each.area, ".3f"), figure(each.sensitivity))
            for each in sorted(here, key=lambda each: -each.sensitivity.value)
        ]
        lines += table(["method", "AUC", "sensitivity at 95 % specificity"], cells)
        if best.sensitivity.value > 0.0:
            times = watch.sensitivity.value / best.sensitivity.value
            lines += ["", f"The watch finds {times:.2f} times as many as the best rule ({best.method})."]
        lines.append("")
    return "\n".join(lines).rstrip()


def kind_table(rows: Sequence[Alarms]) -> str:
    """What the watch calls among each kind of virtual people."""
    lines = [
        "### Calls of the watch by kind",
        "",
        "Draws with a probability of a leak of at least 10 % and of at least 50 %, prior 1 in 100.",
        "",
    ]
    cells = [
        (each.kind, each.group, str(each.draws), str(each.leaking), str(each.possible), str(each.leak)) for each in rows
    ]
    return "\n".join(
        lines + table(["kind", "group", "draws", "of them leaking", "10 % and more", "50 % and more"], cells)
    )


def calibration_table(found: Calibrated, title: str, words: str) -> str:
    """Predicted probability against what was so."""
    lines = [f"### {title}", "", words, ""]
    cells = [(f"{each.probability:.3f}", f"{each.share:.3f}", str(each.count)) for each in found.bins]
    lines += table(["mean predicted probability", "share that leaks", "draws"], cells)
    lines += [
        "",
        f"Expected calibration error {found.error:.3f}; Brier score {figure(found.brier, '.4f')}, against "
        f"{_reference(found):.4f} if everybody were given the share of {found.leaking} in {found.draws}.",
    ]
    return "\n".join(lines)


def _reference(found: Calibrated) -> float:
    share = found.leaking / found.draws
    return share * (1.0 - share)
