"""What the views share: services, advisor and limits, fixed at start-up."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from cds_service.core.card import Card
from cds_service.core.reasoning import Reasoning
from cds_service.fhir.release import Release
from cds_service.gather.fetching.fetch import Fetcher
from cds_service.gather.services import ServiceDefinition
from cds_service.gather.supply import Supply
from cds_service.wire.request import HookRequest


class Advises(Protocol):
    """What the views ask of an advisor."""

    def consider(self, request: HookRequest, supply: Supply) -> Reasoning:
        """Reason about one call."""

    def cards(self, reasoning: Reasoning) -> tuple[Card, ...]:
        """The cards to show."""

    def explanation(self, reasoning: Reasoning) -> dict[str, Any]:
        """Everything behind the cards."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Built by the composition root; read by every request.

    Attributes:
        services: By id.
        advisor: Turns requests into reasoning and cards.
        hooks_version: Version of CDS Hooks claimed in discovery.
        knowledge_version: Shown by the health interface.
        about: What the service is, for reviewers: source attributes and intended use.
        allow_as_of: Whether services accept an instant set by the client.
        max_json_depth: Deepest nesting of a request body.
        fetcher: Completes prefetch from FHIR servers; None when none is listed.
        release: FHIR release that orders are drafted in; None: the one that each call speaks.
    """

    services: dict[str, ServiceDefinition]
    advisor: Advises
    hooks_version: str
    knowledge_version: str
    about: dict[str, Any]
    allow_as_of: bool
    max_json_depth: int
    fetcher: Fetcher | None = None
    release: Release | None = None
