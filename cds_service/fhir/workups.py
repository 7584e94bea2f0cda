"""Work-ups done or ordered: by code, else by words in a name (never enough for a red flag)."""

from __future__ import annotations

from datetime import datetime

from cds_service.core.record import EventState, WorkupEvent
from cds_service.fhir.codes import Concept
from cds_service.fhir.context import Reading
from cds_service.knowledge.terminology import Kind


_WORKUPS = frozenset({Kind.WORKUP_ORDER, Kind.WORKUP_RESULT})


def note_workups(
    reading: Reading,
    concept: Concept,
    state: EventState,
    source: str,
    date: datetime | None,
    *,
    drafted: bool = False,
) -> None:
    """Events for every work-up that the codes of a concept mean, or else its words."""
    found: dict[str, str] = {}
    for target, how in reading.meanings.of(concept).targets:
        if target.kind in _WORKUPS:
            found.setdefault(target.id, how)
    for workup, how in found.items():
        reading.events.append(
            WorkupEvent(
                workup=workup, state=state, source=source, date=date, drafted=drafted, how=how
            )
        )
    if not found:
        note_named_workups(reading, concept, state, source, date, drafted=drafted)


def is_coded_workup(reading: Reading, concept: Concept) -> bool:
    """A code, not only words, says which work-up it is."""
    return any(target.kind in _WORKUPS for target, _ in reading.meanings.of(concept).targets)


def note_named_workups(
    reading: Reading,
    concept: Concept,
    state: EventState,
    source: str,
    date: datetime | None,
    *,
    drafted: bool = False,
) -> None:
    """Events for work-ups whose names stand in the text or a display; not definite."""
    found: dict[str, str] = {}
    for words in dict.fromkeys((concept.text, *(c.display for c in concept.codings))):
        if words:
            found |= dict(reading.lexicon.find_workups(words))
    for workup, phrase in found.items():
        reading.events.append(
            WorkupEvent(
                workup=workup,
                state=state,
                source=source,
                date=date,
                definite=False,
                drafted=drafted,
                how=f"phrase '{phrase}'",
            )
        )
