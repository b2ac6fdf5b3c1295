"""The tape: equations run once on nodes instead of numbers, and every operation is written down.

From the tape come the fast kernel, the reference with its Jacobian, the SBML file and the printed equations, so
none of them can disagree about what the equations say. The same operation on the same nodes is the same node;
constants are folded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any, Literal, TypeAlias

from clarkson.engine.maths import Value

Operation: TypeAlias = Literal[
    "constant", "symbol", "add", "sub", "mul", "div", "neg", "exp", "log", "sqrt", "logistic"
]
Kind: TypeAlias = Literal["time", "state", "parameter", "input"]

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": lambda x: math.exp(700.0 if x > 700.0 else x),
    "log": math.log,
    "sqrt": math.sqrt,
    "logistic": lambda x: 1.0 / (1.0 + math.exp(700.0 if x < -700.0 else -x)),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tape: an operation on earlier lines, a constant or a symbol."""

    operation: Operation
    operands: tuple[int, ...] = ()
    value: float = 0.0
    kind: Kind = "time"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named line of the tape."""

    name: str
    symbol: str
    unit: str
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A place on a tape that takes part in arithmetic."""

    tape: Tape
    index: int

    def __add__(self, other: Value) -> Node:
        return self.tape.binary("add", self, other)

    def __radd__(self, other: Value) -> Node:
        return self.tape.binary("add", other, self)

    def __sub__(self, other: Value) -> Node:
        return self.tape.binary("sub", self, other)

    def __rsub__(self, other: Value) -> Node:
        return self.tape.binary("sub", other, self)

    def __mul__(self, other: Value) -> Node:
        return self.tape.binary("mul", self, other)

    def __rmul__(self, other: Value) -> Node:
        return self.tape.binary("mul", other, self)

    def __truediv__(self, other: Value) -> Node:
        return self.tape.binary("div", self, other)

    def __rtruediv__(self, other: Value) -> Node:
        return self.tape.binary("div", other, self)

    def __neg__(self) -> Node:
        return self.tape.negative(self)

    def __pow__(self, exponent: int) -> Node:
        if not isinstance(exponent, int) or exponent < 1:
            raise TypeError("a node is raised only to a positive whole power; write exp(a * log(x)) for others")
        power = self
        for _ in range(exponent - 1):
            power = power * self
        return power


class Tape:
    """Entries in the order in which they were written; an entry refers only to earlier ones.

    >>> tape = Tape()
    >>> x = tape.symbol("state", "x")
    >>> y = tape.exp(x) + tape.exp(x) * 1.0
    >>> [entry.operation for entry in tape.entries]
    ['symbol', 'exp', 'constant', 'add']
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.quantities: dict[str, Quantity] = {}
        self._known: dict[Any, int] = {}

    def _put(self, entry: Entry) -> Node:
        # 0.0 and -0.0 are equal but not the same: repr keeps them apart.
        key = (entry.operation, entry.operands, repr(entry.value), entry.kind, entry.name)
        if key not in self._known:
            self._known[key] = len(self.entries)
            self.entries.append(entry)
        return Node(self, self._known[key])

    def constant(self, value: float) -> Node:
        """A number."""
        return self._put(Entry("constant", value=float(value)))

    def symbol(self, kind: Kind, name: str) -> Node:
        """Time, a state, a parameter or an input."""
        return self._put(Entry("symbol", kind=kind, name=name))

    def node(self, value: Value) -> Node:
        """The value as a node of this tape."""
        if isinstance(value, Node):
            if value.tape is not self:
                raise ValueError("a node of another tape")
            return value
        return self.constant(float(value))

    def number(self, node: Node) -> float | None:
        """The node's value where it is a constant."""
        entry = self.entries[node.index]
        return entry.value if entry.operation == "constant" else None

    def binary(self, operation: Literal["add", "sub", "mul", "div"], left: Value, right: Value) -> Node:
        """left (operation) right, folded where it is plain."""
        a, b = self.node(left), self.node(right)
        x, y = self.number(a), self.number(b)
        if x is not None and y is not None:
            return self.constant({"add": x + y, "sub": x - y, "mul": x * y, "div": x / y if y else math.nan}[operation])
        if operation in ("add", "sub") and y == 0.0:
            return a
        if operation == "add":
            if x == 0.0:
                return b
            a, b = (a, b) if a.index <= b.index else (b, a)
        if operation == "sub":
            if x == 0.0:
                return self.negative(b)
            if a.index == b.index:
                return self.constant(0.0)
        if operation == "mul":
            if x == 0.0 or y == 0.0:
                return self.constant(0.0)
            if x == 1.0:
                return b
            if y == 1.0:
                return a
            if x == -1.0:
                return self.negative(b)
            if y == -1.0:
                return self.negative(a)
            a, b = (a, b) if a.index <= b.index else (b, a)
        if operation == "div":
            if x == 0.0:
                return self.constant(0.0)
            if y is not None:
                return self.binary("mul", a, 1.0 / y)
        return self._put(Entry(operation, (a.index, b.index)))

    def negative(self, value: Value) -> Node:
        """The value with its sign turned."""
        node = self.node(value)
        entry = self.entries[node.index]
        if entry.operation == "constant":
            return self.constant(-entry.value)
        if entry.operation == "neg":
            return Node(self, entry.operands[0])
        return self._put(Entry("neg", (node.index,)))

    def _function(self, operation: Literal["exp", "log", "sqrt", "logistic"], value: Value) -> Node:
        node = self.node(value)
        number = self.number(node)
        if number is not None:
            return self.constant(FUNCTIONS[operation](number))
        return self._put(Entry(operation, (node.index,)))

    def exp(self, x: Value, /) -> Node:
        """e to the power x."""
        return self._function("exp", x)

    def log(self, x: Value, /) -> Node:
        """Natural logarithm."""
        return self._function("log", x)

    def sqrt(self, x: Value, /) -> Node:
        """Square root."""
        return self._function("sqrt", x)

    def logistic(self, x: Value, /) -> Node:
        """1 / (1 + e^-x)."""
        return self._function("logistic", x)

    def let(self, name: str, symbol: str, unit: str, value: Value, /) -> Node:
        """Name a quantity. A name is given once."""
        if name in self.quantities:
            raise ValueError(f"two quantities are called {name!r}")
        node = self.node(value)
        self.quantities[name] = Quantity(name, symbol, unit, node.index)
        return node

    def needed(self, roots: Iterable[int]) -> Iterator[int]:
        """The entries that the roots stand on, roots included, in the order of the tape."""
        seen: set[int] = set()
        waiting = list(roots)
        while waiting:
            index = waiting.pop()
            if index not in seen:
                seen.add(index)
                waiting.extend(self.entries[index].operands)
        return iter(sorted(seen))


def slopes(tape: Tape, roots: Iterable[int], by: Iterable[int]) -> dict[int, dict[int, Node]]:
    """Derivatives of the roots by some symbols, written on the same tape; only those that are not zero.

    The chain rule is applied from the middle outwards: the entry that costs the fewest products is eliminated first
    (Markowitz' rule on the graph of local derivatives), which needs far fewer operations than forward or backward
    alone. Returns {root: {symbol: derivative}}.

    >>> tape = Tape()
    >>> x = tape.symbol("state", "x")
    >>> slope = slopes(tape, [(x * x).index], [x.index])[(x * x).index][x.index]
    >>> tape.entries[slope.index].operation
    'add'
    """
    roots, sources = list(roots), set(by)
    before: dict[int, dict[int, Node]] = {}
    after: dict[int, set[int]] = {}
    for index in list(tape.needed(roots)):
        before[index] = {}
        after[index] = set()
        if index not in sources:
            for operand, partial in _partials(tape, index, before, sources):
                before[index][operand] = before[index][operand] + partial if operand in before[index] else partial
                after[operand].add(index)
    # Each root gets an end of its own: a root may be needed on the way to another.
    ends = {root: -1 - number for number, root in enumerate(roots)}
    for root, end in ends.items():
        before[end] = {root: tape.constant(1.0)} if before[root] or root in sources else {}
        after[root].add(end)
    queue = [(len(before[v]) * len(after[v]), v) for v in before if v >= 0 and v not in sources]
    heapify(queue)
    while queue:
        cost, vertex = heappop(queue)
        if vertex not in before:
            continue
        now = len(before[vertex]) * len(after[vertex])
        if now != cost:
            heappush(queue, (now, vertex))
            continue
        into = before.pop(vertex)
        for following in after.pop(vertex):
            through = before[following].pop(vertex, None)
            if through is None:
                continue
            for source, partial in into.items():
                term = through * partial
                total = before[following][source] + term if source in before[following] else term
                before[following][source] = total
                after[source].add(following)
        for source in into:
            after[source].discard(vertex)
    return {
        root: {symbol: slope for symbol, slope in before[end].items() if tape.number(slope) != 0.0}
        for root, end in ends.items()
    }


def _partials(tape: Tape, index: int, before: dict[int, dict[int, Node]], sources: set[int]) -> list[tuple[int, Node]]:
    """Derivative of an entry by each of its operands that varies with the sources."""
    entry = tape.entries[index]
    here = Node(tape, index)
    varies = [operand for operand in entry.operands if before[operand] or operand in sources]
    if not varies:
        return []
    operands = [Node(tape, operand) for operand in entry.operands]
    one = tape.constant(1.0)
    partials: list[tuple[int, Node]]
    match entry.operation:
        case "add":
            partials = [(operands[0].index, one), (operands[1].index, one)]
        case "sub":
            partials = [(operands[0].index, one), (operands[1].index, -one)]
        case "mul":
            partials = [(operands[0].index, operands[1]), (operands[1].index, operands[0])]
        case "div":
            inverse = 1.0 / operands[1]
            partials = [(operands[0].index, inverse), (operands[1].index, -(here * inverse))]
        case "neg":
            partials = [(operands[0].index, -one)]
        case "exp":
            partials = [(operands[0].index, here)]
        case "log":
            partials = [(operands[0].index, 1.0 / operands[0])]
        case "sqrt":
            partials = [(operands[0].index, 0.5 / here)]
        case "logistic":
            partials = [(operands[0].index, here * (1.0 - here))]
        case _:
            partials = []
    return [(operand, partial) for operand, partial in partials if operand in varies]
