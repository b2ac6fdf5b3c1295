"""What Circe can say of the rule: the JSON compiles, runs, and finds the planted people whom fixed limits find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from clarkson.cli import clarkson
from clarkson.screen.circe import circe_expression
from clarkson.screen.phenotype import Episodes, excluded
from tests.screen.omop_people import FIRST, SEPSIS, TABLES, rows

VOCABULARY = {
    "concept": "concept_id INTEGER, invalid_reason VARCHAR, standard_concept VARCHAR",
    "concept_ancestor": "ancestor_concept_id INTEGER, descendant_concept_id INTEGER",
    "concept_relationship": "concept_id_1 INTEGER, concept_id_2 INTEGER, relationship_id VARCHAR,"
    " invalid_reason VARCHAR",
    "cohort": "cohort_definition_id INTEGER, subject_id BIGINT, cohort_start_date DATE, cohort_end_date DATE",
}


def found_in(value: Any, name: str) -> Iterator[Any]:
    """Every value that stands under a name, however deep."""
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key == name)
        yield from (each for inner in value.values() for each in found_in(inner, name))
    elif isinstance(value, list):
        yield from (each for inner in value for each in found_in(inner, name))


def concepts(expression: dict[str, Any]) -> dict[str, set[int]]:
    return {
        each["name"]: {item["concept"]["CONCEPT_ID"] for item in each["expression"]["items"]}
        for each in expression["ConceptSets"]
    }


@pytest.mark.parametrize("episodes", [1, 2])
def test_every_criterion_names_a_concept_set_that_is_there(episodes: Episodes) -> None:
    expression = circe_expression(episodes)
    assert set(found_in(expression, "CodesetId")) == {each["id"] for each in expression["ConceptSets"]}


def test_the_limits_are_those_of_the_triad_in_each_unit() -> None:
    # Hematocrit above 49 % in men and 43 % in women, albumin below 3.0 g/dL: BMJ Case Rep 2018, PMC6119378.
    limits = {
        (each["Unit"][0]["CONCEPT_ID"], each.get("Gender", [{"CONCEPT_ID": 0}])[0]["CONCEPT_ID"]): each[
            "ValueAsNumber"
        ]["Value"]
        for each in found_in(circe_expression(), "Measurement")
        if each["CodesetId"] != 1
    }
    male, female = 8507, 8532
    percent, share, g_per_dl, g_per_l = 8554, 44777604, 8713, 8636
    assert limits == {
        (percent, male): 49.0,
        (percent, female): 43.0,
        (share, male): 0.49,
        (share, female): 0.43,
        (g_per_dl, 0): 3.0,
        (g_per_l, 0): 30.0,
    }


def test_no_concept_is_one_that_nobody_read() -> None:
    assumed = {code for each in excluded() for code in each.assumed}
    shown = {f"OMOP {each}" for found in concepts(circe_expression()).values() for each in found}
    assert not shown & assumed


def test_it_says_that_it_is_an_approximation_and_what_it_leaves_out() -> None:
    rules = circe_expression()["InclusionRules"]
    assert "the person's own earlier level" in rules[0]["description"]
    assert rules[2]["description"].endswith("dengue, ovarian hyperstimulation.")


def test_the_command_prints_the_json() -> None:
    printed = CliRunner().invoke(clarkson, ["phenotype", "circe", "--episodes", "1"])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout) == circe_expression(1)


def run(episodes: Episodes, *, below_sepsis: int | None = None) -> set[int]:
    """The people of the cohort, as OHDSI's own steps give them: JSON, SQL of Circe, SQL of DuckDB."""
    reason = "needs duckcdm (dependency group dev)"
    circe = pytest.importorskip("duckcdm.circe", reason=reason)
    sqlrender = pytest.importorskip("duckcdm.sqlrender", reason=reason)
    expression = circe_expression(episodes)
    compiled = circe.build_cohort_query(
        json.dumps(expression),
        cdm_schema="main",
        vocabulary_schema="main",
        result_schema="main",
        target_table="main.cohort",
        cohort_id=1,
        generate_stats=False,
    )
    with duckdb.connect() as connection:
        for table, columns in {**TABLES, **VOCABULARY}.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
            if planted := list(rows(table)):
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(planted[0]))})", planted)
        known = {each for found in concepts(expression).values() for each in found}
        connection.executemany("INSERT INTO concept VALUES (?, NULL, 'S')", [(each,) for each in sorted(known)])
        if below_sepsis is not None:
            connection.execute("INSERT INTO concept VALUES (?, NULL, 'S')", [below_sepsis])
            connection.execute("INSERT INTO concept_ancestor VALUES (?, ?)", [SEPSIS, below_sepsis])
            connection.execute(
                "INSERT INTO condition_occurrence (condition_occurrence_id, person_id, condition_concept_id,"
                " condition_start_date) VALUES (1000, 1, ?, ?)",
                [below_sepsis, FIRST],
            )
        connection.execute(sqlrender.translate(sqlrender.render(compiled), "duckdb"))
        return {who for (who,) in connection.execute("SELECT subject_id FROM cohort").fetchall()}


def test_circe_finds_the_planted_people_whom_fixed_limits_find() -> None:
    # As the rule, but for 14: red cells that are only words in a drug are unknown to it.
    assert run(2) == {1, 5, 13, 14, 15}


def test_circe_finds_those_of_one_episode() -> None:
    # Beside the rule's: 8, whose first sepsis is a code without a concept, and 16, of whom nothing earlier is known.
    assert run(1) == {1, 2, 3, 5, 8, 12, 13, 14, 15, 16}


def test_circe_also_excludes_what_stands_below_a_concept() -> None:
    assert 1 not in run(2, below_sepsis=999_001)
