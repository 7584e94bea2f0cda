"""Drugs: names and codes, where they stand, and when they are over."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.core.record import Channel
from cds_service.core.values import Status
from tests.unit.fhir.room import RXNORM, coded, prescription, problems, read, resource, said, status


PRESENT, ABSENT = Status.PRESENT, Status.ABSENT
STATIN = "Atorvastatin 40 MG Oral Tablet"


@pytest.mark.parametrize(
    "medication",
    [
        {"text": STATIN},
        {"text": "LIPITOR"},
        coded(RXNORM, "617310"),
        coded("http://www.whocc.no/atc", "C10AA05"),
        coded("https://vendor.example/synonym", "77", "atorvastatin/ezetimibe"),
        {"coding": [{"display": "[Lipitor] 20"}]},
    ],
)
def test_drugs_are_known_by_code_or_name(medication: dict[str, Any]) -> None:
    """RxNorm, ATC by prefix, ingredient, brand."""
    statement = said(read(prescription("", medicationCodeableConcept=medication)), "statin-use")
    assert statement is not None
    assert (statement.status, statement.channel, statement.ended) == (
        PRESENT,
        Channel.MEDICATION,
        False,
    )


@pytest.mark.parametrize("name", ["Nystatin", "Betaxolol eye drops", "atorvastatinoid"])
def test_look_alikes_are_not(name: str) -> None:
    """Whole words only."""
    assert read(prescription(name)).statements == ()


def test_medications_by_reference() -> None:
    """Contained, supplied beside, urn:uuid, ingredients, R5, and by display alone."""
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": STATIN}}
    mixed = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemCodeableConcept": {"text": "simvastatin"}}],
    }
    none: dict[str, Any] = {"medicationCodeableConcept": None}
    shapes: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        (none | {"contained": [drug], "medicationReference": {"reference": "#m"}}, []),
        (none | {"medicationReference": {"reference": "Medication/m"}}, [drug]),
        (
            none | {"medicationReference": {"reference": "https://ehr.example/fhir/Medication/m"}},
            [mixed],
        ),
        (none | {"medicationReference": {"reference": "urn:uuid:m"}}, [drug]),
        (none | {"medicationReference": {"reference": "Medication/x", "display": STATIN}}, []),
        (none | {"medication": {"reference": {"reference": "Medication/m"}}}, [drug]),
        (none | {"medication": {"concept": {"text": STATIN}}}, []),
    ]
    for members, beside in shapes:
        assert status(read(prescription("", **members), *beside), "statin-use") is PRESENT, members


@pytest.mark.parametrize(
    ("members", "ended", "end"),
    [
        ({"status": "active"}, False, None),
        ({"status": "on-hold"}, False, None),
        ({"status": "stopped"}, True, None),
        (
            {"status": "completed", "dispenseRequest": {"validityPeriod": {"end": "2026-11-01"}}},
            True,
            "2026-11-01",
        ),
        (
            {"status": "active", "dispenseRequest": {"validityPeriod": {"end": "2026-11-01"}}},
            False,
            None,
        ),
        (
            {
                "dosageInstruction": [
                    {"timing": {"repeat": {"boundsPeriod": {"end": "2026-10-20"}}}}
                ]
            },
            True,
            "2026-10-20",
        ),
        ({"status": "cancelled", "statusChanged": "2026-10-05"}, True, "2026-10-05"),
    ],
)
def test_when_a_prescription_is_over(members: dict[str, Any], ended: bool, end: str | None) -> None:
    """By status, or by the end of its use."""
    statement = said(read(prescription(STATIN, **members)), "statin-use")
    assert statement is not None
    assert statement.ended is ended
    assert (statement.end and statement.end.date().isoformat()) == end


@pytest.mark.parametrize(
    "members",
    [
        {"status": "entered-in-error"},
        {"status": "draft"},
        {"doNotPerform": True},
        {"intent": "proposal"},
        {"authoredOn": "2026-12-24"},
    ],
)
def test_what_says_nothing(members: dict[str, Any]) -> None:
    """In error, drafts of others, orders not to give, suggestions, the future."""
    record = read(prescription(STATIN, **members))
    assert (record.statements, record.skipped) == ((), ())


def test_what_is_being_written_is_not_taken_yet() -> None:
    """A draft is an order (``drafts``), not an exposure; what is already active is both."""
    assert said(read(context=(prescription(STATIN, status="draft"),)), "statin-use") is None
    statement = said(read(context=(prescription(STATIN, status="active"),)), "statin-use")
    assert statement is not None
    assert statement.channel is Channel.CONTEXT


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"status": "active"}, PRESENT),
        ({"status": "recorded"}, PRESENT),
        ({"status": "not-taken"}, ABSENT),
        ({"status": "active", "taken": "n"}, ABSENT),
        (
            {"status": "recorded", "adherence": {"code": {"coding": [{"code": "not-taking"}]}}},
            ABSENT,
        ),
        ({"status": "active", "wasNotTaken": True}, ABSENT),
        ({"status": "intended"}, None),
    ],
)
def test_statements_of_taking(members: dict[str, Any], expected: Status | None) -> None:
    """R4, R5, STU3 and DSTU2 ways of not taking it."""
    statement = resource(
        "MedicationStatement", medicationCodeableConcept={"text": STATIN}, **members
    )
    assert status(read(statement), "statin-use") is expected


def test_given_once_is_over_by_then() -> None:
    """Chemotherapy given, and a supply that still lasts."""
    given = resource(
        "MedicationAdministration",
        status="completed",
        effectiveDateTime="2026-03-01",
        medicationCodeableConcept={"text": "cisplatin"},
    )
    statement = said(read(given), "platinum-chemotherapy")
    assert statement is not None
    assert statement.ended
    supply = resource(
        "MedicationDispense",
        status="completed",
        whenHandedOver="2026-11-01",
        daysSupply={"value": 90},
        medicationCodeableConcept={"text": STATIN},
    )
    lasting = said(read(supply), "statin-use")
    assert lasting is not None
    assert not lasting.ended


def test_the_reason_of_an_order_is_a_complaint() -> None:
    """Quinine for leg pain."""
    record = read(context=(prescription("quinine", reasonCode=[{"text": "leg pain"}]),))
    statement = said(record, "leg-pain")
    assert statement is not None
    assert statement.channel is Channel.CONTEXT


def test_no_drug_named_is_unreadable() -> None:
    """Named, not fatal."""
    record = read(prescription("", medicationCodeableConcept=None))
    assert problems(record) == {"MedicationRequest/1": "medication: missing"}
