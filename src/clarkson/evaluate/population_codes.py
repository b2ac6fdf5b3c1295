"""What a hospital writes down of a stay: diagnoses and procedures in words, with an OMOP concept where one was read.

Concept ids are those of the science of detection (section 5.3) that were read in a vocabulary; where none was, the
concept is 0, as in data sets whose mapping failed, and the words alone say it. Shares are assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Code:
    """A diagnosis or a procedure, and the share of such people in whose record it stands."""

    table: str
    words: str
    share: float
    concept: int = 0


def _diagnosis(words: str, share: float, concept: int = 0) -> Code:
    return Code("condition_occurrence", words, share, concept)


def _procedure(words: str, share: float) -> Code:
    return Code("procedure_occurrence", words, share)


def _drug(words: str, share: float) -> Code:
    return Code("drug_exposure", words, share)


SEPTIC_SHOCK = _diagnosis("Septic shock", 0.40, 196236)
POLYCYTHEMIA = _diagnosis("Polycythemia vera", 0.85, 4030270)
PHLEBOTOMY = _procedure("Therapeutic phlebotomy", 0.60)
HYPOVOLEMIC_SHOCK = _diagnosis("Hypovolemic shock", 1.0)
GAMMOPATHY = _diagnosis("Monoclonal gammopathy", 0.01, 4002359)
_BLEED = _diagnosis("Gastrointestinal hemorrhage", 0.75)
_TRANSFUSED = _procedure("Transfusion of red blood cells", 0.70)

CODES: Mapping[str, tuple[Code, ...]] = MappingProxyType(
    {
        "sepsis": (_diagnosis("Sepsis", 0.70, 132797), SEPTIC_SHOCK, _diagnosis("Bacterial infectious disease", 0.30)),
        "burn": (_diagnosis("Burn of multiple sites", 0.95),),
        "dengue": (_diagnosis("Dengue hemorrhagic fever", 0.80), _diagnosis("Fever", 0.40)),
        "ovarian hyperstimulation": (
            _diagnosis("Ovarian hyperstimulation syndrome", 0.85),
            _procedure("Oocyte retrieval", 0.80),
        ),
        "interleukin-2": (_drug("Aldesleukin", 0.95), _diagnosis("Malignant melanoma", 0.95)),
        "CAR-T cells": (
            _procedure("Infusion of chimeric antigen receptor T cells", 0.90),
            _diagnosis("Cytokine release syndrome", 0.60),
        ),
        "surgery": (
            _procedure("Laparotomy and resection of colon", 0.95),
            _diagnosis("Malignant tumor of colon", 0.60),
        ),
        "transfusion": (_TRANSFUSED, _diagnosis("Anemia", 0.60)),
        "dehydration": (_diagnosis("Dehydration", 0.65), _diagnosis("Gastroenteritis", 0.40)),
        "nephrotic syndrome": (_diagnosis("Nephrotic syndrome", 0.85, 195314),),
        "polycythemia vera": (POLYCYTHEMIA, PHLEBOTOMY),
        "wrong-patient sample": (),
        "altitude": (_diagnosis("Altitude sickness", 0.15),),
        "stay: acute inflammation": (_diagnosis("Pneumonia", 0.60), _diagnosis("Acute pancreatitis", 0.10)),
        "stay: dehydration": (_diagnosis("Dehydration", 0.60),),
        "stay: overload": (_diagnosis("Heart failure", 0.70),),
        "stay: bleed": (_BLEED,),
        "stay: bleed and transfusion": (_BLEED, _TRANSFUSED),
    }
)
"""What is recorded with each kind of course."""

MISTAKEN: tuple[tuple[float, tuple[Code, ...]], ...] = (
    (0.45, (SEPTIC_SHOCK,)),
    (0.20, (POLYCYTHEMIA, PHLEBOTOMY)),
    (0.25, (HYPOVOLEMIC_SHOCK,)),
    (0.10, ()),
)
"""What an attack that nobody recognises is taken for, with its share; then all of it is written down."""

EVERYDAY: tuple[Code, ...] = (
    _diagnosis("Essential hypertension", 0.30),
    _diagnosis("Type 2 diabetes mellitus", 0.10),
    _diagnosis("Hypothyroidism", 0.05),
    _diagnosis("Anemia", 0.04),
    GAMMOPATHY,
)
"""What stands in anybody's record."""
