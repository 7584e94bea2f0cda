"""Orders as drafts for the EHR: plain R4 ServiceRequests, and the check of all templates at load."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_service.core.card import OrderDraft
from cds_service.core.knowledge import Workup
from cds_service.core.values import SYSTEM_URIS, Coding, Priority


_CPT = SYSTEM_URIS["CPT"]


def draft_service_request(
    draft: OrderDraft, *, patient_id: str, encounter_id: str
) -> dict[str, Any]:
    """A draft ServiceRequest for one work-up; what is unknown is left out.

    CPT codes go without a display: the descriptors are not free.
    """
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "priority": draft.priority.value,
        "code": _concept(draft.codings, draft.label),
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    if encounter_id:
        resource["encounter"] = {"reference": f"Encounter/{encounter_id}"}
    reason = _concept(draft.reasons, draft.reason_text)
    if reason:
        resource["reasonCode"] = [reason]
    return resource


def _concept(codings: Iterable[Coding], text: str) -> dict[str, Any]:
    concept: dict[str, Any] = {}
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

    Each is built and validated with the R4B model. Slow (the model alone takes most of a second
    to import): for start-up checks and tests, not for requests.
    """
    from fhir.resources.R4B.servicerequest import ServiceRequest  # noqa: PLC0415 (slow, rarely needed)
    from pydantic import ValidationError  # noqa: PLC0415

    problems: list[str] = []
    for workup in workups:
        draft = OrderDraft(
            workup=workup.id, label=workup.label, codings=workup.order, priority=Priority.ROUTINE
        )
        try:
            ServiceRequest.model_validate(
                draft_service_request(draft, patient_id="p", encounter_id="e")
            )
        except ValidationError as problem:
            problems.append(
                f"workups[{workup.id}]: order is not valid: {problem.errors()[0]['msg']}"
            )
    return problems
