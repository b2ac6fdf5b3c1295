"""The traced equations as Antimony text, and from it as SBML Level 3 Version 2.

States are variables with rate rules, parameters are constants, inputs change by events, and every named quantity is
an assignment rule under its own name. Unnamed expressions stand inline where they are used once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.system import System
from clarkson.engine.tape import Entry

Floats: TypeAlias = NDArray[np.float64]

BASE_UNITS = {
    "1": "dimensionless",
    "L": "litre",
    "mL": "1e-3 litre",
    "fL": "1e-15 litre",
    "h": "3600 second",
    "min": "60 second",
    "kg": "kilogram",
    "g": "gram",
    "mg": "1e-3 gram",
    "ug": "1e-6 gram",
    "mol": "mole",
    "mmol": "1e-3 mole",
    "umol": "1e-6 mole",
    "mmHg": "133.322387415 pascal",
    "cm": "1e-2 metre",
    "Cel": "kelvin",
    "U": "1e-6 mole / 60 second",
    "10*9": "1e9 dimensionless",
    "10*12": "1e12 dimensionless",
}
"""What a unit is made of. An enzyme unit U turns over a micromole a minute; degrees Celsius count as differences."""

_SUM, _PRODUCT, _ATOM = 1, 2, 3


@dataclass(frozen=True)
class Label:
    """What a symbol is, for people and machines: words, unit, and what it is a property of, as terms of ontologies."""

    what: str
    unit: str = "1"
    bearers: Sequence[str] = field(default=())


def antimony(
    system: System,
    initial: Mapping[str, float],
    parameters: Mapping[str, float],
    breaks: Floats,
    values: Floats,
    labels: Mapping[str, Label],
    *,
    name: str,
    notes: str = "",
) -> str:
    """The system as Antimony text; time in hours.

    initial and parameters: numbers by name. breaks (K,) [h] and values (K + 1, I): inputs that are constant between
    breaks. labels: by the name of a state, parameter, input or quantity; quantities without one keep their own unit.
    Raises KeyError where a number is missing.

    >>> from clarkson.engine.system import trace
    >>> decay = trace(lambda t, y, p, u, m: {"x": u["dose"] - p["k"] * y["x"]}, ["x"], ["k"], ["dose"])
    >>> text = antimony(decay, {"x": 1.0}, {"k": 2.0}, np.array([]), np.zeros((1, 1)), {}, name="decay")
    >>> "x' = dose - x*k;" in text
    True
    """
    units = {each: label.unit for each, label in labels.items()}
    units = {each.name: each.unit for each in system.tape.quantities.values()} | units
    functions, rules = _rules(system)
    lines = [*functions, f"model {name}"]
    if notes:
        lines.append(f"  model notes {_quoted(notes)};")
    lines.append("  unit time_unit = 3600 second;")
    known = {*system.states, *system.parameters, *system.inputs, *system.tape.quantities}
    used = sorted({unit for each, unit in units.items() if each in known})
    lines += [f"  unit {_unit_name(unit)} = {_unit(unit)};" for unit in used]
    lines += [f"  {each} = {_number(initial[each])};" for each in system.states]
    lines += [f"  const {each} = {_number(parameters[each])};" for each in system.parameters]
    lines += [f"  {each} = {_number(value)};" for each, value in zip(system.inputs, values[0].tolist(), strict=True)]
    lines += rules
    for number, time in enumerate(breaks.tolist()):
        changed = [
            f"{each} = {_number(values[number + 1, column])}"
            for column, each in enumerate(system.inputs)
            if values[number + 1, column] != values[number, column]
        ]
        if changed:
            lines.append(f"  dose{number + 1}: at (time >= {_number(time)}), t0=false: {', '.join(changed)};")
    for each, unit in units.items():
        if each in known:
            lines.append(f"  {each} has {_unit_name(unit)};")
    for each, label in labels.items():
        if each in known:
            lines.append(f"  {each} is {_quoted(label.what)};")
            lines += [f"  {each} propertyBearer {_quoted(uri)};" for uri in label.bearers]
    return "\n".join([*lines, "end", ""])


def sbml(text: str) -> str:
    """Antimony text as SBML.

    Raises ValueError with the message of Antimony where it cannot read the text.

    >>> sbml("model m; x = 1; x' = -x; end").count("rateRule")
    2
    """
    import antimony as library

    library.clearPreviousLoads()
    if library.loadAntimonyString(text) < 0:
        raise ValueError(f"Antimony cannot read the model: {library.getLastError()}")
    document: str = library.getSBMLString(library.getMainModuleName())
    # The version of the writer says nothing about the model, and would change its bytes.
    return re.sub(r"<!-- Created by libAntimony.*?-->\n", "", document)


def _rules(system: System) -> tuple[list[str], list[str]]:
    """Function definitions, and the assignment and rate rules in the order of the tape.

    Simulators put an assigned variable's whole rule wherever the variable stands. A rule that names one twice is
    therefore written as a function of it, whose arguments are worked out once.
    """
    tape = system.tape
    named: dict[int, list[str]] = {}
    for each in tape.quantities.values():
        named.setdefault(each.index, []).append(each.name)
    shared = _shared(system, set(named))
    functions: list[str] = []
    rules: list[str] = []
    variables: set[str] = set()
    written: dict[int, Expression] = {}

    def rule(own: str, found: Expression, assigned: str) -> None:
        text = found.text
        if any(count > 1 for name, count in found.names.items() if name in variables):
            arguments = ", ".join(sorted(found.names))
            functions.append(f"function of_{own}({arguments})\n  {text};\nend")
            text = f"of_{own}({arguments})"
        rules.append(f"  {assigned} {text};")

    for index in tape.needed([*system.rates, *named]):
        written[index] = _expression(tape.entries[index], written)
        if index in named or index in shared:
            names = named.get(index, [f"x{index}"])
            rule(names[0], written[index], f"{names[0]} :=")
            rules += [f"  {other} := {names[0]};" for other in names[1:]]
        if index in shared:
            variables.add(names[0])
            written[index] = Expression(names[0], _ATOM, Counter([names[0]]))
    for state, index in zip(system.states, system.rates, strict=True):
        rule(state, written[index], f"{state}' =")
    return functions, rules


def _shared(system: System, named: set[int]) -> set[int]:
    """Entries that get a variable of their own: the named ones, and those without which the rates would be longer.

    Length counts every variable as its whole rule, once for each rule that names it.
    """
    tape = system.tape
    inner = [index for index in tape.needed(system.rates) if tape.entries[index].operands]
    uses = Counter(operand for index in inner for operand in tape.entries[index].operands)

    def length(shared: set[int]) -> int:
        whole: dict[int, int] = {}
        own: dict[int, int] = {}
        names: dict[int, set[int]] = {}
        for index in inner:
            own[index], names[index] = 1, set()
            for operand in tape.entries[index].operands:
                if operand in shared:
                    names[index].add(operand)
                elif operand in names:
                    names[index] |= names[operand]
                own[index] += own[operand] if operand in own and operand not in shared else 1
            whole[index] = own[index] + sum(whole[name] for name in names[index])
        return sum(whole.get(root, 1) for root in system.rates)

    shared = {index for index in inner if uses[index] > 1 or index in named}
    least = length(shared)
    for index in sorted(shared - named, reverse=True):
        without = length(shared - {index})
        if without <= least:
            shared, least = shared - {index}, without
    # A named quantity that is not a rate's part is a variable too, for those that are read off from it.
    return shared | {index for index in named if tape.entries[index].operands}


@dataclass(frozen=True)
class Expression:
    """Infix text, how tightly its outermost operation binds, and how often it names each variable."""

    text: str
    rank: int
    names: Counter[str]


def _expression(entry: Entry, written: Mapping[int, Expression]) -> Expression:
    """An entry in infix notation."""
    names: Counter[str] = Counter()
    for number in entry.operands:
        names += written[number].names

    def operand(number: int, least: int) -> str:
        found = written[entry.operands[number]]
        return found.text if found.rank >= least else f"({found.text})"

    match entry.operation:
        case "constant":
            return Expression(_number(entry.value), _ATOM if entry.value >= 0.0 else _SUM, names)
        case "symbol":
            name = "time" if entry.kind == "time" else entry.name
            return Expression(name, _ATOM, Counter([name]))
        case "add":
            text, rank = f"{operand(0, _SUM)} + {operand(1, _PRODUCT)}", _SUM
        case "sub":
            text, rank = f"{operand(0, _SUM)} - {operand(1, _PRODUCT)}", _SUM
        case "mul":
            text, rank = f"{operand(0, _PRODUCT)}*{operand(1, _ATOM)}", _PRODUCT
        case "div":
            text, rank = f"{operand(0, _PRODUCT)}/{operand(1, _ATOM)}", _PRODUCT
        case "neg":
            text, rank = f"-{operand(0, _PRODUCT)}", _SUM
        case "log":
            text, rank = f"ln({operand(0, _SUM)})", _ATOM
        case "logistic":
            text, rank = f"1/(1 + exp(-({operand(0, _SUM)})))", _PRODUCT
        case _:
            text, rank = f"{entry.operation}({operand(0, _SUM)})", _ATOM
    return Expression(text, rank, names)


def _number(value: float) -> str:
    """A number that reads back as itself."""
    text = repr(float(value))
    return text.removesuffix(".0")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "/").replace('"', "'").replace("\n", " ") + '"'


def _unit_name(unit: str) -> str:
    """A unit as an identifier.

    >>> _unit_name("L^2/h/mmol"), _unit_name("1")
    ('unit_L2_per_h_per_mmol', 'unit_1')
    """
    return "unit_" + unit.replace("^", "").replace("*", "_").replace("/", "_per_")


def _unit(unit: str) -> str:
    """A unit made of base units.

    >>> _unit("L/h/mmHg")
    'litre / 3600 second / 133.322387415 pascal'
    """
    over, *under = unit.split("/")
    parts = [_power(over)]
    for each in under:
        head, *tail = _power(each).split(" / ")
        parts += [f"/ {head}", *(f"* {other}" for other in tail)]
    return " ".join(parts)


def _power(part: str) -> str:
    base, _, power = part.partition("^")
    if base not in BASE_UNITS:
        raise ValueError(f"'{base}' is no unit that SBML is told of here; add it to BASE_UNITS")
    return f"{BASE_UNITS[base]}^{power}" if power else BASE_UNITS[base]
