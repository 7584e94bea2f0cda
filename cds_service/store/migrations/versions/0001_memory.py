"""Cards issued, and what was answered to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None


def upgrade() -> None:
    """Five tables, parents first."""
    op.create_table(
        "issued_card",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client", sa.String(length=100), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("hook", sa.String(length=64), nullable=False),
        sa.Column("hook_instance", sa.String(length=64), nullable=False),
        sa.Column("moment", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("indicator", sa.String(length=16), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("suggestions", sa.Text(), nullable=False),
        sa.Column("knowledge", sa.String(length=64), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=False),
        sa.Column("clinician", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_card")),
    )
    op.create_index(op.f("ix_issued_card_issued_at"), "issued_card", ["issued_at"])
    op.create_index("ix_issued_card_patient_as_of", "issued_card", ["patient", "as_of"])
    op.create_table(
        "unknown_feedback",
        sa.Column("client", sa.String(length=100), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client", "service", "day", name=op.f("pk_unknown_feedback")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card", sa.String(length=36), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["issued_card.id"], name=op.f("fk_feedback_card"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("card", "outcome", "outcome_at", name=op.f("uq_feedback_card")),
    )
    op.create_index(op.f("ix_feedback_patient"), "feedback", ["patient"])
    op.create_table(
        "accepted_suggestion",
        sa.Column("feedback", sa.Integer(), nullable=False),
        sa.Column("suggestion", sa.String(length=36), nullable=False),
        sa.Column("workup", sa.String(length=100), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback"],
            ["feedback.id"],
            name=op.f("fk_accepted_suggestion_feedback"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("feedback", "suggestion", name=op.f("pk_accepted_suggestion")),
    )
    op.create_table(
        "feedback_comment",
        sa.Column("feedback", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback"],
            ["feedback.id"],
            name=op.f("fk_feedback_comment_feedback"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("feedback", name=op.f("pk_feedback_comment")),
    )
