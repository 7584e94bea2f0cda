"""What clinicians answered to cards: written once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cds_service.core.feedback import Answered
from cds_service.store.issuing import suggestions_in
from cds_service.store.tables import (
    accepted_suggestion,
    feedback,
    feedback_comment,
    issued_card,
    unknown_feedback,
)


# Clients' clocks are not ours; an answer may seem to come a little before it was possible.
_CLOCKS_DIFFER = timedelta(minutes=5)
_AT_ONCE = 500


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch: new items, repeated ones, and cards this client never got."""

    kept: int
    repeated: int
    unknown: int


def record_answers(
    connection: Connection,
    client: str,
    service: str,
    answers: Sequence[Answered],
    received_at: datetime,
) -> Taken:
    """Write down answers to cards that ``client`` got; count the others."""
    cards = _cards_of(connection, client, {answer.card for answer in answers})
    known = [answer for answer in answers if answer.card in cards]
    known.sort(key=lambda each: (each.card, each.outcome, each.outcome_at))  # one order of locks
    kept = _record(connection, known, cards, received_at)
    for answer in known:
        if answer.suggestions or answer.comment:
            _add_details(connection, answer, cards[answer.card])
    unknown = len(answers) - len(known)
    if unknown:
        _count_unknown(connection, client, service, received_at.date(), unknown)
    return Taken(kept=kept, repeated=len(known) - kept, unknown=unknown)


def purge_some(connection: Connection, before: datetime) -> int:
    """Delete some cards issued before an instant, with all their feedback; how many, 0 when none is left."""
    connection.execute(delete(unknown_feedback).where(unknown_feedback.c.day < before.date()))
    old = select(issued_card.c.id).where(issued_card.c.issued_at < before).limit(_AT_ONCE)
    return connection.execute(delete(issued_card).where(issued_card.c.id.in_(old))).rowcount


def purge_some_comments(connection: Connection, before: datetime) -> int:
    """Delete some comments on cards issued before an instant; how many, 0 when none is left."""
    old = (
        select(feedback_comment.c.feedback)
        .join(feedback, feedback.c.id == feedback_comment.c.feedback)
        .join(issued_card, issued_card.c.id == feedback.c.card)
        .where(issued_card.c.issued_at < before)
        .limit(_AT_ONCE)
    )
    gone = delete(feedback_comment).where(feedback_comment.c.feedback.in_(old))
    return connection.execute(gone).rowcount


def _cards_of(connection: Connection, client: str, ids: set[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        rows = connection.execute(
            select(
                issued_card.c.id,
                issued_card.c.patient,
                issued_card.c.as_of,
                issued_card.c.simulated,
                issued_card.c.suggestions,
            ).where(issued_card.c.client == client, issued_card.c.id.in_(some))
        )
        found |= {row.id: row for row in rows}
    return found


def _record(
    connection: Connection,
    answers: Sequence[Answered],
    cards: dict[str, Row[Any]],
    received_at: datetime,
) -> int:
    """Write down the answers that are new; how many. Few statements: others wait for the database."""
    rows = [
        {
            "card": answer.card,
            "patient": cards[answer.card].patient,
            "outcome": answer.outcome,
            "reason": answer.reason,
            "outcome_at": answer.outcome_at,
            "effective_at": effective_instant(answer.outcome_at, cards[answer.card], received_at),
            "received_at": received_at,
        }
        for answer in answers
    ]
    return _insert_new(connection, feedback, rows) if rows else 0


def _add_details(connection: Connection, answer: Answered, card: Row[Any]) -> None:
    """Suggestions and comment, also those that come later than the answer itself."""
    number = connection.execute(
        select(feedback.c.id).where(
            feedback.c.card == answer.card,
            feedback.c.outcome == answer.outcome,
            feedback.c.outcome_at == answer.outcome_at,
        )
    ).scalar_one()
    accepted = [
        {
            "feedback": number,
            "suggestion": suggestion.id,
            "workup": suggestion.workup,
            "priority": suggestion.priority,
        }
        for suggestion in suggestions_in(card.suggestions)
        if suggestion.id in answer.suggestions  # others do not belong to this card
    ]
    if accepted:
        _insert_new(connection, accepted_suggestion, accepted)
    if answer.comment:
        comment = {"feedback": number, "comment": answer.comment}
        _insert_new(connection, feedback_comment, [comment])


def effective_instant(outcome_at: datetime, card: Row[Any], received_at: datetime) -> datetime:
    """What silence counts from: the client's time where it can be true, else our own.

    A card for an instant that the client had set lives in that time, not in ours.
    """
    if card.simulated:
        as_of: datetime = card.as_of
        return as_of
    possible = card.as_of - _CLOCKS_DIFFER <= outcome_at <= received_at + _CLOCKS_DIFFER
    return min(max(outcome_at, card.as_of), received_at) if possible else received_at


def _insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows that are not there, many with each statement; how many were not."""
    statement = _dialect(connection).insert(table).on_conflict_do_nothing()
    returning = statement.returning(*table.primary_key.columns)
    return len(connection.execute(returning, rows).all())


def _count_unknown(
    connection: Connection, client: str, service: str, day: date, count: int
) -> None:
    statement = (
        _dialect(connection)
        .insert(unknown_feedback)
        .values(client=client, service=service, day=day, count=count)
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["client", "service", "day"],
            set_={"count": unknown_feedback.c.count + count},
        )
    )


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


def count_cards(connection: Connection) -> int:
    """How many cards are remembered."""
    return connection.execute(select(func.count()).select_from(issued_card)).scalar_one()
