"""What is remembered of one client is nobody else's: cards, feedback, figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from cds_service.core.knowledge import Knowledge
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import SERVICE, pv
from tests.contract.trust_room import jwt_service
from tests.functional.trust.signer import Signer
from tests.memory.room import SECRET, overridden, rows


NORTH, SOUTH = Signer("urn:north"), Signer("urn:south")
FEEDBACK = f"{SERVICE}/feedback"


@pytest.fixture
def clients(
    tmp_path: Path, knowledge: Knowledge, advisor: FixedAdvisor, database_url: str
) -> Iterator[FlaskClient]:
    """Two clients of one service."""
    client = jwt_service(
        tmp_path,
        [NORTH.entry("north"), SOUTH.entry("south")],
        {"knowledge": knowledge, "advisor": advisor},
        database_url=database_url,
        site_secret=SecretStr(SECRET),
    )
    yield client
    client.application.extensions["cds_memory"].close()


def test_cards_feedback_and_figures_are_the_client_s_own(
    clients: FlaskClient, database_url: str
) -> None:
    """The south knows neither the card nor the figures of the north."""
    answer = clients.post(SERVICE, json=pv(), headers=NORTH.authorization(SERVICE))
    card = answer.get_json()["cards"][0]["uuid"]
    body = {"feedback": [overridden(card, datetime.now(UTC))]}  # noqa: TID251
    for signer in (SOUTH, NORTH):
        sent = clients.post(FEEDBACK, json=body, headers=signer.authorization(FEEDBACK))
        assert sent.status_code == 204
    assert len(rows(database_url, "feedback")) == 1
    assert [row.client for row in rows(database_url, "unknown_feedback")] == ["south"]
    [mine, theirs] = (
        clients.get("/reports?client=north", headers=signer.authorization("/reports")).get_json()
        for signer in (NORTH, SOUTH)
    )
    assert [each["client"] for each in mine["clients"]] == ["north"]
    assert theirs["services"] == []


def test_strangers_do_not_fill_the_audit_trail(clients: FlaskClient, database_url: str) -> None:
    """The log tells of them; the record is of calls by those who are known."""
    clients.post(SERVICE, json=pv())
    assert rows(database_url, "audit_record") == []
    clients.post(SERVICE, json=pv(), headers=NORTH.authorization(SERVICE))
    [record] = rows(database_url, "audit_record")
    assert (record.client, record.issuer) == ("north", "urn:north")


def test_sec_08_a_record_names_its_token(clients: FlaskClient, database_url: str) -> None:
    """By a digest that the client can make of its own records; the token itself is kept nowhere."""
    sent = NORTH.authorization(SERVICE, jti="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")
    clients.post(SERVICE, json=pv(), headers=sent)
    [record] = rows(database_url, "audit_record")
    assert record.token == sha256(b"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea").hexdigest()


def test_a_tenant_that_no_database_can_hold_is_refused(
    clients: FlaskClient, database_url: str
) -> None:
    """PostgreSQL refuses NUL: calls of all clients would go on without memory and audit for a while."""
    odd = NORTH.authorization(SERVICE, tenant="north\0")
    assert clients.post(SERVICE, json=pv(), headers=odd).status_code == 401
    clients.post(SERVICE, json=pv(), headers=SOUTH.authorization(SERVICE))
    assert [row.client for row in rows(database_url, "audit_record")] == ["south"]


def test_tenants_of_one_client_may_use_one_id_for_two_people(
    clients: FlaskClient, database_url: str
) -> None:
    """What is remembered of the one says nothing of the other; nobody had to list them (JWT-13)."""
    for tenant in ({}, {"tenant": "a"}, {"tenant": "b"}, {"tenant": "b"}):
        clients.post(SERVICE, json=pv(), headers=NORTH.authorization(SERVICE, **tenant))
    records = rows(database_url, "audit_record")
    assert [record.tenant for record in records] == ["", "a", "b", "b"]
    for known in ("patient", "clinician"):
        keys = [getattr(record, known) for record in records]
        assert len(set(keys)) == 3
        assert keys[2] == keys[3]
    assert len({card.patient for card in rows(database_url, "issued_card")}) == 3
