"""A scenario as a TOML file that a physician can read: from the file, and back to it (``scenarios/``)."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from clarkson.body.person import Person
from clarkson.errors import SettingError
from clarkson.simulate.durations import duration_words, number_words, parse_duration, parse_moment
from clarkson.simulate.scenario import Observe, Sampling, Scenario, check_given, check_parameters
from clarkson.simulate.schedule import Given
from clarkson.simulate.toml_table import Table, read_table


def read_scenario(path: Path | str) -> Scenario:
    """The scenario of a TOML file.

    Raises
    ------
    SettingError, DoseError
        The file cannot be read, or something in it is unknown or impossible; the text names the line.

    >>> read_scenario("nowhere.toml")
    Traceback (most recent call last):
    clarkson.errors.SettingError: nowhere.toml cannot be read: No such file or directory
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingError(f"{path} cannot be read: {reason}") from None
    return scenario_from_text(text, Path(path).name)


def bundled_scenarios() -> tuple[str, ...]:
    """Names of the scenarios that come with the package.

    >>> "healthy" in bundled_scenarios()
    True
    """
    folder = files("clarkson.simulate").joinpath("scenarios")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def bundled_scenario(name: str) -> Scenario:
    """A scenario that comes with the package.

    Raises
    ------
    SettingError
        None is called so.

    >>> bundled_scenario("healthy").disease
    'none'
    """
    if name not in bundled_scenarios():
        raise SettingError(f"'{name}' is no bundled scenario: there are {', '.join(bundled_scenarios())}")
    text = files("clarkson.simulate").joinpath("scenarios", f"{name}.toml").read_text(encoding="utf-8")
    return scenario_from_text(text, f"{name}.toml")


def scenario_from_text(text: str, file: str = "scenario") -> Scenario:
    """The scenario that a TOML text describes; `file` is what messages call it.

    Raises
    ------
    SettingError, DoseError
        Something in it is unknown or impossible; the text names the line.

    >>> text = 'duration = "1 day"\\n[person]\\nsex = "female"\\nage_years = 40\\nheight_cm = 165\\nweight_kg = 60'
    >>> scenario_from_text(text).duration_h
    24.0
    """
    top = read_table(text, file)
    top.check_keys(("title", "duration", "start", "person", "given", "observe"), ("duration", "person"))
    with top.at("duration"):
        duration_h = parse_duration(top.value("duration", str, 'words such as "10 days"'))
    start = top.value("start", datetime, "a date and time such as 2024-03-01T08:00:00")
    who = top.table("person")
    body = ("sex", "age_years", "height_cm", "weight_kg")
    who.check_keys((*body, "disease", "parameters"), body)
    with top.at("person"):
        person = Person(
            who.value("sex", str, '"female" or "male"'), *(who.value(k, float, "a number") for k in body[1:])
        )
    own = who.table("parameters")
    parameters = {}
    for name in own.values:
        with own.at(name):
            parameters[name] = own.value(name, float, "a number")
            check_parameters({name: parameters[name]})
    with who.at("disease"):
        disease = who.value("disease", str, "words", "none")
        empty = Scenario(duration_h, person, disease)
    return Scenario(
        empty.duration_h,
        empty.person,
        empty.disease,
        parameters,
        start,
        _given(top, start, empty),
        _observe(top.table("observe")),
        top.value("title", str, "words", ""),
    )


def _given(top: Table, start: datetime | None, scenario: Scenario) -> tuple[Given, ...]:
    """What is given, each with its line in the text of an error."""
    clock_h = 0.0 if start is None else start.hour + start.minute / 60.0 + start.second / 3600.0
    given = []
    for each in top.tables("given"):
        each.check_keys(("at", "dose"), ("at", "dose"))
        with each.at("at"):
            at_h = parse_moment(each.value("at", str, 'words such as "36 h" or "day 2 08:00"'), clock_h)
        with each.at("dose"):
            found = Given(at_h, each.value("dose", str, 'words such as "furosemide 40 mg"'))
            check_given(found, scenario.person, scenario.duration_h)
        given.append(found)
    return tuple(given)


def _observe(table: Table) -> Observe:
    """What is looked at."""
    table.check_keys(("every", "outputs", "hospital", "home"))
    with table.at("every"):
        every_h = parse_duration(table.value("every", str, 'words such as "15 min"', "15 min"))
    outputs = table.value("outputs", list, "a list of names", [])
    if not all(isinstance(name, str) for name in outputs):
        raise table.wrong("outputs", "'outputs' must be a list of names")
    with table.at("outputs"):
        return Observe(every_h, outputs, _sampling(table, "hospital"), _sampling(table, "home"))


def _sampling(observe: Table, place: str) -> Sampling | None:
    """How results are drawn at a place, or None where none are."""
    if place not in observe.values:
        return None
    table = observe.table(place)
    table.check_keys(("sampling", "missing", "noise"), ("sampling",))
    words = table.value("sampling", str, 'words such as "every 6 h"')
    with table.at("sampling"):
        every_h = parse_duration(words.strip().removeprefix("every "))
    missing, noise = table.value("missing", float, "a number", 0.0), table.value("noise", bool, "true or false", True)
    with table.at("missing"):
        return Sampling(every_h, missing, noise)


def to_toml(scenario: Scenario) -> str:
    """The scenario as a TOML text that reads back as the same scenario.

    >>> print(to_toml(Scenario(240, Person("male", 50, 178, 80), title="Ten days")).splitlines()[0])
    title = "Ten days"
    """
    lines = [f"title = {_quoted(scenario.title)}", f"duration = {_quoted(duration_words(scenario.duration_h))}"]
    if scenario.start is not None:
        lines.append(f"start = {scenario.start.isoformat()}")
    who = scenario.person
    lines += ["", "[person]", f"sex = {_quoted(who.sex)}"]
    lines += [f"{k} = {number_words(getattr(who, k))}" for k in ("age_years", "height_cm", "weight_kg")]
    lines.append(f"disease = {_quoted(scenario.disease)}")
    if scenario.parameters:
        lines += ["", "[person.parameters]"]
        lines += [f"{name} = {number_words(value)}" for name, value in scenario.parameters.items()]
    for each in scenario.given:
        lines += ["", "[[given]]", f"at = {_quoted(duration_words(each.at_h))}", f"dose = {_quoted(str(each.dose))}"]
    observe = scenario.observe
    lines += ["", "[observe]", f"every = {_quoted(duration_words(observe.every_h))}"]
    lines.append(f"outputs = [{', '.join(map(_quoted, observe.outputs))}]")
    for place, drawn in (("hospital", observe.hospital), ("home", observe.home)):
        if drawn is not None:
            lines += ["", f"[observe.{place}]", f"sampling = {_quoted(f'every {duration_words(drawn.every_h)}')}"]
            lines += [f"missing = {number_words(drawn.missing)}", f"noise = {str(drawn.noise).lower()}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string: as in JSON, but for the one control character that JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
