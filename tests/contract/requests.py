"""Request fixtures of the conformance list: PV, PVx and single changes of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


Json = dict[str, Any]
SERVICE = "/cds-services/leg-pain-patient-view"
EXPLAIN = "/explain/leg-pain-patient-view"
PATIENT_ID = "1288992"
AS_OF = "org.leg-pain-cds.as-of"
OUTCOME: Json = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception"}],
}


def bundle(*resources: Json, **members: Any) -> Json:
    """A searchset with ``resources``."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": r} for r in resources],
        **members,
    }


def resource(kind: str, id: str = "r1") -> Json:
    """A resource about the patient, with nothing in it."""
    return {"resourceType": kind, "id": id, "subject": {"reference": f"Patient/{PATIENT_ID}"}}


PATIENT: Json = {
    "resourceType": "Patient",
    "id": PATIENT_ID,
    "birthDate": "1956-02-03",
    "gender": "female",
}
PREFETCH: Json = {
    "patient": PATIENT,
    "conditions": bundle(resource("Condition")),
    "medicationRequests": bundle(resource("MedicationRequest")),
    "medicationStatements": bundle(),
    "findings": bundle(resource("Observation")),
    "laboratory": bundle(resource("Observation", "lab1")),
    "socialHistory": bundle(),
    "vitalSigns": bundle(),
    "encounters": bundle(resource("Encounter")),
    "procedures": bundle(),
    "reports": bundle(),
    "serviceRequests": bundle(),
    "questionnaireResponses": bundle(),
    "familyHistory": bundle(),
}


def pv(**members: Any) -> Json:
    """The request PV, with top-level members replaced; ``...`` takes one away."""
    body: Json = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/example", "patientId": PATIENT_ID},
        "prefetch": deepcopy(PREFETCH),
    }
    for name, value in members.items():
        if value is ...:
            del body[name]
        else:
            body[name] = value
    return body


def with_prefetch(**keys: Any) -> Json:
    """PV with prefetch keys replaced; ``...`` takes one away."""
    body = pv()
    for key, value in keys.items():
        if value is ...:
            del body["prefetch"][key]
        else:
            body["prefetch"][key] = value
    return body


def with_context(**members: Any) -> Json:
    """PV with context members replaced; ``...`` takes one away."""
    body = pv()
    for name, value in members.items():
        if value is ...:
            del body["context"][name]
        else:
            body["context"][name] = value
    return body
