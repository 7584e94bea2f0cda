"""Cards as they were issued, and what is remembered of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, or_, select

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
    issued_suggestion,
    issued_topic,
)


class IssuedSuggestion(msgspec.Struct, frozen=True, kw_only=True):
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
            }
            for card in cards
        ],
    )
    connection.execute(
        insert(issued_topic),
        [
            {"card": card.id, "topic": topic, "fingerprint": print_}
            for card in cards
            for topic, print_ in dict(card.parts).items()
        ],
    )
    suggestions = [
        {"id": s.id, "card": card.id, "workup": s.workup, "priority": s.priority}
        for card in cards
        for s in card.suggestions
    ]
    if suggestions:
        connection.execute(insert(issued_suggestion), suggestions)


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
        shown=_shown(rows, clinician, hook_instance),
        overrides=_overrides(rows, clinician),
        acceptances=_acceptances(connection, accepted) if accepted else (),
    )


def _remembered() -> Select[Any]:
    """Every topic of the patient's cards that this clinician saw, or that somebody answered."""
    return (
        select(
            issued_card.c.clinician,
            issued_card.c.moment,
            issued_card.c.hook_instance,
            issued_card.c.indicator,
            issued_card.c.as_of,
            issued_topic.c.topic,
            issued_topic.c.fingerprint,
            feedback.c.id.label("feedback"),
            feedback.c.outcome,
            feedback.c.reason,
            feedback.c.effective_at,
        )
        .join(issued_topic, issued_topic.c.card == issued_card.c.id)
        .outerjoin(feedback, feedback.c.card == issued_card.c.id)
        .where(
            issued_card.c.patient == bindparam("patient"),
            issued_card.c.as_of >= bindparam("earliest", type_=Instant),
            issued_card.c.as_of <= bindparam("as_of", type_=Instant),
            or_(
                feedback.c.id.is_not(None),
                and_(
                    issued_card.c.clinician == bindparam("clinician"),
                    issued_card.c.as_of > bindparam("recently", type_=Instant),
                ),
            ),
        )
    )


_REMEMBERED = _remembered()


def _shown(rows: Sequence[Row[Any]], clinician: str, hook_instance: str) -> tuple[Shown, ...]:
    """The same firing of a hook, sent again, has seen nothing yet."""
    seen = {
        (row.moment, row.topic, row.fingerprint, row.as_of)
        for row in rows
        if row.clinician == clinician and not (hook_instance and row.hook_instance == hook_instance)
    }
    return tuple(
        Shown(moment=moment, topic=topic, fingerprint=fingerprint, at=at)
        for moment, topic, fingerprint, at in seen
    )


def _overrides(rows: Sequence[Row[Any]], clinician: str) -> tuple[Override, ...]:
    topics: dict[int, list[Row[Any]]] = {}
    for row in rows:
        if row.outcome == "overridden":
            topics.setdefault(row.feedback, []).append(row)
    return tuple(
        Override(
            topics=tuple(row.topic for row in same),
            indicator=same[0].indicator,
            reason=same[0].reason,
            at=same[0].effective_at,
            own=same[0].clinician == clinician,
        )
        for same in topics.values()
    )


def _acceptances(connection: Connection, accepted: Sequence[int]) -> tuple[Acceptance, ...]:
    rows = connection.execute(
        select(
            issued_suggestion.c.id,
            issued_suggestion.c.workup,
            issued_suggestion.c.priority,
            feedback.c.effective_at,
        )
        .join(accepted_suggestion, accepted_suggestion.c.suggestion == issued_suggestion.c.id)
        .join(feedback, feedback.c.id == accepted_suggestion.c.feedback)
        .where(feedback.c.id.in_(accepted), issued_suggestion.c.workup != "")
    )
    return tuple(
        Acceptance(
            workup=row.workup,
            priority=Priority(row.priority),
            at=row.effective_at,
            reference=f"{SUGGESTION}{row.id}",
        )
        for row in rows
    )
