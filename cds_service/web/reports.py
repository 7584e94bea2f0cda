"""``GET /reports``: how the advice is received, as data."""

from __future__ import annotations

from datetime import datetime

import msgspec
from flask import Blueprint, Response, request

from cds_service.core.errors import InvalidRequestError, UnavailableError
from cds_service.store.reports import Report, Span
from cds_service.trust.callers import RESERVED
from cds_service.web.answers import json_answer
from cds_service.web.callers import caller
from cds_service.web.site import Site
from cds_service.wire.instants import read_instant


_LONGEST_NAME = 100


def reports_blueprint(site: Site) -> Blueprint:
    """The report on cards and feedback."""
    blueprint = Blueprint("reports", __name__)

    @blueprint.get("/reports")
    def reports() -> Response:
        """Services, topics, rules, reasons, weeks and clients; query: since, until, client."""
        return json_answer(msgspec.to_builtins(current_report(site)))

    return blueprint


def current_report(site: Site) -> Report:
    """The report that the query asks for.

    Raises:
        InvalidRequestError: A bound is no instant, or the client has no possible name.
        UnavailableError: There is no memory, or its database cannot be asked.
    """
    if site.memory is None:
        raise UnavailableError("This installation keeps no feedback.", retry_after=86_400)
    client = _of_client() or _named()
    span = Span(since=_bound("since"), until=_bound("until"), client=client)
    return site.memory.report(span)


def _of_client() -> str:
    """A client sees its own figures and nobody else's."""
    name = caller().client
    return "" if name in RESERVED else name


def _named() -> str:
    """The client that is asked about; no database holds, and PostgreSQL refuses, a name with NUL."""
    name = request.args.get("client", "")[:_LONGEST_NAME]
    if "\0" in name:
        raise InvalidRequestError("`client` is no name of a client.", "client")
    return name


def _bound(name: str) -> datetime | None:
    """An instant, or a day, which begins at midnight UTC."""
    text = request.args.get(name, "")
    if not text:
        return None
    instant = read_instant(text if "T" in text else f"{text}T00:00:00Z")
    if instant is None:
        raise InvalidRequestError(f"`{name}` is neither a day nor an RFC 3339 instant.", name)
    return instant
