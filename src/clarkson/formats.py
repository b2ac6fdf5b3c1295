"""The names of the formats that Clarkson reads."""

from __future__ import annotations

from typing import Literal, get_args

DatasetFormat = Literal["omop", "meds", "clif", "mimic", "synthea", "fhir-bulk", "fhir-folder", "parquet"]
"""Formats that hold many people."""

FileFormat = Literal["csv", "fhir", "case", "apple-health"]
"""Formats of one person."""

DATASET_FORMATS: tuple[str, ...] = get_args(DatasetFormat)
FORMATS: tuple[str, ...] = (*get_args(FileFormat), *DATASET_FORMATS)
