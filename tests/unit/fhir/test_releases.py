"""Which release a client speaks, and drafts written in it: R4, R4B, R5, STU3 and DSTU2."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest as R4BServiceRequest
from fhir.resources.servicerequest import ServiceRequest as R5ServiceRequest
from fhir.resources.STU3.procedurerequest import ProcedureRequest
from pydantic import BaseModel

from cds_service.core.card import OrderDraft
from cds_service.core.knowledge import Knowledge
from cds_service.core.record import EventState
from cds_service.core.values import Coding, Priority
from cds_service.fhir.orders import draft_order
from cds_service.fhir.release import Release, release_of
from tests.unit.fhir.room import read, small_knowledge


Json = dict[str, Any]
TEXT: Json = {"text": "leg pain"}
MODELS: dict[Release, type[BaseModel]] = {
    Release.R4: R4BServiceRequest,
    Release.R4B: R4BServiceRequest,
    Release.R5: R5ServiceRequest,
    Release.STU3: ProcedureRequest,
}


def of(kind: str, **members: Any) -> Json:
    """A resource of a type."""
    return {"resourceType": kind, **members}


PATIENT = of("Patient", id="p")
STATUS: Json = {"coding": [{"code": "active"}]}
MEDICATION: Json = {"reference": {"reference": "#m"}}
SHAPES: list[tuple[str, list[Json]]] = [
    ("R4", []),
    ("R4", [PATIENT]),
    ("R4", [of("Condition", clinicalStatus=STATUS, code=TEXT)]),
    ("R4", [of("MedicationRequest", medicationCodeableConcept=TEXT)]),
    ("R4", [of("Encounter", **{"class": {"code": "AMB"}}, period={}, reasonCode=[TEXT])]),
    # One sloppy member in an R4 record, and one that R4 and R5 share.
    ("R4", [of("Condition", clinicalStatus="active", recordedDate="2026-11-01")]),
    ("R4", [of("Condition", clinicalStatus=STATUS), of("ServiceRequest", code=TEXT)]),
    ("R5", [of("MedicationRequest", medication={"concept": TEXT})]),
    ("R5", [of("MedicationStatement", medication=MEDICATION, reason=[{"concept": TEXT}])]),
    ("R5", [of("Condition", clinicalStatus=STATUS), of("ServiceRequest", code={"concept": TEXT})]),
    ("R5", [of("Encounter", **{"class": [{"coding": [{"code": "AMB"}]}]})]),
    ("R5", [of("Encounter", actualPeriod={}, reason=[{"value": [{"concept": TEXT}]}])]),
    ("R5", [of("Procedure", occurrenceDateTime="2026-11-01")]),
    ("STU3", [of("Condition", clinicalStatus="active", code=TEXT)]),
    ("STU3", [of("Condition", clinicalStatus="active", assertedDate="2026-11-01")]),
    ("STU3", [of("Encounter", **{"class": {"code": "AMB"}}, period={}, reason=[TEXT])]),
    ("STU3", [of("MedicationRequest", medicationReference={}, context={})]),
    ("STU3", [of("MedicationStatement", taken="y", medicationReference={})]),
    ("STU3", [of("ProcedureRequest", intent="order", code=TEXT)]),
    ("STU3", [of("Observation", interpretation=TEXT, category=[TEXT], context={})]),
    ("STU3", [of("QuestionnaireResponse", questionnaire={"reference": "Questionnaire/1"})]),
    ("DSTU2", [of("MedicationOrder", medicationCodeableConcept=TEXT)]),
    ("DSTU2", [of("Condition", clinicalStatus="active", patient={}, dateRecorded="2026")]),
    ("DSTU2", [of("Encounter", **{"class": "outpatient"}, patient={}, period={}, reason=[TEXT])]),
    ("DSTU2", [of("Observation", category=TEXT, encounter={})]),
    ("DSTU2", [of("DiagnosticOrder")]),
]


@pytest.mark.parametrize(("expected", "resources"), SHAPES)
def test_the_release_is_told_by_shapes(expected: str, resources: list[Json]) -> None:
    """In any order, with anything beside that says nothing."""
    assert release_of(resources) == expected
    assert release_of([PATIENT, *reversed(resources), of("Nonsense")]) == expected


@pytest.mark.parametrize("nonsense", [None, 0, "", "x", [], [[]], [None], {}, {"value": 3}])
def test_nothing_is_raised(nonsense: Any) -> None:
    """Whatever stands in the members that are looked at."""
    members = (
        "class",
        "reason",
        "medication",
        "code",
        "clinicalStatus",
        "category",
        "resourceType",
    )
    for kind in ("Condition", "Encounter", "MedicationRequest", "ServiceRequest", "Observation"):
        assert release_of([of(kind) | dict.fromkeys(members[:-1], nonsense)]) in Release
    assert release_of([{"resourceType": nonsense}]) == "R4"


def test_only_a_few_of_each_type_are_looked_at() -> None:
    """The first three; the time does not grow with the record."""

    class Counted(dict[str, Any]):
        read = 0

        def get(self, key: str, default: Any = None) -> Any:
            Counted.read += key != "resourceType"
            return super().get(key, default)

    release_of([Counted(of("Condition", code=TEXT)) for _ in range(1000)])
    assert 0 < Counted.read < 100


DRAFT = OrderDraft(
    workup="abi",
    label="Ankle-brachial index",
    codings=(Coding("SNOMED", "401221002", "Ankle brachial pressure index (procedure)"),),
    priority=Priority.URGENT,
    reasons=(Coding("ICD-10-CM", "M79.604", "Pain in right leg"),),
    reason_text="rest pain",
)
COMMON = {"resourceType", "status", "priority", "subject", "code"}
MEMBERS = {
    Release.R4: ("ServiceRequest", {"intent", "encounter", "reasonCode"}),
    Release.R4B: ("ServiceRequest", {"intent", "encounter", "reasonCode"}),
    Release.R5: ("ServiceRequest", {"intent", "encounter", "reason"}),
    Release.STU3: ("ProcedureRequest", {"intent", "context", "reasonCode"}),
    Release.DSTU2: ("ProcedureRequest", {"encounter", "reasonCodeableConcept"}),
}


@pytest.mark.parametrize("release", list(Release))
def test_drafts_have_the_members_of_their_release(release: Release) -> None:
    """No others, and without encounter and reason none that is empty."""
    order = draft_order(DRAFT, patient_id="p", encounter_id="e", release=release)
    kind, members = MEMBERS[release]
    assert order["resourceType"] == kind
    assert set(order) == COMMON | members
    bare = OrderDraft(workup="x", label="X", codings=(), priority=Priority.ROUTINE)
    order = draft_order(bare, patient_id="p", encounter_id="", release=release)
    assert set(order) - {"intent"} == COMMON
    assert order["code"] == ({"concept": {"text": "X"}} if release is Release.R5 else {"text": "X"})


@pytest.mark.parametrize("release", list(MODELS))
def test_every_workup_is_a_valid_order_in_every_release(
    release: Release, knowledge: Knowledge
) -> None:
    """With all that a draft may carry, checked with the model of that release."""
    for workup in knowledge.workups.values():
        for priority in Priority:
            draft = OrderDraft(
                workup=workup.id,
                label=workup.label,
                codings=workup.order,
                priority=priority,
                reasons=DRAFT.reasons,
                reason_text="leg pain",
            )
            order = draft_order(draft, patient_id="p", encounter_id="e", release=release)
            MODELS[release].model_validate(order)


@pytest.mark.parametrize("release", list(Release))
def test_our_own_drafts_are_understood_when_they_come_back(release: Release) -> None:
    """As ordered: by the reader, by the reader of drafts, and by the detector."""
    workup = small_knowledge().workups["abi"]
    draft = OrderDraft(
        workup="abi", label=workup.label, codings=workup.order, priority=Priority.ROUTINE
    )
    order = draft_order(draft, patient_id="p", encounter_id="", release=release) | {"id": "d"}
    record = read(context=(order,))
    assert [(e.workup, e.state) for e in record.events] == [("abi", EventState.ORDERED)]
    assert [d.workups for d in record.drafts] == [("abi",)]
    told = release_of([order])
    assert told == {"R4B": "R4", "DSTU2": "STU3"}.get(release, release)
