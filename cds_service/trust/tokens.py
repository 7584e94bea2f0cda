"""A JSON Web Token taken apart: form, header and claims, before anything in it is believed (JWT-01..12).

Everything is refused that two readers could read differently: two tokens in one header, padding,
unknown critical extensions, numbers as text. Key material in the header is not even looked at (JWT-21).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Annotated, Any, TypeVar

import msgspec

from cds_service.core.errors import NotAuthenticatedError


T = TypeVar("T")
# One scheme, one token of three parts; a second Authorization header arrives behind a comma (JWT-01).
_AUTHORIZATION = re.compile(
    r"(?i:bearer) +(?P<token>(?P<header>[A-Za-z0-9_-]+)\.(?P<claims>[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+)"
)
# Below what gunicorn takes for one header field.
_LONGEST = 7_168
# Seconds from 1970 to the end of 9999; beyond, they are no instant that a database can hold.
_Seconds = (
    Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
    | Annotated[float, msgspec.Meta(ge=0, le=253_402_300_799)]
)
_Text = Annotated[str, msgspec.Meta(min_length=1)]
# It goes into the audit trail: PostgreSQL holds no NUL, a FHIR string no other control character.
_Tenant = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f]*$")]


class Header(msgspec.Struct, frozen=True):
    """What is read of a token's header.

    Attributes:
        alg: Algorithm of the signature.
        kid: Key that made it.
        typ: ``JWT``.
        jku: Address of the key set; only ever compared.
        crit: Extensions that must be understood; none is.
        b64: Another way to sign (RFC 7797), which JWTs do not have.
    """

    alg: str
    kid: _Text
    typ: str
    jku: str | msgspec.UnsetType = msgspec.UNSET
    crit: Any = msgspec.UNSET
    b64: Any = msgspec.UNSET


class Claims(msgspec.Struct, frozen=True):
    """What is read of a token's payload; further claims are ignored (JWT-22)."""

    iss: _Text
    aud: str | list[str]
    exp: _Seconds
    iat: _Seconds
    jti: _Text
    nbf: _Seconds | None = None
    sub: str | None = None
    tenant: _Tenant | None = None

    @property
    def audiences(self) -> tuple[str, ...]:
        """One or several."""
        return (self.aud,) if isinstance(self.aud, str) else tuple(self.aud)


class Token(msgspec.Struct, frozen=True):
    """A token whose form is right; nothing in it is proven yet."""

    compact: str
    header: Header
    claims: Claims

    def __repr__(self) -> str:
        # Never where a token happens to be printed (BP-3).
        return "Token(***)"


def read_token(authorization: str) -> Token:
    """The token in the value of an Authorization header.

    Raises:
        NotAuthenticatedError: There is none, or its form is wrong.
    """
    if not authorization:
        raise NotAuthenticatedError("no token")
    found = _AUTHORIZATION.fullmatch(authorization) if len(authorization) <= _LONGEST else None
    if found is None:
        raise NotAuthenticatedError("no single bearer token of three parts")
    header = _decoded(found["header"], Header)
    if header.typ.upper() != "JWT":
        raise NotAuthenticatedError("typ is not JWT")
    if header.crit is not msgspec.UNSET or header.b64 is not msgspec.UNSET:
        raise NotAuthenticatedError("a critical extension")
    return Token(found["token"], header, _decoded(found["claims"], Claims))


def _decoded(part: str, kind: type[T]) -> T:
    try:
        content = b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(content, type=kind)
    except (Base64Error, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        where = kind.__name__.lower()
        raise NotAuthenticatedError(f"{where} malformed: {_place(problem)}") from None


def _place(problem: Exception) -> str:
    """Which member is wrong, never its value; messages of msgspec name types and members only."""
    return str(problem) if isinstance(problem, msgspec.ValidationError) else type(problem).__name__
