"""What is fetched from our own sandbox is what the cases hold.

Entry rule of this folder: a test belongs here when it asks the sandbox FHIR server.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.gather.requests import request_from_bundle
from cds_service.gather.sandbox_records import own_names
from cds_service.gather.services import ServiceDefinition
from cds_service.settings import Settings
from tests.spec.asked_for import as_a_client_sends, matches
from tests.spec.cases import Case, read_cases


Json = dict[str, Any]
CASES = read_cases()


class _Clock:
    """A clock that the tests set."""

    now = datetime.fromisoformat("2026-11-21T23:45:00+05:45")

    def __call__(self) -> datetime:
        return self.now


CLOCK = _Clock()


@cache
def client() -> FlaskClient:
    """Service and sandbox in one application; built on first use."""
    return create_app(Settings(allow_as_of=False, database_url="off"), clock=CLOCK).test_client()


def as_recorded(case: Case) -> Json:
    """The request of the case with everything that its bundle holds, under the names of the sandbox."""
    entries = [{"resource": each} for each in own_names(case.slug, case.bundle)]
    bundle = {"resourceType": "Bundle", "entry": entries}
    return request_from_bundle(bundle, "", case.file.user, case.file.hook, case.context)


def fetched(request: Json, service: ServiceDefinition) -> Json:
    """The same request, its prefetch filled from the sandbox by the templates of the service."""
    filled = {
        key: template.replace("{{context.patientId}}", request["context"]["patientId"])
        for key, template in service.templates.items()
    }
    return request | {"prefetch": {key: _asked(query) for key, query in filled.items()}}


def _asked(query: str) -> Json:
    answer = client().get(f"/sandbox/fhir/{query}")
    assert answer.status_code == 200, query
    document: Json = answer.get_json()
    if "?" in query:
        assert "next" not in {link["relation"] for link in document["link"]}
        assert all(entry["search"]["mode"] == "match" for entry in document.get("entry", ()))
    return document


def explained(service: str, request: Json) -> Json:
    """The whole reasoning; of what was not used, a search leaves out some from the start."""
    answer = client().post(f"/explain/{service}", json=request)
    assert answer.status_code == 200
    document: Json = answer.get_json()
    document.pop("skipped", None)
    return document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.slug)
def test_fetching_equals_prefetch(services: dict[str, ServiceDefinition], case: Case) -> None:
    """At the instant that the case was written for, every template brings what the bundle holds."""
    service = services[case.file.service]
    CLOCK.now = datetime.fromisoformat(case.file.as_of)
    whole = as_a_client_sends(as_recorded(case), service.templates)
    request = fetched(whole, service)
    assert held(request["prefetch"]) == expected(case, service)
    assert explained(service.id, request) == explained(service.id, whole)


def held(prefetch: Json) -> dict[str, list[Json]]:
    """The resources under each key, by id."""
    return {
        key: _sorted([each["resource"] for each in value.get("entry", ())])
        if value["resourceType"] == "Bundle"
        else [value]
        for key, value in prefetch.items()
    }


def expected(case: Case, service: ServiceDefinition) -> dict[str, list[Json]]:
    """What of the bundle each template asks for, found without our search."""
    resources = own_names(case.slug, case.bundle)
    (patient,) = (each for each in resources if each["resourceType"] == "Patient")
    about = [each for each in resources if _reference(each) == f"Patient/{patient['id']}"]
    return {
        key: _sorted([each for each in about if matches(each, template)])
        if "?" in template
        else [patient]
        for key, template in service.templates.items()
    }


def _reference(resource: Json) -> str:
    written: str = (resource.get("subject") or resource.get("patient") or {}).get("reference", "")
    return written


def _sorted(resources: list[Json]) -> list[Json]:
    return sorted(resources, key=lambda each: each["id"])
