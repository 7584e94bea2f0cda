"""The CDS services themselves, and the explain interface behind each of them."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from cds_service.core.errors import InvalidRequestError
from cds_service.core.reasoning import Reasoning
from cds_service.gather.fetching.errands import Call
from cds_service.gather.fetching.fetch import Fetcher
from cds_service.gather.prefetch import KeyData
from cds_service.gather.services import ServiceDefinition
from cds_service.gather.supply import Complete, Supply, gather
from cds_service.web.answers import json_answer
from cds_service.web.bodies import json_body, offered_service
from cds_service.web.callers import caller
from cds_service.web.dialects import dialect_for
from cds_service.web.limits import check_limits, check_time
from cds_service.web.notes import notes
from cds_service.web.remembering import issue_of, note_call, recalling
from cds_service.web.site import Agreement, Site
from cds_service.wire.request import HookRequest, parse_request
from cds_service.wire.response import response_document


def calls_blueprint(site: Site) -> Blueprint:
    """``POST /cds-services/{id}`` and ``POST /explain/{id}``."""
    blueprint = Blueprint("calls", __name__)

    @blueprint.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        """Cards for one firing of the hook."""
        agreement = site.agreement(caller().client)
        hook_request, supply, reasoning = _consider(
            site, agreement, service_id, allow_as_of=site.allow_as_of
        )
        answer = agreement.advisor.answer(reasoning)
        noted = notes()
        noted.cards = [(card.topic.code, card.indicator) for card in answer.cards]
        noted.suppressed.update(each.kind for each in answer.suppressed)
        document = response_document(
            answer.cards,
            patient_id=hook_request.patient_id,
            encounter_id=hook_request.encounter_id,
            dialect=dialect_for(agreement, supply, answer.cards),
        )
        if answer.cards and site.memory is not None:
            noted.issue = issue_of(site, service_id, hook_request, answer.cards, document)
        return json_answer(document)

    @blueprint.post("/explain/<service_id>")
    def explain(service_id: str) -> Response:
        """Everything behind the answer to the same request; not part of CDS Hooks."""
        agreement = site.agreement(caller().client)
        _, _, reasoning = _consider(site, agreement, service_id, allow_as_of=True)
        return json_answer(agreement.advisor.explanation(reasoning))

    return blueprint


def _consider(
    site: Site, agreement: Agreement, service_id: str, *, allow_as_of: bool
) -> tuple[HookRequest, Supply, Reasoning]:
    service = offered_service(site, service_id)
    hook_request = parse_request(json_body(site), allow_as_of=allow_as_of)
    _check_hook(service, hook_request)
    note_call(hook_request)
    supply = gather(
        service,
        hook_request.context,
        hook_request.prefetch,
        hook_request.patient_id,
        _completion(agreement.fetcher, service, hook_request),
    )
    check_limits(site, len(supply.resources))
    noted = notes()
    noted.prefetch = {gap.key: gap.state for gap in supply.gaps}
    recall = recalling(site.memory, hook_request)
    reasoning = agreement.advisor.consider(hook_request, supply, recall)
    noted.skipped.update(each.category for each in reasoning.skipped)
    check_time(site)
    return hook_request, supply, reasoning


def _completion(
    fetcher: Fetcher | None, service: ServiceDefinition, hook_request: HookRequest
) -> Complete | None:
    """What asks the client's FHIR server for the rest; None where no server is listed."""
    if fetcher is None:
        return None
    call = Call(
        server=hook_request.fhir_server,
        authorization=hook_request.fhir_authorization,
        patient_id=hook_request.patient_id,
        encounter_id=hook_request.encounter_id,
        prefetch=hook_request.prefetch,
    )
    return partial(_fetched, fetcher, service, call)


def _fetched(
    fetcher: Fetcher, service: ServiceDefinition, call: Call, data: dict[str, KeyData]
) -> dict[str, KeyData]:
    found = fetcher.complete(service, call, data)
    notes().fetched.update(each.state.value for each in found.values())
    return found


def _check_hook(service: ServiceDefinition, hook_request: HookRequest) -> None:
    """A body made for another hook is refused (REQ-03, D-4)."""
    if hook_request.hook != service.hook:
        raise InvalidRequestError(f"This service answers the hook {service.hook} only.", "hook")
