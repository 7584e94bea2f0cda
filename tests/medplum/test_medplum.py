"""PRE-04 against a FHIR server that we did not write: the way of the data does not change the cards.

Entry rule: a test belongs here when it needs a real FHIR server; faults are tested in
tests/functional/fetching.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.gather.requests import request_from_bundle
from cds_service.gather.services import ServiceDefinition
from cds_service.settings import Settings
from tests.medplum.conftest import Medplum
from tests.spec.asked_for import as_a_client_sends
from tests.spec.cases import Case, read_cases
from tests.spec.service import request_of


Json = dict[str, Any]
DATA = os.environ.get("CDS_TEST_DATA")
PATIENTS = sorted((Path(DATA) / "dev").glob("*.json")) if DATA else []


@pytest.fixture(scope="module")
def client(medplum: Medplum) -> FlaskClient:
    """The service, with time enough: this server has one thread for all queries."""
    settings = Settings(
        fhir_servers=medplum.base,
        fhir_allow_http=True,
        fhir_allow_private=True,
        fhir_max_bytes=50_000_000,
        fhir_max_pages=100,
    )
    # What is compared here is content, whatever the machine does meanwhile: more time than a site may set.
    patient = settings.model_copy(update={"fhir_seconds": 120.0, "request_seconds": 150.0})
    return create_app(patient).test_client()


def fetching(request: Json, medplum: Medplum) -> Json:
    """The same call without prefetch, with a server and a token."""
    return {name: value for name, value in request.items() if name != "prefetch"} | {
        "fhirServer": medplum.base,
        "fhirAuthorization": {
            "access_token": medplum.token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.rs",
            "subject": "cds",
            "patient": request["context"]["patientId"],
        },
    }


def without_ids(value: Any) -> Any:
    """Cards without what is new in every answer."""
    if isinstance(value, dict):
        return {k: without_ids(v) for k, v in value.items() if k not in {"uuid", "id"}}
    return [without_ids(v) for v in value] if isinstance(value, list) else value


def assert_same_both_ways(
    client: FlaskClient, medplum: Medplum, bundle: Json, whole: Json, service: ServiceDefinition
) -> None:
    """The cards do not depend on the way of the data.

    Silence could have many reasons; there the whole reasoning behind it is compared instead.
    """
    medplum.hold(bundle)
    request = as_a_client_sends(whole, service.templates)
    path = f"/cds-services/{service.id}"
    prefetched = _answer(client, path, request)
    if not prefetched["cards"]:
        path = f"/explain/{service.id}"
        prefetched = _answer(client, path, request)
    assert _answer(client, path, fetching(request, medplum)) == prefetched


def _answer(client: FlaskClient, path: str, request: Json) -> Any:
    answer = client.post(path, json=request)
    assert answer.status_code == 200
    document = answer.get_json()
    # Of what is not used, a search leaves out some from the start (other patients).
    document.pop("skipped", None)
    return without_ids(document)


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.slug)
def test_pre_04_cases(
    client: FlaskClient, medplum: Medplum, services: dict[str, ServiceDefinition], case: Case
) -> None:
    """Cards from prefetch and cards from fetching are equal."""
    assert_same_both_ways(
        client, medplum, case.bundle, request_of(case), services[case.file.service]
    )


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem[:20])
def test_pre_04_real_records(
    client: FlaskClient, medplum: Medplum, service: ServiceDefinition, path: Path
) -> None:
    """The same for whole records of patients, with hundreds of results on many pages."""
    bundle = json.loads(path.read_bytes())
    request = request_from_bundle(bundle, "2021-06-01T12:00:00Z")
    assert_same_both_ways(client, medplum, bundle, request, service)
