"""The published questionnaire, filled in by hand and sent through the whole service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.fhir.questionnaire_answers import response_of
from cds_service.fhir.questionnaire_form import questionnaire_resource
from cds_service.gather.requests import request_from_bundle
from cds_service.knowledge.loader import load_knowledge
from cds_service.settings import Settings


Json = dict[str, Any]
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
PATIENT: Json = {"resourceType": "Patient", "id": "p1", "birthDate": "1958-03-01"}


@cache
def client() -> FlaskClient:
    """The whole service; built on first use."""
    settings = Settings(database_url="off")
    return create_app(settings, clock=lambda: NOW, knowledge=load_knowledge()).test_client()


@cache
def published() -> Json:
    """The questionnaire as resource."""
    knowledge = load_knowledge()
    return questionnaire_resource(knowledge.questionnaires["leg-pain-at-rest"], knowledge)


def filled_in(yes: Iterable[str], no: Iterable[str] = ()) -> Json:
    """A response; every answer is to a question that was shown."""
    answers = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}
    response = response_of(published(), answers, NOW, "Patient/p1")
    said = {item["linkId"] for group in response.get("item", ()) for item in group["item"]}
    assert said == set(answers), set(answers) - said
    return response | {"id": "a1"}


def request_with(*resources: Json) -> Json:
    """A request whose whole record is these."""
    entries = [{"resource": each} for each in (PATIENT, *resources)]
    return request_from_bundle({"resourceType": "Bundle", "entry": entries})


def posted(path: str, request: Json) -> Json:
    """The answer of the service."""
    answer = client().post(path, json=request)
    assert answer.status_code == 200
    document: Json = answer.get_json()
    return document
