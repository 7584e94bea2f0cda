"""What the views share: services, advisor and limits, fixed at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from cds_service.core.memory import Memory
from cds_service.core.moment_cards import Answer
from cds_service.core.reasoning import Reasoning
from cds_service.fhir.release import Release
from cds_service.gather.fetching.fetch import Fetcher
from cds_service.gather.services import ServiceDefinition
from cds_service.gather.supply import Supply
from cds_service.store.memory import Remembered
from cds_service.web.health import Health
from cds_service.wire.request import HookRequest
from cds_service.wire.response import OUR_OWN, Dialect


Recall = Callable[[datetime], Memory | None]


class Advises(Protocol):
    """What the views ask of an advisor."""

    def consider(self, request: HookRequest, supply: Supply, recall: Recall = ...) -> Reasoning:
        """Reason about one call, with what is remembered of the patient."""

    def answer(self, reasoning: Reasoning) -> Answer:
        """The cards to show, and what is not said."""

    def explanation(self, reasoning: Reasoning) -> dict[str, Any]:
        """Everything behind the cards."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for the calls of one client; in open mode one for all.

    Attributes:
        advisor: Knows the order codes of the client.
        fetcher: Completes prefetch from the client's FHIR servers; None when none is listed.
        release: FHIR release that orders are drafted in; None: the one that each call speaks.
        dialect: Its order codes, and what else it understands.
    """

    advisor: Advises
    fetcher: Fetcher | None = None
    release: Release | None = None
    dialect: Dialect = OUR_OWN


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Built by the composition root; read by every request.

    Attributes:
        services: By id.
        advisor: Turns requests into reasoning and cards.
        hooks_version: Version of CDS Hooks claimed in discovery.
        knowledge_version: Shown by the health interface.
        about: Makes the document of what the service is, for reviewers.
        allow_as_of: Whether services accept an instant set by the client.
        max_resources: Most resources in one request.
        request_seconds: Time budget of a call.
        max_json_depth: Deepest nesting of a request body.
        authentication: Mode in which callers prove who they are.
        agreements: By name of the client.
        check: Raises UnavailableError while nobody can be let in.
        memory: What is remembered between calls; None where nothing is.
        clock: The time of this service, for what is written down.
        health: What the service stands on, and how it is.
        audit_required: A call whose audit record cannot be written is refused.
        longest_comment: Characters kept of a clinician's comment; 0: none.
    """

    services: dict[str, ServiceDefinition]
    advisor: Advises
    hooks_version: str
    knowledge_version: str
    about: Callable[[], dict[str, Any]]
    allow_as_of: bool
    max_json_depth: int
    authentication: str
    agreements: Mapping[str, Agreement]
    check: Callable[[], None] = lambda: None
    max_resources: int = 20_000
    request_seconds: float = 10.0
    memory: Remembered | None = None
    clock: Callable[[], datetime]
    health: Health = msgspec.field(default_factory=Health)
    audit_required: bool = False
    longest_comment: int = 2_000

    def agreement(self, client: str) -> Agreement:
        """What was agreed with a client; nothing is ever fetched for one without an agreement."""
        return self.agreements.get(client) or Agreement(advisor=self.advisor)
