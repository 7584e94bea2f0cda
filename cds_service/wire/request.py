"""The envelope of a CDS Hooks request, from JSON to a frozen value.

Only the envelope is checked here; prefetched resources stay plain dictionaries. Nulls and empty
values are tolerated wherever the field is optional, because real clients send them (GEN-08).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, cast

import msgspec
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from cds_service.core.errors import InvalidRequestError
from cds_service.wire.instants import read_instant


AS_OF_EXTENSION = "org.leg-pain-cds.as-of"
ID_PATTERN = r"[A-Za-z0-9\-.]{1,64}"
_ID = re.compile(ID_PATTERN)
# Some clients send the whole address of the user, or a version of the resource.
_USER = re.compile(rf"(?:https?://\S+/)?([A-Za-z]+/{ID_PATTERN})(?:/_history/{ID_PATTERN})?")
_PATIENTS_SIDE = ("Patient", "RelatedPerson")
# Hooks whose context must name the encounter (library of hooks, section 3).
_OF_AN_ENCOUNTER = frozenset({"encounter-start", "encounter-discharge"})


class HookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a CDS service.

    Attributes:
        hook: Name of the hook that fired.
        hook_instance: The client's id of this call; never used as a key.
        user_id: ``Type/id`` of the user.
        patient_id: FHIR id, without type.
        encounter_id: FHIR id, without type; empty when the client sent none.
        context: As sent; further members depend on the hook.
        prefetch: As sent; empty when it was absent or no object (REQ-10).
        as_of: Instant to reason for, when the client sets it; None otherwise.
        fhir_server: As sent, and not to be trusted.
        fhir_authorization: As sent; holds a token.
    """

    hook: str
    hook_instance: str
    user_id: str
    patient_id: str
    encounter_id: str = ""
    context: dict[str, Any]
    prefetch: dict[str, Any]
    as_of: datetime | None = None
    fhir_server: Any = None
    fhir_authorization: Any = None

    def __repr__(self) -> str:
        # No patient data and no token where a request happens to be printed (FHIR-12).
        return f"HookRequest({self.hook!r})"

    @property
    def from_patients_side(self) -> bool:
        """The user is a patient or a relative, not a clinician."""
        return self.user_id.split("/", 1)[0] in _PATIENTS_SIDE


class EnvelopeSchema(Schema):
    """Members that CDS Hooks requires of every call; unknown ones are ignored (HOOK-02)."""

    class Meta:
        """Unknown members may come with newer versions and with extensions."""

        unknown = EXCLUDE

    hook = fields.String(required=True, validate=validate.Length(min=1))
    hookInstance = fields.String(required=True, validate=validate.Length(min=1))  # noqa: N815 (the wire's name)
    context = fields.Dict(keys=fields.String(), required=True)


_ENVELOPE = EnvelopeSchema()


def parse_request(body: Any, *, allow_as_of: bool) -> HookRequest:
    """The request that ``body`` (decoded JSON) states.

    Raises:
        InvalidRequestError: A required member is missing or malformed; says which, never its value.
    """
    if not isinstance(body, dict):
        raise InvalidRequestError("The body is not a JSON object.")
    sent = cast("dict[str, Any]", body)
    try:
        envelope = cast("dict[str, Any]", _ENVELOPE.load(sent))
    except ValidationError as problem:
        raise _as_invalid(problem) from None
    context = cast("dict[str, Any]", envelope["context"])
    return HookRequest(
        hook=envelope["hook"],
        hook_instance=envelope["hookInstance"],
        user_id=_user(context),
        patient_id=_bare_id(context, "patientId", "Patient", required=True),
        encounter_id=_bare_id(
            context,
            "encounterId",
            "Encounter",
            required=envelope["hook"] in _OF_AN_ENCOUNTER,
        ),
        context=context,
        prefetch=_object(sent.get("prefetch")),
        as_of=_as_of(sent) if allow_as_of else None,
        fhir_server=sent.get("fhirServer"),
        fhir_authorization=sent.get("fhirAuthorization"),
    )


def _as_invalid(problem: ValidationError) -> InvalidRequestError:
    messages = cast("dict[str, Any]", problem.messages)
    member = sorted(messages)[0]
    return InvalidRequestError(f"`{member}` is missing or malformed.", member)


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _user(context: dict[str, Any]) -> str:
    """``Type/id``, also of an absolute reference; anything else as it was sent."""
    user = context.get("userId")
    if not isinstance(user, str) or not user:
        raise InvalidRequestError("`context.userId` is missing or malformed.", "context.userId")
    match = _USER.fullmatch(user.strip())
    return match[1] if match else user


def _bare_id(context: dict[str, Any], member: str, kind: str, *, required: bool) -> str:
    """A FHIR id; ``Patient/123`` is taken as ``123`` (REQ-15)."""
    value = context.get(member)
    if value in (None, "") and not required:
        return ""
    where = f"context.{member}"
    if not isinstance(value, str):
        raise InvalidRequestError(f"`{where}` is missing or malformed.", where)
    bare = value.removeprefix(f"{kind}/")
    if not _ID.fullmatch(bare):
        raise InvalidRequestError(f"`{where}` is not a FHIR id.", where)
    return bare


def _as_of(sent: dict[str, Any]) -> datetime | None:
    value = _object(sent.get("extension")).get(AS_OF_EXTENSION)
    if value is None:
        return None
    where = f"extension['{AS_OF_EXTENSION}']"
    instant = read_instant(value) if isinstance(value, str) else None
    if instant is None:
        raise InvalidRequestError(f"`{where}` is not an RFC 3339 instant of 1900 to 2299.", where)
    return instant
