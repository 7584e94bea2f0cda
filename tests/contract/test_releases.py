"""FHIR releases from end to end: drafts in the release of the client, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest as R4BServiceRequest
from fhir.resources.servicerequest import ServiceRequest as R5ServiceRequest
from fhir.resources.STU3.procedurerequest import ProcedureRequest
from flask.testing import FlaskClient
from pydantic import BaseModel, ValidationError

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import PATIENT, PATIENT_ID, PREFETCH, SERVICE, bundle, pv


Json = dict[str, Any]
SUBJECT = {"reference": f"Patient/{PATIENT_ID}"}
BURNING: Json = {"text": "numbness, tingling and burning pain in both feet"}
EMPTY: Json = {key: bundle() for key in PREFETCH} | {"patient": PATIENT}


def of(kind: str, **members: Any) -> Json:
    """A resource about the patient."""
    return {"resourceType": kind, "id": "1", "subject": SUBJECT, **members}


PERIOD = {"start": "2026-11-21T15:00:00Z"}
ENCOUNTERS: dict[str, Json] = {
    "R4": of("Encounter", status="in-progress", period=PERIOD, reasonCode=[BURNING]),
    "R5": of(
        "Encounter",
        status="in-progress",
        actualPeriod=PERIOD,
        reason=[{"value": [{"concept": BURNING}]}],
    ),
    "STU3": of(
        "Encounter",
        status="in-progress",
        period=PERIOD,
        reason=[BURNING],
        **{"class": {"code": "AMB"}},
    ),
    "DSTU2": {
        "resourceType": "Encounter",
        "id": "1",
        "status": "in-progress",
        "class": "outpatient",
        "patient": SUBJECT,
        "period": PERIOD,
        "reason": [BURNING],
    },
}
MODELS: dict[str, type[BaseModel]] = {
    "R4": R4BServiceRequest,
    "R5": R5ServiceRequest,
    "STU3": ProcedureRequest,
}


def drafts(client: FlaskClient, encounter: Json) -> list[Json]:
    """All orders suggested when a patient is seen in this encounter."""
    request = pv(prefetch=EMPTY | {"encounters": bundle(encounter)})
    cards = client.post(SERVICE, json=request).get_json()["cards"]
    return [
        action["resource"]
        for card in cards
        for suggestion in card.get("suggestions", [])
        for action in suggestion["actions"]
    ]


@pytest.fixture
def start(knowledge: Knowledge, now: datetime) -> Callable[..., FlaskClient]:
    """The service as shipped, with some settings."""
    return lambda advisor=None, **settings: create_app(
        Settings(**settings), clock=lambda: now, knowledge=knowledge, advisor=advisor
    ).test_client()


@pytest.mark.parametrize("release", ENCOUNTERS)
def test_the_same_complaint_in_every_release(
    release: str, start: Callable[..., FlaskClient]
) -> None:
    """The same work-ups are suggested, each as a valid order of that release."""
    service = start()
    orders = drafts(service, ENCOUNTERS[release])
    assert orders
    for order in orders:
        if release in MODELS:
            MODELS[release].model_validate(order)
        else:
            assert order["resourceType"] == "ProcedureRequest"
            assert "intent" not in order
    codes = [order["code"].get("concept", order["code"]) for order in orders]
    assert codes == [order["code"] for order in drafts(service, ENCOUNTERS["R4"])]


@pytest.mark.parametrize("release", ["R4", "R4B", "R5", "STU3"])
@pytest.mark.parametrize("sent", ENCOUNTERS)
def test_a_site_can_fix_the_release(
    release: str, sent: str, start: Callable[..., FlaskClient]
) -> None:
    """``CDS_FHIR_RELEASE`` goes before the shapes seen."""
    service = start(FixedAdvisor(), fhir_release=release)
    (first, _) = drafts(service, ENCOUNTERS[sent])
    MODELS["R4" if release == "R4B" else release].model_validate(first)
    assert first["resourceType"] == ("ProcedureRequest" if release == "STU3" else "ServiceRequest")


def test_an_unknown_release_stops_the_start() -> None:
    """DSTU2 is read, and drafted for clients that speak it, but cannot be asked for."""
    for wrong in ("DSTU2", "R6", "r4", ""):
        with pytest.raises(ValidationError):
            Settings(fhir_release=wrong)
