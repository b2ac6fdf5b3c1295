"""The page that shows one assessment: served, or as one file that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from clarkson.report import view
from clarkson.report.ahead import forecast_words, phase_words
from clarkson.report.charts import charts
from clarkson.watch.mechanisms import mechanisms

SCRIPTS = ("echarts.min.js", "shared.js", "lanes.js", "map.js", "page.js")
"""The scripts of ``static/``, each of which builds on those before it."""

STYLES = ("page.css",)

BASE_RATES = (1e-6, 1e-4, 1e-2, 1e-1)
"""Prior probabilities for which the page repeats the answer: nobody suspected it, up to a known patient."""

_UNIT_SPACE = re.compile(r"(?<=\d) (?=%|[hdg]\b|g/d?L|mmHg|kg\b|mmol/L)")


@cache
def environment() -> Environment:
    """The templates of the page, with everything escaped.

    >>> environment().from_string("{{ name }}").render(name="<b>")
    '&lt;b&gt;'
    """
    made = Environment(
        loader=PackageLoader("clarkson.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        signed=view.signed,
        percent=view.percent,
        one_in=view.one_in,
        ratio=view.ratio,
        strength=view.strength,
        look=view.look,
        shown_range=view.shown_range,
        mechanism=_mechanism,
        kept=_kept,
    )
    made.globals.update(after=view.after, base_rates=BASE_RATES)
    return made


def _mechanism(name: str) -> str:
    known = mechanisms().get(name)
    return known.label if known else name


def _kept(sentence: str) -> str:
    """The sentence, with each number kept on one line with its unit."""
    return _UNIT_SPACE.sub("\N{NO-BREAK SPACE}", sentence)


def asset(name: str) -> str:
    """The text of a file of ``static/``.

    >>> asset("echarts.NOTICE").splitlines()[0]
    'Apache ECharts'
    """
    return files("clarkson.report").joinpath("static", name).read_text(encoding="utf-8").strip()


@cache
def inlined(styles: tuple[str, ...], scripts: tuple[str, ...]) -> Mapping[str, object]:
    """Styles and scripts of ``static/`` as they stand in the file, and the policy that lets only these run.

    >>> str(inlined(("page.css",), ())["policy"]).startswith("default-src 'none'; style-src 'sha256-")
    True
    """
    style, texts = "\n".join(map(asset, styles)), [asset(name) for name in scripts]
    hashes = " ".join(map(_hash, texts)) or "'none'"
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {hashes}; base-uri 'none'; form-action 'none'"
    return {"style": Markup(style), "scripts": [Markup(text) for text in texts], "policy": policy}


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def render(document: dict[str, object], *, inline: bool) -> str:
    """The page of one assessment document, as HTML.

    With ``inline`` the page is one file with its script, style and data in it; otherwise it refers to
    ``/static/`` and ``/``, as the served page does.
    """
    return (
        environment()
        .get_template("assessment.html")
        .render(
            document=document,
            charts=charts(document),
            pills=view.pills(document),
            phase_words=lambda entry: phase_words(entry, relative=bool(document["relative_time"])),
            forecast_words=forecast_words,
            moment=lambda fact: view.moment(fact, relative=bool(document["relative_time"])),
            zone=view.zone(document),
            scripts=SCRIPTS,
            inlined=inlined(STYLES, SCRIPTS) if inline else None,
        )
    )
