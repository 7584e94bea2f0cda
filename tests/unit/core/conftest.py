"""A small invented body of knowledge, so that tests of the machinery do not depend on content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.core.record import Channel, PatientRecord, Statement, Subject
from cds_service.core.values import Status
from cds_service.knowledge.loader import load_knowledge


NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
CONTENT = Path(__file__).parent / "content"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The invented knowledge of tests/unit/core/content."""
    return load_knowledge(CONTENT)


def said(
    target: str,
    status: Status = Status.PRESENT,
    *,
    days_ago: float | None = 1,
    channel: Channel = Channel.OBSERVATION,
    about: Subject = Subject.FINDING,
    source: str = "",
    **more: object,
) -> Statement:
    """A statement as the FHIR room would make it."""
    date = None if days_ago is None else NOW - timedelta(days=days_ago)
    return Statement(
        about=about,
        target=target,
        status=status,
        source=source or f"Observation/{target}-{days_ago}",
        how="test",
        channel=channel,
        date=date,
        **more,  # type: ignore[arg-type]
    )


def record(*statements: Statement, **more: object) -> PatientRecord:
    """A patient of 60 about whom these statements are on record."""
    fields: dict[str, object] = {"patient_id": "p1", "age": 60, "sex": "female"} | more
    return PatientRecord(statements=statements, **fields)  # type: ignore[arg-type]
