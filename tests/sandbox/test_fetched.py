"""The service fetches from the running sandbox what its client did not send, as from any FHIR server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.contract.requests import pv
from tests.functional.server import Server, gunicorn


Json = dict[str, Any]
SERVICE = "/cds-services/leg-pain-patient-view"
SPEAKING = (
    "rls-complete-ferritin-missing",
    "acute-limb-ischaemia-af",
    "abi-055-asks-for-stockings",
    "b12-179-confirmed",
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Server]:
    """The service as it is deployed; only its sandbox is asked."""
    with gunicorn(CDS_LOG_LEVEL="WARNING", CDS_WORKERS="1", CDS_DATABASE_URL="off") as started:
        yield started


def service(sandbox: Server) -> FlaskClient:
    """Another installation that may ask it."""
    base = f"http://127.0.0.1:{sandbox.port}/sandbox/fhir"
    settings = Settings(
        database_url="off",
        fhir_open_servers=base,
        fhir_allow_http=True,
        fhir_allow_private=True,
        fhir_seconds=10,
    )
    return create_app(settings).test_client()


@pytest.mark.parametrize("case", SPEAKING)
def test_cards_come_without_prefetch(sandbox: Server, case: str) -> None:
    """And they are those of the same data sent along."""
    client = service(sandbox)
    base = f"http://127.0.0.1:{sandbox.port}/sandbox/fhir"
    request: Json = {k: v for k, v in pv().items() if k != "prefetch"} | {
        "context": {"userId": "Practitioner/1", "patientId": case}
    }
    fetched = client.post(SERVICE, json=request | {"fhirServer": base})
    assert fetched.status_code == 200
    cards = fetched.get_json()["cards"]
    assert cards
    sent = client.post(SERVICE, json=request | {"prefetch": _prefetch(client, sandbox, case)})
    assert [c["summary"] for c in sent.get_json()["cards"]] == [c["summary"] for c in cards]
    assert client.post(SERVICE, json=request).status_code == 412


def _prefetch(client: FlaskClient, sandbox: Server, case: str) -> Json:
    (main, *_) = client.get("/cds-services").get_json()["services"]
    return {
        key: sandbox.call(
            "GET", f"/sandbox/fhir/{template.replace('{{context.patientId}}', case)}"
        ).json
        for key, template in main["prefetch"].items()
    }
