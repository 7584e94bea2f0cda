"""Every answer against the OpenAPI document: status, content type and body of what was called."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from cds_service.web.openapi import openapi_document


Json = dict[str, Any]
Operation = tuple[re.Pattern[str], str, Json]


@cache
def document() -> Json:
    """Of an installation that offers whatever it likes."""
    return openapi_document(())


@cache
def operations() -> list[Operation]:
    """Each documented operation with the pattern of its path."""
    return [
        (_pattern(path), method.upper(), operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
    ]


def _pattern(path: str) -> re.Pattern[str]:
    """Discovery is offered with a slash at its end as well; any other address with one is another."""
    slash = "/?" if path == "/cds-services" else ""
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + slash)


def operation_of(method: str, path: str) -> Json | None:
    """What is documented about a call."""
    found = (o for pattern, verb, o in operations() if verb == method and pattern.fullmatch(path))
    return next(found, None)


def contract_problems(
    method: str, path: str, status: int, content_type: str, body: bytes
) -> list[str]:
    """Everything in an answer that the document does not promise; nothing for undocumented calls."""
    operation = operation_of(method, path)
    if operation is None or (path == "/reports" and content_type.startswith("text/html")):
        return []  # pages for people are not part of the document
    where = f"{method} {path}"
    answer = _resolved(operation["responses"].get(str(status)))
    if answer is None:
        return [f"{where}: status {status} is not documented"]
    content = answer.get("content", {})
    kind = content_type.partition(";")[0]
    if not body or not content:
        return [] if bool(body) == bool(content) else [f"{where}: {status} with or without body"]
    if kind not in content:
        return [f"{where}: content type {kind} is not documented for {status}"]
    if not kind.endswith("json"):
        return []
    errors = _validator(content[kind]["schema"].get("$ref", "")).iter_errors(json.loads(body))
    return [f"{where}: {error.message} at {error.instance_path}" for error in errors]


def _resolved(answer: Json | None) -> Json | None:
    if answer is None or "$ref" not in answer:
        return answer
    found: Json = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return found


@cache
def _validator(reference: str) -> Any:
    components = {"components": document()["components"]}
    schema = components | ({"$ref": reference} if reference else {})
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
