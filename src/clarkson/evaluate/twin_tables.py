"""The evaluation of the twin as Markdown: tables with their command, misfits shown."""

from __future__ import annotations

from collections import Counter

import numpy as np

from clarkson.body.person import Floats
from clarkson.evaluate.detection_tables import figure, table
from clarkson.evaluate.twin_evaluation import Ahead, TwinEvaluation
from clarkson.evaluate.twin_scores import score
from clarkson.evaluate.twin_steps import BLIND, GROUPS, LAST, PROCESS, TWIN, WATCH
from clarkson.evaluate.twin_truth import BINS, DRAWS, LOST, MANY, NEAR_MEAN, NEAR_SD, Agreement, Apart, by_unknown

COMMAND = "clarkson evaluate --twin --data $CLARKSON_DATA"
BLOCKS = "▁▂▃▄▅▆▇█"
DOUBTFUL = 0.01
SCALES = {"hematocrit": "logit", "albumin": "ln", "pressure": "mmHg"}


def twin_document(found: TwinEvaluation) -> str:
    """The whole page."""
    parts = [
        "# Evaluation of the twin",
        "",
        f"Written by `{COMMAND}`. What the twin is and what it assumes is in [twin.md](twin.md). Virtual patients check "
        "that it answers its own question rightly; real people show where the question is not theirs.",
        "",
        *_calibration(found),
        "",
        *_agreement(found.agreements),
        "",
        *_blinded(found),
        "",
        *_attacks(found.attacks),
    ]
    if found.inpatients is not None:
        parts += ["", *_inpatients(found.inpatients)]
    return "\n".join(parts) + "\n"


def _calibration(found: TwinEvaluation) -> list[str]:
    ranks = by_unknown(found.ranked)
    chances = {name: uniform(each) for name, each in ranks.items()}
    doubtful = [name for name, chance in chances.items() if chance < DOUBTFUL]
    khats = np.array([each.found.khat for each in found.ranked])
    ess = np.array([each.found.ess for each in found.ranked])
    given_up = np.mean([each.found.method != "importance sampling" for each in found.ranked])
    seconds = np.quantile([each.seconds for each in found.ranked], [0.5, 0.95])
    rows = [
        (
            name.replace("_", " "),
            str(len(each)),
            histogram(each),
            f"{chances[name]:.2f}",
            f"{np.mean(np.abs(each - 0.5) < 0.25):.0%}",
            f"{np.mean(np.abs(each - 0.5) < 0.45):.0%}",
        )
        for name, each in sorted(ranks.items(), key=lambda item: (item[0] != LOST, item[0]))
    ]
    return [
        f"## Simulation-based calibration, {len(found.ranked)} virtual patients",
        "",
        "Each patient's body, leak and errors are drawn from the twin's own belief; panels, times, doses and baselines "
        "vary. The rank of the truth among the draws must be uniform (Talts and others 2018). Chi-square over "
        f"{BINS} bins.",
        "",
        f"Unknowns whose chance under uniform ranks is below {DOUBTFUL:g}: {', '.join(doubtful) or 'none'} of "
        f"{len(ranks)}. Effective draws: median {np.median(ess):.0f}, 5 % below {np.quantile(ess, 0.05):.0f}; k-hat: "
        f"median {np.median(khats):.2f}, largest {khats.max():.2f}; importance sampling given up in {given_up:.1%}; "
        f"seconds: median {seconds[0]:.1f}, 95 % below {seconds[1]:.1f}.",
        "",
        *table(["unknown", "patients", "ranks", "chance", "inside 50 %", "inside 90 %"], rows),
    ]


def uniform(ranks: Floats) -> float:
    """Chance of ranks at least as uneven as these if they were uniform."""
    from scipy.stats import chisquare

    return float(chisquare(np.histogram(ranks, BINS, (0.0, 1.0))[0]).pvalue)


def histogram(ranks: Floats) -> str:
    """Ranks as a row of blocks, the highest bin full.

    >>> histogram(np.linspace(0.0, 1.0, 1000))
    '████████████████████'
    """
    counts = np.histogram(ranks, BINS, (0.0, 1.0))[0]
    places = np.round(counts / max(counts.max(), 1) * (len(BLOCKS) - 1)).astype(int)
    return "".join(BLOCKS[place] for place in places)


def _agreement(rows: tuple[Agreement, ...]) -> list[str]:
    total = sum(each.unknowns for each in rows)

    def within(name: str) -> str:
        found = [getattr(each, name) for each in rows]
        people = sum(each.mean_most <= NEAR_MEAN and each.sd_most <= NEAR_SD for each in found)
        return f"{sum(each.near for each in found)} of {total} unknowns near, all of them in {people} of {len(rows)} patients"

    worst = Counter(each.many.worst_sd for each in rows if each.many.sd_most > NEAR_SD)
    worst.update(each.many.worst_mean for each in rows if each.many.mean_most > NEAR_MEAN)
    told = ", ".join(f"{name.replace('_', ' ')} ({count})" for name, count in worst.most_common())
    cells = [
        (str(each.patient), str(each.unknowns), _apart(each.usual), _apart(each.many), _apart(each.itself))
        for each in rows
    ]
    return [
        f"## Against a long independent sampler, {len(rows)} virtual patients",
        "",
        "Tempered sequential Monte Carlo of 4,096 particles in two runs of 20 moves a temperature, from the belief, with no "
        f"mode given. Near: means within {NEAR_MEAN:g} standard deviations and standard deviations within {NEAR_SD:.0%}. "
        f"{DRAWS} draws, as usual: {within('usual')}. {MANY} draws: {within('many')}; not near in patients: "
        f"{told or 'none'}. The two long runs between themselves: {within('itself')}.",
        "",
        "Each cell: largest and median difference of means in standard deviations; of standard deviations.",
        "",
        *table(["patient", "unknowns", f"{DRAWS} draws", f"{MANY} draws", "the long runs themselves"], cells),
    ]


def _apart(of: Apart) -> str:
    return f"{of.mean_most:.2f}, {of.mean_median:.2f}; {of.sd_most:.0%}, {of.sd_median:.0%}"


def _blinded(found: TwinEvaluation) -> list[str]:
    rows = [
        (
            each.name,
            str(each.patients),
            f"{each.inside_50:.0%}",
            f"{each.inside_90:.0%}",
            f"{100 * each.error:.1f} %",
            f"{100 * each.width_90:.0f} %",
            f"{each.khat_over:.0%}",
        )
        for each in found.blinded
    ]
    return [
        "## What is lost by what is not known, and by a wrong body",
        "",
        "Plasma missing at the last result of virtual patients with doses, in percent of the plasma at rest. The k-hat "
        "judges the sampler, not the body: it stays good under a wrong body, so a good k-hat is no sign of a right one.",
        "",
        *table(
            ["version", "patients", "truth inside 50 %", "inside 90 %", "error of the median", "width of the 90 % interval",
             "k-hat above 0.7"],
            rows,
        ),
    ]  # fmt: skip


def _attacks(found: Ahead) -> list[str]:
    return [
        "## Published attacks, one step ahead",
        "",
        "Each next hematocrit, albumin and pressure from what was known before. The structure of the twin (its unknowns, and "
        "that bodies wander) was chosen with these cases in view, so this is no validation; no constant was fitted to them. "
        "They are few and short. Peers see the analyte alone and are fitted to the other cases.",
        "",
        *_scores(found, (TWIN, WATCH, LAST, PROCESS)),
    ]


def _inpatients(found: Ahead) -> list[str]:
    return [
        "## Intensive care (MIMIC-III demo), one step ahead, fluids recorded",
        "",
        "The test half of the people with fluids of known volume, two occasions each within three days; all of them died, "
        "most of something else than a leak. Two beliefs (red cells missing before, blood lost since) were set on the other "
        "half, where a twin without them read the hematocrit too high. Peers are fitted to the other people here.",
        "",
        *_scores(found, (TWIN, BLIND, WATCH, LAST, PROCESS)),
    ]


def _scores(found: Ahead, methods: tuple[str, ...]) -> list[str]:
    rows = []
    for group in GROUPS:
        steps = [each for each in found.steps if each.group == group]
        for method in methods:
            of = score(steps, method, TWIN)
            if of is not None:
                rows.append(
                    (
                        f"{group} ({SCALES[group]})",
                        method,
                        f"{of.values} of {of.people}",
                        f"{of.crps:.3g}",
                        "" if method == TWIN else f"{of.of_twin:.3g}",
                        "" if of.less is None else figure(of.less, "+.0f") + " %",
                        f"{of.inside_50:.0%}",
                        f"{of.inside_90:.0%}",
                        f"{of.bias:+.2g}",
                    )
                )
    refused = Counter(reason.split(":")[0] for reason in found.refused)
    seconds = np.quantile(found.seconds, [0.5, 0.95]) if found.seconds else np.zeros(2)
    return [
        *table(
            ["what", "method", "values of people", "CRPS", "the twin's there", "the twin's is lower by", "inside 50 %",
             "inside 90 %", "bias"],
            rows,
        ),
        "",
        f"Seconds of a fit: median {seconds[0]:.1f}, 95 % below {seconds[1]:.1f}. Refused: "
        + ("; ".join(f"{reason} ({count})" for reason, count in refused.most_common()) or "none")
        + ".",
    ]  # fmt: skip
