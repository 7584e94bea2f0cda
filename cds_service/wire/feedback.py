"""Feedback of CDS clients, from JSON to values: good items are taken, bad ones named.

A comment is a clinician's free text: it is cut to a length, and goes nowhere but into its own table.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from cds_service.core.card import OVERRIDE_SYSTEM
from cds_service.core.errors import InvalidRequestError
from cds_service.core.feedback import Answered
from cds_service.wire.instants import read_instant


_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
# What a reason counts as that is not from the system that our cards offer.
_OTHER = "other"
# PostgreSQL refuses texts with NUL: one such item would take all others of the batch with it.
_STORABLE = validate.ContainsNoneOf("\0")


class BadItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that could not be taken: where it stands, and what is wrong; never its values."""

    expression: str
    problem: str


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One POST to a feedback endpoint."""

    answers: tuple[Answered, ...]
    bad: tuple[BadItem, ...]


class AcceptedSuggestionSchema(Schema):
    """One suggestion that was accepted."""

    class Meta:
        """Newer clients may send more."""

        unknown = EXCLUDE

    id = fields.String(required=True, validate=validate.Length(min=1, max=100))


class CodingSchema(Schema):
    """A reason picked from a list; clients leave the display out."""

    class Meta:
        """Newer clients may send more."""

        unknown = EXCLUDE

    code = fields.String(required=True)
    system = fields.String(load_default="", allow_none=True)
    display = fields.String(load_default="", allow_none=True)


class OverrideReasonSchema(Schema):
    """Why a card was overridden: a coded reason, a comment, both or neither (FB-07, FB-11)."""

    class Meta:
        """Newer clients may send more."""

        unknown = EXCLUDE

    reason = fields.Nested(CodingSchema, load_default=None, allow_none=True)
    userComment = fields.String(load_default="", allow_none=True)  # noqa: N815 (the wire's name)


class FeedbackItemSchema(Schema):
    """What became of one card (section 2.13 of the conformance list)."""

    class Meta:
        """Newer clients may send more."""

        unknown = EXCLUDE

    card = fields.String(required=True, validate=[validate.Length(min=1, max=100), _STORABLE])
    outcome = fields.String(required=True, validate=validate.OneOf(["accepted", "overridden"]))
    outcomeTimestamp = fields.String(required=True)  # noqa: N815 (the wire's name)
    acceptedSuggestions = fields.List(  # noqa: N815 (the wire's name)
        fields.Nested(AcceptedSuggestionSchema), load_default=list, allow_none=True
    )
    overrideReason = fields.Nested(  # noqa: N815 (the wire's name)
        OverrideReasonSchema, load_default=None, allow_none=True
    )


class FeedbackSchema(Schema):
    """The body of a POST to ``/cds-services/{id}/feedback``."""

    class Meta:
        """Newer clients may send more."""

        unknown = EXCLUDE

    feedback = fields.List(fields.Nested(FeedbackItemSchema), required=True)


_ITEM = FeedbackItemSchema()


def parse_feedback(body: Any, *, longest_comment: int) -> Feedback:
    """The feedback that ``body`` (decoded JSON) states; comments cut to ``longest_comment``.

    Raises:
        InvalidRequestError: No object with an array ``feedback`` (FB-03).
    """
    items = cast("dict[str, Any]", body).get("feedback") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise InvalidRequestError("The body has no array `feedback`.", "feedback")
    answers: list[Answered] = []
    bad: list[BadItem] = []
    for position, item in enumerate(items):
        try:
            answers.append(_answered(item, longest_comment))
        except ValidationError as problem:
            bad.append(_bad(position, problem))
    return Feedback(answers=tuple(answers), bad=tuple(bad))


def _answered(item: Any, longest_comment: int) -> Answered:
    if not isinstance(item, dict):
        raise ValidationError({"": ["no object"]})
    sent = cast("dict[str, Any]", _ITEM.load(item))
    outcome_at = read_instant(sent["outcomeTimestamp"])
    if outcome_at is None:
        raise ValidationError({"outcomeTimestamp": ["no RFC 3339 instant"]})
    accepted = sent["outcome"] == "accepted"
    given = sent["overrideReason"] or {}
    suggestions = {each["id"].lower() for each in sent["acceptedSuggestions"] or ()}
    return Answered(
        card=sent["card"].lower(),
        outcome=sent["outcome"],
        outcome_at=outcome_at,
        reason="" if accepted else _reason(given.get("reason")),
        comment=_comment(given.get("userComment"), longest_comment),
        suggestions=tuple(sorted(suggestions)) if accepted else (),
    )


def _reason(coding: dict[str, Any] | None) -> str:
    """The code, as long as it is one that we offer or might have offered."""
    if not coding:
        return ""
    ours = coding.get("system") in (OVERRIDE_SYSTEM, "", None)
    return coding["code"] if ours and _CODE.fullmatch(coding["code"]) else _OTHER


def _comment(text: str | None, longest: int) -> str:
    """Without characters that databases refuse, and not too long."""
    return (text or "").replace("\0", "").strip()[:longest]


def _bad(position: int, problem: ValidationError) -> BadItem:
    where = f"feedback[{position}]"
    members = sorted(str(member) for member in cast("dict[str, Any]", problem.messages))
    member = members[0] if members else ""
    if not member:
        return BadItem(expression=where, problem="is no object")
    return BadItem(expression=f"{where}.{member}", problem="is missing or malformed")
