"""The answer of the explain interface (docs/reference/explain.md)."""

from __future__ import annotations

from marshmallow import Schema, fields

from cds_service.core.values import Category, Priority, Status, Urgency, WorkupStatus
from cds_service.wire.schemas.members import many, one_of, part, text, words


class GateSchema(Schema):
    """Whether the service may speak."""

    open = fields.Boolean(required=True)
    because = text()


class FindingSchema(Schema):
    """What the record says of one finding."""

    id = text()
    status = one_of(*(status.value for status in Status))
    value = text(required=False)
    date = text(required=False)
    how = text(required=False)
    sources = words()


class RedFlagSchema(Schema):
    """A danger sign that is current."""

    id = text()
    urgency = one_of(*(urgency.value for urgency in Urgency))
    because = words()
    suspected = words()
    answered_by = words()


class CauseSchema(Schema):
    """A possible cause, with its evidence."""

    cause = text()
    category = one_of(*(category.value for category in Category))
    rank = fields.Integer(required=True)
    supports = words()
    against = words()
    missing = words()
    citations = words()


class CriterionSchema(Schema):
    """A named set of criteria, with the points that are certain and those that are possible."""

    id = text()
    result = one_of("met", "not-met", "undetermined")
    low = fields.Integer(required=True)
    high = fields.Integer(required=True)
    undecided = words(name="unknown")


class WorkupSchema(Schema):
    """A work-up, suggested or not, and why."""

    id = text()
    status = one_of(*(status.value for status in WorkupStatus))
    urgency = one_of(*(priority.value for priority in Priority))
    causes = words(name="for")
    because = text(required=False)
    evidence = words()


class InterlockSchema(Schema):
    """What must not be done."""

    id = text()
    because = text()


class GapSchema(Schema):
    """Data that were not there."""

    key = text()
    state = one_of("missing", "error", "incomplete")
    effect = text()


class SuppressedSchema(Schema):
    """What was not said."""

    topic = text()
    because = text()
    until = text(required=False)


class SkippedSchema(Schema):
    """A resource that could not be used."""

    reference = text()
    problem = text()


class OrderRemarkSchema(Schema):
    """What was said of a drafted order."""

    reference = text()
    check = text()
    because = words()
    evidence = words()


class ExplanationSchema(Schema):
    """Everything behind the cards."""

    as_of = text(format="date-time")
    age = fields.Integer()
    gate = part(GateSchema)
    findings = many(FindingSchema)
    red_flags = many(RedFlagSchema)
    differential = many(CauseSchema)
    criteria = many(CriterionSchema)
    workups = many(WorkupSchema)
    interlocks = many(InterlockSchema)
    gaps = many(GapSchema)
    suppressed = many(SuppressedSchema)
    skipped = many(SkippedSchema)
    orders = many(OrderRemarkSchema, required=False)
