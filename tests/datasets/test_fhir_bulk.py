"""FHIR Bulk Data as whole columns and person by person: both tell the same, whatever stands in the lines."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clarkson.record.open_dataset import open_dataset
from tests.datasets.sets import lines_of, resources

OTHER = {"system": "urn:local", "code": "17"}
HEMATOCRIT = {"system": "http://loinc.org", "code": "4544-3"}


def observation(**more: Any) -> dict[str, Any]:
    return {**resources()[3], "id": "more", "effectiveDateTime": "2022-05-06T07:08:00Z", **more}


def told_twice(place: Path, found: list[Any]) -> Counter[tuple[str, str, float]]:
    """Subject, place and value of every result of a file, after columns and records were found to tell the same."""
    file = place / "all.ndjson"
    file.write_bytes(lines_of(found))
    people = open_dataset(file)
    columns = Counter((row["subject"], row["place"], row["value"]) for row in people.results().read_all().to_pylist())
    records = Counter((each.subject, one.source.place, one.value) for each in people for one in each.results)
    assert columns == records
    assert people.account().lost == 0
    return columns


@pytest.mark.parametrize(
    ("changed", "results"),
    [
        ({"code": {"coding": [OTHER, HEMATOCRIT]}}, 25),
        ({"code": {"coding": [{**HEMATOCRIT, "code": " 4544-3"}]}}, 25),
        ({"code": {"coding": [OTHER]}}, 24),
        ({"code": {"coding": '[{"system":"http://loinc.org","code":"4544-3"}]'}}, 24),
        ({"valueQuantity": '{"value":41,"unit":"%"}'}, 24),
        ({"valueQuantity": {"value": "41", "unit": "%"}}, 24),
        ({"effectiveDateTime": "2021-03-04T24:00:00Z"}, 24),
        ({"component": [None, {"code": {"coding": [HEMATOCRIT]}, "valueQuantity": {"value": 41, "unit": "%"}}]}, 26),
        ({"subject": {"reference": "Patient/1 "}}, 25),
        ({"subject": {"reference": 7}}, 24),
        ({"subject": {"reference": "https://example.org/fhir/Patient/1/_history/3"}}, 25),
        ({"subject": {"reference": "Patient/nobody-else"}, "status": "entered-in-error"}, 24),
        ({"id": "a.component"}, 25),
    ],
)
def test_columns_and_records_tell_the_same(tmp_path: Path, changed: dict[str, Any], results: int) -> None:
    assert told_twice(tmp_path, [*resources(), observation(**changed)]).total() == results


def test_someone_whose_resources_were_all_withdrawn_is_listed(tmp_path: Path) -> None:
    gone = observation(subject={"reference": "Patient/alone"}, status="entered-in-error")
    (tmp_path / "all.ndjson").write_bytes(lines_of([*resources(), gone]))
    record = open_dataset(tmp_path / "all.ndjson").record("alone")
    assert [each.reason for each in record.skipped] == ["its status is 'entered-in-error'"]
    assert record.results == ()


def test_kinds_that_are_not_used_are_counted_for_each_person(tmp_path: Path) -> None:
    claims = [
        {"resourceType": "Claim", "id": f"c{number}", "patient": {"reference": "Patient/1"}} for number in range(3)
    ]
    (tmp_path / "all.ndjson").write_bytes(lines_of([*resources(), *claims, {"resourceType": "Organization"}]))
    people = open_dataset(tmp_path / "all.ndjson")
    [skipped] = [each for each in people.record("1").skipped if each.reason == "Clarkson does not use Claim"]
    assert (skipped.count, skipped.source.place) == (3, "3 resources")
    account = people.account()
    assert (account.skipped["Clarkson does not use Organization"], account.lost) == (1, 0)


def test_one_who_needs_more_resources_does_not_slow_or_change_the_others(tmp_path: Path) -> None:
    plain = told_twice(tmp_path, resources())
    newer = observation(id=resources()[3]["id"], status="corrected")
    assert told_twice(tmp_path, [*resources(), newer]) == plain
