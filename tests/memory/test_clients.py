"""What is remembered of one client is nobody else's: cards, feedback, figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
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


def test_one_id_in_two_organisations_is_two_patients(
    clients: FlaskClient, database_url: str
) -> None:
    """One client may call for several; the same organisation has the same patient again."""
    for tenant in ("first", "second", "first"):
        sent = NORTH.authorization(SERVICE, tenant=tenant)
        assert clients.post(SERVICE, json=pv(), headers=sent).get_json()["cards"]
    assert len({row.patient for row in rows(database_url, "issued_card")}) == 2
    assert len({row.clinician for row in rows(database_url, "issued_card")}) == 2
