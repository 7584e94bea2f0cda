"""The audit trail, on both databases: every call, nothing about the patient, never changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner
from fhir.resources.R4B.auditevent import AuditEvent
from pydantic import SecretStr
from sqlalchemy import text

from cds_service.app import create_app
from cds_service.cli import main
from cds_service.core.errors import UnavailableError
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.store.database import Database
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import EXPLAIN, PATIENT_ID, SERVICE, pv
from tests.memory.room import SECRET, Room, overridden, rows
from tests.memory.test_feedback import AT


@pytest.fixture
def calls(knowledge: Knowledge, settings: Settings, moments: list[datetime]) -> Any:
    """A service after one call of each kind, and some refused ones."""
    app = create_app(
        settings, clock=lambda: moments[-1], knowledge=knowledge, advisor=FixedAdvisor()
    )
    with Room(app, moments) as room:
        room.client.get("/cds-services")
        card = room.client.post(SERVICE, json=pv()).get_json()["cards"][0]["uuid"]
        room.client.post(EXPLAIN, json=pv())
        room.feedback(overridden(card, AT))
        room.client.post(SERVICE, json=pv(prefetch={}))
        room.client.post(SERVICE, json=pv(context={}))
        yield room


def test_one_record_for_each_call(calls: Room, database_url: str) -> None:
    """What is about a patient; with pseudonyms, and with the topics that were shown."""
    found = rows(database_url, "audit_record")
    assert [(r.endpoint, r.status) for r in found] == [
        ("calls.call", 200),
        ("calls.explain", 200),
        ("feedback.feedback", 204),
        ("calls.call", 412),
        ("calls.call", 400),
    ]
    assert found[0].topics == "arterialsupply arterialsupply"
    assert found[0].patient == found[1].patient
    assert found[4].patient == ""
    assert PATIENT_ID not in repr(found)


def test_records_are_never_changed(calls: Room, database_url: str) -> None:
    """The database itself refuses."""
    database = Database(database_url)
    with pytest.raises(UnavailableError), database.writing() as connection:
        connection.execute(text("UPDATE audit_record SET status = 200"))
    database.close()


def test_export_and_purge(calls: Room, database_url: str) -> None:
    """Valid AuditEvents, one on each line; deleting is a command of its own."""
    environment = {"CDS_DATABASE_URL": database_url, "CDS_SITE_SECRET": SECRET}
    result = CliRunner().invoke(main, ["audit", "export"], env=environment)
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.output.splitlines()]
    for event in events:
        AuditEvent.model_validate(event)
    assert [event["outcome"] for event in events] == ["0", "0", "0", "4", "4"]
    none = CliRunner().invoke(main, ["audit", "export", "--until", "2026-11-21"], env=environment)
    assert none.output == ""
    gone = CliRunner().invoke(main, ["audit", "purge", "--before", "2026-11-22"], env=environment)
    assert "5 records" in gone.output


@pytest.mark.parametrize(("required", "status"), [(False, 200), (True, 503)])
def test_a_record_that_cannot_be_written(
    knowledge: Knowledge, moments: list[datetime], *, required: bool, status: int
) -> None:
    """Counted and answered, or refused where a site insists."""
    settings = Settings(
        database_url="postgresql+psycopg://cds@127.0.0.1:1/none",
        site_secret=SecretStr(SECRET),
        audit_required=required,
        cors_origins="*",
    )
    app = create_app(
        settings, clock=lambda: moments[-1], knowledge=knowledge, advisor=FixedAdvisor()
    )
    client = app.test_client()
    answer = client.post(SERVICE, json=pv(), headers={"Origin": "https://ehr.example"})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "cds_unrecorded_calls_total 1.0" in client.get("/metrics").get_data(as_text=True)
