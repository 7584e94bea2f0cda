"""Every error as an OperationOutcome, at one place (RSP-06).

An error is never an empty card list. Nothing leaks: no stack trace, no value from the request, only
names of members and prefetch keys. Bugs become 500 with a correlation id that the log holds as well.
"""

from __future__ import annotations

import logging
import traceback

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from cds_service.core.errors import (
    CdsError,
    DataUnavailableError,
    InvalidRequestError,
    NotAllowedError,
    NotAuthenticatedError,
    UnavailableError,
    UnknownServiceError,
)
from cds_service.fhir.outcomes import operation_outcome
from cds_service.web.answers import FHIR_JSON, json_answer
from cds_service.web.correlation import correlation_id


log = logging.getLogger(__name__)

_STATUS: dict[type[CdsError], tuple[int, str]] = {
    InvalidRequestError: (400, "invalid"),
    NotAuthenticatedError: (401, "login"),
    NotAllowedError: (403, "forbidden"),
    UnknownServiceError: (404, "not-found"),
    DataUnavailableError: (412, "required"),
    UnavailableError: (503, "transient"),
}
_ISSUE_CODE = {404: "not-found", 405: "not-supported", 413: "too-long", 415: "not-supported"}
_WORDS = {
    401: "A valid token of a registered client is needed.",
    404: "There is nothing at this address.",
    405: "This method is not offered here; see the Allow header.",
    413: "The body is larger than this service accepts.",
    415: "The body is not application/json or another +json type, or it is compressed.",
}


def register_errors(app: Flask) -> None:
    """Let ``app`` answer every error with an OperationOutcome."""
    app.register_error_handler(CdsError, _purposeful)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def answer_to(error: Exception) -> Response:
    """The answer to any error, as an OperationOutcome."""
    if isinstance(error, CdsError):
        return _purposeful(error)
    return _of_http(error) if isinstance(error, HTTPException) else _unexpected(error)


def _purposeful(error: CdsError) -> Response:
    status, code = _STATUS.get(type(error), (500, "exception"))
    if status == 500:
        return _unexpected(error)
    expression = error.expression if isinstance(error, InvalidRequestError) else ""
    # Why somebody was not let in stands in the log; the answer is always the same (BP-4).
    words = _WORDS[401] if status == 401 else str(error)
    answer = _outcome(status, code, words, expression)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, UnavailableError):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    answer = _outcome(
        status,
        _ISSUE_CODE.get(status, "invalid"),
        _WORDS.get(status, "The request could not be understood."),
    )
    methods = getattr(error, "valid_methods", None)
    if methods:
        answer.headers["Allow"] = ", ".join(sorted(methods, key=lambda m: (m == "OPTIONS", m)))
    return answer


def _unexpected(error: Exception) -> Response:
    """A bug. The log gets the place and the type; messages of exceptions may hold patient data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s request=%s\n%s", type(error).__name__, correlation_id(), frames)
    words = f"The request could not be processed. Correlation id: {correlation_id()}."
    return _outcome(500, "exception", words)


def _outcome(status: int, code: str, words: str, expression: str = "") -> Response:
    outcome = operation_outcome("error", code, words, expression)
    answer = json_answer(outcome, status, FHIR_JSON)
    if request.method == "HEAD":
        answer.set_data(b"")
    return answer
