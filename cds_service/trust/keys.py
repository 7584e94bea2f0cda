"""Public keys of clients: a JSON Web Key Set, read with suspicion (JWT-04, JWT-15).

Only what verifies a signature is taken out of a key: whatever else stands there (certificates, addresses,
private parts) is never used. A key that cannot be used is left out and named; the others count.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cds_service.trust.published import THUMBPRINTS


PublicKey = ECKey | RSAKey
_RSA_BITS = range(2048, 8193)
# Exponents beyond this make verification slow, and no client has one.
_RSA_EXPONENT_BITS = 33
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_EC_MEMBERS = ("kty", "crv", "x", "y")
_RSA_MEMBERS = ("kty", "n", "e")
_MOST_KEYS = 100
# What the libraries raise for keys that are none.
_UNUSABLE = (ValueError, TypeError, KeyError, OverflowError, JoseError)


class VerificationKey(msgspec.Struct, frozen=True):
    """One key.

    Attributes:
        key: For joserfc.
        algorithm: The only one that it is for; empty when the set does not say.
    """

    key: PublicKey
    algorithm: str = ""


class KeySet(msgspec.Struct, frozen=True):
    """The keys that can be used, by ``kid``, and what is wrong with the others."""

    keys: Mapping[str, VerificationKey]
    problems: tuple[str, ...] = ()


class _Document(msgspec.Struct):
    keys: list[dict[str, Any]]


def read_key_set(content: bytes, *, allow_published: bool = False) -> KeySet:
    """The key set that ``content`` (JSON) states.

    Args:
        content: As it was fetched or read from a file.
        allow_published: Keys whose private part anybody can look up are usable.

    Raises:
        ValueError: Not a key set; says no more than that.
    """
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ValueError("is no JSON Web Key Set") from problem
    return key_set_of(document.keys, allow_published=allow_published)


def key_set_of(members: list[dict[str, Any]], *, allow_published: bool = False) -> KeySet:
    """The key set made of ``members``; a ``kid`` that stands twice means no key at all (JWT-04).

    Raises:
        ValueError: More keys than any client has.
    """
    if len(members) > _MOST_KEYS:
        raise ValueError(f"has more than {_MOST_KEYS} keys")
    times = Counter(
        kid for kid in (member.get("kid") for member in members) if isinstance(kid, str)
    )
    keys: dict[str, VerificationKey] = {}
    problems: list[str] = []
    for position, member in enumerate(members):
        try:
            kid = _kid(member, times)
            keys[kid] = _verification_key(member, allow_published=allow_published)
        except _UNUSABLE as problem:
            problems.append(f"keys[{position}]: {_words(problem)}")
    return KeySet(keys, tuple(problems))


def _kid(member: dict[str, Any], times: Counter[str]) -> str:
    """An opaque text, whatever characters it has (EHR-01)."""
    kid = member.get("kid")
    if not isinstance(kid, str) or not kid:
        raise ValueError("has no kid")
    if times[kid] > 1:
        raise ValueError("has a kid that stands more than once")
    return kid


def _verification_key(member: dict[str, Any], *, allow_published: bool) -> VerificationKey:
    if _PRIVATE & member.keys():
        raise ValueError("holds a secret or a private key")
    operations = member.get("key_ops", ["verify"])
    if member.get("use", "sig") != "sig" or "verify" not in operations:
        raise ValueError("is not for signatures")
    key = _public_key(member)
    published = THUMBPRINTS.get(key.thumbprint())
    if published and not allow_published:
        raise ValueError(f"is the published key of {published}")
    algorithm = member.get("alg", "")
    if not isinstance(algorithm, str):
        raise TypeError("alg is no text")
    return VerificationKey(key, algorithm)


def _public_key(member: dict[str, Any]) -> PublicKey:
    kind = member.get("kty")
    if kind == "EC":
        key: PublicKey = ECKey.import_key({name: _text(member, name) for name in _EC_MEMBERS})
    elif kind == "RSA":
        _check_size(member)
        key = RSAKey.import_key({name: _text(member, name) for name in _RSA_MEMBERS})
    else:
        raise ValueError("is of a kind that is not used here")
    return key


def _check_size(member: dict[str, Any]) -> None:
    if _bits(_text(member, "n")) not in _RSA_BITS:
        raise ValueError("is shorter than 2048 or longer than 8192 bits")
    if _bits(_text(member, "e")) > _RSA_EXPONENT_BITS:
        raise ValueError("has an odd exponent")


def _bits(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()


def _text(member: dict[str, Any], name: str) -> str:
    value = member.get(name)
    if not isinstance(value, str):
        raise TypeError(f"{name} is missing or no text")
    return value


def _words(problem: Exception) -> str:
    """Our own words, or the name of the type: a library may repeat what stands in the key."""
    return str(problem) if type(problem) in (ValueError, TypeError) else type(problem).__name__
