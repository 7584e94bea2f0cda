"""What the service itself publishes as FHIR, at ``/fhir``: the intake questionnaire. No patient data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import Blueprint

from cds_service.core.knowledge import Knowledge
from cds_service.fhir.access import Json
from cds_service.fhir.questionnaire_form import questionnaire_resource
from cds_service.fhir.search.parameters import PUBLISHED
from cds_service.web.fhir_server import Endpoint, fhir_blueprint


def published_blueprint(
    knowledge: Knowledge, clock: Callable[[], datetime], public_url: str
) -> Blueprint:
    """The server over our own resources."""
    endpoint = Endpoint(
        name="published",
        path="/fhir",
        title="Resources of the leg pain service",
        description="The intake questionnaire for patients, as it is shown at /questionnaire.",
        types=PUBLISHED,
        public_url=public_url,
    )
    return fhir_blueprint(endpoint, _Published(knowledge), clock)


class _Published:
    """Our own resources; made once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._questionnaires = {
            id: questionnaire_resource(each, knowledge)
            for id, each in knowledge.questionnaires.items()
        }

    def find(self, kind: str, id: str, now: datetime) -> Json | None:
        """One resource; the instant makes no difference."""
        return self._of(kind).get(id)

    def search(self, kind: str, patients: Iterable[str] | None, now: datetime) -> Iterable[Json]:
        """All of a type."""
        return self._of(kind).values()

    def _of(self, kind: str) -> dict[str, Json]:
        return self._questionnaires if kind == "Questionnaire" else {}
