"""The OMOP tables of a population, written part by part: each part is a row group of every table.

Of a part, the people are consecutive and their results stand test by test, not draw by draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from clarkson.body.person import Floats
from clarkson.evaluate.population_draws import Results
from clarkson.evaluate.population_people import People

COUNTED_FROM = np.datetime64("2010-01-01T00:00:00", "us")
"""Hour 0 of a population."""

_FEMALE, _MALE = 8532, 8507
_ID, _CONCEPT, _TIME = pa.int64(), pa.int32(), pa.timestamp("us")
_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMAS: Mapping[str, pa.Schema] = {
    "person": pa.schema(
        [
            *(("person_id", _ID), ("gender_concept_id", _CONCEPT), ("year_of_birth", pa.int32())),
            *(("month_of_birth", pa.int32()), ("race_concept_id", _CONCEPT), ("ethnicity_concept_id", _CONCEPT)),
        ]
    ),
    "measurement": pa.schema(
        [
            *(("measurement_id", _ID), ("person_id", _ID), ("measurement_concept_id", _CONCEPT)),
            *(("measurement_date", pa.date32()), ("measurement_datetime", _TIME)),
            *(("measurement_type_concept_id", _CONCEPT), ("value_as_number", pa.float64())),
            *(("unit_concept_id", _CONCEPT), ("unit_source_value", _WORDS)),
        ]
    ),
    "condition_occurrence": pa.schema(
        [
            *(("condition_occurrence_id", _ID), ("person_id", _ID), ("condition_concept_id", _CONCEPT)),
            *(("condition_start_date", pa.date32()), ("condition_type_concept_id", _CONCEPT)),
            ("condition_source_value", pa.string()),
        ]
    ),
    "procedure_occurrence": pa.schema(
        [
            *(("procedure_occurrence_id", _ID), ("person_id", _ID), ("procedure_concept_id", _CONCEPT)),
            *(("procedure_date", pa.date32()), ("procedure_type_concept_id", _CONCEPT)),
            ("procedure_source_value", pa.string()),
        ]
    ),
    "drug_exposure": pa.schema(
        [
            *(("drug_exposure_id", _ID), ("person_id", _ID), ("drug_concept_id", _CONCEPT)),
            *(("drug_exposure_start_date", pa.date32()), ("drug_exposure_start_datetime", _TIME)),
            *(("drug_exposure_end_date", pa.date32()), ("drug_exposure_end_datetime", _TIME)),
            *(("drug_type_concept_id", _CONCEPT), ("quantity", pa.float64())),
            *(("drug_source_value", pa.string()), ("dose_unit_source_value", pa.string())),
        ]
    ),
}
TRUTH = pa.schema(
    [
        *(("person_id", _ID), ("kind", pa.string()), ("stay", pa.string()), ("course", _TIME)),
        *(("coded", pa.bool_()), ("attacks", pa.list_(_TIME))),
    ]
)
"""The truth: ``kind`` is "steady", "SCLS" or what a leak can be taken for; ``stay`` why an ordinary person was in
hospital; ``course`` when that began; ``coded`` whether anything says so; ``attacks`` the onsets of those of SCLS."""

Row = Mapping[str, object]
"""A row by its columns; those that it does not name are empty."""


class Tables:
    """Open tables of a data set in ``folder``, and the truth beside it."""

    def __init__(self, folder: Path, truth: Path) -> None:
        """Create the files."""
        self._open = ExitStack()
        self._writers = {
            name: self._open.enter_context(parquet.ParquetWriter(folder / f"{name}.parquet", schema))
            for name, schema in SCHEMAS.items()
        }
        self._truth = self._open.enter_context(parquet.ParquetWriter(truth, TRUTH))
        self.rows = dict.fromkeys(SCHEMAS, 0)

    def __enter__(self) -> Tables:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def write(self, part: Mapping[str, pa.Table], truth: pa.Table) -> None:
        """One row group of each table; rows get their ids here, counted from 1."""
        for name, table in part.items():
            if name != "person":
                ids = np.arange(self.rows[name] + 1, self.rows[name] + 1 + table.num_rows)
                table = table.add_column(0, SCHEMAS[name].field(0), pa.array(ids, _ID))
            self.rows[name] += table.num_rows
            if table.num_rows:
                self._writers[name].write_table(table.cast(SCHEMAS[name]), row_group_size=table.num_rows)
        self._truth.write_table(truth, row_group_size=truth.num_rows)


def moments(hours: Floats) -> NDArray[np.datetime64]:
    """Times, to the minute, of hours since the population's hour 0."""
    minutes = np.round(np.asarray(hours) * 60.0).astype("timedelta64[m]")
    return COUNTED_FROM + minutes


def person_table(first_id: int, who: People) -> pa.Table:
    """The rows of ``person``."""
    count = len(who.female)
    year = 2010.0 + who.from_h / (365.25 * 24.0) - who.age_years
    nothing = np.zeros(count, dtype=np.int32)
    return pa.table(
        [
            np.arange(first_id, first_id + count),
            np.where(who.female, _FEMALE, _MALE).astype(np.int32),
            np.floor(year).astype(np.int32),
            (1 + np.floor(12.0 * (year % 1.0))).astype(np.int32),
            nothing,
            nothing,
        ],
        schema=SCHEMAS["person"],
    )


def measurement_table(first_id: int, row: NDArray[np.int64], time_h: Floats, found: Sequence[Results]) -> pa.Table:
    """The rows of ``measurement``, without their ids."""
    time = moments(time_h)
    person, units = first_id + row, sorted({each.unit for test in found for each in test.test.written})
    draw = np.concatenate([each.draw for each in found])
    concept = np.concatenate([np.full(len(each.draw), each.test.concept, dtype=np.int32) for each in found])
    unit = np.concatenate([_of_laboratory(each, [one.concept for one in each.test.written]) for each in found])
    words = np.concatenate(
        [_of_laboratory(each, [units.index(one.unit) for one in each.test.written]) for each in found]
    )
    then = time[draw]
    return pa.table(
        [
            person[draw],
            concept,
            then.astype("datetime64[D]"),
            then,
            np.zeros(len(draw), dtype=np.int32),
            np.concatenate([each.value for each in found]),
            unit,
            pa.DictionaryArray.from_arrays(words, pa.array(units)),
        ],
        schema=pa.schema(list(SCHEMAS["measurement"])[1:]),
    )


def _of_laboratory(found: Results, values: Sequence[int]) -> NDArray[np.int32]:
    return np.array(values, dtype=np.int32)[found.laboratory]


def rows_table(name: str, rows: Sequence[Row]) -> pa.Table:
    """The rows of a table of events or doses, without their ids."""
    schema = pa.schema(list(SCHEMAS[name])[1:])
    table = pa.Table.from_pylist([dict(each) for each in rows], schema=schema)
    place = schema.get_field_index(f"{name.split('_')[0]}_type_concept_id")
    return table.set_column(place, schema.field(place), pa.array(np.zeros(len(rows), dtype=np.int32)))


def truth_table(rows: Sequence[Row]) -> pa.Table:
    """The truth of people."""
    return pa.Table.from_pylist([dict(each) for each in rows], schema=TRUTH)
