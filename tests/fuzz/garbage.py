"""FHIR garbage: resources with the right names and anything in them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.contract.requests import PATIENT_ID, PREFETCH, pv


KINDS = (
    "Patient", "Condition", "Observation", "MedicationRequest", "MedicationStatement", "Encounter",
    "Procedure", "DiagnosticReport", "ServiceRequest", "QuestionnaireResponse", "FamilyMemberHistory",
    "DeviceRequest", "Bundle", "OperationOutcome", "Parameters", "Nonsense", "",
)  # fmt: skip
HOOKS = (
    "patient-view", "order-sign", "order-select", "problem-list-item-create", "encounter-start",
    "encounter-discharge",
)  # fmt: skip
# Members that the readers look at, in any release, and others.
MEMBERS = (
    "resourceType", "id", "status", "code", "coding", "system", "display", "text", "subject", "patient",
    "reference", "identifier", "clinicalStatus", "verificationStatus", "category", "severity", "bodySite",
    "onsetDateTime", "onsetAge", "abatementDateTime", "recordedDate", "assertedDate", "encounter", "note",
    "effectiveDateTime", "effectivePeriod", "issued", "valueQuantity", "valueCodeableConcept", "valueBoolean",
    "valueString", "valueRange", "valueInteger", "value", "unit", "comparator", "interpretation",
    "referenceRange", "low", "high", "component", "dataAbsentReason", "hasMember", "derivedFrom",
    "medicationCodeableConcept", "medicationReference", "medication", "concept", "contained", "dosageInstruction",
    "authoredOn", "intent", "priority", "reasonCode", "reasonReference", "reason", "class", "period", "start",
    "end", "type", "performedDateTime", "performedPeriod", "conclusion", "conclusionCode", "presentedForm",
    "item", "linkId", "answer", "questionnaire", "authored", "relationship", "condition", "outcome", "birthDate",
    "gender", "deceasedBoolean", "deceasedDateTime", "extension", "url", "entry", "resource", "link", "relation",
    "fullUrl", "total", "issue", "meta", "doNotPerform", "modifierExtension", "_status", "__proto__",
)  # fmt: skip
WORDS = (
    "active", "final", "entered-in-error", "confirmed", "refuted", "http://loinc.org", "2276-4",
    "http://snomed.info/sct", "32914008", f"Patient/{PATIENT_ID}", "ng/mL", "http://unitsofmeasure.org", "<",
    "burning legs at night", "no leg pain", "2026-11-20", "2026-11-20T10:00:00+05:45", "2026-11", "next", "self",
    "restless legs", "IMP", "draft", "order", "#m1", "urn:uuid:1", "problem-list-item", "laboratory", "boolean",
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=40)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=20,
)


@st.composite
def resources(draw: st.DrawFn) -> dict[str, Any]:
    """A resource of some type, often about the patient, with anything in its members."""
    found: dict[str, Any] = draw(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=12))
    found["resourceType"] = draw(st.sampled_from(KINDS))
    if draw(st.booleans()):
        found |= {"id": "x", "subject": {"reference": f"Patient/{PATIENT_ID}"}}
    return found


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A request whose prefetch and context hold garbage."""
    body = pv()
    for key in draw(st.sets(st.sampled_from(sorted(PREFETCH)), max_size=5)):
        entries = draw(st.lists(resources(), max_size=5))
        held = {"resourceType": "Bundle", "entry": [{"resource": each} for each in entries]}
        body["prefetch"][key] = draw(st.just(held) | resources() | VALUES)
    body["hook"] = draw(st.sampled_from(HOOKS))
    if body["hook"].startswith("encounter"):
        body["context"]["encounterId"] = "x"
    drafts = {
        "resourceType": "Bundle",
        "entry": [{"resource": each} for each in draw(st.lists(resources(), max_size=3))],
    }
    body["context"] |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "draftOrders": st.just(drafts) | VALUES,
                "selections": VALUES,
                "conditions": st.just(drafts) | VALUES,
                "encounterId": VALUES,
            },
        )
    )
    return body
