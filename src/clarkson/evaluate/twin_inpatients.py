"""Intensive-care patients with recorded fluids, for the twin: the days around their first fluid of known volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from clarkson.evaluate.learn import split
from clarkson.record.mimic import read_mimic
from clarkson.record.record import Record

FOLDER = "mimic-iii-demo-1.4"
BEFORE, AFTER = timedelta(days=1), timedelta(days=3)
LEAST_HEMATOCRITS = 3
FLUIDS = ("crystalloid", "colloid", "albumin", "plasma", "red cells")


MOST = 30


def inpatients(data: Path, half: str) -> Sequence[Record]:
    """The first thirty records of one half ("train" or "test") up to three days after the first fluid of known volume.

    Left out is who has fewer than three hematocrits in these four days.
    """
    found = []
    for record in read_mimic(data / FOLDER):
        volumes = [each.start for each in record.doses if each.kind in FLUIDS and each.volume_ml]
        if split(record.subject) != half or not volumes:
            continue
        first = min(volumes)
        kept = replace(
            record,
            results=tuple(each for each in record.results if each.time <= first + AFTER),
            doses=tuple(each for each in record.doses if first - BEFORE <= each.start <= first + AFTER),
        )
        near = [each for each in kept.results if each.analyte == "hematocrit" and each.time >= first - BEFORE]
        if len(near) >= LEAST_HEMATOCRITS:
            found.append(kept)
    return found[:MOST]
