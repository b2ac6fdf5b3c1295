"""What to measure next, and why."""

from __future__ import annotations

from clarkson.analytes import analyte
from clarkson.watch.assessment import NextTest
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.reviewed import Reviewed
from clarkson.watch.verdict import POSSIBLE_AT

RIVAL_FROM = 0.03
MOST_TESTS = 5


def next_tests(reviewed: Reviewed) -> tuple[NextTest, ...]:
    """The missing half of the balance first, then what settles the likeliest rivals, then the course."""
    wanted: dict[str, str] = {}
    measured = set(reviewed.sample.results)
    if not reviewed.sample.proteins:
        wanted["albumin"] = (
            "red cells alone cannot tell a leak from dehydration or from more red cells: albumin falls in a leak, "
            "rises in dehydration and stays when red cells are gained"
        )
    if not reviewed.sample.red_cells:
        wanted["hematocrit"] = (
            "protein alone cannot tell a leak from inflammation, protein loss or dilution: hematocrit rises in a leak"
        )
    shares = reviewed.reading.mechanisms
    for name in sorted(shares, key=lambda each: -shares[each]):
        if shares[name] < RIVAL_FROM:
            break
        for test, why in mechanisms()[name].settled_by.items():
            if test not in measured and not _same_kind(test, measured):
                wanted.setdefault(test, why)
    if reviewed.reading.probability >= POSSIBLE_AT:
        known = any(word in text.lower() for word in _GAMMOPATHY_WORDS for text in reviewed.record.diagnoses)
        for test, why in _DURING_A_LEAK.items():
            if test not in measured and not (test == "m_protein" and known):
                wanted.setdefault(test, why)
        if reviewed.sample.red_cells:
            wanted.setdefault(
                reviewed.sample.red_cells[0],
                "again within hours, with albumin: the direction tells leak, plateau and return apart",
            )
    return tuple(NextTest(test, analyte(test).label, why) for test, why in list(wanted.items())[:MOST_TESTS])


_DURING_A_LEAK = {
    "urine_protein_creatinine": "massive urine protein would point to the kidney instead",
    "tryptase": "anaphylaxis gives the same pair of results within minutes, with a raised tryptase",
    "lactate": "it shows whether organs are short of blood while the pressure still looks normal",
    "m_protein": "most adults with the disease have a monoclonal protein; its absence excludes nothing",
}


_GAMMOPATHY_WORDS = ("gammopath", "mgus", "myeloma", "m-protein", "paraprotein")


def _same_kind(test: str, measured: set[str]) -> bool:
    red_cells = {"hematocrit", "hemoglobin"}
    return test in red_cells and bool(measured & red_cells)
