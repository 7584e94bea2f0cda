"""Tokens that were used, so that none is used twice: on this machine, on another, after a restart (JWT-12).

Kept is a digest of issuer and ``jti``, which has one length whatever a client sends, until the token
would be refused as expired anyway.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from cds_service.core.errors import UnavailableError
from cds_service.store.database import Database
from cds_service.store.migrate import upgrade
from cds_service.store.tables import Instant, used_token


log = logging.getLogger(__name__)
_PURGED_EVERY = timedelta(minutes=1)
_VALUES: dict[str, ColumnElement[object]] = {
    "digest": bindparam("digest", type_=LargeBinary(32)),
    "until": bindparam("until", type_=Instant()),
}


def _noting(insert: Callable[..., Any]) -> Any:
    """A row, unless there is one; how many were written is told. Compiled once."""
    statement = insert(used_token).values(_VALUES).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


_NOTE_IN_SQLITE = _noting(sqlite.insert)
_NOTE_IN_POSTGRESQL = _noting(postgresql.insert)


class UsedTokens:
    """The table of used tokens. Without its database nobody is let in: it fails closed."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._note = _NOTE_IN_SQLITE if database.is_sqlite else _NOTE_IN_POSTGRESQL
        self._current = False
        self._purged: datetime | None = None
        self._purging = Lock()

    def prepare(self) -> None:
        """Bring the database to the newest form; once, when it can be done.

        Raises:
            UnavailableError: It cannot be done now; the next call will try again.
        """
        if not self._current:
            upgrade(self._database)
            self._current = True

    def first_use(self, issuer: str, jti: str, until: datetime) -> bool:
        """Note a token; False when it was noted before.

        Raises:
            UnavailableError: The database cannot be asked now.
        """
        self.prepare()
        self._purge_now_and_then()
        values = {"digest": _digest(issuer, jti), "until": until}
        with self._database.writing() as connection:
            # No row: another call, thread or machine was there first.
            return connection.execute(self._note, values).rowcount == 1

    def check(self) -> None:
        """Ask the database whether it is there.

        Raises:
            UnavailableError: It is not.
        """
        self.prepare()
        self._database.check()

    def close(self) -> None:
        """Close the connections of this process."""
        self._database.close()

    def _purge_now_and_then(self) -> None:
        """Forget expired tokens, once a minute and in one thread."""
        now = self._clock()
        if self._purged is not None and now - self._purged < _PURGED_EVERY:
            return
        if not self._purging.acquire(blocking=False):
            return
        try:
            self._purged = now
            with self._database.writing() as connection:
                _purge(connection, now)
        except UnavailableError as problem:
            log.warning("expired tokens not forgotten now: %s", problem)
        finally:
            self._purging.release()


def _purge(connection: Connection, now: datetime) -> None:
    connection.execute(delete(used_token).where(used_token.c.until < now))


def _digest(issuer: str, jti: str) -> bytes:
    """Of both, so that no pair can be taken for another one."""
    parts = [text.encode("utf-8", "surrogatepass") for text in (issuer, jti)]
    return sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()
