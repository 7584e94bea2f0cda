"""Bringing a database to the newest form: at start, or by command."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from cds_service.core.errors import UnavailableError
from cds_service.store.database import Database


# Alembic keeps what it is doing in a place that threads share.
_ONE_AT_A_TIME = Lock()
_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that the database has not seen; two processes at once do no harm.

    Raises:
        UnavailableError: The database cannot be written, or was made by a newer version.
    """
    configuration = Config()
    configuration.set_main_option("script_location", str(_SCRIPTS))
    try:
        if database.file is not None and not database.file.exists():
            database.file.parent.mkdir(parents=True, exist_ok=True)
            database.file.touch(mode=0o600)  # comments may name patients; SQLite's own is readable
        with _ONE_AT_A_TIME, database.writing() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, revision)
    except (OSError, CommandError) as problem:
        raise UnavailableError(
            f"The database cannot be brought to the newest form ({type(problem).__name__})."
        ) from problem
