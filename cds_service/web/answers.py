"""HTTP answers made of JSON."""

from __future__ import annotations

from typing import Any

from flask import Response

from cds_service.wire.strict_json import write_json


JSON = "application/json"
FHIR_JSON = "application/fhir+json"


def json_answer(value: Any, status: int = 200, mimetype: str = JSON) -> Response:
    """``value`` as the body of an answer."""
    return Response(write_json(value), status, mimetype=mimetype)
