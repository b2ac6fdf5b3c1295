"""How high everybody stands, judged on Apache Spark: the measurements of an OMOP data set that lies as Parquet.

The same two functions as on one machine do the work, in ``mapInArrow``: the first turns measurements into canonical
values, the second judges whole people after Spark has brought their rows together, in the order of time. A person is
judged alone, so the standings are the same to the last bit however the people are spread.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from clarkson.errors import RecordError, SettingError
from clarkson.record.dataset import Dataset
from clarkson.screen.parts import SIEVED_COLUMNS, stand
from clarkson.screen.sieve import SIEVED

LOCAL = "local[*]"
LOCAL_MEMORY = "3g"  # Spark would take 1g, and spill what it sorts
_VALUES = "subject string, time_us bigint, analyte tinyint, value double"
_STANDING = "subject string, standing double"


def standings_on_spark(folder: Path, master: str = LOCAL) -> Callable[[Dataset, Path], pa.Table]:
    """A judge for ``screen``: everybody's standing as a Spark session at ``master`` finds it.

    Raises
    ------
    SettingError
        PySpark is not installed.
    RecordError
        ``folder`` has no table measurement as Parquet.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SettingError("--engine spark needs PySpark: pip install 'clarkson[spark]', and Java 17") from None
    files = [str(each) for each in (folder / "measurement", folder / "measurement.parquet") if each.exists()]
    if not files:
        raise RecordError(f"Spark reads OMOP tables as Parquet, and '{folder}' has no measurement.parquet")

    def judge(dataset: Dataset, _work: Path) -> pa.Table:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        session = (
            SparkSession.builder.master(master)
            .appName("clarkson screen")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "250000")
        )
        if master.startswith("local"):
            session = session.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
            session = session.config("spark.driver.memory", LOCAL_MEMORY)
        spark = session.getOrCreate()
        try:
            return _judged(spark, files, dataset)
        finally:
            spark.stop()

    return judge


def _judged(spark: Any, files: list[str], dataset: Dataset) -> pa.Table:
    wanted = dataset.measurements(SIEVED)
    table = spark.read.parquet(*files)
    ids = ", ".join(map(str, wanted.concept_ids()))
    rows = table.where(f"coalesce(try_cast(measurement_concept_id AS BIGINT), 0) IN ({ids})")
    values = rows.select(*wanted.columns(table.columns)).mapInArrow(wanted.values, _VALUES)
    # The traits of a person come before their values: no row is moved twice, as it would be in a join.
    people = _sent(spark, dataset.traits())
    together = values.unionByName(people, allowMissingColumns=True).repartition("subject")
    in_order = together.sortWithinPartitions("subject", "time_us", "analyte", "value")
    stood = in_order.select(*SIEVED_COLUMNS.names).mapInArrow(stand_in_batches, _STANDING)
    return _brought(stood).sort_by("subject")


def _sent(spark: Any, table: pa.Table) -> Any:
    """A table as a frame of Spark. Spark 3.5 takes one only through pandas, which its ``mapInArrow`` needs too."""
    return spark.createDataFrame(table.to_pandas() if spark.version < "4" else table)


def _brought(frame: Any) -> pa.Table:
    """A frame of Spark as a table."""
    found: pa.Table = frame.toArrow() if hasattr(frame, "toArrow") else pa.Table.from_pandas(frame.toPandas())
    return found


def stand_in_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """``parts.stand`` of rows that come in batches; the last person of a batch waits for the next one."""
    waiting = SIEVED_COLUMNS.empty_table()
    for batch in batches:
        rows = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(SIEVED_COLUMNS)])
        subject = rows.column("subject")
        newest = subject[-1].as_py() if len(subject) else None
        whole = next((place for place in range(len(subject) - 1, -1, -1) if subject[place].as_py() != newest), -1) + 1
        waiting = rows.slice(whole)
        yield from stand(rows.slice(0, whole)).to_batches()
    yield from stand(waiting).to_batches()
