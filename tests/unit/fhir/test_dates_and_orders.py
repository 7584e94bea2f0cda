"""Dates of all precisions; drafts of orders; outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.core.card import OrderDraft
from cds_service.core.knowledge import Workup
from cds_service.core.values import Coding, Period, Priority
from cds_service.fhir.access import ReadingError
from cds_service.fhir.dates import moment_of
from cds_service.fhir.orders import check_order_templates, draft_order
from cds_service.fhir.outcomes import operation_outcome
from tests.unit.fhir.room import small_knowledge


ZONE = timezone(timedelta(hours=-3, minutes=-30))
AS_OF = datetime(2026, 11, 21, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T09:00:00Z", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("2026-11-20T09:00:00.1234567+02:00", datetime(2026, 11, 20, 7, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T09:00", datetime(2026, 11, 20, 9, tzinfo=ZONE)),
        (" 2026-11-20 ", datetime(2026, 11, 20, tzinfo=ZONE)),
        ("2026-10", datetime(2026, 10, 31, 23, 59, 59, tzinfo=ZONE)),
        ("2026-11", AS_OF),
        ("2026", AS_OF),
        ("2020", datetime(2020, 12, 31, 23, 59, 59, tzinfo=ZONE)),
        ("2027-03", datetime(2027, 3, 1, tzinfo=ZONE)),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_dates(written: str, expected: datetime | None) -> None:
    """A missing zone is that of the instant of reasoning; placeholders are no dates."""
    assert moment_of({"d": written}, "d", AS_OF) == expected


@pytest.mark.parametrize(
    "written", ["", "today", "20/11/2026", "2026-13", "2026-02-30", 5, [], "26", "2026-1"]
)
def test_what_is_no_date(written: object) -> None:
    """Said, with the name of the member and without its content."""
    with pytest.raises(ReadingError, match=r"^d: (not|expected) a date$"):
        moment_of({"d": written}, "d", AS_OF)


DRAFT = OrderDraft(
    workup="abi",
    label="Ankle-brachial index",
    codings=(
        Coding("http://www.ama-assn.org/go/cpt", "93922", "not to be sent"),
        Coding("http://snomed.info/sct", "401221002", "Ankle brachial pressure index (procedure)"),
    ),
    priority=Priority.URGENT,
    reasons=(Coding("http://hl7.org/fhir/sid/icd-10-cm", "M79.604", "Pain in right leg"),),
    reason_text="rest pain eased by hanging the leg down",
)


def test_a_draft_is_a_valid_order() -> None:
    """With everything known, and checked with the R4B model."""
    order = draft_order(DRAFT, patient_id="p", encounter_id="e")
    ServiceRequest.model_validate(order)
    assert (order["status"], order["intent"], order["priority"]) == ("draft", "proposal", "urgent")
    assert order["subject"] == {"reference": "Patient/p"}
    assert order["encounter"] == {"reference": "Encounter/e"}
    assert "display" not in order["code"]["coding"][0]
    assert order["code"]["coding"][1]["display"]
    assert order["reasonCode"][0]["text"] == DRAFT.reason_text


def test_what_is_unknown_is_left_out() -> None:
    """No nulls, no empty members."""
    bare = OrderDraft(workup="x", label="X", codings=(), priority=Priority.ROUTINE)
    order = draft_order(bare, patient_id="p", encounter_id="")
    assert set(order) == {"resourceType", "status", "intent", "priority", "code", "subject"}
    assert order["code"] == {"text": "X"}


def test_templates_are_checked() -> None:
    """All work-ups make valid drafts; one with an impossible code is named."""
    assert check_order_templates(small_knowledge().workups.values()) == []
    broken = Workup(
        id="w",
        label="W",
        kind="imaging",
        order=(Coding("CPT", "bad  code "),),
        valid_for=Period(days=1),
    )
    (problem,) = check_order_templates([broken])
    assert problem.startswith("workups[w]: ")


def test_outcomes() -> None:
    """Valid, and without empty members."""
    outcome = operation_outcome("error", "invalid", "said", "context.patientId")
    OperationOutcome.model_validate(outcome)
    assert operation_outcome("error", "invalid", "")["issue"] == [
        {"severity": "error", "code": "invalid"}
    ]
