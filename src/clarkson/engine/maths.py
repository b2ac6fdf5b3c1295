"""The mathematics that equations are written in: the same function runs on floats, on arrays and on the tape.

An equation takes its values and a namespace `m`; it uses + - * / and integer powers on the values, and
`m.exp`, `m.log`, `m.sqrt`, `m.logistic` for the rest. `m.let` names a quantity, so that it can be asked for,
printed and exported under its own name.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeAlias

import numpy as np

Value: TypeAlias = Any
"""A float, an array or a node of the tape: whatever the namespace beside it works on."""


class Maths(Protocol):
    """What an equation may use besides + - * / and integer powers."""

    def exp(self, x: Value, /) -> Value:
        """e to the power x."""

    def log(self, x: Value, /) -> Value:
        """Natural logarithm."""

    def sqrt(self, x: Value, /) -> Value:
        """Square root."""

    def logistic(self, x: Value, /) -> Value:
        """1 / (1 + e^-x)."""

    def let(self, name: str, symbol: str, unit: str, value: Value, /) -> Value:
        """The value, known from here on by its name, its symbol (LaTeX) and its unit."""


class Floats:
    """Maths on Python floats. Keeps every named quantity in `named`."""

    def __init__(self) -> None:
        self.named: dict[str, float] = {}

    def exp(self, x: float, /) -> float:
        """e to the power x."""
        return math.exp(min(x, 700.0))

    def log(self, x: float, /) -> float:
        """Natural logarithm."""
        return math.log(x)

    def sqrt(self, x: float, /) -> float:
        """Square root."""
        return math.sqrt(x)

    def logistic(self, x: float, /) -> float:
        """1 / (1 + e^-x)."""
        return 1.0 / (1.0 + math.exp(min(-x, 700.0)))

    def let(self, name: str, _symbol: str, _unit: str, value: float, /) -> float:
        """The value; its symbol and unit are for the tape."""
        self.named[name] = value
        return value


class Arrays:
    """Maths on NumPy arrays, elementwise. Keeps every named quantity in `named`."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def exp(self, x: Value, /) -> Value:
        """e to the power x."""
        return np.exp(np.minimum(x, 700.0))

    def log(self, x: Value, /) -> Value:
        """Natural logarithm."""
        return np.log(x)

    def sqrt(self, x: Value, /) -> Value:
        """Square root."""
        return np.sqrt(x)

    def logistic(self, x: Value, /) -> Value:
        """1 / (1 + e^-x)."""
        return 1.0 / (1.0 + np.exp(np.minimum(-x, 700.0)))

    def let(self, name: str, _symbol: str, _unit: str, value: Value, /) -> Value:
        """The value; its symbol and unit are for the tape."""
        self.named[name] = value
        return value


def soft_positive(x: Value, width: float, m: Maths) -> Value:
    """x where x is far above 0, 0 where far below, smooth between: (x + sqrt(x² + width²)) / 2.

    >>> round(soft_positive(3.0, 0.01, Floats()), 4), round(soft_positive(-3.0, 0.01, Floats()), 4)
    (3.0, 0.0)
    """
    return 0.5 * (x + m.sqrt(x * x + width * width))


def logit(p: Value, m: Maths) -> Value:
    """ln(p / (1 - p)).

    >>> logit(0.5, Floats())
    0.0
    """
    return m.log(p / (1.0 - p))
