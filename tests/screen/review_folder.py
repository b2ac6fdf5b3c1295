"""A folder as a screening writes it: people with a leak or without, made up by the schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from clarkson.record.canonical_columns import RESULT_COLUMNS
from clarkson.screen import schema

BEGIN = datetime(2151, 3, 1, 6, 0, tzinfo=UTC)
HOSTILE = "p-1</script><img src=x onerror=alert(1)>"
CANDIDATES = (HOSTILE, "p-2", "p-3", "p-4")
NEGATIVES = tuple(f"q-{number}" for number in range(1, 7))
SCREENED = 1000
LEAK = ((0, 41, 42), (24, 43, 41), (48, 52, 33), (54, 59, 26), (66, 57, 22), (90, 44, 27), (120, 38, 31))
QUIET = ((0, 41, 42), (24, 42, 41), (48, 41, 43), (54, 40, 41), (66, 42, 40), (90, 41, 41), (120, 40, 42))
REASON = "Hematocrit rose from 41 to 59 % while albumin fell from 42 to 26 g/L."


def write_screening(folder: Path) -> Path:
    """Write ``CANDIDATES`` and ``NEGATIVES`` into a new folder, and give it back."""
    folder.mkdir(mode=0o700)
    people = [_person(rank, subject) for rank, subject in enumerate(CANDIDATES, 1)]
    episodes = [_episode(subject, 1) for subject in CANDIDATES] + [_episode("p-2", 2, later_h=14 * 24.0)]
    results = [row for subject in CANDIDATES for row in _results(subject, LEAK)]
    results += [row for subject in NEGATIVES for row in _results(subject, QUIET)]
    _write(folder / "people.parquet", people, schema.PEOPLE)
    _write(folder / "episodes.parquet", episodes, schema.EPISODES)
    well = [{"subject": each, "sex": "male", "age_years": 70.0, "diagnoses": ["hypertension"]} for each in NEGATIVES]
    _write(folder / "negatives.parquet", well, schema.NEGATIVES)
    _write(folder / "results.parquet", results, RESULT_COLUMNS)
    (folder / "run.json").write_text(json.dumps({"counts": {"people": SCREENED}}), encoding="utf-8")
    return folder


def _write(path: Path, rows: list[dict[str, Any]], columns: pa.Schema) -> None:
    parquet.write_table(pa.Table.from_pylist(rows, schema=columns), path)


def _results(subject: str, course: tuple[tuple[int, int, int], ...]) -> list[dict[str, Any]]:
    values = []
    for hours, hematocrit, albumin in course:
        low = hematocrit > 50
        values += [(hours, "hematocrit", hematocrit / 100, f"{hematocrit}", "%")]
        values += [(hours, "hemoglobin", hematocrit * 3.4, f"{hematocrit * 0.34:.1f}", "g/dL")]
        values += [(hours, "albumin", float(albumin), f"{albumin / 10:.1f}", "g/dL")]
        values += [(hours, "total_protein", albumin * 1.6, f"{albumin * 0.16:.1f}", "g/dL")]
        values += [(hours, "creatinine", 140.0 if low else 75.0, "140" if low else "75", "umol/L")]
        values += [(hours + 1, "systolic_pressure", 82.0 if low else 124.0, "82" if low else "124", "mmHg")]
        values += [(hours + 1, "heart_rate", 122.0 if low else 74.0, "122" if low else "74", "/min")]
    return [
        {
            "subject": subject,
            "time": BEGIN + timedelta(hours=hours),
            "exact_time": True,
            "analyte": analyte,
            "value": value,
            "comparator": "",
            "method": "cuff" if unit in ("mmHg", "/min") else "laboratory",
            "status": "final",
            "laboratory": "",
            "raw_value": printed,
            "raw_unit": unit,
            "file": "labevents.csv",
            "place": f"line {number}",
        }
        for number, (hours, analyte, value, printed, unit) in enumerate(values, 2)
    ]


def _person(rank: int, subject: str) -> dict[str, Any]:
    again = subject == "p-2"
    return {
        "rank": rank,
        "subject": subject,
        "subject_id": rank,
        "score": 9.5 - rank,
        "episodes": 2 if again else 1,
        "unexplained": 1,
        "recovered": 1,
        "likelihood_ratio": 4813.0 / rank,
        "causes": ["pancreatitis"] if again else [],
        "sex": "female",
        "age_years": 46.0,
        "diagnoses": ["monoclonal gammopathy"],
        "reasons": [REASON],
    }


def _episode(subject: str, number: int, later_h: float = 0.0) -> dict[str, Any]:
    start, peak, end = (BEGIN.replace(tzinfo=None) + timedelta(hours=hours + later_h) for hours in (48, 54, 66))
    return {
        "subject": subject,
        "subject_id": 1,
        "prediction_time": start,
        "boolean_value": True,
        "float_value": 3.7,
        "categorical_value": "leak",
        "episode": number,
        "start": start,
        "peak": peak,
        "end": start if later_h else end,
        "verdict": "leak",
        "likelihood_ratio": 4813.0 / number,
        "V": -0.7213,
        "V_sd": 0.11,
        "D": 1.2,
        "D_sd": 0.16,
        "plasma_lost_percent": 51.4,
        "albumin_lost_percent": 70.2,
        "hematocrit_before_percent": 41.0,
        "hematocrit_peak_percent": 59.0,
        "albumin_before_g_per_l": 42.0,
        "albumin_low_g_per_l": 26.0,
        "recovered": None if later_h else True,
        "causes": ["pancreatitis"] if later_h else [],
        "kind": "secondary" if later_h else "unexplained",
        "draws": 1 if later_h else 3,
    }
