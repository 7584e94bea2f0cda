"""Memory around a call: what is recalled before the reasoning, what is written down before the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from cds_service.core.card import Card, Suggestion
from cds_service.core.memory import Memory
from cds_service.core.moments import Policy
from cds_service.store.issuing import Issue, IssuedCard, IssuedSuggestion
from cds_service.store.memory import Remembered, Subjects
from cds_service.web.advisor import Recall, nothing_remembered
from cds_service.web.callers import caller
from cds_service.web.health import PartState
from cds_service.web.notes import notes
from cds_service.web.site import Site
from cds_service.wire.request import HookRequest


def recalling(memory: Remembered | None, request: HookRequest) -> Recall:
    """What the reasoning asks when it has something to say."""
    if memory is None:
        return nothing_remembered
    return partial(_recall, memory, request)


def _recall(memory: Remembered, request: HookRequest, as_of: datetime) -> Memory | None:
    return memory.recall(_subjects(request), _instance(request), as_of)


def state_of_memory(memory: Remembered | None) -> PartState:
    """Cards, feedback and the audit trail: kept, not wanted, or wanted and not to be had now."""
    if memory is None:
        return PartState("off")
    return PartState("kept") if memory.available else PartState("unavailable", degraded=True)


def note_call(request: HookRequest) -> None:
    """What log and audit may know of a call."""
    noted = notes()
    noted.hook = request.hook
    noted.hook_instance = _instance(request)
    noted.subjects = _subjects(request)


def issue_of(
    site: Site,
    service_id: str,
    request: HookRequest,
    cards: Sequence[Card],
    document: dict[str, Any],
) -> tuple[Issue, list[IssuedCard]]:
    """What is written down of the cards of ``document``."""
    service, now = site.services[service_id], site.clock()
    orders = service.policy is Policy.ORDERS
    issue = Issue(
        client=caller().client,
        service=service_id,
        hook=request.hook,
        hook_instance=_instance(request),
        moment=request.hook if orders else service.policy.value,
        knowledge=site.knowledge_version,
        patient="",
        clinician="",
        as_of=request.as_of or now,
        simulated=request.as_of is not None,
        issued_at=now,
    )
    sent = [_issued(card, body) for card, body in zip(cards, document["cards"], strict=True)]
    return issue, sent


def remember(
    site: Site,
    memory: Remembered,
    service_id: str,
    request: HookRequest,
    cards: Sequence[Card],
    document: dict[str, Any],
) -> bool:
    """Write down cards that did not come of a call of a service; False when that could not be done."""
    issued = issue_of(site, service_id, request, cards, document)
    return memory.conclude(_subjects(request), issued, None)


def _subjects(request: HookRequest) -> Subjects:
    server = request.fhir_server
    return Subjects(
        client=caller().client,
        tenant=caller().tenant,
        server=server.rstrip("/") if isinstance(server, str) else "",
        patient_id=request.patient_id,
        user_id=request.user_id,
    )


def _instance(request: HookRequest) -> str:
    """Only what is a UUID is kept of it; anything else may say whatever a client puts there."""
    try:
        return str(UUID(request.hook_instance))
    except ValueError:
        return ""


def _issued(card: Card, body: dict[str, Any]) -> IssuedCard:
    pairs = zip(card.suggestions, body.get("suggestions", ()), strict=True)
    parts = tuple((part.topic, part.fingerprint) for part in card.parts)
    return IssuedCard(
        id=body["uuid"],
        topic=card.topic.code,
        rule=card.rule,
        indicator=card.indicator,
        parts=parts or ((card.topic.code, ""),),
        suggestions=tuple(_suggested(suggestion, sent["uuid"]) for suggestion, sent in pairs),
    )


def _suggested(suggestion: Suggestion, id: str) -> IssuedSuggestion:
    order = suggestion.order
    return IssuedSuggestion(
        id=id,
        workup=order.workup if order is not None else "",
        priority=order.priority.value if order is not None else "",
    )
