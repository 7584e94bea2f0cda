"""Short ways to say what a member of a document is."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate


def text(
    description: str = "", *, name: str | None = None, required: bool = True, **facts: Any
) -> fields.String:
    """Words that are never empty; ``facts`` go into the JSON schema as they are."""
    return fields.String(
        data_key=name,
        required=required,
        validate=validate.Length(min=1),
        metadata=_said(description) | facts,
    )


def one_of(*values: str, name: str | None = None, required: bool = True) -> fields.String:
    """One of a closed set of words."""
    return fields.String(data_key=name, required=required, validate=validate.OneOf(values))


def part(schema: type[Schema], *, name: str | None = None) -> fields.Nested:
    """An object of its own, always there."""
    return fields.Nested(schema, data_key=name, required=True)


def many(
    schema: type[Schema], *, name: str | None = None, required: bool = True, least: int = 0
) -> fields.List[Any]:
    """Objects of one kind."""
    return fields.List(
        fields.Nested(schema),
        data_key=name,
        required=required,
        validate=validate.Length(min=least) if least else None,
    )


def words(*, name: str | None = None, required: bool = True) -> fields.List[Any]:
    """Ids or sentences, none of them empty."""
    return fields.List(text(), data_key=name, required=required)


def resource(description: str) -> fields.Dict:
    """A FHIR resource; which members it has is FHIR's to say."""
    shape = {
        "required": ["resourceType"],
        "properties": {"resourceType": {"type": "string", "minLength": 1}},
    }
    return fields.Dict(required=True, metadata=_said(description) | shape)


def _said(description: str) -> dict[str, Any]:
    return {"description": description} if description else {}
