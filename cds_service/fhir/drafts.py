"""Orders being written in this moment: what each would order, and why.

Read are the order types of all releases; what is no order (a Medication that a draft refers to) is
left aside, and what cannot be read, or is of a type that is not known here, is named in ``skipped``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cds_service.core.knowledge import Gate
from cds_service.core.record import Channel, DraftedOrder, Supplied
from cds_service.core.values import Status
from cds_service.fhir.access import Json, ReadingError, flag_of, object_of, status_of, text_of
from cds_service.fhir.codes import Concept
from cds_service.fhir.context import Reading
from cds_service.fhir.medications import drugs_of, medication_concepts
from cds_service.fhir.references import id_of, name_of, reference_of, type_of
from cds_service.fhir.requests import ordered_services
from cds_service.knowledge.terminology import Kind


_OF_DRUGS = frozenset({"MedicationRequest", "MedicationOrder", "MedicationStatement"})
_OF_SERVICES = frozenset(
    {
        *("ServiceRequest", "ProcedureRequest", "ReferralRequest", "DiagnosticOrder"),
        *("DeviceRequest", "DeviceUseRequest", "SupplyRequest"),
    }
)
# What may stand beside drafts without being an order, and what the other readers have spoken of.
_BESIDE = frozenset({"Medication", "Condition", "Patient", "Encounter", "Practitioner"})
_OVER = frozenset(
    {"entered-in-error", "cancelled", "revoked", "stopped", "completed", "rejected", "ended"}
)
_MEMBERS = frozenset({"draftOrders", "orders", "medications"})
Find = Callable[[str], tuple[tuple[str, str], ...]]


def read_drafts(reading: Reading, supplied: Iterable[Supplied]) -> tuple[DraftedOrder, ...]:
    """Every order in the context of the hook, in the order received."""
    written = [each for each in supplied if each.in_context and each.key in _MEMBERS]
    skipped = {(each.reference, each.problem) for each in reading.skipped} if written else set()
    drafts: list[DraftedOrder] = []
    for each in written:
        try:
            draft = _draft(reading, each)
        except ReadingError as problem:
            if (name_of(each.resource), str(problem)) not in skipped:
                reading.skip(each.resource, str(problem))
            continue
        if draft is not None:
            drafts.append(draft)
    return tuple(drafts)


def _draft(reading: Reading, each: Supplied) -> DraftedOrder | None:
    """None for what orders nothing."""
    resource, kind = each.resource, type_of(each.resource)
    if kind not in _OF_DRUGS | _OF_SERVICES:
        if kind in _BESIDE:
            return None
        raise ReadingError("resourceType: not an order that is read here")
    if status_of(resource) in _OVER or flag_of(resource, "doNotPerform"):
        return None
    concepts = _ordered(reading, resource, kind)
    if not any(_says_something(concept) for concept in concepts):
        raise ReadingError("medication: missing" if kind in _OF_DRUGS else "code: missing")
    workups = _targets(reading, concepts, Kind.WORKUP_ORDER, Kind.WORKUP_RESULT)
    return DraftedOrder(
        reference=name_of(resource),
        resource_type=kind,
        label=_label(reading, concepts, workups) or kind,
        workups=workups or _named(reading, concepts, reading.lexicon.find_workups),
        drugs=tuple(dict.fromkeys(drug for drug, _ in drugs_of(reading, concepts)))
        if kind in _OF_DRUGS
        else (),
        treatments=_targets(reading, concepts, Kind.TREATMENT)
        or _named(reading, concepts, reading.lexicon.find_treatments),
        selected=each.selected,
        leg_reason=_has_leg_reason(reading, name_of(resource)),
        priority=text_of(resource, "priority").lower(),
        resource=resource,
        updatable=_is_updatable(resource),
    )


def _is_updatable(resource: Json) -> bool:
    return bool(
        id_of(resource)
        and text_of(resource, "status")
        and any(reference_of(resource, member) for member in ("subject", "patient"))
    )


def _ordered(reading: Reading, resource: Json, kind: str) -> list[Concept]:
    if kind in _OF_DRUGS:
        return list(medication_concepts(reading, resource))
    found = ordered_services(resource)
    device = object_of(resource, "codeReference")
    named = text_of(device, "display") if device is not None else ""
    return [*found, Concept(text=named)] if named else found


def _says_something(concept: Concept) -> bool:
    """Clients send ``coding: [{}]`` while a form is still empty (SB-14)."""
    return bool(concept.text) or any(c.code or c.display for c in concept.codings)


def _targets(reading: Reading, concepts: list[Concept], *kinds: Kind) -> tuple[str, ...]:
    found = [t.id for c in concepts for t, _ in reading.meanings.of(c).targets if t.kind in kinds]
    return tuple(dict.fromkeys(found))


def _named(reading: Reading, concepts: list[Concept], find: Find) -> tuple[str, ...]:
    """By the words of text and displays, where no code said it."""
    words = dict.fromkeys(w for c in concepts for w in (c.text, *(d.display for d in c.codings)))
    return tuple(dict.fromkeys(id for each in words if each for id, _ in find(each)))


def _label(reading: Reading, concepts: list[Concept], workups: tuple[str, ...]) -> str:
    """The words of the request, else the name of the test."""
    said = next((c.label for c in concepts if c.label), "")
    return said or next((reading.knowledge.workups[w].label for w in workups), "")


def _has_leg_reason(reading: Reading, reference: str) -> bool:
    """The order itself says that it is for the legs."""
    known = reading.knowledge
    for said in reading.statements:
        if said.source != reference or said.channel is not Channel.CONTEXT:
            continue
        if said.status is not Status.PRESENT:
            continue
        if said.target in known.leg_causes:
            return True
        gate = known.findings[said.target].gate if said.target in known.findings else Gate.NO
        if gate is Gate.YES or (gate is Gate.LEG_SITE and said.leg_site):
            return True
    return False
