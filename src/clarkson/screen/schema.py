"""The columns of what a screening writes: episodes, and the people who had them."""

from __future__ import annotations

import pyarrow as pa

RUN = "run.json"  # what was run, written last: with it a screening is finished
TIME = pa.timestamp("us")

MEDS_LABEL = (
    ("subject_id", pa.int64()),
    ("prediction_time", TIME),
    ("boolean_value", pa.bool_()),
    ("float_value", pa.float32()),
    ("categorical_value", pa.string()),
)
"""The columns of a MEDS 0.4 label; one that would be empty has to be left out."""

EPISODES = pa.schema(
    [
        ("subject", pa.string()),
        *MEDS_LABEL,
        ("episode", pa.int32()),
        ("start", TIME),
        ("peak", TIME),
        ("end", TIME),
        ("verdict", pa.string()),
        ("likelihood_ratio", pa.float64()),
        ("V", pa.float64()),
        ("V_sd", pa.float64()),
        ("D", pa.float64()),
        ("D_sd", pa.float64()),
        ("plasma_lost_percent", pa.float64()),
        ("albumin_lost_percent", pa.float64()),
        ("hematocrit_before_percent", pa.float64()),
        ("hematocrit_peak_percent", pa.float64()),
        ("albumin_before_g_per_l", pa.float64()),
        ("albumin_low_g_per_l", pa.float64()),
        ("recovered", pa.bool_()),
        ("causes", pa.list_(pa.string())),
        ("kind", pa.string()),
        ("draws", pa.int32()),
    ]
)
"""One row an episode.

Its times are those of draws, in UTC: the first that reached the evidence, the one with the largest likelihood ratio,
and the last. ``boolean_value`` says whether a leak was called, ``float_value`` is the decimal logarithm of the
likelihood ratio, ``categorical_value`` the verdict, ``prediction_time`` the start. ``V``, ``D`` and what is lost are of
the peak. ``recovered`` is null where nothing was measured afterwards. ``causes`` are those that stand in the record
near it; ``kind`` is "secondary" with a cause, else "unexplained".
"""

PEOPLE = pa.schema(
    [
        ("rank", pa.int32()),
        ("subject", pa.string()),
        ("subject_id", pa.int64()),
        ("score", pa.float64()),
        ("episodes", pa.int32()),
        ("unexplained", pa.int32()),
        ("recovered", pa.int32()),
        ("likelihood_ratio", pa.float64()),
        ("causes", pa.list_(pa.string())),
        ("sex", pa.string()),
        ("age_years", pa.float64()),
        ("diagnoses", pa.list_(pa.string())),
        ("reasons", pa.list_(pa.string())),
    ]
)
"""One row a person, in the order of ``rank``; ``reasons`` are sentences that say why the person stands there."""

NEGATIVES = pa.schema([PEOPLE.field(name) for name in ("subject", "sex", "age_years", "diagnoses")])
"""Random people without an episode, by whom reviewers are kept honest and specificity is estimated."""
