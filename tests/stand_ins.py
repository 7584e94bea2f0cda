"""Stand-ins for rooms that do not exist yet; each is used only while the real module is missing."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any


class _Index:
    @classmethod
    def build(cls, knowledge: Any) -> _Index:
        return cls()


def _outcome(severity: str, code: str, diagnostics: str, expression: str = "") -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": diagnostics}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _order(draft: Any, *, patient_id: str, encounter_id: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {"text": draft.label},
        "subject": {"reference": f"Patient/{patient_id}"},
    }


def _read(supplied: Any, *, patient_id: str, **_: Any) -> Any:
    from cds_service.core.record import PatientRecord

    return PatientRecord(patient_id=patient_id)


_MISSING: dict[str, dict[str, Any]] = {
    "cds_service.fhir": {"__path__": []},
    "cds_service.fhir.outcomes": {"operation_outcome": _outcome},
    "cds_service.fhir.orders": {"draft_service_request": _order},
    "cds_service.fhir.reading": {"read_patient": _read},
    "cds_service.knowledge.lexicon": {"Lexicon": _Index},
    "cds_service.knowledge.terminology": {"Terminology": _Index},
}


def install() -> None:
    """Put a stand-in wherever the real module cannot be found."""
    for name, members in _MISSING.items():
        if name in sys.modules:
            continue
        if name.endswith(".fhir"):
            continue
        if importlib.util.find_spec(name) is None:
            module = ModuleType(name)
            module.__dict__.update(members)
            sys.modules[name] = module
