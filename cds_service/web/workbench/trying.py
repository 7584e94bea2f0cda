"""One try: a request, the service asked, what it answered, and why.

The same functions as behind the API, with two differences: a page never fetches from the FHIR server
that a request names, and what is remembered of a try is kept under a patient and a clinician who
exist in this one tab of a browser only.
"""

from __future__ import annotations

from copy import deepcopy
from time import perf_counter
from typing import Any

import msgspec

from cds_service.core.errors import InvalidRequestError
from cds_service.core.knowledge import Knowledge
from cds_service.core.reasoning import Reasoning
from cds_service.gather.services import ServiceDefinition
from cds_service.gather.supply import gather
from cds_service.trust.callers import OPEN
from cds_service.web.dialects import dialect_for
from cds_service.web.remembering import recalling, remember
from cds_service.web.site import Site
from cds_service.web.workbench.changes import Changes, only_changes
from cds_service.web.workbench.whatif import Changed, changed_request
from cds_service.wire.request import HookRequest, parse_request
from cds_service.wire.response import response_document


Json = dict[str, Any]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one request.

    Attributes:
        cards: The response of the service.
        explanation: The explain document.
        milliseconds: From the decoded request to the response, in this process.
    """

    request: Json
    cards: list[Json]
    explanation: Json
    reasoning: Reasoning
    milliseconds: float


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """A request with its answer.

    Attributes:
        made_for: The hook that the request was made for, where the service answers another.
        before: The answer without the changes, where there are any.
    """

    service: ServiceDefinition
    outcome: Outcome
    recorded: Reasoning
    made_for: str = ""
    before: Outcome | None = None
    changes: Changes = Changes()
    changed: Changed | None = None


def service_for(site: Site, wanted: str, hook: Any) -> ServiceDefinition:
    """The service of this id, else the first for the hook, else the first of all.

    Raises:
        InvalidRequestError: No service is offered for the hook.
    """
    if wanted in site.services:
        return site.services[wanted]
    for service in site.services.values():
        if service.hook == hook:
            return service
    named = ", ".join(dict.fromkeys(service.hook for service in site.services.values()))
    raise InvalidRequestError(
        f"No service answers this hook; there are services for {named}.", "hook"
    )


def try_request(
    site: Site,
    knowledge: Knowledge,
    service: ServiceDefinition,
    request: Json,
    changes: Changes,
    tab: str,
) -> Try:
    """Ask ``service`` about ``request``, and once more with the changes.

    Raises:
        CdsError: As for a call of the service.
    """
    named = request.get("hook")
    made_for = named if isinstance(named, str) and named != service.hook else ""
    request = request | {"hook": service.hook}
    recorded = _reasoning(site, service, request)
    changes = only_changes(changes, recorded, knowledge)
    if not changes:
        outcome = _ask(site, service, request, tab)
        return Try(service=service, outcome=outcome, recorded=recorded, made_for=made_for)
    changed = changed_request(site, knowledge, service, request, changes)
    return Try(
        service=service,
        made_for=made_for,
        before=_ask(site, service, request, ""),
        outcome=_ask(site, service, changed.request, tab),
        recorded=recorded,
        changes=changes,
        changed=changed,
    )


def _reasoning(site: Site, service: ServiceDefinition, request: Json) -> Reasoning:
    call = parse_request(request, allow_as_of=True)
    supply = gather(service, call.context, call.prefetch, call.patient_id)
    if len(supply.resources) > site.max_resources:
        message = f"The request holds more than the {site.max_resources} resources allowed here."
        raise InvalidRequestError(message, "prefetch")
    return site.advisor.consider(call, supply)


def _ask(site: Site, service: ServiceDefinition, request: Json, tab: str) -> Outcome:
    """Without a ``tab`` nothing is recalled or remembered."""
    started = perf_counter()
    call = parse_request(deepcopy(request), allow_as_of=True)
    supply = gather(service, call.context, call.prefetch, call.patient_id)
    memory = site.memory if tab else None
    inside = _in_this_tab(call, tab)
    reasoning = site.advisor.consider(call, supply, recalling(memory, inside))
    cards = site.advisor.answer(reasoning).cards
    document = response_document(
        cards,
        patient_id=call.patient_id,
        encounter_id=call.encounter_id,
        dialect=dialect_for(site.agreement(OPEN.client), supply, cards),
    )
    milliseconds = (perf_counter() - started) * 1000
    if cards and memory is not None:
        remember(site, memory, service.id, inside, cards, document)
    return Outcome(
        request=request,
        cards=document["cards"],
        explanation=site.advisor.explanation(reasoning),
        reasoning=reasoning,
        milliseconds=milliseconds,
    )


def _in_this_tab(call: HookRequest, tab: str) -> HookRequest:
    """Patient, clinician and call as memory knows them: of this tab alone (never another's)."""
    return msgspec.structs.replace(
        call,
        patient_id=f"{call.patient_id}/try/{tab}",
        user_id=f"Practitioner/try-{tab}",
        hook_instance=tab,
    )
