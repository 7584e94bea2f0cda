"""gunicorn without words of callers: what it says of broken requests, in its log and in its answers.

gunicorn itself quotes request lines, headers and pieces of bodies when it cannot understand them, and
these hold ids, tokens and patient data. Used by ``docker/gunicorn.conf.py``.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from socket import SHUT_RDWR, socket
from time import monotonic
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from cds_service.fhir.outcomes import operation_outcome
from cds_service.web.logs import log_formatter
from cds_service.wire.strict_json import write_json


_REFUSALS: dict[type[Exception], tuple[int, str]] = {
    LimitRequestLine: (414, "URI Too Long"),
    LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    ExpectationFailed: (417, "Expectation Failed"),
}
_BAD = (400, "Bad Request")
_DEFECT = (500, "Internal Server Error")
_WORDS = {400: "The request is not HTTP as this service understands it."}


class QuietWorker(ThreadWorker):  # type: ignore[misc]
    """Answers what never reaches the application with an OperationOutcome in words of its own.

    Gives no thread to a connection that says nothing, and takes it back from one that stops in the
    middle of a request: gunicorn itself would wait for it for ever.

    Attributes:
        patience: Seconds in which a request has come in and its answer is taken.
    """

    patience = 60.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._busy: dict[Any, float] = {}  # since when a thread has been with a connection

    def handle(self, conn: Any) -> Any:
        """In a thread: one request. The main loop watches connections on which nothing came yet."""
        if not conn.initialized and not conn.wait_for_data(0):
            return _DEFER
        self._busy[conn] = monotonic()
        try:
            return super().handle(conn)
        finally:
            self._busy.pop(conn, None)

    def murder_pending(self) -> None:
        """In the main loop, every second: also what has kept a thread for too long."""
        super().murder_pending()
        for conn, since in self._busy.copy().items():
            if monotonic() - since > self.patience and self._busy.pop(conn, 0.0):
                self.log.warning("connection closed: it kept a thread for too long")
                with suppress(OSError):  # its thread sees the end of the connection, and goes on
                    conn.sock.shutdown(SHUT_RDWR)

    def handle_error(self, req: Any, client: socket, addr: Any, exc: Exception) -> None:
        """Say the kind of problem, never what was sent."""
        status, reason = _REFUSALS.get(type(exc), _BAD if _is_theirs(exc) else _DEFECT)
        self.log.warning("no usable request: %s", type(exc).__name__)
        words = _WORDS.get(status, f"{reason}.")
        body = write_json(operation_outcome("error", "invalid", words))
        head = (
            f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nCache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\nContent-Type: application/fhir+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            util.write_nonblock(client, head.encode() + body)
        except OSError:
            self.log.debug("nobody waits for the answer")


def _is_theirs(problem: Exception) -> bool:
    return isinstance(problem, ParseException)


def quiet_logger(*, as_json: bool) -> type[Logger]:
    """Lines of gunicorn itself in our form; of an exception only its type and its place."""

    class QuietLogger(Logger):  # type: ignore[misc]
        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            for handler in self.error_log.handlers:
                handler.setFormatter(log_formatter(as_json=as_json))

        def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
            """Without the arguments, which are addresses of requests."""
            kind, _, trace = sys.exc_info()
            frames = "".join(traceback.format_tb(trace))
            words = msg.partition(" %")[0]
            self.error_log.error("%s: %s\n%s", words, getattr(kind, "__name__", "none"), frames)

    return QuietLogger


def checking_input(application: Callable[..., Any]) -> Callable[..., Any]:
    """``application``, which learns of a body cut or chunked wrongly as of a lost connection (400)."""

    def checked(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = _Input(environ["wsgi.input"])
        answer: Iterable[bytes] = application(environ, start_response)
        return answer

    return checked


class _Input:
    """A body as it comes in."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._told(self._stream.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._told(self._stream.readline, size)

    def __iter__(self) -> Iterable[bytes]:
        return iter(self.readline, b"")

    @staticmethod
    def _told(read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return read(size)
        except ParseException as problem:
            raise OSError(type(problem).__name__) from None
