"""Generated modules on disk: written once per set of equations, compiled once, then loaded.

They stand in the user's cache folder, never among the sources. The name holds a hash of the equations, of the code
that wrote them and of Numba's version; a stale module is never found.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from clarkson.engine import elementary, factor, numba_code, rosenbrock
from clarkson.engine.system import System


def cache_folder() -> Path:
    """Where compiled equations are kept: $CLARKSON_CACHE, or the user's cache folder."""
    if chosen := os.environ.get("CLARKSON_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clarkson"


@cache
def _generator() -> str:
    """A hash of everything but the equations that decides what a module holds."""
    text = hashlib.sha256(f"{version('numba')} {sysconfig.get_platform()} {sys.version_info[:2]}".encode())
    for module in (elementary, factor, numba_code, rosenbrock):
        text.update(Path(str(module.__file__)).read_bytes())
    return text.hexdigest()


def load(text: str, kind: str, digest: str) -> ModuleType:
    """The module with this text, from the cache folder; written there if it is new."""
    name = f"{kind}_{hashlib.sha256((digest + _generator()).encode()).hexdigest()[:20]}"
    if name in sys.modules:
        return sys.modules[name]
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.py"
    if not path.exists():
        # Two processes may write at once: each writes its own file, the last rename wins, both are the same.
        draft = folder / f"{name}.{os.getpid()}.draft"
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, eq=False)
class Kernel:
    """A system compiled for LANES patients: its module, and the rows of its workspace."""

    module: ModuleType
    layout: numba_code.Layout


_KERNELS: dict[str, Kernel] = {}


def kernel(system: System) -> Kernel:
    """The compiled system. The first time on a machine this takes up to a minute."""
    if system.digest not in _KERNELS:
        code = numba_code.numba_code(system)
        rows, size, lanes = code.layout.offsets, len(system.states), numba_code.LANES
        text = "\n\n".join(
            [
                code.text.replace("import numba\n", "import numba\nimport numpy as np\n", 1),
                rosenbrock.step_code(rows, size, lanes),
                rosenbrock.driver_code(rows, size, len(system.parameters), len(system.inputs), lanes),
            ]
        )
        _KERNELS[system.digest] = Kernel(load(text, "system", system.digest), code.layout)
    return _KERNELS[system.digest]


@dataclass(frozen=True, eq=False)
class Look:
    """Compiled outputs, and the states and inputs that they need."""

    module: ModuleType
    states: tuple[int, ...]
    inputs: tuple[int, ...]


_LOOKS: dict[tuple[str, tuple[int, ...]], Look] = {}


def look(system: System, outputs: Sequence[int]) -> Look:
    """The compiled outputs (tape indices) of a system."""
    key = (system.digest, tuple(outputs))
    if key not in _LOOKS:
        code = numba_code.looking_code(system, outputs)
        _LOOKS[key] = Look(load(code.text, "outputs", repr(key)), code.states, code.inputs)
    return _LOOKS[key]
