"""The traced equations as LaTeX: one line for every named quantity, and one for the rate of every state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.system import System

LONG, TOO_LONG = 12, 30
"""An unnamed expression of so many operations gets a letter of its own: where it is used more than once, and always."""

_SUM, _PRODUCT, _POWER = 1, 2, 3


@dataclass(frozen=True)
class Formula:
    """LaTeX, how tightly its outermost operation binds, and the number of its operations."""

    text: str
    rank: int
    length: int


def latex(system: System, symbols: Mapping[str, str], units: Mapping[str, str]) -> str:
    r"""Markdown with one equation in $$ for every quantity, in the order in which they are worked out, then the rates.

    symbols: LaTeX of states, parameters and inputs by name; a name without one is set upright. units: of states.

    >>> from clarkson.engine.system import trace
    >>> decay = trace(lambda t, y, p, u, m: {"x": u["dose"] - p["k"] * y["x"]}, ["x"], ["k"], ["dose"])
    >>> print(latex(decay, {"dose": "u"}, {"x": "g"}).splitlines()[-2])
    \frac{d\,\mathrm{x}}{dt} = u - \mathrm{k}\,\mathrm{x} \qquad [\mathrm{g/h}]
    """
    return "\n".join(_Page(system, symbols, units).lines())


class _Page:
    """What has been written so far, by tape index."""

    def __init__(self, system: System, symbols: Mapping[str, str], units: Mapping[str, str]) -> None:
        self.system, self.symbols, self.units = system, symbols, units
        self.written: dict[int, Formula] = {}
        self.letters = 0

    def lines(self) -> list[str]:
        tape = self.system.tape
        named: dict[int, list[str]] = {}
        for name, each in tape.quantities.items():
            named.setdefault(each.index, []).append(name)
        roots = [*self.system.rates, *named]
        uses = Counter(operand for index in tape.needed(roots) for operand in tape.entries[index].operands)
        lines = ["## Quantities"]
        for index in tape.needed(roots):
            formula = self.formula(index)
            self.written[index] = formula
            for name in named.get(index, []):
                each = tape.quantities[name]
                lines += ["", f"`{name}`", "", *_display(f"{each.symbol} = {formula.text}", each.unit)]
                if formula.length:
                    self.written[index] = Formula(each.symbol, _POWER, 0)
            if index not in named and uses[index] and formula.length >= (LONG if uses[index] > 1 else TOO_LONG):
                self.letters += 1
                lines += ["", *_display(f"z_{{{self.letters}}} = {formula.text}", "")]
                self.written[index] = Formula(f"z_{{{self.letters}}}", _POWER, 0)
        lines += ["", "## Rates"]
        for state, index in zip(self.system.states, self.system.rates, strict=True):
            unit = self.units.get(state, "")
            left = rf"\frac{{d\,{self.symbol(state)}}}{{dt}}"
            lines += [
                "",
                f"`{state}`",
                "",
                *_display(f"{left} = {self.written[index].text}", f"{unit}/h" if unit else ""),
            ]
        return lines

    def symbol(self, name: str) -> str:
        words = name.replace("_", r"\ ")
        return self.symbols.get(name, rf"\mathrm{{{words}}}")

    def formula(self, index: int) -> Formula:
        entry = self.system.tape.entries[index]
        if entry.operation == "constant":
            return Formula(_number(entry.value), _POWER if entry.value >= 0.0 else _SUM, 0)
        if entry.operation == "symbol":
            return Formula("t" if entry.kind == "time" else self.symbol(entry.name), _POWER, 0)
        length = 1 + sum(self.written[operand].length for operand in entry.operands)
        match entry.operation:
            case "add" | "sub" | "neg":
                return Formula(self.sum(index), _SUM, length)
            case "mul" | "div":
                text, rank = self.product(index)
                return Formula(text, rank, length)
            case "sqrt":
                return Formula(rf"\sqrt{{{self.written[entry.operands[0]].text}}}", _POWER, length)
            case "exp":
                return Formula(rf"e^{{{self.written[entry.operands[0]].text}}}", _PRODUCT, length)
            case _:
                sign = {"log": r"\ln", "logistic": r"\sigma"}[entry.operation]
                return Formula(rf"{sign}\left({self.written[entry.operands[0]].text}\right)", _POWER, length)

    def open(self, index: int) -> bool:
        """Whether an entry is spelled out where it stands, not written as a symbol."""
        return index not in self.written or self.written[index].length > 0

    def sum(self, index: int) -> str:
        terms: list[tuple[int, int]] = []
        self.terms(index, 1, terms)
        terms.sort(key=lambda term: -term[0])  # begins with a plus, where there is one
        text = ""
        for sign, term in terms:
            formula = self.written[term]
            own, part = (-sign, formula.text[1:].lstrip()) if formula.text.startswith("-") else (sign, formula.text)
            text += ("-" if own < 0 else "") + part if not text else f" {'-' if own < 0 else '+'} {part}"
        return text

    def terms(self, index: int, sign: int, found: list[tuple[int, int]]) -> None:
        """The signed terms of a sum."""
        entry = self.system.tape.entries[index]
        if entry.operation in ("add", "sub", "neg") and self.open(index):
            first, *rest = entry.operands
            self.terms(first, -sign if entry.operation == "neg" else sign, found)
            for operand in rest:
                self.terms(operand, -sign if entry.operation == "sub" else sign, found)
        else:
            found.append((sign, index))

    def product(self, index: int) -> tuple[str, int]:
        over: list[int] = []
        under: list[int] = []
        number = self.factors(index, over, under, upside=True)
        over.sort(key=lambda factor: self.system.tape.entries[factor].kind != "parameter")  # k x, not x k
        divisor = ""
        sign, size = ("-" if number < 0 else ""), abs(number)
        head = "" if size == 1.0 else _number(size)
        if 1e-3 <= size < 1.0 and len(_number(1.0 / size)) < len(head):
            head, divisor = "", _number(1.0 / size)
        top = r"\,".join(filter(None, [head, *self.powers(over)]))
        bottom = r"\,".join(filter(None, [divisor, *self.powers(under)]))
        if bottom:
            return rf"{sign}\frac{{{_bare(top) or '1'}}}{{{_bare(bottom)}}}", _PRODUCT if not sign else _SUM
        return f"{sign}{top}", _PRODUCT if not sign else _SUM

    def factors(self, index: int, over: list[int], under: list[int], *, upside: bool) -> float:
        """Sort the factors of a product; returns the product of its numbers."""
        entry = self.system.tape.entries[index]
        if entry.operation == "constant":
            return entry.value if upside else 1.0 / entry.value
        if entry.operation in ("mul", "div", "neg") and self.open(index):
            number = -1.0 if entry.operation == "neg" else 1.0
            for place, operand in enumerate(entry.operands):
                turned = entry.operation == "div" and place == 1
                number *= self.factors(operand, over, under, upside=upside != turned)
            return number
        (over if upside else under).append(index)
        return 1.0

    def powers(self, factors: list[int]) -> list[str]:
        """Factors, equal ones as a power, numbers apart."""
        texts = []
        for index, count in Counter(factors).items():
            formula = self.written[index]
            least = _PRODUCT if count == 1 else _POWER
            text = formula.text if formula.rank >= least else rf"\left({formula.text}\right)"
            if count > 1 and "^" in text and not text.startswith(r"\left("):
                text = rf"\left({text}\right)"
            texts.append(text if count == 1 else f"{text}^{{{count}}}")
        return texts


def _bare(text: str) -> str:
    r"""A whole numerator or denominator needs no brackets of its own.

    >>> _bare(r"\left(a + \left(b + c\right)^{2}\right)")
    'a + \\left(b + c\\right)^{2}'
    """
    if not (text.startswith(r"\left(") and text.endswith(r"\right)")):
        return text
    inner = text.removeprefix(r"\left(").removesuffix(r"\right)")
    depth = 0
    for bracket in re.findall(r"\\(left|right)\b", inner):
        depth += 1 if bracket == "left" else -1
        if depth < 0:  # the first bracket closes before the end
            return text
    return inner


def _number(value: float) -> str:
    """Up to six digits.

    >>> _number(0.5), _number(1e-05)
    ('0.5', '10^{-5}')
    """
    digits, _, power = f"{value:.6g}".partition("e")
    if not power:
        return digits
    return (rf"{digits} \cdot " if digits != "1" else "") + f"10^{{{int(power)}}}"


def _display(equation: str, unit: str) -> list[str]:
    words = unit.replace("^2", "²").replace("10*", r"10^").replace("%", r"\%")
    tail = "" if unit in ("", "1") else rf" \qquad [\mathrm{{{words}}}]"
    return ["$$", equation + tail, "$$"]
