"""The audit trail as FHIR AuditEvent (R4), for the site's own audit repository."""

from __future__ import annotations

from datetime import datetime
from typing import Any


Json = dict[str, Any]
_SYSTEM = "https://leg-pain-cds.example/fhir/sid"
_WORST_OF_OUR_FAULT = 500


def audit_event(
    *,
    id: str,
    at: datetime,
    client: str,
    clinician: str,
    patient: str,
    status: int,
    details: dict[str, str],
) -> Json:
    """One call as an AuditEvent; patient and clinician are pseudonyms, empty where none is known.

    ``details`` (service, hook, topics of the cards ...) go into the entity that stands for the call.
    """
    agents = [_agent("client", client, requestor=True)]
    if clinician:
        agents.append(_agent("clinician", clinician, requestor=False))
    entities = [_call_entity(id, details)]
    if patient:
        entities.append(_patient_entity(patient))
    return {
        "resourceType": "AuditEvent",
        "type": {
            "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
            "code": "rest",
            "display": "RESTful Operation",
        },
        "action": "E",
        "recorded": at.isoformat(),
        "outcome": _outcome(status),
        "agent": agents,
        "source": {
            "observer": {"display": "leg-pain-cds"},
            "type": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/security-source-type",
                    "code": "4",
                    "display": "Application Server",
                }
            ],
        },
        "entity": entities,
    }


def _agent(kind: str, value: str, *, requestor: bool) -> Json:
    return {"who": {"identifier": _identifier(kind, value)}, "requestor": requestor}


def _identifier(kind: str, value: str) -> Json:
    return {"system": f"{_SYSTEM}/{kind}", "value": value}


def _call_entity(id: str, details: dict[str, str]) -> Json:
    shown = [{"type": name, "valueString": value} for name, value in details.items() if value]
    return {"what": {"identifier": _identifier("request", id)}, "detail": shown}


def _patient_entity(patient: str) -> Json:
    types = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
    roles = "http://terminology.hl7.org/CodeSystem/object-role"
    return {
        "what": {"identifier": _identifier("patient", patient)},
        "type": {"system": types, "code": "1", "display": "Person"},
        "role": {"system": roles, "code": "1", "display": "Patient"},
    }


def _outcome(status: int) -> str:
    """AuditEventOutcome: 0 success, 4 refused, 8 a failure of ours."""
    if status < 400:
        return "0"
    return "8" if status >= _WORST_OF_OUR_FAULT else "4"
