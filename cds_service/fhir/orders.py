"""Orders as drafts for the EHR in the FHIR release that it speaks, and the check of all templates.

R4 and R4B (the same here) and R5 have the ServiceRequest, STU3 and DSTU2 the ProcedureRequest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cds_service.core.card import OrderDraft
from cds_service.core.knowledge import Workup
from cds_service.core.values import SYSTEM_URIS, Coding, Priority
from cds_service.fhir.release import Release


_CPT = SYSTEM_URIS["CPT"]
_Concept = dict[str, Any]
# What differs between the releases: code, encounter and reasons. An order of DSTU2 has no intent.
_Members = Callable[[_Concept, dict[str, str], _Concept], dict[str, Any]]


def draft_order(
    draft: OrderDraft,
    *,
    patient_id: str,
    encounter_id: str,
    release: Release = Release.R4,
    codings: tuple[Coding, ...] = (),
) -> dict[str, Any]:
    """A draft order for one work-up; what is unknown is left out.

    ``codings`` are the client's own, in place of ours (EHR-06). CPT codes go without a display: the
    descriptors are not free.
    """
    kind, members = _RELEASES[release]
    encounter = {"reference": f"Encounter/{encounter_id}"} if encounter_id else {}
    resource = {
        "resourceType": kind,
        "status": "draft",
        "priority": draft.priority.value,
        "subject": {"reference": f"Patient/{patient_id}"},
    } | members(
        _concept(codings or draft.codings, draft.label),
        encounter,
        _concept(draft.reasons, draft.reason_text),
    )
    return {name: value for name, value in resource.items() if value}


def _of_r5(code: _Concept, encounter: dict[str, str], reason: _Concept) -> dict[str, Any]:
    """Codes are CodeableReferences."""
    return {
        "intent": "proposal",
        "code": {"concept": code},
        "encounter": encounter,
        "reason": [{"concept": reason}] if reason else [],
    }


def _of_r4(code: _Concept, encounter: dict[str, str], reason: _Concept) -> dict[str, Any]:
    return {
        "intent": "proposal",
        "code": code,
        "encounter": encounter,
        "reasonCode": [reason] if reason else [],
    }


def _of_stu3(code: _Concept, encounter: dict[str, str], reason: _Concept) -> dict[str, Any]:
    return {
        "intent": "proposal",
        "code": code,
        "context": encounter,
        "reasonCode": [reason] if reason else [],
    }


def _of_dstu2(code: _Concept, encounter: dict[str, str], reason: _Concept) -> dict[str, Any]:
    return {"code": code, "encounter": encounter, "reasonCodeableConcept": reason}


_RELEASES: dict[Release, tuple[str, _Members]] = {
    Release.DSTU2: ("ProcedureRequest", _of_dstu2),
    Release.STU3: ("ProcedureRequest", _of_stu3),
    Release.R4: ("ServiceRequest", _of_r4),
    Release.R4B: ("ServiceRequest", _of_r4),
    Release.R5: ("ServiceRequest", _of_r5),
}


def _concept(codings: Iterable[Coding], text: str) -> _Concept:
    concept: _Concept = {}
    written = [_coding(coding) for coding in codings]
    if written:
        concept["coding"] = written
    if text:
        concept["text"] = text
    return concept


def _coding(coding: Coding) -> dict[str, str]:
    written = {"system": SYSTEM_URIS.get(coding.system, coding.system), "code": coding.code}
    if coding.display and written["system"] != _CPT:
        written["display"] = coding.display
    return written


def check_order_templates(workups: Iterable[Workup]) -> list[str]:
    """Problems of the drafts that the work-ups would make, one line each.

    Each is built and validated with the models of R4B, R5 and STU3. Slow (one model alone takes
    most of a second to import): for checks and tests, not for requests.
    """
    from fhir.resources.R4B.servicerequest import ServiceRequest as OfR4  # noqa: PLC0415 (slow, rarely needed)
    from fhir.resources.servicerequest import ServiceRequest as OfR5  # noqa: PLC0415
    from fhir.resources.STU3.procedurerequest import ProcedureRequest  # noqa: PLC0415
    from pydantic import BaseModel, ValidationError  # noqa: PLC0415

    models: dict[Release, type[BaseModel]] = {
        Release.R4: OfR4,
        Release.R5: OfR5,
        Release.STU3: ProcedureRequest,
    }
    problems: list[str] = []
    for workup in workups:
        draft = OrderDraft(
            workup=workup.id, label=workup.label, codings=workup.order, priority=Priority.ROUTINE
        )
        for release, model in models.items():
            try:
                model.model_validate(
                    draft_order(draft, patient_id="p", encounter_id="e", release=release)
                )
            except ValidationError as problem:
                said = problem.errors()[0]["msg"]
                problems.append(f"workups[{workup.id}]: order is not valid {release}: {said}")
                break
    return problems
