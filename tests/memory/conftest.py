"""Memory on both databases: whatever asks for `database_url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from cds_service.app import create_app, utc_now
from cds_service.core.card import CardPolicy
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.web.advisor import Advisor
from tests.contract.advisor import FixedAdvisor
from tests.memory.postgres import new_database, postgres
from tests.memory.room import SECRET, Room


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """One server for all tests of this process."""
    with postgres() as port:
        yield port


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'cds.sqlite3'}"
    return new_database(request.getfixturevalue("postgres_port"))


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Memory in a fresh database."""
    return Settings(database_url=database_url, site_secret=SecretStr(SECRET))


@pytest.fixture
def moments() -> list[datetime]:
    """The clock: its last entry is now."""
    return [datetime(2026, 11, 21, 18, 0, tzinfo=UTC)]


@pytest.fixture
def remembering(
    knowledge: Knowledge, advisor: FixedAdvisor, settings: Settings, moments: list[datetime]
) -> Iterator[FlaskClient]:
    """The service with fixed cards and a memory."""
    with _served(settings, moments, knowledge=knowledge, advisor=advisor) as room:
        yield room.client


@pytest.fixture(scope="session")
def reasoner(knowledge: Knowledge) -> Advisor:
    """The advisor as it is shipped; what it looks things up in is made once for all tests."""
    return Advisor(knowledge, CardPolicy(), utc_now)


@pytest.fixture
def room(
    knowledge: Knowledge, reasoner: Advisor, settings: Settings, moments: list[datetime]
) -> Iterator[Room]:
    """The service as it reasons, with a memory."""
    advisor = copy(reasoner)
    advisor.clock = lambda: moments[-1]
    with _served(settings, moments, knowledge=knowledge, advisor=advisor) as served:
        yield served


def _served(settings: Settings, moments: list[datetime], **parts: Any) -> Room:
    clock: Callable[[], datetime] = lambda: moments[-1]  # noqa: E731
    app = create_app(settings, clock=clock, **parts)
    return Room(app, moments)
