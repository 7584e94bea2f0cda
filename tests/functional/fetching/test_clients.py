"""FHIR-10, FHIR-14 by client: each is asked for its own data at its own servers, and for nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.core.knowledge import Knowledge
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import PREFETCH, SERVICE
from tests.contract.trust_room import jwt_service
from tests.functional.fetching.conftest import authorization, pvf
from tests.functional.fetching.fhir_server import FhirServer
from tests.functional.trust.signer import Signer


NORTH, SOUTH = Signer("urn:north"), Signer("urn:south")
Build = Callable[..., FlaskClient]


@pytest.fixture
def clients(
    tmp_path: Path, knowledge: Knowledge, advisor: FixedAdvisor, server: FhirServer
) -> FlaskClient:
    """North may have its server asked; South has none. The list of mode `open` counts for neither."""
    fhir = {"servers": [server.base], "subject": "our-client-id"}
    return jwt_service(
        tmp_path,
        [NORTH.entry("north", fhir=fhir), SOUTH.entry("south")],
        {"knowledge": knowledge, "advisor": advisor},
        fhir_servers=server.base,
        fhir_allow_http=True,
        fhir_allow_private=True,
    )


def status(client: FlaskClient, signer: Signer, body: dict[str, Any]) -> int:
    """Of one call."""
    headers = signer.authorization(SERVICE)
    return client.post(SERVICE, json=body, headers=headers).status_code


def test_fhir_14_a_client_is_asked_at_its_own_servers(
    clients: FlaskClient, server: FhirServer
) -> None:
    """And at nobody else's: what another one may name is a foreign address for this one."""
    assert status(clients, SOUTH, pvf(server)) == 412
    assert server.asked == []
    assert status(clients, NORTH, pvf(server)) == 200
    assert len(server.asked) == len(PREFETCH)


def test_fhir_10_a_token_for_somebody_else_is_not_used(
    clients: FlaskClient, server: FhirServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Not asked, and said in the log."""
    other = authorization(subject="somebody-else")
    with caplog.at_level(logging.WARNING, "cds_service"):
        assert status(clients, NORTH, pvf(server, fhirAuthorization=other)) == 412
    assert server.asked == []
    assert "issued to another client" in caplog.text
    assert "somebody-else" not in caplog.text


def test_fhir_10_a_token_without_subject_is_used(clients: FlaskClient, server: FhirServer) -> None:
    """There is nothing to compare; the server will know whose it is."""
    unnamed = authorization(subject=...)
    assert status(clients, NORTH, pvf(server, fhirAuthorization=unnamed)) == 200
