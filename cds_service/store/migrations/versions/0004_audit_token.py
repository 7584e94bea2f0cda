"""The audit trail names the token of a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One column; records that are there stay as they are, with an empty one."""
    op.add_column(
        "audit_record", sa.Column("token", sa.String(64), nullable=False, server_default="")
    )
