"""Entries as people may write them, for tests that try many."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

NOW = datetime(2026, 3, 4, 8, 30, tzinfo=UTC)

_names = st.text(st.characters(categories=["L", "N"], include_characters=" .,'\"()/+-;&é"), min_size=1, max_size=30)
_by = _names.map(lambda text: " ".join(f"M{text}".split()))
_free = _names.map(lambda text: " ".join(f"a{text}".split()))


def _number(low: float, high: float, digits: int) -> st.SearchStrategy[str]:
    return st.integers(round(low * 10**digits), round(high * 10**digits)).map(
        lambda whole: f"{whole / 10**digits:.{digits}f}"
    )


_method = (
    st.just("") | _by.map(lambda by: f" meter {by}") | st.just(" laboratory") | _by.map(lambda b: f" laboratory {b}")
)
_results = st.one_of(
    st.builds(lambda value, method: f"hemoglobin {value} g/dL{method}", _number(5, 24, 1), _method),
    st.builds(lambda value, method: f"Hct {value} %{method}", _number(20, 80, 2), _method),
    st.builds(lambda value: f"albumin {value} g/L", _number(10, 60, 1)),
    st.builds(lambda value, unit: f"weight {value} {unit}", _number(70, 120, 1), st.sampled_from(["kg", "lb"])),
    st.builds(lambda upper, lower: f"blood pressure {upper}/{lower}", st.integers(81, 200), st.integers(30, 80)),
    st.builds(lambda value: f"pulse {value}", st.integers(40, 200)),
)
_events = st.one_of(
    st.just("attack"),
    st.builds(
        lambda kind, text: f"{kind} {text}",
        st.sampled_from(["symptom", "attack", "infection", "trigger", "bleeding", "procedure", "diagnosis", "note"]),
        _free,
    ),
)
_amounts = st.builds(
    lambda value, unit: f"{value} {unit}", _number(0.5, 300, 1), st.sampled_from(["mg", "g", "mL", "IU"])
)
_drugs = st.sampled_from(["theophylline", "IVIG", "albumin 20 %", "vitamin D", "calcium", "zinc"])
_rhythms = st.sampled_from(
    ["", " daily", " twice a day", " every 36 h", " every 4 weeks", " monthly", " 5 times a week"]
)


def _possible(words: str) -> bool:
    """Whether anybody could be given as much: 0.3 kg of theophylline nobody can."""
    return not ("theophylline" in words and " g" in words)


_doses = st.one_of(
    st.builds(
        lambda drug, much, over: f"took {drug} {much}{over}", _drugs, _amounts, st.sampled_from(["", " over 4 h"])
    ),
    st.builds(lambda drug, much, often: f"start {drug} {much}{often}", _drugs, _amounts, _rhythms),
).filter(_possible)

entry_words = st.one_of(_results, _events, _doses)
