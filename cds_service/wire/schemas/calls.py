"""CDS Hooks: discovery, requests, cards; and the OperationOutcome that every error is."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from cds_service.wire.request import ID_PATTERN, EnvelopeSchema
from cds_service.wire.schemas.members import many, one_of, part, resource, text, words


_HTTPS: dict[str, Any] = {"format": "uri", "pattern": "^https://"}
_UUID: dict[str, Any] = {"format": "uuid"}


class ContextSchema(Schema):
    """Whom a call is about and who made it; further members depend on the hook."""

    class Meta:
        """Each hook has members of its own."""

        unknown = INCLUDE

    user_id = text("`Type/id` of the user.", name="userId")
    patient_id = text(
        "FHIR id of the patient.", name="patientId", pattern=f"^(Patient/)?{ID_PATTERN}$"
    )


class HookRequestSchema(EnvelopeSchema):
    """One firing of a hook. Members of newer versions, nulls and empty optional members are tolerated."""

    class Meta:
        """As the envelope has it."""

        unknown = INCLUDE

    context = part(ContextSchema)  # type: ignore[assignment]  # the envelope takes any object
    prefetch = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "A resource or Bundle for each key of discovery; null: looked, none known."
        },
    )
    fhirServer = fields.String(  # noqa: N815 (the wire's name)
        metadata={"description": "Base URL of the FHIR server that missing data may be read from."}
    )
    fhirAuthorization = fields.Dict(  # noqa: N815 (the wire's name)
        metadata={"description": "The access token for it; used for this call only."}
    )
    extension = fields.Dict(metadata={"description": "`org.leg-pain-cds.as-of` sets the instant."})


class DiscoveredServiceSchema(Schema):
    """One CDS service."""

    hook = text()
    title = text()
    description = text()
    id = text(pattern="^[A-Za-z0-9._-]+$")
    prefetch = fields.Dict(keys=fields.String(), values=text(), required=True)
    usage_requirements = text(required=False, name="usageRequirements")
    version = text("Version of CDS Hooks that is claimed.")
    hook_version = text(name="hookVersion")


class DiscoverySchema(Schema):
    """What is offered."""

    services = many(DiscoveredServiceSchema)


class CodeSchema(Schema):
    """A code of a system, with words for people."""

    system = text(format="uri")
    code = text()
    display = text(required=False)


class SourceSchema(Schema):
    """What a card rests on; the topic is the clinical question."""

    label = text()
    url = text(required=False, **_HTTPS)
    topic = part(CodeSchema)


class ActionSchema(Schema):
    """A draft to create, or a received one as it would be with our change."""

    type = one_of("create", "update")
    description = text()
    resource = resource("The whole resource.")


class SuggestionSchema(Schema):
    """One thing to accept with a click."""

    label = text()
    uuid = text(**_UUID)
    is_recommended = fields.Boolean(data_key="isRecommended")
    actions = fields.List(
        fields.Nested(ActionSchema), required=True, validate=validate.Length(min=1, max=1)
    )


class LinkSchema(Schema):
    """A page that says nothing about the patient."""

    label = text()
    url = text(**_HTTPS)
    type = one_of("absolute")


class CardSchema(Schema):
    """One piece of advice."""

    uuid = text(**_UUID)
    summary = text("One line, under 140 characters.", maxLength=139)
    detail = text("GitHub Flavored Markdown without HTML.", required=False)
    indicator = one_of("info", "warning", "critical")
    source = part(SourceSchema)
    suggestions = many(SuggestionSchema, required=False, least=1)
    selection_behavior = one_of("any", name="selectionBehavior", required=False)
    override_reasons = many(CodeSchema, name="overrideReasons", required=False, least=1)
    links = many(LinkSchema, required=False, least=1)


class CardsSchema(Schema):
    """The answer of a CDS service; no card: looked, nothing to say."""

    cards = many(CardSchema)


class IssueSchema(Schema):
    """What is wrong, where; never a value of the request."""

    severity = one_of("fatal", "error", "warning", "information")
    code = text()
    diagnostics = text(required=False)
    expression = words(required=False)


class OperationOutcomeSchema(Schema):
    """Every error, as FHIR says errors."""

    resource_type = one_of("OperationOutcome", name="resourceType")
    issue = many(IssueSchema, least=1)
