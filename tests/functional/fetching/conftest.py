"""The whole service, allowed to fetch from a FHIR server of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.gather.services import ServiceDefinition
from cds_service.outside.client import Engine
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import PATIENT_ID, pv
from tests.functional.fetching.fhir_server import FhirServer, fhir_server


TOKEN = "t0ken-of-this-call"
Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def _engines_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each application has one; a process normally has one application."""
    engines: list[Engine] = []
    start = Engine.__init__

    def started(engine: Engine) -> None:
        start(engine)
        engines.append(engine)

    monkeypatch.setattr(Engine, "__init__", started)
    yield
    for engine in engines:
        engine.close()


@pytest.fixture
def server(service: ServiceDefinition) -> Iterator[FhirServer]:
    """Holds what PV has in prefetch."""
    with fhir_server(service.templates, PATIENT_ID) as started:
        yield started


@pytest.fixture
def build(
    knowledge: Knowledge, advisor: FixedAdvisor, now: datetime, server: FhirServer
) -> Callable[..., FlaskClient]:
    """Makes the service with settings; by default it may fetch from the server."""

    def make(**settings: Any) -> FlaskClient:
        allowed = {
            "fhir_servers": server.base,
            "fhir_allow_http": True,
            "fhir_allow_private": True,
            "fhir_seconds": 20.0,  # a busy machine is not what these tests look at
        }
        chosen = Settings(**(allowed | settings))
        return create_app(
            chosen, clock=lambda: now, knowledge=knowledge, advisor=advisor
        ).test_client()

    return make


@pytest.fixture
def client(build: Callable[..., FlaskClient]) -> FlaskClient:
    """The service, allowed to fetch."""
    return build()


def authorization(**members: Any) -> dict[str, Any]:
    """A usable fhirAuthorization with members replaced; ``...`` takes one away."""
    whole = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs user/*.rs",
        "subject": "our-client-id",
        "patient": PATIENT_ID,
    } | members
    return {name: value for name, value in whole.items() if value is not ...}


def pvf(server: FhirServer, **members: Any) -> dict[str, Any]:
    """The request PVf: no prefetch, but a server and a token."""
    return pv(
        **{
            "prefetch": ...,
            "fhirServer": server.base,
            "fhirAuthorization": authorization(),
        }
        | members
    )
