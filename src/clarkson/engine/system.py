"""A traced system: dy/dt = f(t, y, parameters, inputs), with named quantities to look at."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from clarkson.engine.maths import Maths, Value
from clarkson.engine.tape import Node, Tape

Equations: TypeAlias = Callable[
    [Value, Mapping[str, Value], Mapping[str, Value], Mapping[str, Value], Maths], Mapping[str, Value]
]
"""(time, states, parameters, inputs, m) -> rate of every state, by name."""


@dataclass(frozen=True, eq=False)
class System:
    """The equations on a tape.

    `rates` holds the tape index of the rate of each state, in the order of `states`. Named quantities stand in
    `tape.quantities`. Time is the symbol `time`.
    """

    tape: Tape
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    rates: tuple[int, ...]

    @cached_property
    def digest(self) -> str:
        """A hash of everything that decides what the equations compute."""
        text = hashlib.sha256()
        for part in (self.states, self.parameters, self.inputs, self.rates):
            text.update(repr(part).encode())
        for entry in self.tape.entries[: self.length]:
            text.update(repr((entry.operation, entry.operands, entry.value, entry.kind, entry.name)).encode())
        for quantity in self.tape.quantities.values():
            text.update(repr((quantity.name, quantity.index)).encode())
        return text.hexdigest()

    @cached_property
    def length(self) -> int:
        """Number of entries that the equations themselves wrote; derivatives come after them."""
        indices = [*self.rates, *(quantity.index for quantity in self.tape.quantities.values())]
        return max(indices, default=-1) + 1


def trace(equations: Equations, states: Sequence[str], parameters: Sequence[str], inputs: Sequence[str]) -> System:
    """Run the equations once on a tape.

    Raises ValueError where a state has no rate or a rate no state, or where one name stands for two things.

    >>> decay = trace(lambda t, y, p, u, m: {"x": u["dose"] - p["k"] * y["x"]}, ["x"], ["k"], ["dose"])
    >>> decay.states, len(decay.tape.entries)
    (('x',), 6)
    """
    tape = Tape()
    time = tape.symbol("time", "time")
    y = {name: tape.symbol("state", name) for name in states}
    p = {name: tape.symbol("parameter", name) for name in parameters}
    u = {name: tape.symbol("input", name) for name in inputs}
    rates = equations(time, y, p, u, tape)
    if set(rates) != set(states):
        raise ValueError(f"states without a rate, or rates without a state: {sorted(set(rates) ^ set(states))}")
    names = [*states, *parameters, *inputs, *tape.quantities]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"one name for two things: {', '.join(twice)}")
    nodes: list[Node] = [tape.node(rates[name]) for name in states]
    return System(tape, tuple(states), tuple(parameters), tuple(inputs), tuple(node.index for node in nodes))
