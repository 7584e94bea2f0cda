"""Encounters: where the patient is now, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from cds_service.core.record import Channel, Setting
from cds_service.core.values import Status
from cds_service.fhir.access import Json, object_of, objects_of, status_of
from cds_service.fhir.answers import IGNORED, stated_by, value_concept
from cds_service.fhir.codes import EMPTY, Concept, concept_of, concepts_of
from cds_service.fhir.conditions import ConditionStatus, ending
from cds_service.fhir.context import Reading
from cds_service.fhir.dates import first_moment, moment_of
from cds_service.fhir.references import id_of, literal, name_of
from cds_service.fhir.statements import Frame, state_concept


_IGNORED = frozenset({"cancelled", "entered-in-error"})
_OPEN = frozenset({"in-progress", "arrived", "triaged", "onleave", "on-hold", "in progress"})
_OVER = frozenset({"finished", "completed", "discharged", "discontinued"})
_SETTINGS = {
    **dict.fromkeys(("imp", "acute", "nonac", "obsenc", "ss", "inpatient"), Setting.INPATIENT),
    **dict.fromkeys(("emer", "emergency"), Setting.EMERGENCY),
    **dict.fromkeys(
        (
            "amb",
            "vr",
            "hh",
            "fld",
            "outpatient",
            "ambulatory",
            "home",
            "virtual",
            "field",
            "daytime",
        ),
        Setting.OUTPATIENT,
    ),
}


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """An encounter that has begun, or is planned for today."""

    id: str
    start: datetime | None
    open: bool
    setting: Setting


def read_encounter(reading: Reading, encounter: Json, context_id: str) -> Visit | None:
    """State the reasons of an encounter. None when it was cancelled or lies in the future.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read.
    """
    visit = _visit(reading, encounter, context_id)
    if visit is None:
        return None
    frame = Frame(
        source=name_of(encounter),
        channel=Channel.ENCOUNTER,
        date=_not_after(visit.start, reading.as_of),
        open_encounter=visit.open,
    )
    for concept in _reasons(reading, encounter):
        state_concept(reading, concept, frame)
    return visit


def _visit(reading: Reading, encounter: Json, context_id: str) -> Visit | None:
    status = status_of(encounter)
    if status in _IGNORED:
        return None
    start = first_moment(encounter, reading.as_of, "period", "actualPeriod", "plannedStartDate")
    today = start is not None and start.date() == reading.as_of.date()
    if (status == "planned" and not (today or id_of(encounter) == context_id)) or (
        reading.is_future(start) and not (status == "planned" and today)
    ):
        return None
    return Visit(
        id=id_of(encounter),
        start=start,
        open=_is_open(
            reading, encounter, status, named=bool(context_id) and id_of(encounter) == context_id
        ),
        setting=_setting(encounter),
    )


def _is_open(reading: Reading, encounter: Json, status: str, *, named: bool) -> bool:
    """Going on at the instant of reasoning.

    The encounter that the request names is open unless its record says that it is over.
    """
    end = _end(reading, encounter)
    if end is not None:
        return not reading.is_past(end)
    return status in _OPEN or status == "planned" or (named and status not in _OVER)


def _end(reading: Reading, encounter: Json) -> datetime | None:
    period = object_of(encounter, "period") or object_of(encounter, "actualPeriod")
    return None if period is None else moment_of(period, "end", reading.as_of)


def _setting(encounter: Json) -> Setting:
    for concept in concepts_of(encounter, "class"):
        for word in concept.words():
            if word in _SETTINGS:
                return _SETTINGS[word]
    return Setting.UNKNOWN


def _not_after(moment: datetime | None, as_of: datetime) -> datetime | None:
    return None if moment is None else min(moment, as_of)


def _reasons(reading: Reading, encounter: Json) -> Iterator[Concept]:
    """Reasons and diagnoses of all releases: concepts, or references to Conditions."""
    yield from concepts_of(encounter, "reasonCode")
    for reason in objects_of(encounter, "reason"):
        if "value" in reason:  # R5: {use, value: [CodeableReference]}
            for value in objects_of(reason, "value"):
                yield from codeable_reference(reading, encounter, value)
        else:  # STU3, DSTU2: CodeableConcept; half-migrated R5: {concept} or {reference}
            yield from codeable_reference(reading, encounter, reason)
    for reference in (
        *objects_of(encounter, "reasonReference"),
        *objects_of(encounter, "indication"),
    ):
        yield from referenced_concepts(reading, encounter, reference)
    for diagnosis in objects_of(encounter, "diagnosis"):
        for condition in objects_of(diagnosis, "condition"):
            yield from codeable_reference(reading, encounter, condition)


def codeable_reference(reading: Reading, holder: Json, value: Json) -> Iterator[Concept]:
    """The concepts of an R5 CodeableReference, a CodeableConcept, or a plain Reference."""
    if any(value.get(member) is not None for member in ("concept", "coding", "text")):
        yield concept_of({"reason": value}, "reason")
    reference = value.get("reference")
    if isinstance(reference, dict):
        yield from referenced_concepts(reading, holder, reference)
    elif reference is not None or value.get("display") is not None:
        yield from referenced_concepts(reading, holder, value)


def referenced_concepts(reading: Reading, holder: Json, reference: Json) -> Iterator[Concept]:
    """The concept of a referenced Condition (or Observation, Procedure) that still holds.

    Without the resource the display of the reference is read as words.
    """
    resource = reading.resolve(holder, reference) if literal(reference, "reference") else None
    if resource is None:
        yield concept_of({"reason": {"text": reference.get("display")}}, "reason")
    elif resource.get("resourceType") == "Condition" and _still_holds(reading, resource):
        yield concept_of(resource, "code")
    elif resource.get("resourceType") == "Observation":
        yield from _observed(resource)


def _still_holds(reading: Reading, condition: Json) -> bool:
    status = ConditionStatus(condition)
    over, _ = ending(reading, condition, status)
    return not (status.in_error or status.refuted or status.considered or over)


def _observed(observation: Json) -> Iterator[Concept]:
    """A finding seen as present; otherwise the words of the value (a chief complaint)."""
    if status_of(observation) in IGNORED:
        return
    if stated_by(observation) is Status.PRESENT:
        yield concept_of(observation, "code")
    else:
        yield value_concept(observation) or EMPTY
