"""``POST /cds-services/{id}/feedback``: what clinicians answered to cards (rows FB-01..14)."""

from __future__ import annotations

from flask import Blueprint, Response

from cds_service.core.errors import UnavailableError
from cds_service.fhir.outcomes import operation_outcome
from cds_service.store.memory import Remembered
from cds_service.web.answers import FHIR_JSON, json_answer
from cds_service.web.bodies import json_body, offered_service
from cds_service.web.callers import caller
from cds_service.web.notes import notes
from cds_service.web.site import Site
from cds_service.wire.feedback import BadItem, Feedback, parse_feedback


def feedback_blueprint(site: Site) -> Blueprint:
    """The feedback endpoint of every service."""
    blueprint = Blueprint("feedback", __name__)

    @blueprint.post("/cds-services/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        """Nothing to say when all was taken; else which items were not, the others being kept."""
        service = offered_service(site, service_id)
        sent = parse_feedback(json_body(site), longest_comment=site.longest_comment)
        _keep(site, service.id, sent)
        if not sent.bad:
            return Response(status=204)
        outcome = _outcome_of(sent.bad)
        return json_answer(outcome, 200 if sent.answers else 400, FHIR_JSON)

    return blueprint


def _keep(site: Site, service: str, sent: Feedback) -> None:
    if not sent.answers:
        return
    taken = _memory(site).answer(caller().client, service, sent.answers, site.clock())
    noted = notes()
    noted.feedback, noted.unknown_cards = len(sent.answers), taken.unknown


def _memory(site: Site) -> Remembered:
    if site.memory is None:
        raise UnavailableError("This installation keeps no feedback.", retry_after=86_400)
    return site.memory


def _outcome_of(bad: tuple[BadItem, ...]) -> dict[str, object]:
    """One issue for each bad item."""
    outcomes = [
        operation_outcome(
            "error", "invalid", f"`{item.expression}` {item.problem}.", item.expression
        )
        for item in bad
    ]
    return {**outcomes[0], "issue": [issue for o in outcomes for issue in o["issue"]]}
