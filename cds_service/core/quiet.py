"""Holding a card back when its topic was overridden, or when this clinician has seen it already."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from cds_service.core.card import Card, CardPart
from cds_service.core.card_text import block, day
from cds_service.core.memory import SUGGESTION, counted_as_ordered, silence
from cds_service.core.plan import PlannedWorkup
from cds_service.core.reasoning import Reasoning, Suppressed
from cds_service.core.values import Urgency


_CANNOT_WAIT = frozenset({Urgency.EMERGENCY_NOW, Urgency.SAME_DAY_URGENT})


def listened(cards: Iterable[Card], reasoning: Reasoning) -> list[Card]:
    """The cards, each knowing what it is recognised by and whether it stays silent."""
    return [card if card.parts else _marked(card, reasoning) for card in cards]


def _marked(card: Card, reasoning: Reasoning) -> Card:
    part = CardPart(topic=card.topic.code, fingerprint=fingerprint(card, reasoning))
    memory, occasion = reasoning.occasion.memory, reasoning.occasion
    quiet = None
    if memory is not None and card.urgency not in _CANNOT_WAIT and card.indicator != "critical":
        quiet = silence(
            part.topic,
            moment=occasion.moment,
            fingerprint=part.fingerprint,
            indicator=card.indicator,
            memory=memory,
            as_of=occasion.as_of,
        )
    return msgspec.structs.replace(card, parts=(part,), silenced=quiet)


def fingerprint(card: Card, reasoning: Reasoning) -> str:
    """The findings that a card stands on: their status, value, date and resources, in one digest.

    What is suggested does not belong to it: a test that was ordered changes no fact.
    """
    lines = [card.rule, card.indicator, card.about]
    for id in sorted(card.findings):
        finding = reasoning.findings.get(id)
        if finding is None:
            lines.append(id)
        else:
            date = finding.date.isoformat() if finding.date is not None else ""
            said = (id, finding.status.value, finding.value, date, *sorted(finding.sources))
            lines.append("|".join(said))
    return sha256("\n".join(lines).encode()).hexdigest()[:32]


def held_back(cards: Iterable[Card]) -> tuple[Suppressed, ...]:
    """What the silent cards would have been about."""
    return tuple(
        Suppressed(
            topic=card.topic.code,
            because=card.silenced.because,
            until=card.silenced.until.isoformat(),
            kind=card.silenced.kind,
        )
        for card in cards
        if card.silenced is not None
    )


def accepted_before(reasoning: Reasoning) -> tuple[Suppressed, ...]:
    """Work-ups that count as ordered only because they were accepted from a card, each once."""
    memory, as_of = reasoning.occasion.memory, reasoning.occasion.as_of
    if memory is None:
        return ()
    on_record = {planned.workup.id for planned in reasoning.workups if _is_on_record(planned)}
    counting = {
        acceptance.workup: Suppressed(
            topic=acceptance.workup,
            because=f"accepted on {day(acceptance.at)}: counts as ordered until the order is on record",
            until=until.isoformat(),
            kind="accepted",
        )
        for acceptance in sorted(memory.acceptances, key=lambda each: each.at)  # the last one holds
        if acceptance.workup not in on_record
        and (until := counted_as_ordered(acceptance, memory, as_of)) is not None
    }
    return tuple(counting.values())


def _is_on_record(planned: PlannedWorkup) -> bool:
    """A result or an order settles it, not an accepted suggestion alone."""
    return any(not reference.startswith(SUGGESTION) for reference in planned.evidence)


def naming_silence(cards: list[Card], silent: list[Card]) -> list[Card]:
    """The first card says what is not shown again, why and until when."""
    if not cards or not silent:
        return cards
    lines = [
        f"{card.topic.display}: {card.silenced.because}; until {day(card.silenced.until)}"
        for card in silent
        if card.silenced is not None
    ]
    head, _, tail = cards[0].detail.rpartition("\n\n")
    detail = "\n\n".join(part for part in (head, block("Not shown again", lines), tail) if part)
    return [msgspec.structs.replace(cards[0], detail=detail), *cards[1:]]
