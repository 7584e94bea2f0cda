"""What the service says about itself."""

from __future__ import annotations

from marshmallow import Schema, fields

from cds_service.wire.schemas.members import many, one_of, part, text, words


class LiveSchema(Schema):
    """The process answers."""

    status = one_of("live")


class ReadySchema(Schema):
    """Calls may come; ``degraded`` names the parts that calls go on without."""

    status = one_of("ready", "degraded")
    degraded = words(required=False)
    knowledge = text("Version of the clinical knowledge.")
    services = words()
    memory = one_of("kept", "off", "unavailable")
    authentication = text("How callers prove who they are.")


class ReleaseSchema(Schema):
    """Versions of software and knowledge."""

    software = text()
    knowledge = text()


class CitationSchema(Schema):
    """A publication."""

    id = text()
    title = text(required=False)
    publisher = text(required=False)
    year = text(required=False)
    url = text(required=False)
    trust = text(required=False)


class AttributeSchema(Schema):
    """One source attribute of a decision support intervention."""

    number = fields.Integer(required=True)
    id = text()
    name = text()
    answer = text()
    used = fields.Boolean()
    where = fields.List(
        fields.Raw(), metadata={"description": "Sources, or places in the knowledge."}
    )


class SourceAttributesSchema(Schema):
    """The thirteen source attributes, and where they are asked for."""

    basis = part(CitationSchema)
    attributes = many(AttributeSchema)


class AboutSchema(Schema):
    """Intended use and source attributes."""

    title = text()
    intended_use = text(name="intendedUse")
    kind = text()
    release = part(ReleaseSchema)
    source_attributes = part(SourceAttributesSchema, name="sourceAttributes")
