"""Connections to PostgreSQL that wait for an answer only so long.

The server's own limits on statements and locks hold only while there is a server: one that has stopped,
or a network that swallows everything, would keep a thread waiting for ever.
"""

from __future__ import annotations

from collections.abc import Generator
from time import monotonic
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, event


T = TypeVar("T")


class _Connection(psycopg.Connection[Any]):
    longest_seconds = 4.0

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **options: Any) -> T:
        """As any connection, to the deadline; closed then, because an answer may still come."""
        try:
            return super().wait(
                _until(monotonic() + self.longest_seconds, gen), *arguments, **options
            )
        except _TooLateError:
            self.close()
            raise


class _TooLateError(psycopg.OperationalError):
    pass


def answered_within(engine: Engine, seconds: float) -> None:
    """Let no statement of ``engine`` wait longer for the server's answer."""

    def connect(_dialect: Any, _record: Any, words: Any, options: Any) -> _Connection:
        connection = _Connection.connect(*words, **options)
        connection.longest_seconds = seconds
        return connection

    event.listen(engine, "do_connect", connect)


def _until(deadline: float, asking: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    """The driver's dialogue with the server; the driver looks in ten times a second while nothing comes."""
    try:
        wanted = next(asking)
        while True:
            ready = yield wanted
            if not ready and monotonic() > deadline:
                raise _TooLateError("no answer from the server")
            wanted = asking.send(ready)
    except StopIteration as end:
        answer: T = end.value
        return answer
