"""Every step from the first form of the database to the newest keeps what is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from cds_service.core.errors import UnavailableError
from cds_service.store.database import Database
from cds_service.store.migrate import upgrade
from cds_service.store.tables import METADATA, audit_record, feedback, issued_card


AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
CARD = {
    "id": "0f0c6a9e-6f0e-4b4a-9a57-0d9d7f5c2b11", "client": "open", "service": "s", "hook": "h",
    "hook_instance": "", "moment": "complaint", "topic": "t", "rule": "r", "indicator": "info", "parts": "[]",
    "suggestions": "[]",
    "knowledge": "1", "patient": "p", "clinician": "c", "as_of": AT, "simulated": False,
    "issued_at": AT,
}  # fmt: skip
ANSWER = {
    "card": CARD["id"], "patient": "p", "outcome": "overridden", "reason": "", "outcome_at": AT,
    "effective_at": AT, "received_at": AT,
}  # fmt: skip

RECORD = {
    "at": AT, "request": "r", "client": "open", "issuer": "", "tenant": "", "endpoint": "calls.call", "service": "s",
    "hook": "h", "hook_instance": "", "status": 200, "topics": "t", "patient": "p", "clinician": "c",
}  # fmt: skip


def test_from_the_first_to_the_newest(database_url: str) -> None:
    """Cards, answers and audit records of earlier versions are there in the newest, instants included."""
    database = Database(database_url)
    upgrade(database, "0001")
    with database.writing() as connection:
        connection.execute(insert(issued_card), [CARD])
        connection.execute(insert(feedback), [ANSWER])
    upgrade(database, "0003")
    with database.writing() as connection:
        connection.execute(insert(audit_record), [RECORD])
    upgrade(database)
    upgrade(database)  # once more does no harm
    with database.reading() as connection:
        (card,) = connection.execute(select(issued_card)).mappings()
        assert dict(card) == CARD
        assert connection.execute(select(feedback.c.received_at)).scalar_one() == AT
        (record,) = connection.execute(select(audit_record)).mappings()
        assert dict(record) == RECORD | {"id": record["id"], "token": ""}
    database.close()


def test_the_tables_are_what_the_migrations_make(database_url: str) -> None:
    """No difference between the two descriptions."""
    database = Database(database_url)
    upgrade(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    database.close()


def test_a_migration_that_breaks_leaves_nothing_behind(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tables of a step, or none; the next start does it again."""
    real = command.upgrade

    def breaks(*arguments: Any) -> None:
        real(*arguments)
        raise OSError("the power went")

    database = Database(database_url)
    monkeypatch.setattr(command, "upgrade", breaks)
    with pytest.raises(UnavailableError):
        upgrade(database)
    with database.reading() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is None
    monkeypatch.undo()
    upgrade(database)
    database.check()
    database.close()
