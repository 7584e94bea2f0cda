"""One database behind everything remembered: connections, transactions, and what happens without it.

The engine is opened at first use in each process, never before gunicorn forks. Every failure of the
database leaves this module as `UnavailableError`; the wait for a lock or a connection is short, so
that a broken database slows no call down.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from cds_service.core.errors import UnavailableError
from cds_service.store.waiting import answered_within


_WRITES = "cds_writes"
_BETWEEN_SECONDS = 0.003


class Database:
    """A SQLite file or a PostgreSQL database.

    Attributes:
        url: SQLAlchemy URL; never logged, it may hold a password.
        wait_seconds: Longest wait for a lock, a connection or a statement.
    """

    def __init__(self, url: str, *, wait_seconds: float = 1.0, connections: int = 8) -> None:
        self.url = make_url(url)
        self.wait_seconds = wait_seconds
        self.connections = connections
        self._engine: Engine | None = None
        self._process = 0
        self._opening = Lock()

    @property
    def is_sqlite(self) -> bool:
        """One file on this machine."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @property
    def engine(self) -> Engine:
        """The engine of this process."""
        if self._engine is None or self._process != os.getpid():
            with self._opening:
                if self._engine is None or self._process != os.getpid():
                    if self._engine is not None:  # of the process that forked us: not ours to close
                        self._engine.dispose(close=False)
                    self._engine = self._opened()
                    self._process = os.getpid()
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries.

        Raises:
            UnavailableError: The database cannot be asked now.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as problem:
            raise _unavailable(problem) from problem

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or nothing.

        Raises:
            UnavailableError: The database cannot be written now; nothing was.
        """
        try:
            writer = self.engine.connect().execution_options(**{_WRITES: True})
            with writer as connection, connection.begin():
                yield connection
        except (SQLAlchemyError, OSError) as problem:
            raise _unavailable(problem) from problem

    def check(self) -> None:
        """Ask the database whether it is there.

        Raises:
            UnavailableError: It is not.
        """
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections of this process."""
        if self._engine is not None and self._process == os.getpid():
            self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
        options: dict[str, Any] = {
            "pool_size": self.connections,
            "max_overflow": 0,
            "pool_timeout": self.wait_seconds,
            "pool_pre_ping": not self.is_sqlite,
            "hide_parameters": True,  # no value ever in the text of an error
        }
        if self.is_sqlite:
            engine = create_engine(
                self.url,
                **options,
                connect_args={"timeout": self.wait_seconds, "check_same_thread": False},
            )
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", partial(_begin_sqlite, wait_seconds=self.wait_seconds))
            return engine
        milliseconds = int(self.wait_seconds * 1000)
        arguments = {
            "connect_timeout": max(2, round(self.wait_seconds)),  # libpq's smallest
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
        }
        engine = create_engine(self.url, **options, connect_args=arguments)
        answered_within(engine, 2 * self.wait_seconds)  # the server's own limits come first
        return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own; we do
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection, *, wait_seconds: float) -> None:
    """Writers take the lock at once; taken later, two of them could wait for each other.

    Readers need no transaction: every query sees one state of the file.
    """
    if not connection.get_execution_options().get(_WRITES):
        return
    sqlite: Any = connection.connection.dbapi_connection
    sqlite.execute("PRAGMA busy_timeout=0")
    try:
        if not _took_lock(sqlite, monotonic() + wait_seconds):
            # Once more, to fail in SQLAlchemy's words.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        sqlite.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")


def _took_lock(sqlite: Any, deadline: float) -> bool:
    """Ask often: SQLite's own waiting soon asks every 50 ms only, and meanwhile others are always first."""
    while True:
        try:
            sqlite.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            # The low byte is the kind of error, whatever the rest adds to it.
            busy = getattr(problem, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or monotonic() > deadline:
                return False
            sleep(_BETWEEN_SECONDS)
        else:
            return True


def _unavailable(problem: Exception) -> UnavailableError:
    """Without the words of the driver, which may name hosts, files and values."""
    return UnavailableError(f"The database is not available ({type(problem).__name__}).")
