"""Cards as CDS Hooks JSON. What has no value is left out: no nulls, no empty members (GEN-05..07)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

import msgspec

from cds_service.core.card import Card, CardLink, Suggestion
from cds_service.core.values import SYSTEM_URIS, Coding
from cds_service.fhir.orders import draft_order
from cds_service.fhir.release import Release


def new_uuid() -> str:
    """A random RFC 4122 version 4 identifier in lower case (CARD-01, SUG-02)."""
    return str(uuid4())


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one client wants to be spoken to.

    Attributes:
        release: FHIR release of drafted orders.
        orders: Its own order codes by work-up, in place of ours.
        action_selection_behavior: It has said that it understands the member of this name (CAP-03).
    """

    release: Release = Release.R4
    orders: Mapping[str, tuple[Coding, ...]] = {}
    action_selection_behavior: bool = False


OUR_OWN = Dialect()


def response_document(
    cards: Iterable[Card],
    *,
    patient_id: str,
    encounter_id: str,
    dialect: Dialect = OUR_OWN,
    new_id: Callable[[], str] = new_uuid,
) -> dict[str, Any]:
    """The response of a service: ``cards``, possibly none (RSP-03), as the client understands them."""
    writing = _Writing(patient_id, encounter_id, dialect, new_id)
    return {"cards": [writing.card(card) for card in cards]}


class _Writing:
    """What every card of one response shares."""

    def __init__(
        self, patient_id: str, encounter_id: str, dialect: Dialect, new_id: Callable[[], str]
    ) -> None:
        self.patient_id = patient_id
        self.encounter_id = encounter_id
        self.dialect = dialect
        self.new_id = new_id

    def card(self, card: Card) -> dict[str, Any]:
        suggestions = [self.suggestion(suggestion) for suggestion in card.suggestions]
        return _present(
            {
                "uuid": self.new_id(),
                "summary": card.summary,
                "detail": card.detail,
                "indicator": card.indicator,
                "source": _source(card),
                "suggestions": suggestions,
                "selectionBehavior": "any" if suggestions else "",
                "overrideReasons": [_coding(reason) for reason in card.override_reasons],
                "links": [_link(link) for link in card.links],
            }
        )

    def suggestion(self, suggestion: Suggestion) -> dict[str, Any]:
        """One suggestion with its single action (EHR-03)."""
        action = self.action(suggestion) | {"description": suggestion.description}
        return _present(
            {
                "label": suggestion.label,
                "uuid": self.new_id(),
                "isRecommended": suggestion.recommended,
                "actionSelectionBehavior": "all" if self.dialect.action_selection_behavior else "",
                "actions": [action],
            }
        )

    def action(self, suggestion: Suggestion) -> dict[str, Any]:
        """A new order, or the whole of a received one with our change (ACT-03, ACT-04)."""
        if suggestion.order is None:
            return {"type": "update", "resource": _without_nothing(suggestion.changed)}
        resource = draft_order(
            suggestion.order,
            patient_id=self.patient_id,
            encounter_id=self.encounter_id,
            release=self.dialect.release,
            codings=self.dialect.orders.get(suggestion.order.workup, ()),
        )
        return {"type": "create", "resource": resource}


def _source(card: Card) -> dict[str, Any]:
    return _present(
        {"label": card.source_label, "url": card.source_url, "topic": _coding(card.topic)}
    )


def _coding(coding: Coding) -> dict[str, Any]:
    system = SYSTEM_URIS.get(coding.system, coding.system)
    return _present({"system": system, "code": coding.code, "display": coding.display})


def _link(link: CardLink) -> dict[str, Any]:
    return {"label": link.label, "url": link.url, "type": "absolute"}


def _without_nothing(value: Any) -> Any:
    """As received, but for nulls and empty members, which are no FHIR and not ours to send on."""
    if isinstance(value, dict):
        parts = {name: _without_nothing(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in (None, "", [], {})}
    if isinstance(value, list):
        return [part for part in map(_without_nothing, value) if part not in (None, "", [], {})]
    return value


def _present(members: dict[str, Any]) -> dict[str, Any]:
    """Only the members that have a value; false is one."""
    return {name: value for name, value in members.items() if value or value is False}
