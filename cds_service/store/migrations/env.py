"""How Alembic runs our migrations: on the connection that it is given, in that one transaction."""

from __future__ import annotations

from alembic import context

from cds_service.store.tables import METADATA


connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # One at a time where several machines start together (the number is ours alone).
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7053246)")
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
