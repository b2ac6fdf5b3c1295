"""Runs every benchmark of this folder, one after the other."""

from __future__ import annotations

import runpy
from pathlib import Path

for script in sorted(Path(__file__).parent.glob("*.py")):
    if not script.stem.startswith("__"):
        print(f"== benchmarks/{script.name}", flush=True)
        runpy.run_module(f"benchmarks.{script.stem}", run_name="__main__")
