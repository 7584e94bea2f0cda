"""How the advice is received: by service, topic, rule, reason, week and client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from math import sqrt
from statistics import NormalDist, median
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from cds_service.core.memory import MemoryRules
from cds_service.store.tables import feedback, issued_card, unknown_feedback


# A rule is marked for review when at least so many of its cards were answered, and fewer accepted
# than this share of them (house rule; a site sets its own).
REVIEW_ANSWERS = 10
REVIEW_BELOW = 0.2
CardRow = Row[*tuple[Any, ...]]
_Z = NormalDist().inv_cdf(0.975)


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its 95 % confidence interval (Wilson's score interval)."""

    rate: float
    low: float
    high: float


class Received(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the cards of one group were received.

    ``ignored`` were never answered, which is no rejection (FB-10): the rate is one of the answered
    cards, and missing when there are none. A card both accepted and overridden counts as accepted.
    """

    fired: int
    accepted: int
    overridden: int
    ignored: int
    acceptance_rate: Rate | None = None
    median_response_seconds: float | None = None


class ServiceReceived(Received, frozen=True, kw_only=True, omit_defaults=True):
    """The cards of one CDS service."""

    id: str


class TopicReceived(Received, frozen=True, kw_only=True, omit_defaults=True):
    """The cards on one clinical question."""

    code: str


class RuleReceived(Received, frozen=True, kw_only=True, omit_defaults=True):
    """The cards that one red flag, question or check made; ``review``: too few are accepted."""

    id: str
    review: bool


class WeekReceived(Received, frozen=True, kw_only=True, omit_defaults=True):
    """The cards issued in one ISO week ("2026-W47")."""

    week: str


class ClientReceived(Received, frozen=True, kw_only=True, omit_defaults=True):
    """The cards issued to one client."""

    client: str


class OverrideCount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many cards were overridden for a reason; the code is empty where none was given."""

    display: str
    count: int
    reason: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a quality lead looks at."""

    services: tuple[ServiceReceived, ...]
    topics: tuple[TopicReceived, ...]
    rules: tuple[RuleReceived, ...]
    overrides: tuple[OverrideCount, ...]
    weeks: tuple[WeekReceived, ...]
    clients: tuple[ClientReceived, ...]
    unknown_cards: int
    since: datetime | None = None
    until: datetime | None = None
    client: str = ""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """When a rule is marked for review."""

    answers: int = REVIEW_ANSWERS
    below: float = REVIEW_BELOW


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Which cards a report is about, by the time that they were issued."""

    since: datetime | None = None
    until: datetime | None = None
    client: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What an issued card has to fulfil."""
        wanted: list[ColumnElement[bool]] = []
        if self.since is not None:
            wanted.append(issued_card.c.issued_at >= self.since)
        if self.until is not None:
            wanted.append(issued_card.c.issued_at < self.until)
        if self.client:
            wanted.append(issued_card.c.client == self.client)
        return wanted


def report(connection: Connection, rules: MemoryRules, span: Span, review: Review) -> Report:
    """The report on the cards of ``span``."""
    cards = _cards(connection, span)
    return Report(
        since=span.since,
        until=span.until,
        client=span.client,
        services=tuple(
            ServiceReceived(id=id, **_received(some))
            for id, some in _grouped(cards, lambda card: card.service)
        ),
        topics=tuple(
            TopicReceived(code=code, **_received(some))
            for code, some in _grouped(cards, lambda card: card.topic)
        ),
        rules=tuple(
            RuleReceived(id=id, review=_wants_review(some, review), **_received(some))
            for id, some in _grouped(cards, lambda card: card.rule)
        ),
        overrides=_overrides(connection, rules, span),
        weeks=tuple(
            WeekReceived(week=week, **_received(some)) for week, some in _grouped(cards, _week)
        ),
        clients=tuple(
            ClientReceived(client=client, **_received(some))
            for client, some in _grouped(cards, lambda card: card.client)
        ),
        unknown_cards=_unknown(connection, span),
    )


def wilson(successes: int, trials: int) -> Rate | None:
    """The share of successes with Wilson's 95 % score interval; None without trials."""
    if not trials:
        return None
    share, z2 = successes / trials, _Z * _Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = _Z * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return Rate(
        rate=round(share, 4),
        low=round(max(0.0, middle - spread), 4),
        high=round(min(1.0, middle + spread), 4),
    )


def _cards(connection: Connection, span: Span) -> Sequence[CardRow]:
    """One row for each card, with whether it was ever accepted or overridden and when first."""

    def ever(outcome: str) -> ColumnElement[int]:
        return func.coalesce(func.max(case((feedback.c.outcome == outcome, 1), else_=0)), 0)

    columns = [
        issued_card.c[name]
        for name in ("id", "service", "topic", "rule", "client", "as_of", "simulated", "issued_at")
    ]
    return connection.execute(
        select(
            *columns,
            ever("accepted").label("accepted"),
            ever("overridden").label("overridden"),
            func.min(feedback.c.effective_at).label("answered_at"),
        )
        .outerjoin(feedback, feedback.c.card == issued_card.c.id)
        .where(*span.conditions)
        .group_by(*columns)
    ).all()


def _grouped(
    cards: Sequence[CardRow], key: Callable[[CardRow], str]
) -> list[tuple[str, list[CardRow]]]:
    groups: dict[str, list[CardRow]] = {}
    for card in cards:
        groups.setdefault(key(card), []).append(card)
    return sorted(groups.items())


def _week(card: CardRow) -> str:
    year, week, _ = card.issued_at.isocalendar()
    return f"{year}-W{week:02}"


def _received(cards: list[CardRow]) -> dict[str, Any]:
    accepted = sum(1 for card in cards if card.accepted)
    overridden = sum(1 for card in cards if card.overridden and not card.accepted)
    waits = [
        (card.answered_at - card.as_of).total_seconds()
        for card in cards
        if card.answered_at is not None and not card.simulated
    ]
    return {
        "fired": len(cards),
        "accepted": accepted,
        "overridden": overridden,
        "ignored": len(cards) - accepted - overridden,
        "acceptance_rate": wilson(accepted, accepted + overridden),
        "median_response_seconds": round(median(waits), 1) if waits else None,
    }


def _wants_review(cards: list[CardRow], review: Review) -> bool:
    answered = [card for card in cards if card.accepted or card.overridden]
    if len(answered) < review.answers:
        return False
    return sum(1 for card in answered if card.accepted) / len(answered) < review.below


def _overrides(connection: Connection, rules: MemoryRules, span: Span) -> tuple[OverrideCount, ...]:
    cards = func.count(feedback.c.card.distinct())
    rows = connection.execute(
        select(feedback.c.reason, cards.label("count"))
        .join(issued_card, issued_card.c.id == feedback.c.card)
        .where(feedback.c.outcome == "overridden", *span.conditions)
        .group_by(feedback.c.reason)
        .order_by(cards.desc(), feedback.c.reason)
    )
    return tuple(
        OverrideCount(reason=row.reason, display=_display(row.reason, rules), count=row[1])
        for row in rows
    )


def _display(reason: str, rules: MemoryRules) -> str:
    if reason and reason not in rules.reasons:
        return f"other ({reason})"
    return rules.rule_of(reason).display


def _unknown(connection: Connection, span: Span) -> int:
    """Counted by the day (UTC): days that the span only touches belong to it."""
    wanted = [unknown_feedback.c.client == span.client] if span.client else []
    if span.since is not None:
        wanted.append(unknown_feedback.c.day >= span.since.astimezone(UTC).date())
    if span.until is not None:
        until = span.until.astimezone(UTC)
        touched = until.time() > time.min
        day = unknown_feedback.c.day
        wanted.append(day <= until.date() if touched else day < until.date())
    total = select(func.coalesce(func.sum(unknown_feedback.c.count), 0)).where(*wanted)
    return int(connection.execute(total).scalar_one())
