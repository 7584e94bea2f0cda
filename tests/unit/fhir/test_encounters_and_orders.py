"""Encounters, orders, procedures and reports."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.core.record import Channel, EventState, PatientRecord, Setting
from cds_service.core.values import Status
from tests.unit.fhir.room import (
    CPT,
    ICD,
    SNOMED,
    coded,
    condition,
    finding,
    problems,
    read,
    resource,
    said,
    status,
)


PRESENT = Status.PRESENT
PAIN = {"text": "burning leg pain"}


def encounter(**members: Any) -> dict[str, Any]:
    """An encounter in progress since this morning."""
    basis = {
        "status": "in-progress",
        "class": {"code": "AMB"},
        "period": {"start": "2026-11-21T03:00:00Z"},
    }
    return resource("Encounter", **(basis | members))


@pytest.mark.parametrize(
    ("written", "setting"),
    [
        ({"code": "AMB"}, Setting.OUTPATIENT),
        ({"code": "VR"}, Setting.OUTPATIENT),
        ({"code": "EMER"}, Setting.EMERGENCY),
        ({"code": "IMP"}, Setting.INPATIENT),
        ({"code": "OBSENC"}, Setting.INPATIENT),
        ([{"coding": [{"code": "EMER"}]}], Setting.EMERGENCY),
        ("inpatient", Setting.INPATIENT),
        ({"code": "XYZ"}, Setting.UNKNOWN),
        (None, Setting.UNKNOWN),
    ],
)
def test_setting(written: Any, setting: Setting) -> None:
    """R4 Coding, R5 concepts, DSTU2 word."""
    record = read(encounter(**{"class": written}))
    assert (record.setting, record.encounter_id) == (setting, "1")


@pytest.mark.parametrize(
    ("members", "open_now"),
    [
        ({}, True),
        ({"status": "triaged"}, True),
        ({"status": "planned", "period": {"start": "2026-11-21T09:00:00Z"}}, True),
        (
            {
                "status": "finished",
                "period": {"start": "2026-11-21T03:00:00Z", "end": "2026-11-21T04:00:00Z"},
            },
            False,
        ),
        (
            {
                "status": "finished",
                "period": {"start": "2026-11-21T03:00:00Z", "end": "2026-11-22T04:00:00Z"},
            },
            True,
        ),
        ({"status": "in-progress", "period": {"start": "2026-11-01", "end": "2026-11-02"}}, False),
        ({"status": "finished"}, False),
    ],
)
def test_which_encounter_is_open(members: dict[str, Any], open_now: bool) -> None:
    """At the instant of reasoning."""
    record = read(encounter(reasonCode=[PAIN], **members))
    statement = said(record, "leg-pain")
    assert statement is not None
    assert (statement.open_encounter, statement.channel) == (open_now, Channel.ENCOUNTER)
    assert (record.setting is Setting.OUTPATIENT) is open_now


@pytest.mark.parametrize(
    "members",
    [
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"status": "planned", "period": {"start": "2026-12-01"}},
        {"period": {"start": "2026-11-22"}},
    ],
)
def test_encounters_that_did_not_happen(members: dict[str, Any]) -> None:
    """They state nothing."""
    record = read(encounter(reasonCode=[PAIN], **members))
    assert (record.statements, record.setting) == ((), Setting.UNKNOWN)


def test_the_encounter_of_the_call_decides_the_setting() -> None:
    """Of several that are open."""
    ward = encounter(id="ward", **{"class": {"code": "IMP"}, "period": {"start": "2026-11-01"}})
    record = read(ward, encounter(id="clinic"), encounter_id="ward")
    assert (record.setting, record.encounter_id) == (Setting.INPATIENT, "ward")
    assert read(ward, encounter(id="clinic")).setting is Setting.OUTPATIENT


REASONS: list[dict[str, Any]] = [
    {"reasonCode": [PAIN]},
    {"reason": [PAIN]},
    {"reason": PAIN},
    {"reason": [{"value": [{"concept": PAIN}]}]},
    {"reason": [{"value": [{"reference": {"reference": "Condition/c"}}]}]},
    {"reasonReference": [{"reference": "Condition/c"}]},
    {"reasonReference": [{"reference": "Condition/unknown", "display": "burning leg pain"}]},
    {"diagnosis": [{"condition": {"reference": "Condition/c"}}]},
    {"diagnosis": [{"condition": [{"concept": PAIN}]}]},
]


@pytest.mark.parametrize("members", REASONS)
def test_reasons_of_all_releases(members: dict[str, Any]) -> None:
    """STU3, R4, R5; by concept, by reference, by display."""
    record = read(encounter(**members), condition(PAIN, id="c"))
    assert any(
        s.target == "burning-pain" and s.channel is Channel.ENCOUNTER for s in record.statements
    )


def test_a_refuted_or_ended_reason_states_nothing() -> None:
    """Beside what the Condition itself says."""
    for gone in ({"verificationStatus": "refuted"}, {"clinicalStatus": "resolved"}):
        record = read(
            encounter(reasonReference=[{"reference": "Condition/c"}]),
            condition(PAIN, id="c", **gone),
        )
        assert all(s.channel is Channel.CONDITION for s in record.statements)


def order(**members: Any) -> dict[str, Any]:
    """An active order for an ABI."""
    basis = {
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-11-10",
        "code": coded(CPT, "93922"),
    }
    return resource("ServiceRequest", **(basis | members))


def events(record: PatientRecord) -> list[tuple[str, EventState, bool, bool]]:
    """Work-up, state, definite, drafted."""
    return [(e.workup, e.state, e.definite, e.drafted) for e in record.events]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, [("abi", EventState.ORDERED, True, False)]),
        ({"status": "on-hold"}, [("abi", EventState.ORDERED, True, False)]),
        ({"status": "draft"}, [("abi", EventState.ORDERED, True, False)]),
        (
            {"code": {"text": "Ankle Brachial Index, both legs"}},
            [("abi", EventState.ORDERED, False, False)],
        ),
        (
            {"code": {"concept": coded(SNOMED, "401221002")}},
            [("abi", EventState.ORDERED, True, False)],
        ),
        ({"code": finding("abi")}, [("abi", EventState.ORDERED, True, False)]),
        ({"status": "completed"}, [("abi", EventState.DONE, True, False)]),
        ({"status": "completed", "authoredOn": None}, []),
        ({"status": "completed", "code": {"text": "Ankle brachial index"}}, []),
        ({"status": "revoked"}, []),
        ({"status": "entered-in-error"}, []),
        ({"doNotPerform": True}, []),
        ({"status": "draft", "intent": "proposal"}, []),
        ({"authoredOn": "2026-12-01"}, []),
    ],
)
def test_orders(members: dict[str, Any], expected: list[Any]) -> None:
    """What is on its way, and what is not."""
    assert events(read(order(**members))) == expected


def test_drafts_of_the_request_itself() -> None:
    """Marked as drafted, and their reasons are current."""
    draft = order(status="draft", intent="proposal", reasonCode=[PAIN])
    record = read(context=(draft,))
    assert events(record) == [("abi", EventState.ORDERED, True, True)]
    statement = said(record, "leg-pain")
    assert statement is not None
    assert statement.channel is Channel.CONTEXT


def test_the_reason_of_an_order_in_doubt_is_no_diagnosis() -> None:
    """Beside "rule out DVT" the swelling alone is stated."""
    record = read(order(reasonCode=[{"text": "rule out DVT, leg swelling"}]))
    assert said(record, "deep-vein-thrombosis") is None
    statement = said(record, "leg-swelling")
    assert statement is not None
    assert statement.channel is Channel.ORDER


@pytest.mark.parametrize(
    ("members", "done"),
    [
        ({"status": "completed"}, True),
        ({"status": "not-done"}, False),
        ({"status": "entered-in-error"}, False),
        ({"status": "preparation"}, False),
        ({"status": "completed", "notPerformed": True}, False),
        ({"status": "completed", "performedDateTime": "2027-01-01"}, False),
    ],
)
def test_procedures(members: dict[str, Any], done: bool) -> None:
    """Done, or not."""
    basis: dict[str, Any] = {"performedDateTime": "2026-10-01", "code": coded(SNOMED, "401221002")}
    record = read(resource("Procedure", **(basis | members)))
    assert bool(record.events) is done


def test_the_name_of_a_procedure_is_history_not_complaint() -> None:
    """And a test for something is not the thing."""
    bypass = resource("Procedure", status="completed", code={"text": "Gastric bypass for leg pain"})
    assert [s.target for s in read(bypass).statements] == ["bariatric-surgery"]
    screen = resource("Procedure", status="completed", code={"text": "Cancer screening test"})
    assert read(screen).statements == ()


def test_reports() -> None:
    """The work-up by code or words, the conclusion by code and words."""
    report = resource(
        "DiagnosticReport",
        status="final",
        effectiveDateTime="2026-11-01",
        code={"text": "Venous duplex left leg"},
        conclusion="No evidence of DVT. Leg swelling.",
        conclusionCode=[coded(ICD, "I73.9")],
    )
    record = read(report)
    assert events(record) == [("venous-duplex", EventState.DONE, False, False)]
    assert status(record, "deep-vein-thrombosis") is Status.ABSENT
    assert status(record, "leg-swelling") is PRESENT
    assert status(record, "peripheral-artery-disease") is PRESENT
    for void in ("registered", "cancelled", "entered-in-error"):
        assert read(report | {"status": void}).events == ()


def test_what_cannot_be_read_is_named() -> None:
    """One of each, and nothing is lost."""
    record = read(
        encounter(period="today"),
        order(code=None),
        resource("Procedure", status="completed"),
        resource("DiagnosticReport", status="final", conclusion=7, code=PAIN),
    )
    assert set(problems(record)) == {
        "Encounter/1",
        "ServiceRequest/1",
        "Procedure/1",
        "DiagnosticReport/1",
    }
