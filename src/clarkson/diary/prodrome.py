"""Symptoms that people with the disease name before and early in an attack, as the diary offers them."""

from __future__ import annotations

PRODROME: tuple[tuple[str, str], ...] = (
    ("flu-like illness", "Kapoor 2010: 14 of 25 at onset; Eo 2018: 34 %"),
    ("muscle pain", "Kapoor 2010, with flu-like illness"),
    ("tiredness", "NORD, rarediseases.org"),
    ("weakness", "assumption: the flow of blood falls"),
    ("nausea", "NORD, rarediseases.org"),
    ("abdominal pain", "NORD, rarediseases.org"),
    ("extreme thirst", "NORD, rarediseases.org"),
    ("lightheaded", "assumption: low pressure (Eo 2018: hypotension in 81 %)"),
    ("fainting", "assumption, likewise"),
    ("sudden weight gain", "NORD, rarediseases.org"),
    ("swelling of arms or legs", "Eo 2018: edema in 65 %"),
    ("swelling of the face", "Eo 2018, likewise"),
    ("limb pain", "assumption: pressure in swollen muscles"),
    ("breathless", "assumption: water in the lungs when it returns"),
    ("little urine", "Shin 2018, cancer-associated: 23 %"),
)
"""Each symptom with who reports it. None of them proves an attack, and an attack can come without any."""
