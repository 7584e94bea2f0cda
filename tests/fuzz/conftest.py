"""The service as it reasons, with a memory, for requests of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.memory.room import SECRET


@pytest.fixture(scope="session")
def fuzzed(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all of them, with a database of its own."""
    file = tmp_path_factory.mktemp("fuzz") / "cds.sqlite3"
    settings = Settings(
        log_level="ERROR", database_url=f"sqlite:///{file}", site_secret=SecretStr(SECRET)
    )
    app = create_app(
        settings, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC), knowledge=knowledge
    )
    yield app
    app.extensions["cds_memory"].close()


@pytest.fixture(scope="session")
def real(fuzzed: Flask) -> FlaskClient:
    """Its client; every answer goes through the validators of the suite."""
    return fuzzed.test_client()
