"""The text of a Numba module that computes a system for several patients side by side.

Structure of arrays: every quantity is a row of LANES neighbouring numbers in one workspace, every operation of the
tape one line inside a loop over the lanes, which the compiler turns into vector instructions. Offsets into the
workspace are constants in the text; otherwise the compiler must fear overlaps and does not vectorise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clarkson.engine.factor import Elimination, eliminate
from clarkson.engine.system import System
from clarkson.engine.tape import Entry, slopes

LANES = 8
"""Patients side by side: one vector of eight, or two of four. More lanes share a step size with more patients."""

IMPORTS = '''"""Generated from the equations; written anew when they change."""
import math

import numba

from clarkson.engine.elementary import exp, log, logistic
'''

DECORATOR = '@numba.njit(fastmath={"contract", "arcp", "nsz"}, error_model="numpy", cache=True, nogil=True)'


Place = tuple[int, int]
"""Row and column of a matrix."""


@dataclass(frozen=True)
class Layout:
    """Where things stand in the workspace, in rows of LANES numbers."""

    states: int
    parameters: int
    inputs: int
    steady: int
    jacobian: int
    factor: int

    @property
    def offsets(self) -> dict[str, int]:
        """First row of each part, by name; `end` is the number of rows."""
        parts = {
            "y": self.states,
            "stage": self.states,
            "f": self.states,
            "f0": self.states,
            "ft": self.states,
            "u1": self.states,
            "u2": self.states,
            "u3": self.states,
            "u4": self.states,
            "u5": self.states,
            "u6": self.states,
            "p": self.parameters,
            "u": self.inputs,
            "steady": self.steady,
            "j": self.jacobian,
            "lu": self.factor,
        }
        offsets, at = {}, 0
        for name, rows in parts.items():
            offsets[name] = at
            at += rows
        offsets["end"] = at
        return offsets


@dataclass(frozen=True)
class Code:
    """The module's text and what its caller must know."""

    text: str
    layout: Layout
    elimination: Elimination


def line(index: int, entry: Entry, names: Mapping[int, str]) -> str:
    """One operation as a line of Python, on local names or on workspace places."""
    operands = [names[operand] for operand in entry.operands]
    match entry.operation:
        case "add" | "sub" | "mul" | "div":
            sign = {"add": "+", "sub": "-", "mul": "*", "div": "/"}[entry.operation]
            right = f"{operands[0]} {sign} {operands[1]}"
        case "neg":
            right = f"-{operands[0]}"
        case "sqrt":
            right = f"math.sqrt({operands[0]})"
        case _:
            right = f"{entry.operation}({operands[0]})"
    return f"{names[index]} = {right}"


class _Writer:
    """Writes loops over the lanes for parts of one tape."""

    def __init__(self, system: System, offsets: Mapping[str, int], steady: Mapping[int, int]) -> None:
        self.system, self.offsets, self.steady = system, offsets, steady

    def place(self, part: str, row: int) -> str:
        return f"w[{(self.offsets[part] + row) * LANES} + l]"

    def name(self, index: int, state: str) -> str:
        entry = self.system.tape.entries[index]
        if entry.operation == "constant":
            return f"({entry.value!r})"
        if index in self.steady:
            return self.place("steady", self.steady[index])
        if entry.operation == "symbol":
            if entry.kind == "time":
                return "t"
            part, names = {
                "state": (state, self.system.states),
                "parameter": ("p", self.system.parameters),
                "input": ("u", self.system.inputs),
            }[entry.kind]
            return self.place(part, names.index(entry.name))
        return f"x{index}"

    def loop(self, roots: Iterable[int], stores: Mapping[str, int], *, state: str) -> str:
        """A loop that computes the roots and stores them: place -> tape index."""
        tape = self.system.tape
        names: dict[int, str] = {}
        lines = ["    for l in range(LANES):"]
        for index in tape.needed(roots):
            names[index] = self.name(index, state)
            # Loaded once into a local: the compiler cannot know that a store elsewhere leaves it alone.
            if names[index].startswith("w["):
                lines.append(f"        x{index} = {names[index]}")
                names[index] = f"x{index}"
            elif tape.entries[index].operation not in ("constant", "symbol"):
                lines.append(f"        {line(index, tape.entries[index], names)}")
        lines.extend(f"        {place} = {names[index]}" for place, index in stores.items())
        return "\n".join(lines)


def _depends_on(system: System, indices: Iterable[int]) -> dict[int, set[str]]:
    """The kinds of symbols that each entry stands on."""
    kinds: dict[int, set[str]] = {}
    for index in indices:
        entry = system.tape.entries[index]
        if entry.operation == "symbol":
            kinds[index] = {entry.kind}
        else:
            kinds[index] = set().union(*(kinds[operand] for operand in entry.operands))
    return kinds


def steady_entries(system: System, roots: Sequence[int]) -> dict[int, int]:
    """Entries that change only with parameters and inputs and are used by others that change with the state.

    Returns {tape index: row}. They are computed once per interval between breaks.
    """
    tape = system.tape
    needed = list(tape.needed(roots))
    kinds = _depends_on(system, needed)

    def steady(index: int) -> bool:
        moves = kinds[index] & {"state", "time"}
        return tape.entries[index].operation not in ("constant", "symbol") and not moves

    used: set[int] = {root for root in roots if steady(root)}
    for index in needed:
        if not steady(index):
            used.update(operand for operand in tape.entries[index].operands if steady(operand))
    return {index: row for row, index in enumerate(sorted(used))}


def numba_code(system: System) -> Code:
    """The module of a system: `prepare`, `rates`, `rates_and_jacobian`, `factorise`, `solve`.

    All take the workspace `w` (rows of LANES numbers). `prepare` fills what is steady between breaks; `rates` reads
    the states at `stage` and writes f; `rates_and_jacobian` reads the states at `y` and writes f0, ft and the
    Jacobian; `factorise` takes 1/(hγ); `solve` replaces f by the solution.
    """
    tape = system.tape
    by = {tape.symbol("state", name).index: column for column, name in enumerate(system.states)}
    time = tape.symbol("time", "time").index
    slope = slopes(tape, system.rates, [*by, time])
    jacobian = {
        (row, by[symbol]): node.index
        for row, root in enumerate(system.rates)
        for symbol, node in slope[root].items()
        if symbol != time
    }
    zero = tape.constant(0.0).index
    in_time = [slope[root][time].index if time in slope[root] else zero for root in system.rates]
    roots = [*system.rates, *jacobian.values(), *in_time]
    steady = steady_entries(system, roots)
    elimination = eliminate(len(system.states), jacobian)
    layout = Layout(
        len(system.states),
        len(system.parameters),
        len(system.inputs),
        len(steady),
        len(jacobian),
        len(elimination.slots),
    )
    offsets = layout.offsets
    bare = _Writer(system, offsets, {})
    writer = _Writer(system, offsets, steady)
    j_row = {place: row for row, place in enumerate(jacobian)}
    prepare = bare.loop(steady, {bare.place("steady", row): index for index, row in steady.items()}, state="y")
    rates = writer.loop(
        system.rates, {writer.place("f", row): index for row, index in enumerate(system.rates)}, state="stage"
    )
    stores = {writer.place("f0", row): index for row, index in enumerate(system.rates)}
    stores |= {writer.place("j", j_row[place]): index for place, index in jacobian.items()}
    stores |= {writer.place("ft", row): index for row, index in enumerate(in_time)}
    both = writer.loop(roots, stores, state="y")
    text = "\n\n\n".join(
        [
            IMPORTS + f"\nLANES = {LANES}",
            f"{DECORATOR}\ndef prepare(w):\n{prepare if steady else '    return'}",
            f"{DECORATOR}\ndef rates(w, t):\n{rates}",
            f"{DECORATOR}\ndef rates_and_jacobian(w, t):\n{both}",
            f"{DECORATOR}\ndef factorise(w, diagonal):\n{_factorise(bare, elimination, j_row)}",
            f"{DECORATOR}\ndef solve(w):\n{_solve(bare, elimination)}",
        ]
    )
    return Code(text + "\n", layout, elimination)


class _Local:
    """Local names of places. A name is given a value once: Numba is slow where names are used again."""

    def __init__(self) -> None:
        self.names: dict[object, str] = {}
        self.lines: list[str] = []

    def __getitem__(self, place: object) -> str:
        return self.names[place]

    def set(self, place: object, value: str) -> None:
        name = f"a{len(self.lines)}"
        self.lines.append(f"        {name} = {value}")
        self.names[place] = name


def _factorise(writer: _Writer, elimination: Elimination, j_row: Mapping[Place, int]) -> str:
    """W = diagonal I − J, eliminated in place; the pivots are stored as their inverses."""
    local = _Local()
    for place in elimination.slots:
        value = "diagonal" if place[0] == place[1] else "0.0"
        if place in j_row:
            value += f" - {writer.place('j', j_row[place])}"
        local.set(place, value)
    for pivot, below, right in elimination.steps:
        local.set((pivot, pivot), f"1.0 / {local[pivot, pivot]}")
        for row in below:
            local.set((row, pivot), f"{local[row, pivot]} * {local[pivot, pivot]}")
            for column in right:
                product = f"{local[row, pivot]} * {local[pivot, column]}"
                local.set((row, column), f"{local[row, column]} - {product}")
    stores = [f"        {writer.place('lu', at)} = {local[place]}" for at, place in enumerate(elimination.slots)]
    return "\n".join(["    for l in range(LANES):", *local.lines, *stores])


def _solve(writer: _Writer, elimination: Elimination) -> str:
    """Forward and backward substitution on f."""
    slot = {place: writer.place("lu", at) for at, place in enumerate(elimination.slots)}
    size = len(elimination.order)
    local = _Local()
    for row in range(size):
        local.set(row, writer.place("f", row))
    for pivot, below, _ in elimination.steps:
        for row in below:
            local.set(row, f"{local[row]} - {slot[row, pivot]} * {local[pivot]}")
    for pivot, _, right in reversed(elimination.steps):
        terms = "".join(f" - {slot[pivot, column]} * {local[column]}" for column in right)
        local.set(pivot, f"({local[pivot]}{terms}) * {slot[pivot, pivot]}")
    stores = [f"        {writer.place('f', row)} = {local[row]}" for row in range(size)]
    return "\n".join(["    for l in range(LANES):", *local.lines, *stores])


@dataclass(frozen=True)
class Looking:
    """The text of a module that computes outputs from stored states and inputs, and which of them it needs."""

    text: str
    states: tuple[int, ...]
    inputs: tuple[int, ...]


def looking_code(system: System, outputs: Sequence[int]) -> Looking:
    """A module with `look(p, seen, times, out, count)`: outputs (tape indices) from what the kernel has stored.

    p: (P, LANES) parameters; seen: (T, states + inputs, LANES); out: (count, T, O) for the first `count` lanes.
    """
    tape = system.tape
    needed = list(tape.needed(outputs))
    symbols = [tape.entries[index] for index in needed if tape.entries[index].operation == "symbol"]
    states = tuple(sorted(system.states.index(entry.name) for entry in symbols if entry.kind == "state"))
    inputs = tuple(sorted(system.inputs.index(entry.name) for entry in symbols if entry.kind == "input"))
    names: dict[int, str] = {}
    lines = []
    for index in needed:
        entry = tape.entries[index]
        if entry.operation == "constant":
            names[index] = f"({entry.value!r})"
            continue
        names[index] = f"x{index}"
        if entry.operation != "symbol":
            lines.append(f"            {line(index, entry, names)}")
        elif entry.kind == "time":
            names[index] = "t"
        elif entry.kind == "parameter":
            lines.append(f"            x{index} = p[{system.parameters.index(entry.name)}, l]")
        elif entry.kind == "state":
            lines.append(f"            x{index} = seen[i, {states.index(system.states.index(entry.name))}, l]")
        else:
            row = len(states) + inputs.index(system.inputs.index(entry.name))
            lines.append(f"            x{index} = seen[i, {row}, l]")
    lines.extend(f"            values[{at}, l] = {names[index]}" for at, index in enumerate(outputs))
    body = "\n".join(lines)
    text = f"""{IMPORTS}
import numpy as np

LANES = {LANES}


{DECORATOR}
def look(p, seen, times, out, count):
    values = np.empty(({len(outputs)}, LANES))
    for i in range(len(times)):
        t = times[i]
        for l in range(LANES):
{body}
        for l in range(count):
            for o in range({len(outputs)}):
                out[l, i, o] = values[o, l]
"""
    return Looking(text, states, inputs)
