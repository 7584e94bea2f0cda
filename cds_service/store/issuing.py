"""Cards as they were issued, and what is remembered of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import CompoundSelect, Connection, Row, bindparam, insert, null, select, union_all

from cds_service.core.memory import (
    SUGGESTION,
    Acceptance,
    Memory,
    MemoryRules,
    Override,
    Shown,
)
from cds_service.core.values import Priority
from cds_service.store.tables import (
    Instant,
    accepted_suggestion,
    feedback,
    issued_card,
)


class IssuedSuggestion(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A suggestion as it went out; ``workup`` is empty for a change of a drafted order."""

    id: str
    workup: str
    priority: str


class IssuedCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card as it went out. ``parts``: topic and fingerprint of every card folded into it."""

    id: str
    topic: str
    rule: str
    indicator: str
    parts: tuple[tuple[str, str], ...]
    suggestions: tuple[IssuedSuggestion, ...]


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances that the cards of one answer share; patient and clinician as pseudonyms."""

    client: str
    service: str
    hook: str
    hook_instance: str
    moment: str
    knowledge: str
    patient: str
    clinician: str
    as_of: datetime
    simulated: bool
    issued_at: datetime


def record_cards(connection: Connection, issue: Issue, cards: Sequence[IssuedCard]) -> None:
    """Write down what is about to be sent."""
    shared = msgspec.structs.asdict(issue)
    connection.execute(
        insert(issued_card),
        [
            shared
            | {
                "id": card.id,
                "topic": card.topic,
                "rule": card.rule,
                "indicator": card.indicator,
                "parts": written(card.parts),
                "suggestions": written(card.suggestions),
            }
            for card in cards
        ],
    )


def written(values: object) -> str:
    """As the columns `parts` and `suggestions` hold them."""
    return msgspec.json.encode(values).decode()


def suggestions_in(text: str) -> tuple[IssuedSuggestion, ...]:
    """What a column `suggestions` holds."""
    return msgspec.json.decode(text, type=tuple[IssuedSuggestion, ...])


def _parts_in(text: str) -> tuple[tuple[str, str], ...]:
    return msgspec.json.decode(text, type=tuple[tuple[str, str], ...])


def recall(
    connection: Connection,
    rules: MemoryRules,
    *,
    patient: str,
    clinician: str,
    hook_instance: str,
    as_of: datetime,
) -> Memory:
    """What is remembered about ``patient`` that may still have an effect at ``as_of``."""
    rows = connection.execute(
        _REMEMBERED,
        {
            "patient": patient,
            "clinician": clinician,
            "earliest": as_of - rules.longest,
            "recently": as_of - timedelta(hours=rules.repeat_hours),
            "as_of": as_of,
        },
    ).all()
    accepted = [row.feedback for row in rows if row.outcome == "accepted"]
    return Memory(
        rules=rules,
        shown=_shown(rows, hook_instance),
        overrides=_overrides(rows, clinician),
        acceptances=_acceptances(connection, accepted) if accepted else (),
    )


def _remembered() -> CompoundSelect[Any]:
    """Cards that this clinician was shown lately, and cards that anybody answered.

    Each part has an index of its own, so that what a patient's record gathers costs nothing.
    """
    shown = select(
        *_CARD, null().label("feedback"), *(null().label(name) for name in _ANSWER)
    ).where(
        issued_card.c.patient == bindparam("patient"),
        issued_card.c.as_of > bindparam("recently", type_=Instant),
        issued_card.c.as_of < bindparam("as_of", type_=Instant),
        issued_card.c.clinician == bindparam("clinician"),
    )
    answered = (
        select(*_CARD, feedback.c.id.label("feedback"), *(feedback.c[name] for name in _ANSWER))
        .join(feedback, feedback.c.card == issued_card.c.id)
        .where(
            feedback.c.patient == bindparam("patient"),
            feedback.c.effective_at >= bindparam("earliest", type_=Instant),
            issued_card.c.as_of <= bindparam("as_of", type_=Instant),
        )
    )
    return union_all(answered, shown)  # the first decides on the types


_CARD = (
    issued_card.c.clinician,
    issued_card.c.moment,
    issued_card.c.hook_instance,
    issued_card.c.indicator,
    issued_card.c.as_of,
    issued_card.c.parts,
)
_ANSWER = ("outcome", "reason", "effective_at")
_REMEMBERED = _remembered()


def _shown(rows: Sequence[Row[Any]], hook_instance: str) -> tuple[Shown, ...]:
    """The same firing of a hook, sent again, has seen nothing yet."""
    seen = {
        (row.moment, topic, fingerprint, row.as_of)
        for row in rows
        if row.outcome is None and not (hook_instance and row.hook_instance == hook_instance)
        for topic, fingerprint in _parts_in(row.parts)
    }
    return tuple(
        Shown(moment=moment, topic=topic, fingerprint=fingerprint, at=at)
        for moment, topic, fingerprint, at in seen
    )


def _overrides(rows: Sequence[Row[Any]], clinician: str) -> tuple[Override, ...]:
    return tuple(
        Override(
            topics=tuple(topic for topic, _ in _parts_in(row.parts)),
            indicator=row.indicator,
            reason=row.reason,
            at=row.effective_at,
            own=row.clinician == clinician,
        )
        for row in rows
        if row.outcome == "overridden"
    )


def _acceptances(connection: Connection, accepted: Sequence[int]) -> tuple[Acceptance, ...]:
    rows = connection.execute(
        select(
            accepted_suggestion.c.suggestion,
            accepted_suggestion.c.workup,
            accepted_suggestion.c.priority,
            feedback.c.effective_at,
        )
        .join(feedback, feedback.c.id == accepted_suggestion.c.feedback)
        .where(feedback.c.id.in_(accepted), accepted_suggestion.c.workup != "")
    )
    return tuple(
        Acceptance(
            workup=row.workup,
            priority=Priority(row.priority),
            at=row.effective_at,
            reference=f"{SUGGESTION}{row.suggestion}",
        )
        for row in rows
    )
