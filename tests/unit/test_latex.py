"""Printed equations: read by eye once, and drawn by a second reader of LaTeX."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.mathtext import MathTextParser

from clarkson.engine.latex import latex
from clarkson.engine.maths import Maths, Value
from clarkson.engine.system import System, trace
from clarkson.simulate.export import body_latex


def equations(page: str) -> list[str]:
    return [each.strip() for each in re.findall(r"\$\$\n(.*?)\n\$\$", page, re.DOTALL)]


def one(expression: object) -> str:
    """The right-hand side of dx/dt."""

    def rates(_t: Value, y: Value, p: Value, _u: Value, m: Maths) -> dict[str, Value]:
        return {"x": expression(y["x"], p["a"], p["b"], m)}  # type: ignore[operator]

    system: System = trace(rates, ["x"], ["a", "b"], [])
    return equations(latex(system, {name: name for name in "xab"}, {}))[-1].split(" = ")[1]


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        (lambda x, a, b, _m: a - (b - x), "a + x - b"),
        (lambda x, a, b, _m: a * (b - x), r"a\,\left(b - x\right)"),
        (lambda x, a, b, _m: a / b / x, r"\frac{a}{b\,x}"),
        (lambda x, a, _b, _m: (x - a) / 9.0, r"\frac{x - a}{9}"),
        (lambda x, a, b, _m: (x - (a + b) ** 2) / 9.0, r"\frac{x - \left(a + b\right)^{2}}{9}"),
        (lambda x, a, b, _m: (x - a) * (x - b) / 9.0, r"\frac{\left(x - a\right)\,\left(x - b\right)}{9}"),
        (lambda x, _a, _b, _m: x * x * x, "x^{3}"),
        (lambda x, a, b, _m: (a + b) ** 2 * x, r"x\,\left(a + b\right)^{2}"),
        (lambda x, a, _b, m: -m.exp(-a * x), r"-e^{-a\,x}"),
        (lambda x, a, _b, m: m.logistic(x / a), r"\sigma\left(\frac{x}{a}\right)"),
        (lambda x, _a, _b, m: m.log(m.sqrt(x)), r"\ln\left(\sqrt{x}\right)"),
        (lambda x, _a, _b, _m: 1e-7 * x, r"10^{-7}\,x"),
    ],
)
def test_operations_are_printed_as_a_person_would(expression: object, printed: str) -> None:
    assert one(expression) == printed


def test_a_named_quantity_stands_by_its_symbol_in_what_follows() -> None:
    def rates(_t: Value, y: Value, p: Value, _u: Value, m: Maths) -> dict[str, Value]:
        level = m.let("level", "c", "g/L", y["x"] / p["v"])
        return {"x": -p["k"] * level}

    page = latex(trace(rates, ["x"], ["k", "v"], []), {"x": "Q", "k": "k", "v": "V"}, {"x": "g"})
    assert equations(page) == [
        r"c = \frac{Q}{V} \qquad [\mathrm{g/L}]",
        r"\frac{d\,Q}{dt} = -k\,c \qquad [\mathrm{g/h}]",
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_equation_of_the_body_can_be_drawn() -> None:
    parser = MathTextParser("path")
    drawn = equations(body_latex())
    assert len(drawn) > 100
    for equation in drawn:
        parser.parse(f"${equation}$")


def test_the_printed_equations_are_the_traced_ones() -> None:
    page = Path(__file__).parents[2] / "docs" / "equations.md"
    assert page.read_text(encoding="utf-8") == body_latex(), "make docs writes docs/equations.md anew"
