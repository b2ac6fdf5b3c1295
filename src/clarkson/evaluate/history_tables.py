"""The evaluation of the history as Markdown: coverage of every interval, virtual trials with a known effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from clarkson.evaluate import virtual_trials as virtual
from clarkson.evaluate.detection_tables import table
from clarkson.evaluate.history_coverage import (
    Coverage,
    coverage,
    duration_rows,
    graded_power_rows,
    regression_rows,
)
from clarkson.evaluate.virtual_trials import (
    DROPPED,
    METHODS,
    RATIOS,
    SIMULATED_INFECTIONS,
    SIMULATED_PEOPLE,
    SIMULATED_SIZE,
    SIMULATED_STARTS,
    SIZES,
    STARTS,
    WINDOW_YEARS,
    YEARS,
    Score,
    simulated_trials,
    virtual_trials,
)
from clarkson.history.published import PUBLISHED

COMMAND = "clarkson evaluate --history"
PEOPLE = 10_000  # of each row of the coverage
GRADED_PEOPLE = 1000
Say = Callable[[str], None]


def history_document(*, say: Say = lambda _: None) -> str:
    """The whole page, measured anew."""
    say("coverage of the intervals in one person")
    parts = [
        "# Evaluation of the history",
        "",
        f"For researchers. Written by `{COMMAND}`, nothing else is in it. What the history is and how one person's effect "
        "is worked out is in [history.md](history.md).",
        "",
        *_coverage(coverage(PEOPLE)),
        "",
        *_regression(),
        "",
        *_duration(),
        "",
        *_graded(),
        "",
        *_trials(virtual_trials(say=say), simulated_trials(say=say)),
        "",
        *_models(),
    ]
    return "\n".join(parts) + "\n"


def _coverage(found: Sequence[Coverage]) -> list[str]:
    rows = [
        (
            each.interval,
            each.people_from,
            "yes" if each.holds else "no",
            f"{each.people:,}",
            f"{each.held:.1%}",
            f"{each.below:.1%}",
            f"{each.above:.1%}",
        )
        for each in found
    ]
    return [
        "## Intervals in one person",
        "",
        "How often a 90 % interval held the truth, in simulated people. Where the people are not as the interval assumes, it "
        "cannot hold what it says, and that is shown.",
        "",
        *table(["interval", "people", "as it assumes", "people simulated", "held", "truth below", "truth above"], rows),
    ]


def _regression() -> list[str]:
    return [
        "## Regression to the mean",
        "",
        "Rates differ between people (gamma, mean 1 a year). People are picked by the attacks they had; a treatment that does "
        "nothing is then begun, and seems to help.",
        "",
        *table(
            ["shape of the rates", "picked by attacks of at least", "in years", "share of people", "a year, seen", "a year, next",
             "ratio of a useless treatment"],
            [tuple(map(str, row)) for row in regression_rows()],
        ),
    ]  # fmt: skip


def _duration() -> list[str]:
    head = ["attacks a year off treatment"]
    head += [f"ratio {ratio:g}, {how}" for ratio in (0.1, 0.25, 0.5, 0.7) for how in ("exact", "closed form")]
    return [
        "## Months per arm until one person's counts could tell",
        "",
        "Power 80 %, two-sided 5 %, equal time off and on. Exact: mid-p test of the counts.",
        "",
        *table(head, [tuple(map(str, row)) for row in duration_rows()]),
    ]


def _graded() -> list[str]:
    rows = [
        (f"{row[0]:g}", f"{row[1]:g}", *(f"{power:.0%}" for power in row[2:]))
        for row in graded_power_rows(GRADED_PEOPLE)
    ]
    return [
        "## What a graded outcome adds",
        "",
        "Power with 12 excursions of V and D a year, a fifth of them attacks, 2 years off and 2 on. It holds if excursions track "
        "attacks, which has not been shown.",
        "",
        *table(
            ["ratio of frequency", "ratio of size", "counted attacks", "counted excursions", "weighted excursions"],
            rows,
        ),
    ]


_WORDS = {
    "at random": "Treatment begins at a date that has nothing to do with attacks, as if by lot.",
    "after a bad spell": "From a date in the second to fourth year on (the diagnosis) treatment is on offer; it begins 30 days after the "
    "first two attacks within half a year since. Bad spells before that date led to nothing.",
    "after the first bad spell": "The same, with treatment on offer from the first day: all time off treatment lies before "
    "the first bad spell of that person's record.",
}


def _trials(generated: Sequence[Score], simulated: Sequence[Score]) -> list[str]:
    counts = ", ".join(f"{each} of {size}" for size, each in {e.people: e.trials for e in generated}.items())
    shape, mean = PUBLISHED.shape, PUBLISHED.shape / PUBLISHED.rate
    lines = [
        "## Virtual trials with a known effect",
        "",
        f"Trials of each kind: {counts} people; {YEARS:g} years a person. Attacks come by chance at a rate of the person's own (gamma of "
        f"shape {shape:.2f} and mean {mean:.1f} a year, from the published series) with a winter peak; the treatment strikes each "
        "attack out with a fixed chance, so the ratio is exact. Each cell: median ratio found, then how many of the 90 % "
        "intervals held the truth, then how many lay wholly below 1. For a true ratio of 1, the last is the share of "
        f"useless treatments that are found to help: 5 % if all is well. The window is {WINDOW_YEARS:g} years before a start.",
    ]
    for start in STARTS:
        lines += [
            "",
            f"### Begun {start}",
            "",
            _WORDS[start],
            "",
            *_table_of([e for e in generated if e.start == start]),
        ]
    rates = ", ".join(f"{each:g}" for each in SIMULATED_INFECTIONS)
    lines += [
        "",
        "### Attacks of the simulator",
        "",
        f"{SIMULATED_SIZE} people a trial, drawn from {SIMULATED_PEOPLE * len(SIMULATED_INFECTIONS)} natural histories of the scenario `attack` "
        f"({YEARS:g} years; {rates} infections a year in three groups). The times of attacks are the body's; the effect is as above. "
        f"In these lives attacks become more frequent: {_by_year()} in the first to the last year, all people together.",
        "",
        *table(
            ["begun", "method", *(f"true ratio {ratio:g}" for ratio in RATIOS)],
            [
                (start, method, *(_cell(simulated, start, ratio, method) for ratio in RATIOS))
                for start in SIMULATED_STARTS
                for method in METHODS
            ],
        ),
        "",
        *_reading(generated),
    ]
    return lines


def _table_of(scores: Sequence[Score]) -> list[str]:
    start = scores[0].start
    rows = [
        (
            f"{ratio:g}",
            method,
            *(_cell([e for e in scores if e.people == size], start, ratio, method) for size in SIZES),
        )
        for ratio in RATIOS
        for method in METHODS
    ]
    return table(["true ratio", "method", *(f"{size} people" for size in SIZES)], rows)


def _cell(scores: Sequence[Score], start: str, ratio: float, method: str) -> str:
    found = next(e for e in scores if (e.start, e.ratio, e.method) == (start, ratio, method))
    untold = "" if found.told == 1.0 else f" ({1.0 - found.told:.0%} told nothing)"
    return f"{found.median:.2f}; {found.cover:.0%}; {found.below:.0%}{untold}"


def _by_year() -> str:
    """Attacks of the simulated lives in each year."""
    counts = np.histogram(np.concatenate(virtual.bank()), np.arange(YEARS + 1.0))[0]
    return ", ".join(map(str, counts.tolist()))


def _fooled(scores: Sequence[Score]) -> float:
    """The most often that a useless treatment, begun when ill, was found to help with the qualifying attacks dropped."""
    ill = [each for each in scores if each.method.endswith(DROPPED) and each.start != "at random"]
    return max(each.below for each in ill if each.ratio == 1.0)


def _reading(scores: Sequence[Score]) -> list[str]:
    """What the tables say, counted from them."""

    def held(method: str, start: str) -> str:
        cover = [each.cover for each in scores if (each.method, each.start) == (method, start)]
        return f"{min(cover):.0%} to {max(cover):.0%}"

    rows = [(method, *(held(method, start) for start in STARTS)) for method in METHODS]
    return [
        "### What holds",
        "",
        "Lowest and highest share of 90 % intervals that held the truth, over all sizes and ratios:",
        "",
        *table(["method", *(f"begun {start}" for start in STARTS)], rows),
        "",
        "- **Between people.** Andersen-Gill and the negative binomial set people on treatment beside people off it. Who begins "
        "after a bad spell has more attacks than others, so the treatment seems to bring them; the robust variance says how sure "
        "the wrong figure is. Only within a person does that difference leave.",
        "- **Within people.** The self-controlled series assumes that a person's rate stays. In the simulator it rises with the "
        "years, and a start by lot is then measured too weak, while Andersen-Gill, which compares at the same year, is right. "
        "Neither stands for both; where they differ, one of the two faults is there.",
        "- **The first bad spell.** Where treatment begins after the first bad spell of a record, all time before it is good "
        "time by construction: without the spell it understates the person's rate, with it it overstates it, and no method here "
        "is right. Years recorded before treatment was on offer, or a start by lot, are what helps.",
        "- **Dropping the qualifying attacks** errs against the treatment: a little where treatment begins by lot or long after "
        "the first attacks, so much after a first bad spell that a helpful one seems harmful. Where treatment began after a bad "
        f"spell it made a useless one look helpful in at most {_fooled(scores):.0%} of trials; it can hide one that helps.",
        "- **Few people.** With 12 people even the right method holds the truth less often than 90 %: a few of them have most of "
        "the attacks. The self-controlled intervals leave out each person in turn, which is wider than the usual robust variance, "
        "and still somewhat too narrow.",
    ]


def _models() -> list[str]:
    return [
        "## Where the models come from",
        "",
        "The negative binomial is statsmodels'. Andersen-Gill is written out, because no library at hand agrees with R for "
        "people whose rows begin late. Bladder cancer (`bladder2`, 85 people, 112 recurrences; R's own test output "
        "`tests/bladder.Rout.save` of the package survival), coefficient and robust standard error of the treatment:",
        "",
        *table(
            ["program", "ties", "coefficient", "standard error", "robust standard error"],
            [
                ("R survival (published)", "Breslow", "−0.45979", "0.19996", "0.25801"),
                ("Clarkson", "Breslow", "−0.45979", "0.19996", "0.25801"),
                ("statsmodels 0.15, as it comes", "Breslow", "−0.45239", "0.20043", "0.24473"),
                ("statsmodels 0.15, starts moved by a millionth", "Breslow", "−0.45979", "0.19996", "0.27080"),
                ("lifelines 0.30.3", "Efron", "−0.46468", "0.19973", "0.21053"),
            ],
        ),
        "",
        "The table above is not measured anew by the command; `tests/history/test_recurrent.py` measures Clarkson's and "
        "statsmodels' rows. `cgd` (128 people, 76 infections): no published output of this model was found; its first infections agree "
        "with R's, and all of them with a Poisson regression on split time, whose score equations "
        "are the same. The self-controlled series is written out too: the conditional Poisson of statsmodels 0.15 leaves out "
        "people with the same count in every period, and has no variance by person.",
    ]
