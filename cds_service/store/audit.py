"""The audit trail: one record for each call, added and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from cds_service.store.tables import audit_record


_AT_ONCE = 500


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked what about whom, and what came of it; patient and clinician as pseudonyms.

    Attributes:
        topics: Of the cards that were sent, separated by spaces.
        endpoint: Which interface was called.
        token: SHA-256 of the ``jti`` of the token (SEC-08); empty where there was none, and in records
            from before it was kept.
        status: HTTP status.
    """

    at: datetime
    request: str
    client: str
    endpoint: str
    status: int
    issuer: str = ""
    tenant: str = ""
    token: str = ""
    service: str = ""
    hook: str = ""
    hook_instance: str = ""
    topics: str = ""
    patient: str = ""
    clinician: str = ""


def add_record(connection: Connection, record: AuditRecord) -> None:
    """Add one record."""
    connection.execute(insert(audit_record), msgspec.structs.asdict(record))


def records(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Iterator[AuditRecord]:
    """The records of a span of time, oldest first."""
    wanted: list[Any] = []
    if since is not None:
        wanted.append(audit_record.c.at >= since)
    if until is not None:
        wanted.append(audit_record.c.at < until)
    names = AuditRecord.__struct_fields__
    found = connection.execute(
        select(*(audit_record.c[name] for name in names))
        .where(*wanted)
        .order_by(audit_record.c.at, audit_record.c.id)
        .execution_options(yield_per=1000)
    )
    for row in found.mappings():
        yield AuditRecord(**row)


def purge_some_records(connection: Connection, before: datetime) -> int:
    """Delete some records from before an instant; how many, 0 when none is left."""
    old = select(audit_record.c.id).where(audit_record.c.at < before).limit(_AT_ONCE)
    return connection.execute(delete(audit_record).where(audit_record.c.id.in_(old))).rowcount
