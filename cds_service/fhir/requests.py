"""Orders in the record and in the request itself: work-ups on their way, and the reasons for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cds_service.core.record import Channel, EventState
from cds_service.fhir.access import Json, ReadingError, flag_of, objects_of, status_of, text_of
from cds_service.fhir.codes import Concept, concept_of, concepts_of
from cds_service.fhir.context import Reading, channel_for
from cds_service.fhir.dates import first_moment, moment_of
from cds_service.fhir.encounters import codeable_reference, referenced_concepts
from cds_service.fhir.references import name_of
from cds_service.fhir.sites import is_leg_site
from cds_service.fhir.statements import Frame, state_concept
from cds_service.fhir.workups import is_coded_workup, note_workups


_ORDERED = frozenset(
    {
        *("draft", "active", "on-hold", "suspended", "requested", "accepted", "in-progress"),
        *("planned", "received", "review"),  # DSTU2
    }
)
_ORDERED_AS = ("code", "codeCodeableConcept", "itemCodeableConcept", "type", "serviceRequested")
_SUGGESTED = frozenset({"proposal", "option"})
_DATES = (
    "authoredOn",
    "orderedOn",
    "date",
    "occurrenceDateTime",
    "occurrencePeriod",
    "scheduledDateTime",
)


def read_request(reading: Reading, request: Json, *, in_context: bool) -> None:
    """Note what is ordered and state why.

    A completed order counts as done only with a code and a date; its result is read by itself.
    A suggestion (intent proposal or option) is an order only in the request's own context.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read, or nothing is ordered.
    """
    status = status_of(request)
    if flag_of(request, "doNotPerform") or _is_no_order(request, status, in_context=in_context):
        return
    concepts = [concept for concept in ordered_services(request) if not concept.empty]
    if not concepts:
        raise ReadingError("code: missing")
    date = _date(reading, request)
    if reading.is_future(date):
        if not in_context and not _for_a_future_day(request):
            return
        date = reading.as_of if in_context else None
    if status == "completed":
        _note_completed(reading, concepts, name_of(request), date)
    else:
        _note_ordered(reading, request, concepts, date, in_context=in_context)


def _is_no_order(request: Json, status: str, *, in_context: bool) -> bool:
    """Revoked, in error, unknown; or somebody's suggestion that is not in this request's context."""
    if status not in _ORDERED and status != "completed":
        return True
    suggested = text_of(request, "intent").lower() in _SUGGESTED
    return not in_context and status == "draft" and suggested


def _date(reading: Reading, request: Json) -> datetime | None:
    """When it was written, else for when; a DSTU2 DiagnosticOrder has dated events instead."""
    date = first_moment(request, reading.as_of, *_DATES)
    if date is None and request.get("resourceType") == "DiagnosticOrder":
        dates = [moment_of(e, "dateTime", reading.as_of) for e in objects_of(request, "event")]
        return min((d for d in dates if d is not None), default=None)
    return date


def _note_completed(
    reading: Reading, concepts: list[Concept], source: str, date: datetime | None
) -> None:
    for concept in concepts:
        if date is not None and is_coded_workup(reading, concept):
            note_workups(reading, concept, EventState.DONE, source, date)


def _note_ordered(
    reading: Reading,
    request: Json,
    concepts: list[Concept],
    date: datetime | None,
    *,
    in_context: bool,
) -> None:
    source = name_of(request)
    for concept in concepts:
        note_workups(reading, concept, EventState.ORDERED, source, date, drafted=in_context)
    frame = Frame(
        source=source,
        channel=channel_for(Channel.ORDER, in_context=in_context),
        date=date,
        leg_site=is_leg_site(reading, request),
    )
    for reason in _reasons(reading, request):
        state_concept(reading, reason, frame)


def _for_a_future_day(request: Json) -> bool:
    """An order without a date of its own, for a day to come, is an order already."""
    return all(request.get(member) is None for member in ("authoredOn", "orderedOn"))


def ordered_services(request: Json) -> list[Concept]:
    """What an order of any release asks for: one concept, or several (referrals, DSTU2 items).

    Raises:
        ReadingError: A member has a shape that is no concept.
    """
    found = [concept for member in _ORDERED_AS for concept in concepts_of(request, member)]
    if request.get("resourceType") == "DiagnosticOrder":
        return found + [concept_of(item, "code") for item in objects_of(request, "item")]
    return found + concepts_of(request, "item")


def _reasons(reading: Reading, request: Json) -> Iterator[Concept]:
    for member in ("reasonCode", "reasonCodeableConcept"):
        yield from concepts_of(request, member)
    for reason in objects_of(request, "reason"):
        yield from codeable_reference(reading, request, reason)
    for reference in objects_of(request, "reasonReference"):
        yield from referenced_concepts(reading, request, reference)
