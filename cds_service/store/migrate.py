"""Bringing a database to the newest form: at start, or by command."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from cds_service.store.database import Database


_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that the database has not seen; two processes at once do no harm.

    Raises:
        UnavailableError: The database cannot be written.
    """
    if database.is_sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
    with database.writing() as connection:
        configuration = Config()
        configuration.set_main_option("script_location", str(_SCRIPTS))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
