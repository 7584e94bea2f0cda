"""The same facts in the shapes of R4, R5, STU3 and DSTU2 are read alike."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.core.record import Channel, EventState, Setting
from cds_service.core.values import Status
from tests.unit.fhir.room import (
    CPT,
    ICD,
    LOINC,
    RXNORM,
    SNOMED,
    coded,
    finding,
    problems,
    read,
    resource,
    said,
    status,
)


Json = dict[str, Any]
RLS = coded(SNOMED, "32914008", "Restless Legs")
LEG_PAIN = coded(ICD, "M79.604", "Pain in right leg") | {"text": "leg pain"}
STATIN = coded(RXNORM, "617310", "atorvastatin 20 MG Oral Tablet")
ABI = coded(CPT, "93922")
NEWS = {"reference": "Patient/p"}


def old(kind: str, **members: Any) -> Json:
    """A DSTU2 resource, whose patient is not called subject."""
    return {"resourceType": kind, "id": "1", "patient": NEWS, **members}


CONDITIONS = {
    "R4": resource(
        "Condition",
        code=RLS,
        clinicalStatus=coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        recordedDate="2026-11-01",
    ),
    "R5": resource(
        "Condition",
        code=RLS,
        clinicalStatus=coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        recordedDate="2026-11-01",
        participant=[{"actor": NEWS}],
        evidence=[{"concept": [LEG_PAIN]}],
    ),
    "STU3": resource(
        "Condition",
        code=RLS,
        clinicalStatus="active",
        verificationStatus="confirmed",
        assertedDate="2026-11-01",
        context={"reference": "Encounter/e"},
    ),
    "DSTU2": old(
        "Condition",
        code=RLS,
        clinicalStatus="active",
        verificationStatus="confirmed",
        dateRecorded="2026-11-01",
        category=coded("http://hl7.org/fhir/condition-category", "diagnosis"),
    ),
}


@pytest.mark.parametrize("release", CONDITIONS)
def test_conditions(release: str) -> None:
    """Present, dated, not over; resolved and refuted in the words of the release."""
    record = read(CONDITIONS[release])
    statement = said(record, "restless-legs-syndrome")
    assert statement is not None
    assert (statement.status, statement.ended) == (Status.PRESENT, False)
    assert statement.date is not None
    assert statement.date.date().isoformat() == "2026-11-01"
    assert not record.skipped
    text = isinstance(CONDITIONS[release]["clinicalStatus"], str)
    over = read(
        CONDITIONS[release] | {"clinicalStatus": "resolved" if text else {"text": "resolved"}}
    )
    ended = said(over, "restless-legs-syndrome")
    assert ended is not None
    assert ended.ended
    refuted = read(
        CONDITIONS[release] | {"verificationStatus": "refuted" if text else {"text": "refuted"}}
    )
    assert status(refuted, "restless-legs-syndrome") is Status.ABSENT


DRUG = {"resourceType": "Medication", "id": "m", "code": STATIN}
COMBINED = {
    "resourceType": "Medication",
    "id": "m",
    "code": {"text": "Something PM"},
    "ingredient": [{"item": {"concept": coded(RXNORM, "1", "x")}}, {"item": {"concept": STATIN}}],
}
UUID = "6b1e1c3e-6d6f-4a52-9f0c-2b6a2f7f0a11"
MEDICATIONS: dict[str, list[Json]] = {
    "R4": [resource("MedicationRequest", status="active", medicationCodeableConcept=STATIN)],
    "R5 concept": [resource("MedicationRequest", status="active", medication={"concept": STATIN})],
    "R5 contained": [
        resource(
            "MedicationStatement",
            status="recorded",
            contained=[COMBINED],
            medication={"reference": {"reference": "#m"}},
            adherence={"code": coded("x", "taking")},
        )
    ],
    "STU3 urn": [
        resource(
            "MedicationRequest",
            status="active",
            intent="order",
            medicationReference={"reference": f"urn:uuid:{UUID}"},
            context={"reference": "urn:uuid:1"},
        ),
        DRUG | {"id": UUID},
    ],
    "STU3 statement": [
        resource(
            "MedicationStatement",
            status="active",
            taken="y",
            contained=[DRUG],
            medicationReference={"reference": "#m"},
        )
    ],
    "DSTU2 order": [
        old(
            "MedicationOrder",
            status="active",
            dateWritten="2026-01-01",
            medicationCodeableConcept=STATIN,
        )
    ],
    "DSTU2 statement": [
        old(
            "MedicationStatement",
            status="active",
            wasNotTaken=False,
            contained=[DRUG],
            medicationReference={"reference": "#m"},
        )
    ],
}


@pytest.mark.parametrize("shape", MEDICATIONS)
def test_medications(shape: str) -> None:
    """The drug itself, or the Medication meant; still taken."""
    record = read(*MEDICATIONS[shape])
    statement = said(record, "statin-use")
    assert statement is not None
    assert (statement.status, statement.ended) == (Status.PRESENT, False)
    assert not record.skipped


@pytest.mark.parametrize(
    ("members", "expected", "ended"),
    [
        (
            {"status": "recorded", "adherence": {"code": coded("x", "not-taking")}},
            Status.ABSENT,
            False,
        ),
        (
            {"status": "recorded", "adherence": {"code": coded("x", "stopped")}},
            Status.PRESENT,
            True,
        ),
        ({"status": "recorded", "effectivePeriod": {"end": "2026-01-01"}}, Status.PRESENT, True),
        ({"status": "active", "taken": "n"}, Status.ABSENT, False),
        ({"status": "active", "wasNotTaken": True}, Status.ABSENT, False),
        ({"status": "stopped"}, Status.PRESENT, True),
    ],
)
def test_not_taken_any_more(members: Json, expected: Status, ended: bool) -> None:
    """R5 adherence, STU3 taken, DSTU2 wasNotTaken."""
    record = read(resource("MedicationStatement", medicationCodeableConcept=STATIN, **members))
    statement = said(record, "statin-use")
    assert statement is not None
    assert (statement.status, statement.ended) == (expected, ended)


def test_the_period_of_an_r5_dose_ends_its_use() -> None:
    """``effectiveDosePeriod`` is when it is to be taken."""
    shape = MEDICATIONS["R5 concept"][0] | {"effectiveDosePeriod": {"end": "2026-03-01"}}
    statement = said(read(shape), "statin-use")
    assert statement is not None
    assert statement.ended


REASONS: list[tuple[str, Json]] = [
    ("MedicationRequest", {"reasonCode": [LEG_PAIN]}),
    ("MedicationRequest", {"reason": [{"concept": LEG_PAIN}]}),
    ("MedicationRequest", {"reason": [{"reference": {"reference": "Condition/c"}}]}),
    ("MedicationRequest", {"reasonReference": [{"reference": "Condition/c"}]}),
    ("MedicationStatement", {"reason": [{"concept": LEG_PAIN}]}),
    ("MedicationOrder", {"reasonCodeableConcept": LEG_PAIN}),
    ("MedicationOrder", {"reasonReference": {"reference": "Condition/c"}}),
]


@pytest.mark.parametrize(("kind", "members"), REASONS)
def test_reasons_of_drugs(kind: str, members: Json) -> None:
    """Why a drug is taken may be the complaint itself; by concept or by reference."""
    record = read(
        resource(kind, status="active", medicationCodeableConcept={"text": "quinine"}, **members),
        resource("Condition", code=LEG_PAIN) | {"id": "c"},
    )
    assert Channel.ORDER in {s.channel for s in record.statements if s.target == "leg-pain"}
    assert not record.skipped


PERIOD = {"start": "2026-11-21T03:00:00Z"}
ENCOUNTERS = {
    "R4": resource(
        "Encounter",
        status="in-progress",
        period=PERIOD,
        reasonCode=[LEG_PAIN],
        **{"class": {"code": "EMER"}},
    ),
    "R5": resource(
        "Encounter",
        status="in-progress",
        actualPeriod=PERIOD,
        reason=[{"use": [{"text": "Chief complaint"}], "value": [{"concept": LEG_PAIN}]}],
        **{"class": [coded("http://terminology.hl7.org/CodeSystem/v3-ActCode", "EMER")]},
    ),
    "R5 half-way": resource(
        "Encounter",
        status="in-progress",
        period=PERIOD,
        reason=[{"concept": LEG_PAIN}],
        **{"class": {"code": "EMER"}},
    ),
    "STU3": resource(
        "Encounter",
        status="in-progress",
        period=PERIOD,
        reason=[LEG_PAIN],
        **{"class": {"code": "EMER"}},
    ),
    "DSTU2": old(
        "Encounter",
        status="in-progress",
        period=PERIOD,
        reason=LEG_PAIN,
        **{"class": "emergency"},
    ),
}


@pytest.mark.parametrize("release", ENCOUNTERS)
def test_encounters(release: str) -> None:
    """Where the patient is now, and the complaint."""
    record = read(ENCOUNTERS[release])
    assert record.setting is Setting.EMERGENCY
    statement = said(record, "leg-pain")
    assert statement is not None
    assert (statement.channel, statement.open_encounter) == (Channel.ENCOUNTER, True)
    assert not record.skipped


VASCULAR = {"text": "refer to physiotherapy"}
ORDERS: dict[str, Json] = {
    "R4": resource(
        "ServiceRequest", status="active", intent="order", code=ABI, reasonCode=[LEG_PAIN]
    ),
    "R5": resource(
        "ServiceRequest",
        status="active",
        intent="order",
        code={"concept": ABI},
        reason=[{"concept": LEG_PAIN}],
    ),
    "STU3": resource(
        "ProcedureRequest", status="active", intent="order", code=ABI, reasonCode=[LEG_PAIN]
    ),
    "STU3 referral": resource(
        "ReferralRequest",
        status="active",
        intent="order",
        type={"text": "Diagnostics"},
        serviceRequested=[VASCULAR, ABI],
        reasonCode=[LEG_PAIN],
    ),
    "DSTU2": resource(
        "ProcedureRequest", status="accepted", code=ABI, reasonCodeableConcept=LEG_PAIN
    ),
    "DSTU2 diagnostics": resource(
        "DiagnosticOrder",
        status="requested",
        reason=[LEG_PAIN],
        event=[{"status": "requested", "dateTime": "2026-11-10"}],
        item=[{"code": VASCULAR}, {"code": ABI}],
    ),
    "DSTU2 referral": old(
        "ReferralRequest", status="requested", serviceRequested=[ABI], reason=LEG_PAIN
    ),
}


@pytest.mark.parametrize("release", ORDERS)
def test_orders(release: str) -> None:
    """What is on its way, why, and the same as a draft."""
    record = read(ORDERS[release])
    assert [(e.workup, e.state) for e in record.events] == [("abi", EventState.ORDERED)]
    assert status(record, "leg-pain") is Status.PRESENT
    assert not record.skipped
    (draft,) = read(context=(ORDERS[release],)).drafts
    assert (draft.workups, draft.leg_reason) == (("abi",), True)


def test_a_dated_event_dates_a_diagnostic_order() -> None:
    """DSTU2 has no date of writing."""
    (event,) = read(ORDERS["DSTU2 diagnostics"]).events
    assert event.date is not None
    assert event.date.date().isoformat() == "2026-11-10"


RESULT: Json = {
    "code": coded(LOINC, "2276-4", "Ferritin"),
    "valueQuantity": {"value": 30, "unit": "ng/mL"},
    "effectiveDateTime": "2026-11-01",
}
OBSERVATIONS = {
    "R4": {"status": "final", "interpretation": [coded("x", "L")]},
    "STU3": {
        "status": "unknown",
        "interpretation": coded("x", "L"),
        "context": {"reference": "Encounter/e"},
        "referenceRange": [{"low": {"value": 0}, "high": {"value": 0}}],
    },
    "DSTU2": {
        "status": "final",
        "interpretation": coded("x", "L"),
        "category": coded("x", "laboratory"),
    },
}


@pytest.mark.parametrize("release", OBSERVATIONS)
def test_observations(release: str) -> None:
    """Value, flag; a range of 0 to 0 is none, an unknown status is provisional."""
    record = read(resource("Observation", **RESULT, **OBSERVATIONS[release]))
    (result,) = record.measurements
    assert (result.analyte, result.interpretation) == ("ferritin", "L")
    assert (result.low, result.high) == (None, None)
    assert result.provisional is (release == "STU3")
    assert not record.skipped


@pytest.mark.parametrize(
    "value", [{"valueRange": {"high": {"value": 30}}}, {"valueString": "see report"}]
)
def test_a_result_that_is_no_quantity_is_named(value: Json) -> None:
    """No silent loss."""
    shape = RESULT | {"valueQuantity": None, "status": "final"} | value
    record = read(resource("Observation", **shape))
    assert not record.measurements
    assert problems(record) == {"Observation/1": "value: no quantity for ferritin"}


QUESTIONS = {
    "resourceType": "Questionnaire",
    "id": "q",
    "url": "https://ehr.example/q",
    "item": [{"linkId": "7", "code": finding("burning-pain")["coding"]}],
}
OLD_QUESTIONS = {
    "resourceType": "Questionnaire",
    "id": "q",
    "group": {
        "group": [{"question": [{"linkId": "7", "concept": finding("burning-pain")["coding"]}]}]
    },
}
ANSWER = [{"linkId": "7", "answer": [{"valueBoolean": True}]}]
RESPONSES: dict[str, tuple[Json, Json]] = {
    "R4": ({"questionnaire": "https://ehr.example/q", "item": ANSWER}, QUESTIONS),
    "STU3": (
        {
            "questionnaire": {"reference": "Questionnaire/q"},
            "context": {"reference": "Encounter/e"},
            "item": ANSWER,
        },
        QUESTIONS,
    ),
    "DSTU2": (
        {
            "questionnaire": {"reference": "Questionnaire/q"},
            "group": {"linkId": "root", "group": [{"question": ANSWER}]},
        },
        OLD_QUESTIONS,
    ),
}


@pytest.mark.parametrize("release", RESPONSES)
def test_questionnaire_responses(release: str) -> None:
    """Questions by canonical address or by reference; items, or groups of questions."""
    members, questionnaire = RESPONSES[release]
    response = resource(
        "QuestionnaireResponse", status="completed", authored="2026-11-20", **members
    )
    record = read(response, questionnaire)
    assert status(record, "burning-pain") is Status.PRESENT
    assert not record.skipped


PROCEDURES: dict[str, Json] = {
    "R4": {"status": "completed", "performedDateTime": "2026-10-01"},
    "R5": {"status": "completed", "occurrenceDateTime": "2026-10-01"},
    "STU3": {"status": "completed", "performedPeriod": {"start": "2026-10-01"}, "context": {}},
    "DSTU2": {"status": "completed", "performedDateTime": "2026-10-01", "notPerformed": False},
}


@pytest.mark.parametrize("release", PROCEDURES)
def test_procedures(release: str) -> None:
    """Done, when, and not where it was not done."""
    (event,) = read(resource("Procedure", code=ABI, **PROCEDURES[release])).events
    assert (event.workup, event.state) == ("abi", EventState.DONE)
    assert event.date is not None
    for not_done in ({"notDone": True}, {"notPerformed": True}, {"status": "not-done"}):
        assert not read(resource("Procedure", code=ABI, **PROCEDURES[release] | not_done)).events


@pytest.mark.parametrize(
    "parts",
    [
        {"hasMember": [{"reference": "Observation/2"}]},
        {"related": [{"type": "has-member", "target": {"reference": "Observation/2"}}]},
        {"component": [{"code": {"text": "left"}, "valueQuantity": {"value": 0.9}}]},
    ],
)
def test_a_panel_was_done(parts: Json) -> None:
    """By members of R4 and of STU3, or by components."""
    panel = resource(
        "Observation", status="final", code=ABI, effectiveDateTime="2026-11-01", **parts
    )
    assert ("abi", EventState.DONE) in {(e.workup, e.state) for e in read(panel).events}
