"""EHR-06: orders that come back in the codes of the client's own catalogue are known again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.core.knowledge import Knowledge
from cds_service.gather.sandbox import read_case
from cds_service.settings import data_folder
from tests.contract.requests import EXPLAIN, SERVICE
from tests.contract.trust_room import jwt_service
from tests.functional.trust.signer import Signer


Json = dict[str, Any]
CATALOGUE = {"system": "urn:example:catalogue", "code": "LAB-1"}
NORTH, SOUTH = Signer("urn:north"), Signer("urn:south")


@pytest.fixture
def clients(tmp_path: Path, knowledge: Knowledge) -> FlaskClient:
    """The same code means ferritin in the north and TSH in the south."""
    entries = [
        NORTH.entry("north", orders={"ferritin": [CATALOGUE]}),
        SOUTH.entry("south", orders={"tsh": [CATALOGUE]}),
    ]
    return jwt_service(tmp_path, entries, {"knowledge": knowledge}, allow_as_of=True)


def request(*orders: Json) -> Json:
    """Restless legs without ferritin, and what was ordered."""
    _, body = read_case(data_folder("fixtures") / "cases" / "rls-complete-ferritin-missing")
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": order} for order in orders],
    }
    body["prefetch"]["serviceRequests"] = bundle
    return body


def order(body: Json) -> Json:
    """An active order in the words of the catalogue."""
    patient = body["context"]["patientId"]
    return {
        "resourceType": "ServiceRequest",
        "id": "o1",
        "status": "active",
        "intent": "order",
        "code": {"coding": [CATALOGUE]},
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": body["extension"]["org.leg-pain-cds.as-of"],
    }


def suggested(clients: FlaskClient, signer: Signer, body: Json) -> set[str]:
    """The codes of all suggested orders."""
    answer = clients.post(SERVICE, json=body, headers=signer.authorization(SERVICE))
    return {
        action["resource"]["code"]["coding"][0]["code"]
        for card in answer.get_json()["cards"]
        for suggestion in card.get("suggestions", ())
        for action in suggestion["actions"]
    }


def test_what_was_ordered_by_its_own_code_is_not_suggested_again(clients: FlaskClient) -> None:
    """Each client in its own words: for the south the same code is another test."""
    plain = request()
    ordered = request(order(plain))
    assert CATALOGUE["code"] in suggested(clients, NORTH, plain)
    assert CATALOGUE["code"] not in suggested(clients, NORTH, ordered)
    # In the south ferritin keeps our code, and is still suggested.
    south = suggested(clients, SOUTH, ordered)
    assert south == suggested(clients, SOUTH, plain)
    assert CATALOGUE["code"] not in south


def test_one_code_of_the_catalogue_may_be_a_panel(tmp_path: Path, knowledge: Knowledge) -> None:
    """Ordered once, none of the work-ups in it is suggested again."""
    panel = {"ferritin": [CATALOGUE], "transferrin-saturation": [CATALOGUE]}
    parts = {"knowledge": knowledge}
    entry = NORTH.entry("north", orders=panel)
    clients = jwt_service(tmp_path, [entry], parts, allow_as_of=True)
    plain = request()
    assert CATALOGUE["code"] in suggested(clients, NORTH, plain)
    assert CATALOGUE["code"] not in suggested(clients, NORTH, request(order(plain)))


def test_explain_knows_it_too(clients: FlaskClient) -> None:
    """With the order behind it."""
    body = request(order(request()))
    answer = clients.post(EXPLAIN, json=body, headers=NORTH.authorization(EXPLAIN))
    assert "ServiceRequest/o1" in answer.get_data(as_text=True)
