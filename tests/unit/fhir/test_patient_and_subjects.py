"""Who the record is about: age, death, other patients, duplicates, bundles."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.core.record import Supplied
from cds_service.core.values import Status
from cds_service.fhir.reading import read_patient
from tests.unit.fhir.room import (
    AS_OF,
    condition,
    finding,
    observation,
    problems,
    read,
    small_knowledge,
    small_lexicon,
    small_terminology,
    status,
)


def patient(**members: Any) -> dict[str, Any]:
    """Patient ``p``."""
    return {"resourceType": "Patient", "id": "p"} | members


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1960-11-21", 66),
        ("1960-11-22", 65),
        ("1960-11", 66),
        ("1960", 66),
        ("2030-01-01", None),
        ("1800-01-01", None),
        (None, None),
    ],
)
def test_age_in_completed_years(birth: str | None, age: int | None) -> None:
    """An unknown day counts as the 15th, an unknown month as July."""
    assert read(patient(birthDate=birth)).age == age


def test_an_unreadable_birth_date_is_named() -> None:
    """The age is unknown; everything else is read."""
    record = read(patient(birthDate="sixty", gender=" Female "))
    assert (record.age, record.sex) == (None, "female")
    assert problems(record) == {"Patient/p": "birthDate: not a date"}


@pytest.mark.parametrize(
    ("members", "deceased"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026-11-01"}, True),
        ({"deceasedDateTime": "2026-12-01"}, False),
        ({"deceasedDateTime": "in spring"}, True),
    ],
)
def test_deceased(members: dict[str, Any], deceased: bool) -> None:
    """A death after the instant of reasoning has not happened."""
    assert read(patient(**members)).deceased is deceased


@pytest.mark.parametrize(
    ("reference", "ours"),
    [
        ("Patient/p", True),
        ("Patient/p/_history/3", True),
        ("https://ehr.example/fhir/Patient/p", True),
        ("urn:uuid:2c1f3c2e-0000-4000-8000-000000000000", True),
        ("#contained", True),
        ("Patient/other", False),
        ("https://ehr.example/fhir/Patient/other", False),
        ("Group/p", False),
    ],
)
def test_only_this_patient(reference: str, ours: bool) -> None:
    """The rest is dropped and named."""
    record = read(condition(finding("leg-pain"), subject={"reference": reference}))
    assert (status(record, "leg-pain") is Status.PRESENT) is ours
    assert problems(record) == ({} if ours else {"Condition/1": "speaks of another patient"})


@pytest.mark.parametrize("subject", [None, {"display": "somebody"}, {"identifier": {"value": "7"}}])
def test_a_subject_that_names_nobody_is_accepted(subject: Any) -> None:
    """Prefetch was asked for by patient."""
    assert (
        status(read(condition(finding("leg-pain"), subject=subject)), "leg-pain") is Status.PRESENT
    )


def test_another_patient_resource_is_dropped() -> None:
    """Age and sex come from the patient of the call only."""
    record = read(
        {"resourceType": "Patient", "id": "x", "gender": "male"}, patient(gender="female")
    )
    assert record.sex == "female"
    assert problems(record) == {"Patient/x": "speaks of another patient"}


def test_of_duplicates_the_context_then_the_newest_counts() -> None:
    """By type and id, whatever the key."""
    old = observation(
        finding("leg-pain"), valueBoolean=True, meta={"lastUpdated": "2026-01-01T00:00:00Z"}
    )
    new = observation(
        finding("leg-pain"), valueBoolean=False, meta={"lastUpdated": "2026-02-01T00:00:00Z"}
    )
    assert status(read(old, new), "leg-pain") is Status.ABSENT
    assert status(read(new, old), "leg-pain") is Status.ABSENT
    assert status(read(new, context=(old,)), "leg-pain") is Status.PRESENT
    nameless = [
        observation(finding(f), valueBoolean=True, id=None) for f in ("leg-pain", "burning-pain")
    ]
    assert len(read(*nameless).statements) == 2


def test_bundles_are_opened() -> None:
    """A context member may be a Bundle; entries without a resource are passed over."""
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": condition(finding("leg-pain"))}, {"fullUrl": "x"}, None, 3],
    }
    assert status(read(bundle), "leg-pain") is Status.PRESENT


@pytest.mark.parametrize("id", [None, 7, "", "a b", "x" * 300, "<b>"])
def test_ids_that_cannot_be_shown(id: Any) -> None:
    """They are not echoed."""
    record = read(condition({}, id=id))
    assert problems(record) == {"Condition/(no id)": "code: missing"}


def test_ids_of_the_call_may_carry_their_type() -> None:
    """Some clients send ``Patient/p``."""
    record = read_patient(
        [Supplied("conditions", condition(finding("leg-pain")))],
        patient_id="Patient/p",
        encounter_id="Encounter/e",
        as_of=AS_OF,
        knowledge=small_knowledge(),
        terminology=small_terminology(),
        lexicon=small_lexicon(),
    )
    assert (record.patient_id, record.encounter_id) == ("p", "e")
    assert record.statements


def test_types_that_are_not_read_are_passed_over() -> None:
    """An OperationOutcome in a searchset is no problem; a resource without type is one."""
    assert read({"resourceType": "OperationOutcome"}).skipped == ()
    assert problems(read({"id": "9"})) == {"/9": "resourceType: missing"}
