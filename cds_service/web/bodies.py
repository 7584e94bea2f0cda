"""What every POST begins with: the service that it is for, and its body; or a form."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from cds_service.core.errors import UnknownServiceError
from cds_service.gather.services import ServiceDefinition
from cds_service.web.notes import notes
from cds_service.web.site import Site
from cds_service.wire.strict_json import read_json


# Answers of a person, parameters of a search.
_FORM_BYTES = 65_536


def expect_a_form() -> None:
    """Accept no more than a form has; for those that need no token.

    Fields by the hundred thousand would take seconds; beyond the limit, reading them is 413.
    """
    limit = request.max_content_length
    request.max_content_length = _FORM_BYTES if limit is None else min(limit, _FORM_BYTES)


def offered_service(site: Site, service_id: str) -> ServiceDefinition:
    """The service of this id.

    Raises:
        UnknownServiceError: None is offered.
    """
    service = site.services.get(service_id)
    if service is None:
        raise UnknownServiceError("No CDS service with this id is offered.")
    notes().service = service.id
    return service


def json_body(site: Site) -> Any:
    """The decoded body; 415 unless it is uncompressed JSON.

    Raises:
        InvalidRequestError: It is no JSON, or nests too deeply.
    """
    kind = request.mimetype
    is_json = kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
    if not is_json or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType
    return read_json(_received(), site.max_json_depth)


def _received() -> bytes:
    """The whole body; without a declared length (chunked) it is counted as it comes in.

    Raises:
        RequestEntityTooLarge: It is longer than allowed. Left alone, it would be cut there in silence.
    """
    limit = request.max_content_length
    if limit is None or request.content_length is not None:
        return request.get_data(cache=False)
    request.max_content_length = limit + 1
    body = request.get_data(cache=False)
    if len(body) > limit:
        raise RequestEntityTooLarge
    return body
