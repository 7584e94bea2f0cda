"""Drugs prescribed, reported, dispensed or given, of all releases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from cds_service.core.record import Channel, Subject
from cds_service.core.values import Status
from cds_service.fhir.access import (
    Json,
    ReadingError,
    flag_of,
    object_of,
    objects_of,
    status_of,
    text_of,
)
from cds_service.fhir.codes import Concept, concept_of, concepts_of
from cds_service.fhir.context import Reading, channel_for
from cds_service.fhir.dates import first_moment, moment_of, period_end
from cds_service.fhir.encounters import codeable_reference, referenced_concepts
from cds_service.fhir.references import literal, name_of
from cds_service.fhir.statements import Frame, state_concept, statement


_NOTHING = frozenset(
    {"entered-in-error", "draft", "intended", "preparation", "declined", "not-done"}
)
_OVER = frozenset({"completed", "stopped", "cancelled", "ended"})
# Still being written: nobody takes it yet (fhir.drafts tells what it orders).
_WRITING = frozenset({"draft", ""})
_SUGGESTED = frozenset({"proposal", "option"})
_DATES = (
    *("authoredOn", "dateWritten", "effectiveDateTime", "effectivePeriod", "occurenceDateTime"),
    *("occurencePeriod", "occurrenceDateTime", "whenHandedOver", "whenPrepared", "dateAsserted"),
)
# Given or handed out once: over by then, unless a supply lasts longer.
_SINGLE = frozenset({"MedicationAdministration", "MedicationDispense"})
_DAY_SECONDS = 86400
# Records that say why a drug is taken, and the members that say it in the releases.
_REASONED = frozenset({"MedicationRequest", "MedicationOrder", "MedicationStatement"})
_REASON_CONCEPTS = ("reasonCode", "reasonCodeableConcept")
_REASON_REFERENCES = ("reasonReference",)
_REASONS = (*_REASON_CONCEPTS, *_REASON_REFERENCES, "reason")


def read_medication(reading: Reading, resource: Json, *, in_context: bool) -> None:
    """State the exposures that a drug record speaks of.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read, or no drug is named.
    """
    if _says_nothing(resource, in_context=in_context):
        return
    concepts = list(medication_concepts(reading, resource))
    if not concepts:
        raise ReadingError("medication: missing")
    drugs = list(drugs_of(reading, concepts))
    if not drugs and not _has_reasons(resource):
        return
    frame = _frame(reading, resource, in_context=in_context)
    if frame is None:
        return
    if not (in_context and status_of(resource) in _WRITING):
        _state_drugs(reading, drugs, concepts, frame)
    if frame.status is Status.PRESENT and not frame.ended:
        _state_reasons(reading, resource, frame, in_context=in_context)


def _frame(reading: Reading, resource: Json, *, in_context: bool) -> Frame | None:
    """None when the record lies in the future."""
    status = status_of(resource)
    date = first_moment(resource, reading.as_of, *_DATES)
    if reading.is_future(date) and not in_context:
        return None
    if _not_taken(resource, status):
        status_value, ended, end = Status.ABSENT, False, None
    else:
        status_value = Status.PRESENT
        ended, end = _ending(reading, resource, status, date)
    return Frame(
        source=name_of(resource),
        channel=channel_for(Channel.MEDICATION, in_context=in_context),
        status=status_value,
        date=reading.as_of if reading.is_future(date) else date,
        onset=_begun(reading, resource),
        end=end,
        ended=ended,
        provisional=status in {"unknown", ""},
    )


def _has_reasons(resource: Json) -> bool:
    return any(resource.get(member) for member in _REASONS)


def _says_nothing(resource: Json, *, in_context: bool) -> bool:
    """In error, not meant seriously yet, or an order not to give the drug."""
    status = status_of(resource)
    if status in _NOTHING and not (status == "draft" and in_context):
        return True
    if flag_of(resource, "doNotPerform"):
        return True
    return text_of(resource, "intent").lower() in _SUGGESTED and not in_context


def _not_taken(resource: Json, status: str) -> bool:
    """Said plainly that the patient does not take it (R4 status, R5 adherence, STU3 taken, DSTU2)."""
    if status == "not-taken" or resource.get("wasNotTaken") is True:
        return True
    if resource.get("resourceType") != "MedicationStatement":
        return False
    return resource.get("taken") == "n" or "not-taking" in _adherence(resource)


def _adherence(resource: Json) -> tuple[str, ...]:
    """What R5 says of the use of a drug, beside the status of the record itself."""
    adherence = object_of(resource, "adherence")
    return () if adherence is None else concept_of(adherence, "code").words()


def _begun(reading: Reading, resource: Json) -> datetime | None:
    begun = first_moment(resource, reading.as_of, "effectivePeriod")
    return begun if reading.is_past(begun) else None


def _ending(
    reading: Reading, resource: Json, status: str, date: datetime | None
) -> tuple[bool, datetime | None]:
    """Whether it is over, and when.

    The period of use counts whatever the status; the validity of a prescription only where the
    status says that it is over.
    """
    used = _end_of_use(reading, resource)
    if reading.is_past(used):
        return True, used
    if resource.get("resourceType") in _SINGLE and status != "in-progress":
        end = _end_of_supply(resource, date)
        return (True, end) if reading.is_past(end) else (end is None, None)
    stopped = any(word.startswith("stopped") for word in _adherence(resource))
    if status not in _OVER and not stopped:
        return False, None
    end = _end_of_prescription(reading, resource)
    return True, end if reading.is_past(end) else None


def _end_of_use(reading: Reading, resource: Json) -> datetime | None:
    as_of = reading.as_of
    end = (
        period_end(resource, "effectivePeriod", as_of)
        or period_end(resource, "effectiveDosePeriod", as_of)
        or moment_of(resource, "dateEnded", as_of)
    )
    if end is not None:
        return end
    ends: list[datetime] = []
    for dosage in (*objects_of(resource, "dosageInstruction"), *objects_of(resource, "dosage")):
        bounds = _bounds_end(dosage, as_of)
        if bounds is None:
            return None
        ends.append(bounds)
    return max(ends, default=None)


def _bounds_end(dosage: Json, as_of: datetime) -> datetime | None:
    timing = object_of(dosage, "timing")
    repeat = None if timing is None else object_of(timing, "repeat")
    return None if repeat is None else period_end(repeat, "boundsPeriod", as_of)


def _end_of_prescription(reading: Reading, resource: Json) -> datetime | None:
    changed = moment_of(resource, "statusChanged", reading.as_of)
    supply = object_of(resource, "dispenseRequest")
    return changed or (
        None if supply is None else period_end(supply, "validityPeriod", reading.as_of)
    )


def _end_of_supply(resource: Json, date: datetime | None) -> datetime | None:
    supply = object_of(resource, "daysSupply")
    days = None if supply is None else supply.get("value")
    if date is None or not isinstance(days, int | float) or not 0 < days < 1000:
        return date
    return datetime.fromtimestamp(date.timestamp() + days * _DAY_SECONDS, tz=date.tzinfo)


def medication_concepts(reading: Reading, resource: Json) -> Iterator[Concept]:
    """The drug by itself, or through the Medication that a reference means, with its ingredients."""
    for member in ("medicationCodeableConcept", "medication"):
        value = resource.get(member)
        if value is None or (
            isinstance(value, dict) and "concept" not in value and "reference" in value
        ):
            continue
        concept = concept_of(resource, member)
        if not concept.empty:
            yield concept
    for reference in _medication_references(resource):
        yield from _referenced_medication(reading, resource, reference)


def _medication_references(resource: Json) -> Iterator[Json]:
    direct = object_of(resource, "medicationReference")
    if direct is not None:
        yield direct
    medication = resource.get("medication")
    if isinstance(medication, dict) and medication.get("reference") is not None:
        inner = medication["reference"]
        yield inner if isinstance(inner, dict) else medication


def _referenced_medication(reading: Reading, resource: Json, reference: Json) -> Iterator[Concept]:
    medication = reading.resolve(resource, reference) if literal(reference, "reference") else None
    if medication is None:
        yield concept_of({"medication": {"text": reference.get("display")}}, "medication")
        return
    if medication.get("code") is not None:
        yield concept_of(medication, "code")
    for ingredient in objects_of(medication, "ingredient"):
        for member in ("itemCodeableConcept", "item"):
            if ingredient.get(member) is not None:
                yield from concepts_of(ingredient, member)


def _state_drugs(
    reading: Reading, drugs: list[tuple[str, str]], concepts: list[Concept], frame: Frame
) -> None:
    """One statement for each exposure."""
    stated: set[str] = set()
    label = next((c.label for c in concepts if c.label), "")
    for drug, how in drugs:
        finding = reading.knowledge.drugs[drug].finding
        if finding not in stated:
            stated.add(finding)
            reading.statements.append(
                statement(frame, Subject.FINDING, finding, how=how, label=label)
            )


def drugs_of(reading: Reading, concepts: list[Concept]) -> Iterator[tuple[str, str]]:
    """Classes by code, then by name; a name in a prescription is as good as a code."""
    for concept in concepts:
        yield from reading.meanings.of(concept).drugs
    for concept in concepts:
        yield from reading.meanings.of(concept).named_drugs


def _state_reasons(reading: Reading, resource: Json, frame: Frame, *, in_context: bool) -> None:
    """Why a drug is ordered may be the complaint itself (quinine for leg cramps)."""
    if resource.get("resourceType") not in _REASONED:
        return
    channel = channel_for(Channel.ORDER, in_context=in_context)
    reasons = msgspec.structs.replace(frame, channel=channel, end=None, onset=None)
    for concept in _reasons(reading, resource):
        state_concept(reading, concept, reasons)


def _reasons(reading: Reading, resource: Json) -> Iterator[Concept]:
    for member in _REASON_CONCEPTS:
        yield from concepts_of(resource, member)
    for member in _REASON_REFERENCES:
        for reference in objects_of(resource, member):
            yield from referenced_concepts(reading, resource, reference)
    for reason in objects_of(resource, "reason"):  # R5
        yield from codeable_reference(reading, resource, reason)
