"""The audit trail, which the database itself keeps from being changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"

_SQLITE = """
CREATE TRIGGER audit_record_is_kept BEFORE UPDATE ON audit_record
BEGIN SELECT RAISE(ABORT, 'audit records are not changed'); END
"""
_POSTGRESQL = (
    """
CREATE FUNCTION audit_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit records are not changed'; END $$
""",
    """
CREATE TRIGGER audit_record_is_kept BEFORE UPDATE ON audit_record
FOR EACH ROW EXECUTE FUNCTION audit_record_is_kept()
""",
)


def upgrade() -> None:
    """One table, and a trigger that refuses every update."""
    texts = ("request", "client", "endpoint", "service", "hook", "hook_instance")
    lengths = {"client": 100}
    op.create_table(
        "audit_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(lengths.get(name, 64)), nullable=False) for name in texts),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("patient", sa.String(64), nullable=False),
        sa.Column("clinician", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    op.create_index(op.f("ix_audit_record_at"), "audit_record", ["at"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (_SQLITE,) if sqlite else _POSTGRESQL:
        op.execute(statement)
