"""Everything that `clarkson evaluate` measures, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clarkson.errors import RecordError
from clarkson.evaluate.attacks import Attack, attacks
from clarkson.evaluate.confounders import KINDS
from clarkson.evaluate.dengue import FOLDER as DENGUE_FOLDER
from clarkson.evaluate.dengue import Dengue, dengue
from clarkson.evaluate.first_alarm import FirstAlarm, first_alarms
from clarkson.evaluate.forecasts import watch_forecast
from clarkson.evaluate.hospital_alarms import Hospital, hospital
from clarkson.evaluate.prediction import Row, compare
from clarkson.evaluate.quiet import SETS, Alarmed, alarmed
from clarkson.evaluate.scored import WATCH
from clarkson.evaluate.virtual import Alarms, Calibrated, Found, by_kind, calibrated, detection, virtual
from clarkson.record.record import Record

FORECAST_SETS = ("physionet-challenge-2012", "wuhan-tongji-covid-2020", "mimic-iii-demo-1.4")
FORECAST_ANALYTES = ("hematocrit", "albumin")


@dataclass(frozen=True)
class Evaluation:
    """The figures of every section; None or empty where the data are not there."""

    attacks: tuple[Attack, ...]
    first_alarms: tuple[FirstAlarm, ...]
    virtual: tuple[Found, ...]
    kinds: tuple[Alarms, ...]
    calibration: Calibrated
    dengue: Dengue | None
    quiet: tuple[Alarmed, ...]
    hospital: Hospital | None
    forecasts: tuple[tuple[str, str, tuple[Row, ...]], ...]


def evaluate(data: Path | None, clinosim: Path | None, *, say: Callable[[str], None] = lambda _: None) -> Evaluation:
    """Measure everything for which there are data; a set that is not in ``data`` is said and left out.

    Raises
    ------
    RecordError
        ``data`` holds none of the sets, or a set is damaged.
    """
    folders = [*(each.folder for each in SETS), DENGUE_FOLDER]
    if data is not None and not any((data / each).is_dir() for each in folders):
        raise RecordError(f"'{data}' holds none of the data sets; docs/data.md says how to get them")
    say("published attacks")
    found_attacks, alarms = attacks(), first_alarms()
    say("virtual people")
    everybody = virtual()
    told = np.array([KINDS[each].group != "secondary leak" for each in everybody.kinds], dtype=np.bool_)
    labelled = everybody.found.only(told)
    sets: dict[str, tuple[Record, ...]] = {}
    children = None
    if data is not None:
        for each in SETS:
            if (data / each.folder).is_dir():
                say(f"reading {each.name}")
                sets[each.folder] = tuple(each.read(data / each.folder))
            else:
                say(f"left out, no folder {each.folder}: {each.name}")
        if (data / DENGUE_FOLDER).is_dir():
            say("dengue children")
            children = dengue(data)
    quiet = []
    for each in SETS:
        if each.folder in sets:
            say(f"alarms: {each.name}")
            quiet.append(alarmed(sets[each.folder], each.name, each.setting, everybody))
    forecasts = []
    for each in SETS:
        if each.folder in sets and each.folder in FORECAST_SETS:
            for analyte in FORECAST_ANALYTES:
                say(f"one step ahead: {analyte}, {each.name}")
                rows = compare(sets[each.folder], analyte, {WATCH: watch_forecast})
                forecasts.append((each.name, analyte, rows))
    if clinosim is not None:
        say("clinosim")
    return Evaluation(
        found_attacks,
        alarms,
        detection(everybody),
        by_kind(everybody),
        calibrated(labelled.scores[WATCH], everybody.leaks[told], labelled.people.tolist()),
        children,
        tuple(quiet),
        None if clinosim is None else hospital(clinosim),
        tuple(forecasts),
    )
