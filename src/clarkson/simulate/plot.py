"""A course on one page, as a physician would chart it: blood, pressure, water by place, symptoms, what was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clarkson.body.person import Floats
from clarkson.errors import SettingError
from clarkson.simulate.doses import length_h
from clarkson.simulate.schedule import Given, starts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACES = (
    ("edema_arms_legs", "arms and legs", "#E69F00"),
    ("edema_face", "face", "#F0E442"),
    ("edema_abdomen", "abdominal organs", "#009E73"),
    ("peritoneal_fluid", "peritoneum", "#56B4E9"),
    ("pleural_fluid", "pleura", "#0072B2"),
    ("pericardial_fluid", "pericardium", "#999999"),
    ("edema_lung", "lungs", "#CC79A7"),
)
"""Where water can be: output, name, colour (Okabe and Ito's palette, which the colour-blind can tell apart)."""

SYMPTOMS = (
    ("lightheadedness", "lightheaded on standing"),
    ("fainting", "fainting"),
    ("weakness", "weakness"),
    ("fatigue", "fatigue"),
    ("nausea", "nausea"),
    ("breathlessness", "breathlessness"),
    ("limb_pain", "limb pain"),
    ("swelling_arms_legs", "swollen arms and legs"),
    ("swelling_face", "swollen face"),
)

HOURS_A_DAY = 24.0
RED, BLUE, GREEN, BLACK, ORANGE = "#D55E00", "#0072B2", "#009E73", "#222222", "#E69F00"

OUTPUTS = (
    *("hematocrit", "albumin", "total_protein", "mean_pressure", "systolic_pressure", "heart_rate"),
    *("plasma_volume_change", "plasma_volume", "water_gain", "urine_output"),
    *("muscle_compartment_pressure", "oxygen_saturation", "lactate"),
    *(output for output, _, _ in PLACES),
    *(symptom for symptom, _ in SYMPTOMS),
)
"""What a figure shows."""

KINDS = (".svg", ".png", ".pdf")
PHASE_COLOURS = {
    "infection": "#DDDDDD",
    "prodrome": "#FFF3D6",
    "leak": "#FBD9C6",
    "plateau": "#F6E3EE",
    "refill": "#D8ECF8",
}
FOOTER = "Simulated. Research software, not a medical device."
STYLE: Any = {"svg.hashsalt": "clarkson", "svg.fonttype": "none", "pdf.fonttype": 42, "font.size": 9}
MOST_TREATMENTS = 12
MOST_POINTS = 500


def plot(
    times: Floats,
    values: Mapping[str, Floats],
    given: Sequence[Given],
    title: str,
    path: str | Path,
    *,
    phases: Sequence[tuple[str, float, float]] = (),
) -> None:
    """Draw a course to an SVG, PNG or PDF file: the same course gives the same bytes.

    times (T,) [h]; values by output, (T,) for one person, or (n, T) for many: then the median with bands of 50 and
    90 % of people, and the median alone where lanes show several things. phases: name, start and end [h].
    Raises SettingError where the name of the file tells no kind of picture that is known.
    """
    check_kind(path)
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        rows = _treatment_rows(given, float(times[-1]))
        figure = Figure(figsize=(10.5, 12.2 + 0.22 * len(rows)), layout="constrained")
        FigureCanvasAgg(figure)
        heights = [2.6, 2.2, 2.8, 1.6, 1.6, 2.0, 0.25 + 0.24 * max(len(rows), 1)]
        lanes: Sequence[Any] = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        # More points than pixels make a large file and no better line.
        shown_times = slice(None, None, max(1, len(times) // MOST_POINTS))
        days = np.asarray(times)[shown_times] / HOURS_A_DAY
        course = {name: np.atleast_2d(np.asarray(value, dtype=float))[:, shown_times] for name, value in values.items()}
        _blood(lanes[0], days, course)
        _pressure(lanes[1], days, course)
        _water(lanes[2], days, course)
        _weight(lanes[3], days, course)
        _organs(lanes[4], days, course)
        _symptoms(lanes[5], days, course)
        _treatments(lanes[6], rows, float(days[-1]))
        _shade(lanes, phases, float(days[-1]))
        lanes[0].set_title(title, loc="left", fontsize=12, fontweight="bold", pad=22)
        lanes[-1].set_xlim(days[0], days[-1])
        lanes[-1].set_xlabel("Time [days]")
        figure.text(0.995, 0.002, FOOTER, ha="right", va="bottom", fontsize=7.5, color="#555555")
        settle(figure)
        figure.savefig(path, dpi=150, metadata=undated(Path(path)))


def settle(figure: Any) -> None:
    """Lay a figure out once, on positions whose last bits are the same in every run.

    The layout's solver orders its equations by their place in memory, and an SVG names its clips by a hash of the
    positions.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(float(edge), 6) for edge in axes.get_position().bounds])


def check_kind(path: str | Path) -> None:
    """Raise SettingError where a file's name ends in no kind of picture that is known.

    >>> check_kind("attack.svg")
    """
    if Path(path).suffix.lower() not in KINDS:
        raise SettingError(
            f"a figure is written as {', '.join(KINDS)}: the name '{Path(path).name}' says none of these"
        )


def undated(path: Path) -> dict[str, None] | None:
    """No date in the file: the same course gives the same bytes."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())


def _line(axes: Axes, days: Floats, course: Floats, colour: str, label: str, *, style: str = "-") -> None:
    """The course of one person, or the median of many with their bands (n, T)."""
    if len(course) > 1:
        for low, high, alpha in ((0.05, 0.95, 0.12), (0.25, 0.75, 0.22)):
            band = np.nanquantile(course, (low, high), axis=0)
            axes.fill_between(days, band[0], band[1], color=colour, alpha=alpha, linewidth=0)
    middle = _middle(course)
    axes.plot(days, middle, color=colour, linestyle=style, linewidth=1.5, label=label)


def _middle(course: Floats) -> Floats:
    """The only course, or the median of those that go on."""
    if len(course) == 1:
        return np.asarray(course[0])
    some = np.isfinite(course).any(axis=0)
    found = np.full(course.shape[1], np.nan)
    found[some] = np.nanmedian(course[:, some], axis=0)
    return found


def _legend(*axes: Axes, columns: int = 1) -> None:
    """One legend for the lines of one lane and its twin, right of the lane."""
    handles = [
        (handle, label) for each in axes for handle, label in zip(*each.get_legend_handles_labels(), strict=True)
    ]
    axes[0].legend(
        [handle for handle, _ in handles],
        [label for _, label in handles],
        loc="upper left",
        bbox_to_anchor=(1.10 if len(axes) > 1 else 1.005, 1.02),
        frameon=False,
        fontsize=8,
        ncols=columns,
        handlelength=1.4,
    )


def _tidy(axes: Axes, label: str, colour: str = BLACK) -> None:
    axes.set_ylabel(label, color=colour)
    axes.spines[["top"]].set_visible(False)
    axes.grid(axis="x", color="#EEEEEE", linewidth=0.6)
    axes.set_axisbelow(True)


def _blood(axes: Axes, days: Floats, course: Mapping[str, Floats]) -> None:
    _line(axes, days, 100.0 * course["hematocrit"], RED, "hematocrit")
    _tidy(axes, "Hematocrit [%]", RED)
    right = axes.twinx()
    _line(right, days, course["albumin"], BLUE, "albumin")
    _line(right, days, course["total_protein"], BLUE, "total protein", style="--")
    right.set_ylim(0.0, None)
    _tidy(right, "Protein [g/L]", BLUE)
    _legend(axes, right)


def _pressure(axes: Axes, days: Floats, course: Mapping[str, Floats]) -> None:
    _line(axes, days, course["systolic_pressure"], BLACK, "systolic pressure")
    _line(axes, days, course["mean_pressure"], BLACK, "mean pressure", style="--")
    axes.axhline(90.0, color="#AAAAAA", linewidth=0.8, linestyle=":")
    axes.set_ylim(0.0, None)
    _tidy(axes, "Pressure [mmHg]")
    right = axes.twinx()
    _line(right, days, course["heart_rate"], GREEN, "heart rate")
    right.set_ylim(0.0, None)
    _tidy(right, "Heart rate [/min]", GREEN)
    _legend(axes, right)


def _water(axes: Axes, days: Floats, course: Mapping[str, Floats]) -> None:
    """Litres beyond rest by place, stacked; what plasma lacks or has too much as a line."""
    parts = [_middle(course[output]) - _middle(course[output])[0] for output, _, _ in PLACES]
    colours, names = [colour for _, _, colour in PLACES], [name for _, name, _ in PLACES]
    # What a place has lost stands below zero: infused protein draws water out of the tissues.
    axes.stackplot(days, [np.minimum(part, 0.0) for part in parts], colors=colours, linewidth=0)
    axes.stackplot(days, [np.maximum(part, 0.0) for part in parts], colors=colours, labels=names, linewidth=0)
    plasma = course["plasma_volume"] - course["plasma_volume"][:, :1]
    _line(axes, days, plasma, "#7A0019", "plasma")
    axes.axhline(0.0, color=BLACK, linewidth=0.8)
    _tidy(axes, "Water beyond rest [L]")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.005, 1.02), frameon=False, fontsize=8,
        handlelength=1.4,
    )  # fmt: skip


def _weight(axes: Axes, days: Floats, course: Mapping[str, Floats]) -> None:
    _line(axes, days, course["water_gain"], BLACK, "weight gained")
    _tidy(axes, "Weight gained [kg]")
    right = axes.twinx()
    _line(right, days, course["urine_output"], ORANGE, "urine")
    right.set_ylim(0.0, None)
    _tidy(right, "Urine [mL/h]", ORANGE)
    _legend(axes, right)


def _organs(axes: Axes, days: Floats, course: Mapping[str, Floats]) -> None:
    _line(axes, days, course["muscle_compartment_pressure"], RED, "muscle compartment\npressure [mmHg]")
    _line(axes, days, course["lactate"], GREEN, "lactate [mmol/L]")
    axes.set_ylim(0.0, None)
    _tidy(axes, "mmHg, mmol/L")
    right = axes.twinx()
    _line(right, days, 100.0 * course["oxygen_saturation"], BLUE, "oxygen saturation")
    right.set_ylim(min(84.0, np.floor(100.0 * np.nanmin(_middle(course["oxygen_saturation"])))), 100.5)
    _tidy(right, "Saturation [%]", BLUE)
    _legend(axes, right)


def _symptoms(axes: Axes, days: Floats, course: Mapping[str, Floats]) -> None:
    """Strips from white (nothing) to dark (as strong as it gets)."""
    strength = np.stack([_middle(course[symptom]) for symptom, _ in SYMPTOMS])
    edges = np.concatenate([[days[0]], (days[1:] + days[:-1]) / 2.0, [days[-1]]])
    rows = np.arange(len(SYMPTOMS) + 1) - 0.5
    axes.pcolormesh(edges, rows, strength, cmap="Purples", vmin=0.0, vmax=1.1, rasterized=True)
    axes.set_yticks(range(len(SYMPTOMS)), [words for _, words in SYMPTOMS], fontsize=8)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)


def _treatment_rows(given: Sequence[Given], end_h: float) -> list[tuple[str, list[tuple[float, float]]]]:
    """What was given, one row for each dose: its words, and start and length [days] of every time until the end."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for each in (each for each in given if each.at_h < end_h):
        bars = rows.setdefault(str(each.dose), [])
        for start in starts(each, end_h):
            bars.append((start / HOURS_A_DAY, min(length_h(each.dose), end_h - start) / HOURS_A_DAY))
    rest = len(rows) - MOST_TREATMENTS
    return list(rows.items())[:MOST_TREATMENTS] + ([(f"and {rest} more", [])] if rest > 0 else [])


def _treatments(axes: Axes, rows: Sequence[tuple[str, Sequence[tuple[float, float]]]], end: float) -> None:
    for number, (_, bars) in enumerate(rows):
        least = 0.006 * end
        axes.broken_barh([(start, max(length, least)) for start, length in bars], (number - 0.35, 0.7), color="#555555")
    axes.set_yticks(range(len(rows)), [words for words, _ in rows], fontsize=8)
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.spines[["top", "right"]].set_visible(False)
    if not rows:
        axes.text(0.5, 0.5, "nothing given", transform=axes.transAxes, ha="center", va="center", color="#777777")


def _shade(lanes: Sequence[Any], phases: Sequence[tuple[str, float, float]], end: float) -> None:
    """Phases behind every lane, their names above the first."""
    raised = False
    for name, start, stop in phases:
        first, last = start / HOURS_A_DAY, min(stop / HOURS_A_DAY, end)
        for axes in lanes:
            axes.axvspan(first, last, color=PHASE_COLOURS.get(name, "#EEEEEE"), alpha=0.6, linewidth=0, zorder=-5)
        raised = last - first < 0.045 * end and not raised
        lanes[0].annotate(
            name, ((first + last) / 2.0, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 11 if raised else 2),
            textcoords="offset points", ha="center", va="bottom", fontsize=8, color="#555555",
        )  # fmt: skip
