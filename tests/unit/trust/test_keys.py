"""Key sets: what can be used, what cannot, and that one bad key spoils no other (JWT-04, JWT-15)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cds_service.trust.keys import read_key_set
from tests.functional.trust.signer import Signer


EC = Signer("x", kid="ec").jwk
RSA = Signer("x", kid="rsa", alg="RS384").jwk
Json = dict[str, Any]


def read(*members: Any) -> tuple[list[str], list[str]]:
    """The kids that can be used, and the problems."""
    found = read_key_set(json.dumps({"keys": members, "more": 1}).encode())
    return list(found.keys), list(found.problems)


def test_several_kinds_with_extra_members() -> None:
    """`key_ops`, `ext`, `use`, `x5c`, words of vendors."""
    extra = {"key_ops": ["verify"], "ext": True, "x5c": ["MIIB"], "com.example": {}}
    assert read(EC | extra, RSA | extra) == (["ec", "rsa"], [])
    untold = {name: value for name, value in EC.items() if name not in {"use", "alg"}}
    assert read(untold) == (["ec"], [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kid": None}, "has no kid"),
        ({"kid": 5}, "has no kid"),
        ({"kid": ""}, "has no kid"),
        ({"kty": "oct", "k": "AAAA"}, "secret or a private"),
        ({"kty": "OKP"}, "a kind that is not used"),
        ({"kty": None}, "a kind that is not used"),
        ({"use": "enc"}, "not for signatures"),
        ({"key_ops": ["sign"]}, "not for signatures"),
        ({"key_ops": 5}, "TypeError"),
        ({"alg": 5}, "alg is no text"),
        ({"x": None}, "x is missing"),
        ({"x": "AAAA"}, ""),
        ({"x": EC["y"]}, ""),
        ({"crv": "P-999"}, ""),
        ({"crv": "secp256k1"}, ""),
        ({"d": "AAAA"}, "secret or a private"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_used_spoils_no_other(changes: Json, words: str) -> None:
    """It is named, without its content."""
    kids, [problem] = read(EC | changes, RSA)
    assert kids == ["rsa"]
    assert problem.startswith("keys[0]: ")
    assert words in problem or (words == "TypeError" and "key_ops" not in problem)


def test_rsa_keys_of_odd_sizes() -> None:
    """Too short to be safe, too long or with too long an exponent to be checked quickly."""
    short, long = "A" * 3 + "Q" * 168, "Q" * 1_500
    for changes in ({"n": short}, {"n": long}, {"e": "Q" * 400}, {"n": "?"}):
        kids, problems = read(RSA | changes, EC)
        assert kids == ["ec"]
        assert len(problems) == 1


def test_jwt_04_a_kid_that_stands_twice_is_no_name() -> None:
    """Neither of the two is used, not even when they are the same."""
    other = Signer("x", kid="ec").jwk
    assert read(EC, other, RSA)[0] == ["rsa"]
    assert read(EC, EC)[0] == []
    assert len(read(EC, other)[1]) == 2


def test_ehr_01_a_kid_is_an_opaque_text() -> None:
    """Base64 with `+ /=`, and looks like nothing else."""
    assert read(EC | {"kid": "a+/b=="})[0] == ["a+/b=="]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b'{"keys":{}}', b'{"keys":[1]}', b"<html>", b"\xff\xfe",
     b'{"keys":' + b"[" * 50_000, json.dumps({"keys": [EC] * 101}).encode()],
)  # fmt: skip
def test_what_is_no_key_set(content: bytes) -> None:
    """ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"(?i)key"):
        read_key_set(content)


def test_an_empty_set_is_one() -> None:
    """A client may take all its keys back."""
    assert read() == ([], [])
