"""Who calls, found out before anything else is done: no body is read for a stranger (JWT-01, SEC-07).

Services, feedback, explain and reports ask for a token, discovery where the settings say so. A path that
does not exist below them is answered like one that does, so that nobody learns what there is. OPTIONS
says only what methods there are, and browsers send it without a token (SB-02).
"""

from __future__ import annotations

import logging
from typing import Protocol

from flask import Flask, g, request

from cds_service.core.errors import NotAllowedError, NotAuthenticatedError
from cds_service.trust.callers import UNKNOWN, Caller
from cds_service.trust.verification import Called
from cds_service.web.correlation import correlation_id


log = logging.getLogger(__name__)
_DISCOVERY = "/cds-services"
_PROTECTED = ("/cds-services/", "/explain/")
_REPORTS = "/reports"


class Admits(Protocol):
    """What the views ask of a verifier."""

    def caller(self, authorization: str, called: Called) -> Caller:
        """Who calls, or the reason why that is not known."""


def register_authentication(
    app: Flask, admits: Admits, *, discovery: bool, reports: bool = True
) -> None:
    """Let ``app`` answer only callers that ``admits`` knows.

    Args:
        app: The whole service.
        admits: Knows the clients.
        discovery: It asks for a token as well.
        reports: They ask for one; not where a gateway of the site lets people to all pages.
    """
    protected = (*_PROTECTED, _REPORTS) if reports else _PROTECTED

    @app.before_request
    def authenticate() -> None:
        """After the CORS preflight, which carries no token (CORS-01)."""
        g.caller = UNKNOWN
        called = None if request.method == "OPTIONS" else _called(protected, discovery=discovery)
        if called is None:
            return
        try:
            g.caller = admits.caller(request.headers.get("Authorization", ""), called)
        except (NotAuthenticatedError, NotAllowedError) as problem:
            because = {"request": correlation_id(), "because": str(problem)}
            log.warning("not let in", extra=because)
            raise


def _called(protected: tuple[str, ...], *, discovery: bool) -> Called | None:
    """The address that is called, as it is published; None where no token is needed."""
    path = request.path
    if path.rstrip("/") == _DISCOVERY:
        return Called(_DISCOVERY) if discovery else None
    if not path.startswith(protected):
        return None
    return Called(path, service=str((request.view_args or {}).get("service_id", "")))
