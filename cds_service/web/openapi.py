"""The OpenAPI 3.1 document of the whole surface, made from the schemas of the wire.

``GET /openapi.json`` serves it; ``docs/reference/openapi.json`` is the same document with the default
settings (``cds-service docs openapi``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response
from marshmallow import Schema

from cds_service.store.reports import Report
from cds_service.web.answers import FHIR_JSON, JSON
from cds_service.web.openapi_words import AUTHORIZATION, DESCRIPTIONS, EXAMPLES
from cds_service.wire.feedback import FeedbackSchema
from cds_service.wire.schemas.calls import (
    CardsSchema,
    DiscoverySchema,
    HookRequestSchema,
    OperationOutcomeSchema,
)
from cds_service.wire.schemas.explained import ExplanationSchema
from cds_service.wire.schemas.site import AboutSchema, LiveSchema, ReadySchema
from cds_service.wire.strict_json import write_json


Json = dict[str, Any]
# Of this interface; the software has a version of its own.
_VERSION = "1.0.0"
_SCHEMAS: dict[str, type[Schema]] = {
    "OperationOutcome": OperationOutcomeSchema,
    "Discovery": DiscoverySchema,
    "HookRequest": HookRequestSchema,
    "Cards": CardsSchema,
    "Explanation": ExplanationSchema,
    "Feedback": FeedbackSchema,
    "About": AboutSchema,
    "Live": LiveSchema,
    "Ready": ReadySchema,
}
_ERRORS = {
    400: "The request cannot be understood: no HTTP, not JSON, or a member is missing or malformed.",
    401: "No valid token of a registered client.",
    403: "This client may not do this.",
    404: "No service with this id is offered.",
    412: "Required data were not supplied and could not be fetched.",
    413: "The body is larger than this service accepts.",
    415: "The body is not JSON, or it is compressed.",
    500: "A defect of this service; the log has the correlation id.",
    503: "The database or the time ran out; try again after Retry-After seconds.",
}
_OF_POSTS = (400, 401, 403, 404, 413, 415, 500, 503)
_PROTECTED: Json = {"security": [{}, {"token": []}]}


def openapi_document(services: Iterable[str], address: str = "", *, metrics: bool = True) -> Json:
    """The document of an installation: the ids of its services, its public address."""
    spec = APISpec(
        "Leg pain when lying down: CDS Hooks service",
        _VERSION,
        "3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        info={"description": "Decision support for adults whose legs hurt or burn at rest."},
        servers=[{"url": address or "/"}],
    )
    spec.components.security_scheme(
        "token",
        {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": AUTHORIZATION},
    )
    for name, schema in _SCHEMAS.items():
        spec.components.schema(name, schema=schema)
    _, reports = msgspec.json.schema_components(
        [Report], ref_template="#/components/schemas/{name}"
    )
    for name, shape in reports.items():
        spec.components.schema(name, shape)
    for status, words in _ERRORS.items():
        spec.components.response(
            f"Error{status}", _answer(words, FHIR_JSON, _ref("OperationOutcome"))
        )
    for path, operations in _paths(tuple(services), metrics=metrics).items():
        spec.path(path, operations=operations)
    document: Json = _without_defaults(spec.to_dict())
    return document


def openapi_blueprint(document: Mapping[str, Any]) -> Blueprint:
    """``GET /openapi.json``; the body is made once."""
    blueprint = Blueprint("openapi", __name__)
    body = write_json(document)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        """What this document says of itself."""
        return Response(body, mimetype=JSON, headers={"Cache-Control": "no-cache"})

    return blueprint


def _without_defaults(value: Any) -> Any:
    """What is put in for members that were left out is ours to know, and often null or empty."""
    if isinstance(value, dict):
        return {k: _without_defaults(part) for k, part in value.items() if k != "default"}
    return [_without_defaults(part) for part in value] if isinstance(value, list) else value


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Schema")


def _paths(services: tuple[str, ...], *, metrics: bool) -> Json:
    id: Json = {"name": "service_id", "in": "path", "required": True, "schema": {"type": "string"}}
    if services:
        id["schema"]["enum"] = list(services)
    paths = {
        "/cds-services": {
            "get": _PROTECTED | _get("discovery", "What is offered", "Discovery", 401)
        },
        "/cds-services/{service_id}": {"post": _call("call", "Cards for one firing", "Cards", id)},
        "/cds-services/{service_id}/feedback": {"post": _feedback(id)},
        "/explain/{service_id}": {
            "post": _call("explain", "Everything behind the cards", "Explanation", id)
        },
        "/reports": {"get": _reports()},
        "/about": {"get": _get("about", "Intended use and source attributes", "About")},
        "/health/live": {"get": _get("live", "The process answers", "Live")},
        "/health/ready": {"get": _get("ready", "Calls may come", "Ready")},
        "/openapi.json": {"get": _plain("openapi", "This document", JSON, {"type": "object"})},
    }
    if metrics:
        shown = _plain("metrics", "For Prometheus", "text/plain", {"type": "string"})
        paths["/metrics"] = {"get": shown}
    return paths


def _call(name: str, summary: str, answer: str, id: Json) -> Json:
    return _PROTECTED | {
        **_named(name, summary),
        "parameters": [id],
        "requestBody": _body("HookRequest"),
        "responses": _answers(answer, *_OF_POSTS, 412),
    }


def _feedback(id: Json) -> Json:
    taken = {
        200: _answer("Taken but for the items named.", FHIR_JSON, _ref("OperationOutcome")),
        204: {"description": "All was taken."},
    }
    return _PROTECTED | {
        **_named("feedback", "What clinicians answered to cards"),
        "parameters": [id],
        "requestBody": _body("Feedback"),
        "responses": _keyed(taken | _errors(*_OF_POSTS)),
    }


def _reports() -> Json:
    asked = {"since": "From this day or instant on", "until": "Before it", "client": "Only of it"}
    return _PROTECTED | {
        **_named("reports", "How the advice is received"),
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": "string"}, "description": words}
            for name, words in asked.items()
        ],
        "responses": _answers("Report", 400, 401, 403, 500, 503),
    }


def _get(name: str, summary: str, answer: str, *errors: int) -> Json:
    return _named(name, summary) | {"responses": _answers(answer, 400, *errors, 500)}


def _plain(name: str, summary: str, kind: str, shape: Json) -> Json:
    answers = {200: _answer(f"{summary}.", kind, shape)} | _errors(400, 500)
    return _named(name, summary) | {"responses": _keyed(answers)}


def _named(name: str, summary: str) -> Json:
    return {"operationId": name, "summary": summary, "description": DESCRIPTIONS[name]}


def _body(schema: str) -> Json:
    title, value = EXAMPLES[schema]
    shown = {schema: {"summary": title, "value": value}}
    return {"required": True, "content": {JSON: {"schema": _ref(schema), "examples": shown}}}


def _answers(schema: str, *errors: int) -> Json:
    return _keyed({200: _answer("As asked.", JSON, _ref(schema))} | _errors(*errors))


def _errors(*statuses: int) -> dict[int, Json]:
    return {s: {"$ref": f"#/components/responses/Error{s}"} for s in sorted(statuses)}


def _answer(words: str, kind: str, shape: Json) -> Json:
    return {"description": words, "content": {kind: {"schema": shape}}}


def _keyed(answers: Mapping[int, Json]) -> Json:
    return {str(status): answer for status, answer in answers.items()}


def _ref(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}
