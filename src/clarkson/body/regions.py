"""Where water and protein can be."""

from __future__ import annotations

REGIONS = ("muscle", "skin", "gut", "lung")
"""The interstitium: muscle, skin and subcutis (limbs and face), gut and abdominal organs, lung."""

CAVITIES = ("pleural", "peritoneal", "pericardial")
"""The serous cavities."""

PROTEINS = ("albumin", "igg", "other", "m_protein")
"""Proteins of plasma: albumin, polyclonal IgG, all others together, a monoclonal IgG."""

CAVITY_REGION = {"pleural": "lung", "peritoneal": "gut", "pericardial": "lung"}
"""The interstitium that a cavity is fed from, and whose protein it shares."""

LETTER = {"muscle": "M", "skin": "S", "gut": "G", "lung": "L", "pleural": "pl", "peritoneal": "pe", "pericardial": "pc"}
"""Index of a place in a formula."""
