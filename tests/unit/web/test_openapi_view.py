"""The API page's values: operations in order, references followed, nothing of the document run as HTML."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.web.workbench.openapi_values import ApiView, Member, Operation
from cds_service.web.workbench.openapi_view import api_view
from tests.unit.web.openapi_sample import SAMPLE


@pytest.fixture(scope="module")
def view() -> ApiView:
    """Of the sample."""
    return api_view(SAMPLE)


def _operation(view: ApiView, id: str) -> Operation:
    return next(o for group in view.groups for o in group.operations if o.id == id)


def _schema(view: ApiView, name: str) -> Member:
    return next(schema for schema in view.schemas if schema.name == name)


def test_operations_by_tag(view: ApiView) -> None:
    """Tags in their order; what has none comes last."""
    listed = [(g.name, [f"{o.method} {o.path}" for o in g.operations]) for g in view.groups]
    assert listed == [
        ("Services", ["POST /cds-services/{id}"]),
        ("Health", ["GET /health/live"]),
        ("Operations", ["GET /reports"]),
    ]


def test_parameters_bodies_and_answers(view: ApiView) -> None:
    """References are followed, examples are JSON, errors are known as such."""
    call = _operation(view, "post-cds-services-id")
    (id,) = call.parameters
    assert (id.name, id.place, id.required, id.limits) == (
        "id", "path", True, ("one of leg-pain-patient-view",),
    )  # fmt: skip
    (body,) = call.bodies
    assert (body.media, body.body.schema, call.body_required) == (
        "application/json", "Request", True,
    )  # fmt: skip
    assert body.examples[0].name == "Restless legs"
    assert '"hook": "patient-view"' in body.examples[0].text
    assert [(a.status, a.failed) for a in call.answers] == [("200", False), ("412", True)]
    assert call.answers[0].headers[0].name == "X-Request-Id"
    assert call.answers[1].contents[0].body.schema == "OperationOutcome"


def test_security_is_inherited_and_may_be_lifted(view: ApiView) -> None:
    """An operation with an empty list asks for nothing."""
    assert _operation(view, "post-cds-services-id").secured == ("clientToken",)
    assert _operation(view, "get-health-live").secured == ()
    assert [(s.name, s.kind) for s in view.security] == [("clientToken", "http bearer JWT")]


def test_schemas_with_members(view: ApiView) -> None:
    """Required members, types in words, limits; parts of allOf joined; recursion ends."""
    request = _schema(view, "Request")
    assert [(m.name, m.kind, m.required) for m in request.members] == [
        ("hook", "string", True),
        ("hookInstance", "string (uuid)", True),
        ("prefetch", "object or null", False),
    ]
    assert request.members[0].limits == ("always patient-view",)
    card = _schema(view, "Card")
    assert [(m.name, m.kind) for m in card.members] == [
        ("uuid", "string"),
        ("summary", "string"),
        ("links", "array of Card"),
    ]
    assert card.members[1].limits == ("at most 139 characters",)


def test_markdown_is_rendered_and_html_is_text(view: ApiView) -> None:
    """Descriptions may come from anywhere."""
    assert "<em>what lies behind</em>" in view.about
    assert "<script>" not in view.about
    assert "&lt;script&gt;" in view.about


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"paths": {"/x": {"get": {}}}},
        {"paths": {"/x": {"get": {"parameters": [{"$ref": "#/nowhere"}]}}}},
        {"components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}, "B": True}}},
    ],
)
def test_what_is_not_understood_is_left_out(document: dict[str, Any]) -> None:
    """Never an error: the page only shows the document."""
    assert api_view(document).title == "API"
