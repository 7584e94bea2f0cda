"""The tables, as the newest migration leaves them (`store/migrations`, held equal by a test)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


# Names of constraints are the same on every database, so that migrations can name them.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; SQLite knows no time zones, so it is given back with one here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


issued_card = Table(
    "issued_card",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("client", String(100), nullable=False),
    Column("service", String(64), nullable=False),
    Column("hook", String(64), nullable=False),
    Column("hook_instance", String(64), nullable=False),
    Column("moment", String(64), nullable=False),
    Column("topic", String(100), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("indicator", String(16), nullable=False),
    # JSON, because every call writes them and few are ever read: [[topic, fingerprint], ...] of the
    # cards folded into this one, and [[uuid, work-up, priority], ...] of its suggestions.
    Column("parts", Text, nullable=False),
    Column("suggestions", Text, nullable=False),
    Column("knowledge", String(64), nullable=False),
    Column("patient", String(64), nullable=False),
    Column("clinician", String(64), nullable=False),
    # The instant of the reasoning; `simulated` where the client set it.
    Column("as_of", Instant, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("issued_at", Instant, nullable=False, index=True),
    Index("ix_issued_card_patient_as_of", "patient", "as_of"),
)

feedback = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("card", String(36), ForeignKey("issued_card.id", ondelete="CASCADE"), nullable=False),
    Column("patient", String(64), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(64), nullable=False),  # empty: none was given
    Column("outcome_at", Instant, nullable=False),  # by the client's clock
    Column("effective_at", Instant, nullable=False),  # what silence counts from
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("card", "outcome", "outcome_at"),
)

accepted_suggestion = Table(
    "accepted_suggestion",
    METADATA,
    Column("feedback", Integer, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True),
    Column("suggestion", String(36), primary_key=True),
    Column("workup", String(100), nullable=False),  # empty: a change of a drafted order
    Column("priority", String(16), nullable=False),
)

# Free text of clinicians, which may name patients: kept apart, so that it can be deleted by itself.
feedback_comment = Table(
    "feedback_comment",
    METADATA,
    Column("feedback", Integer, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True),
    Column("comment", Text, nullable=False),
)

# Feedback on cards that this client never got.
unknown_feedback = Table(
    "unknown_feedback",
    METADATA,
    Column("client", String(100), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
)

audit_record = Table(
    "audit_record",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("request", String(64), nullable=False),
    Column("client", String(100), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("token", String(64), nullable=False, server_default=""),
    Column("endpoint", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("hook", String(64), nullable=False),
    Column("hook_instance", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("topics", Text, nullable=False),
    Column("patient", String(64), nullable=False),
    Column("clinician", String(64), nullable=False),
)

used_token = Table(
    "used_token",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("until", Instant, nullable=False, index=True),
)
