"""Whether and how a call lets us read from its FHIR server: `fhirServer` and `fhirAuthorization`, judged."""

from __future__ import annotations

import math
import re
from typing import Any, cast

import msgspec

from cds_service.gather.fetching.scopes import Grant, Scopes, read_scopes
from cds_service.gather.fetching.servers import Servers
from cds_service.outside.addresses import Base


# What RFC 9110 allows in a header value, without blanks; and no limit that a real token would reach.
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


class NoAccessError(Exception):
    """The FHIR server of a call is not asked. The message says why, and holds nothing of the call."""


class OtherPatientError(NoAccessError):
    """The token was issued for another patient: a mistake, or an attack, that somebody should see."""


class OtherSubjectError(NoAccessError):
    """The token was issued to somebody else than us (FHIR-10): not ours to use, and to be seen."""


class Token:
    """An access token that does not show itself: not in logs, tracebacks or error reports (FHIR-12)."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Token(***)"

    def __reduce__(self) -> str:
        raise TypeError("a token is never stored")

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self._value}"


class Access(msgspec.Struct, frozen=True):
    """A server to read from, for one call.

    Attributes:
        base: Stands on the site's list.
        token: None for a server that is open.
        scopes: What the token grants; None when there is no token, and everything may be asked.
    """

    base: Base
    token: Token | None = None
    scopes: Scopes | None = None

    def grant(self, template: str) -> Grant:
        """How much of what ``template`` asks for may be seen."""
        return Grant.ALL if self.scopes is None else self.scopes.grant(template)


def judge_access(
    servers: Servers,
    fhir_server: object,
    authorization: object,
    patient_id: str,
    subject: str = "",
) -> Access:
    """The access that a call grants, from its members as they were sent.

    ``subject`` is our client id at the authorization server of the client; empty: not compared.

    Raises:
        NoAccessError: The server is not listed, or there is no usable token for it.
    """
    base = servers.find(fhir_server)
    if base is None:
        raise NoAccessError("server is not listed" if fhir_server else "no server named")
    if not authorization:  # null and {} count as omitted (FHIR-05)
        if base in servers.open:
            return Access(base)
        raise NoAccessError("no authorization")
    if not isinstance(authorization, dict):
        raise NoAccessError("authorization is no object")
    stated = cast("dict[str, Any]", authorization)
    if subject and stated.get("subject") not in (None, "", subject):
        raise OtherSubjectError("token was issued to another client")
    return _with_token(base, stated, patient_id)


def _with_token(base: Base, authorization: dict[str, Any], patient_id: str) -> Access:
    token = authorization.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NoAccessError("access_token is missing or malformed")
    if str(authorization.get("token_type")).lower() != "bearer":
        raise NoAccessError("token_type is not Bearer")
    if not _lasts(authorization.get("expires_in")):
        raise NoAccessError("token has expired")
    if not _is_for(authorization.get("patient"), patient_id):
        raise OtherPatientError("token is for another patient")
    return Access(base, Token(token), read_scopes(authorization.get("scope")))


def _lasts(seconds: object) -> bool:
    """More than no time left; a number in a string is tolerated (FHIR-08)."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return False
    try:
        number = float(seconds)
    except (ValueError, OverflowError):
        return False
    return math.isfinite(number) and number > 0


def _is_for(claim: object, patient_id: str) -> bool:
    """Absent is fine (SB-08); anything else has to name the patient of the context (FHIR-11)."""
    if claim is None or claim == "":
        return True
    return isinstance(claim, str) and claim.removeprefix("Patient/") == patient_id
