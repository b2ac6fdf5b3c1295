"""The house rules: floors, size of the surface, size of a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

import clarkson

HOUSE = Path(clarkson.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))

# From the ground up. A floor imports only from itself and from floors below it.
FLOORS = (
    ("errors",),
    ("analytes", "examples", "formats", "whole_file"),
    ("units",),
    ("engine",),
    ("body", "record"),
    ("balance", "simulate", "store"),
    ("diary", "watch"),
    ("history", "screen", "twin"),
    ("report",),
    ("__init__",),
    ("serve", "evaluate", "intake", "live", "written"),
    (
        "loopback",
        "doctor",
        "simulate_commands",
        "watch_commands",
        "evaluate_commands",
        "record_commands",
        "store_commands",
        "twin_commands",
        "attacks_commands",
        "diary_commands",
        "screen_commands",
        "review_commands",
        "phenotype_commands",
        "base_rates_commands",
    ),
    ("cli",),
    ("__main__",),
)
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}


def room(module: str) -> str:
    """The room of a dotted name: "clarkson.watch.assess" is in "watch"."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def module_of(file: Path) -> str:
    parts = file.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts)


def imported(file: Path) -> Iterator[str]:
    """Every module of the house that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] == "clarkson")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            if node.module == "clarkson":
                yield from (f"clarkson.{name.name}" for name in node.names)
            elif node.module and node.module.startswith("clarkson."):
                yield node.module


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_floor_imports_only_from_below(file: Path) -> None:
    here = room(module_of(file))
    too_high = [name for name in imported(file) if room(name) != here and HEIGHT.get(room(name), 0) >= HEIGHT[here]]
    assert not too_high, f"{module_of(file)} ({here}) imports {too_high}"


def test_every_room_has_a_floor() -> None:
    assert {room(module_of(file)) for file in FILES} <= set(HEIGHT)


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_file_stays_readable(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 500


def test_the_surface_is_small_and_described() -> None:
    names = clarkson.__all__
    assert len(names) <= 40
    assert sorted(names) == list(names)
    start = (Path(__file__).parents[2] / "docs" / "start.md").read_text(encoding="utf-8")
    for name in set(names) - {"__version__"}:
        assert getattr(clarkson, name).__doc__, f"{name} has no docstring"
        assert f"`{name}`" in start, f"docs/start.md does not name {name}"


def test_the_version_is_said_once() -> None:
    assert clarkson.__version__ == version("clarkson")
