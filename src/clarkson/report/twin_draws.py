"""Every draw of a twin as a file: Parquet, one row a draw, or netCDF as ArviZ reads it.

The same twin gives the same numbers. Version, seed, effective draws and k-hat stand in the files' own metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.errors import SettingError
from clarkson.report.twin_document import CURVES, NOTICE
from clarkson.twin.summary import PHASES, phase_of_draws
from clarkson.twin.twin import Twin
from clarkson.twin.what_is_seen import FREEDOM, SEEN, scaled, unscaled

if TYPE_CHECKING:
    import h5netcdf

PARQUET, NETCDF = ".parquet", ".nc"


def check_kind(path: Path) -> None:
    """Raise SettingError where draws cannot be written to a file of that name.

    >>> check_kind(Path("draws.parquet"))
    """
    if path.suffix not in (PARQUET, NETCDF):
        raise SettingError(f"draws are written as {PARQUET} or, for ArviZ, as {NETCDF}: '{path.name}' is neither")
    if path.suffix == NETCDF:
        _h5netcdf()


def write_draws(twin: Twin, path: Path) -> None:
    """Write every draw to a .parquet or .nc file.

    Raises
    ------
    SettingError
        The name says neither, or what writes netCDF is not installed.
    """
    check_kind(path)
    if path.suffix == PARQUET:
        pq.write_table(draws_table(twin), path, compression="zstd")
    else:
        _write_netcdf(twin, path)


def draws_table(twin: Twin) -> pa.Table:
    """One row a draw: its number, its leaks, its phase now, every unknown (null where it has it not), and ``now_...``:
    the quantities of the body at the last result."""
    phase = phase_of_draws(twin, np.array([twin.now_h]))[:, 0].astype(int)
    columns: list[tuple[str, Any, str, str]] = [
        ("draw", pa.array(np.arange(len(twin), dtype=np.int32)), "number of the draw", ""),
        ("leaks", pa.array(twin.leaks.astype(np.int32)), "number of leaks", ""),
        ("phase", pa.array([PHASES[number] for number in phase]), "phase at the last result", ""),
    ]
    for each in twin.unknowns:
        columns.append((each.name, pa.array(twin.unknown(each.name), from_pandas=True), each.what, each.unit))
    for name, (what, unit) in _now_names().items():
        columns.append((f"now_{name}", pa.array(twin.past[name][:, -1]), f"{what}, at the last result", unit))
    fields = [pa.field(name, values.type, metadata={"what": what, "unit": unit})
              for name, values, what, unit in columns]  # fmt: skip
    told = {f"clarkson.{key}": str(value) for key, value in _provenance(twin).items()}
    return pa.table([values for _, values, _, _ in columns], pa.schema(fields, told))


def replicas(twin: Twin) -> Floats:
    """Results as each draw would give them, with the errors that the twin believes in: (n, m), canonical units."""
    known, read = twin.known, np.empty_like(twin.residuals)
    apart = np.random.default_rng(twin.seed).standard_t(FREEDOM, read.shape) @ known.factor.T
    at = np.searchsorted(twin.past.times, [row.hour for row in known.rows])
    for place, row in enumerate(known.rows):
        name = row.result.analyte
        read[:, place] = unscaled(name, scaled(name, twin.past[name][:, at[place]]) + apart[:, place])
    return read


def _now_names() -> Mapping[str, tuple[str, str]]:
    """What each quantity of the body is, and its unit."""
    return {name: (analyte(name).label, analyte(name).unit) for name in SEEN} | dict(CURVES)


def _provenance(twin: Twin) -> Mapping[str, Any]:
    """What it takes to compute the draws again, and how good they are."""
    found: dict[str, Any] = {
        "version": version("clarkson"),
        "seed": twin.seed,
        "subject": twin.known.record.subject,
        "last_result": max(row.result.time for row in twin.known.rows).isoformat(),
        "last_result_hour": twin.now_h,
        "informed": twin.informed,
        "doubts": "; ".join((*twin.contradictions, *twin.doubts)),
        "note": NOTICE,
    }
    for member in twin.members:
        found |= {
            f"probability_{member.leaks}_leaks": member.probability,
            f"ess_{member.leaks}_leaks": member.draws.ess,
            f"khat_{member.leaks}_leaks": member.draws.khat,
            f"method_{member.leaks}_leaks": member.draws.method,
        }
    return found


def _h5netcdf() -> Any:
    try:
        import h5netcdf
    except ImportError:
        raise SettingError(
            "a netCDF file needs h5netcdf, which is not installed: pip install 'clarkson[arviz]', or write the draws "
            "as .parquet"
        ) from None
    return h5netcdf


def _write_netcdf(twin: Twin, path: Path) -> None:
    """Groups as ArviZ names them: posterior, posterior_predictive, observed_data."""
    replicated, now = replicas(twin), _now_names()
    with _h5netcdf().File(path, "w") as file:
        posterior = _group(file, "posterior", twin)
        _chains(posterior, twin)
        for each in twin.unknowns:
            _variable(posterior, each.name, ("chain", "draw"), twin.unknown(each.name)[None], each.what, each.unit)
        _variable(posterior, "leaks", ("chain", "draw"), twin.leaks[None].astype(np.int64), "number of leaks", "1")
        for name, (what, unit) in now.items():
            _variable(posterior, f"now_{name}", ("chain", "draw"), twin.past[name][None, :, -1], what, unit)
        predictive, observed = _group(file, "posterior_predictive", twin), _group(file, "observed_data", twin)
        _chains(predictive, twin)
        for name in twin.known.analytes:
            places = [place for place, row in enumerate(twin.known.rows) if row.result.analyte == name]
            rows, known, hour = [twin.known.rows[place] for place in places], analyte(name), f"{name}_hour"
            hours = np.array([row.hour - twin.now_h for row in rows])
            for group in (predictive, observed):
                group.dimensions[hour] = len(rows)
                _variable(group, hour, (hour,), hours, "hours from the last result", "h")
            seen = np.array([row.result.value for row in rows])
            _variable(observed, name, (hour,), seen, known.label, known.unit)
            _variable(
                predictive, name, ("chain", "draw", hour), replicated[None][:, :, places], known.label, known.unit
            )


def _group(file: h5netcdf.File, name: str, twin: Twin) -> h5netcdf.Group:
    group = file.create_group(name)
    group.attrs.update(_provenance(twin))
    return group


def _chains(group: h5netcdf.Group, twin: Twin) -> None:
    """One chain of independent draws."""
    group.dimensions = {"chain": 1, "draw": len(twin)}
    _variable(group, "chain", ("chain",), np.zeros(1, dtype=np.int64), "one chain: draws are independent", "1")
    _variable(group, "draw", ("draw",), np.arange(len(twin)), "number of the draw", "1")


def _variable(group: h5netcdf.Group, name: str, dimensions: tuple[str, ...], data: Any, what: str, unit: str) -> None:
    # What is called hour is a plain number: the unit "h" alone would be read as a length of time.
    variable = group.create_variable(name, dimensions, data=data)
    variable.attrs.update({"long_name": what, "unit": unit})
