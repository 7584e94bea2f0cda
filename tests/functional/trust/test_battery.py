"""Rows JWT-01..22 and BP-4 against the running service: who is let in, and one answer for all others."""

from __future__ import annotations

import json
import time
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jws import JWSRegistry

from tests.contract.requests import SERVICE, pv
from tests.functional.server import Answer
from tests.functional.trust.conftest import ISSUER, WORKERS, World
from tests.functional.trust.signer import BASE, Signer, new_key, sign


FEEDBACK = f"{SERVICE}/feedback"
EXPLAIN = "/explain/leg-pain-patient-view"
OTHER_SERVICE = "/cds-services/leg-pain-order-sign"
Make = Callable[[World], str]


def call(world: World, authorization: str | None, path: str = SERVICE) -> Answer:
    """One service call with a value of the Authorization header."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return world.server.call("POST", path, pv(), headers)


def bearer(token: str) -> str:
    """As a header value."""
    return f"Bearer {token}"


def now() -> int:
    """Seconds since 1970."""
    return int(time.time())


# --- who is let in -------------------------------------------------------------------------------

GOOD: dict[str, Make] = {
    "JWT-02 ES384": lambda w: bearer(w.ehr.token(SERVICE)),
    "JWT-19 RS384, a kid with + and /": lambda w: bearer(w.rsa.token(SERVICE)),
    "JWT-01 bearer in lower case": lambda w: f"bearer {w.ehr.token(SERVICE)}",
    "JWT-05 typ in lower case": lambda w: bearer(w.ehr.token(SERVICE, {"typ": "jwt"})),
    "JWT-06 an array with the address in it": lambda w: bearer(
        w.ehr.token(SERVICE, aud=["https://other.example.org", BASE + SERVICE])
    ),
    "JWT-08 keys exchanged out of band, no jku": lambda w: bearer(
        w.static.token(SERVICE, tenant="north")
    ),
    "JWT-10 expired within the leeway": lambda w: bearer(w.ehr.token(SERVICE, exp=now() - 30)),
    "JWT-11 issued a little ahead": lambda w: bearer(w.ehr.token(SERVICE, iat=time.time() + 0.25)),
    "JWT-11 issued ahead within the leeway": lambda w: bearer(w.ehr.token(SERVICE, iat=now() + 30)),
    "JWT-13 a tenant where none is agreed": lambda w: bearer(w.ehr.token(SERVICE, tenant="x")),
    "JWT-13 tenant null": lambda w: bearer(w.ehr.token(SERVICE, tenant=None)),
    "JWT-21 key material in the header is ignored": lambda w: bearer(
        w.ehr.token(
            SERVICE,
            {"jwk": Signer("x").jwk, "x5c": ["MIIB"], "x5u": w.keys.url("/x5u"), "x5t": "AA"},
        )
    ),
    "JWT-21 unknown members of the header": lambda w: bearer(
        w.ehr.token(SERVICE, {"zip": "DEF", "com.example": 1})
    ),
    "JWT-22 nbf in the past, sub": lambda w: bearer(
        w.ehr.token(SERVICE, nbf=now() - 300, sub="client-id")
    ),
    "JWT-22 the sub that is agreed, EHR-13 another audience": lambda w: bearer(
        w.sandbox.token(SERVICE, aud="sand_man", sub="cds")
    ),
    "JWT-23 a long life is no reason": lambda w: bearer(
        w.ehr.token(SERVICE, exp=now() + 110_000_000)
    ),
    "further claims": lambda w: bearer(w.ehr.token(SERVICE, scope="x", nested={"a": [1]})),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_let_in(world: World, make: Make) -> None:
    """200, with cards or without."""
    assert call(world, make(world)).status == 200


# --- who is not ----------------------------------------------------------------------------------


def tampered(token: str, part: int, position: int = 10) -> str:
    """Another character in one part."""
    parts = token.split(".")
    old = parts[part][position]
    new = "A" if old != "A" else "B"
    parts[part] = parts[part][:position] + new + parts[part][position + 1 :]
    return ".".join(parts)


def unsigned(world: World, alg: str) -> str:
    """No algorithm, no signature."""
    return world.ehr.token(SERVICE, {"alg": alg}).rpartition(".")[0] + "."


def symmetric(world: World, alg: str) -> str:
    """JWT-17: the public key as a shared secret."""
    secret = world.ehr.key.as_pem(private=False)
    return sign(world.ehr.header(alg=alg), world.ehr.claims(SERVICE), alg, secret)


def other_alg(world: World, alg: str) -> str:
    """The right key, with an algorithm that is not agreed (JWT-20)."""
    return sign(world.rsa.header(alg=alg), world.rsa.claims(SERVICE), alg, world.rsa.key)


def raw_claims(world: World, member: str) -> str:
    """Claims with one member written by hand."""
    claims = world.ehr.claims(SERVICE, **{member.split('"')[1]: ...})
    return world.ehr.signed(world.ehr.header(), (json.dumps(claims)[:-1] + f",{member}}}").encode())


def rsa_with_ec_alg(world: World) -> str:
    """Header says ES384, the key of that name is RSA."""
    return world.rsa.token(SERVICE, {"alg": "ES384"})


def weak(world: World) -> str:
    """Somebody else's key under the right name."""
    return Signer(ISSUER, jku=world.ehr.jku).token(SERVICE)


def utf_16(world: World) -> str:
    """JSON is UTF-8; some parsers guess."""
    claims = json.dumps(world.ehr.claims(SERVICE)).encode("utf-16")
    return world.ehr.signed(world.ehr.header(), claims)


def compressed(world: World) -> str:
    """A payload that would have to be unpacked."""
    claims = zlib.compress(json.dumps(world.ehr.claims(SERVICE)).encode())
    return world.ehr.signed(world.ehr.header(zip="DEF"), claims)


BAD: dict[str, Make | None] = {
    "JWT-01 no header": None,
    "JWT-01 empty": lambda w: "",
    "JWT-01 no token": lambda w: "Bearer",
    "JWT-01 Basic": lambda w: "Basic dXNlcjpwYXNz",
    "JWT-01 the token alone": lambda w: w.ehr.token(SERVICE),
    "JWT-01 two tokens": lambda w: f"Bearer {w.ehr.token(SERVICE)} {w.ehr.token(SERVICE)}",
    "JWT-01 two with a comma": lambda w: (
        f"Bearer {w.ehr.token(SERVICE)}, Bearer {w.ehr.token(SERVICE)}"
    ),
    "JWT-01 parameters behind it": lambda w: f'Bearer {w.ehr.token(SERVICE)}, realm="x"',
    "JWT-01 not ASCII": lambda w: f"Bearer {w.ehr.token(SERVICE)}\xe9",
    "JWT-01 padding": lambda w: f"Bearer {w.ehr.token(SERVICE)}==",
    "JWT-01 two parts": lambda w: bearer(w.ehr.token(SERVICE).rpartition(".")[0]),
    "JWT-01 four parts": lambda w: bearer(w.ehr.token(SERVICE) + ".AAAA"),
    "JWT-01 five parts, JWE": lambda w: bearer(w.ehr.token(SERVICE) + ".AAAA.BBBB"),
    "JWT-01 large": lambda w: bearer(w.ehr.token(SERVICE, x="x" * 5_200)),
    "JWT-01 no base64": lambda w: bearer("A.A.A"),
    "JWT-02 header changed": lambda w: bearer(tampered(w.ehr.token(SERVICE), 0)),
    "JWT-02 payload changed": lambda w: bearer(tampered(w.ehr.token(SERVICE), 1)),
    "JWT-02 signature changed": lambda w: bearer(tampered(w.ehr.token(SERVICE), 2)),
    "JWT-02 signature cut": lambda w: bearer(w.ehr.token(SERVICE)[:-8]),
    "JWT-02 signature of zeros": lambda w: bearer(
        w.ehr.token(SERVICE).rpartition(".")[0] + "." + "A" * 128
    ),
    "JWT-02 signature of another token": lambda w: bearer(
        w.ehr.token(SERVICE).rpartition(".")[0] + "." + w.ehr.token(SERVICE).rpartition(".")[2]
    ),
    "JWT-02 somebody else's key": lambda w: bearer(weak(w)),
    "JWT-03 no alg": lambda w: bearer(w.ehr.token(SERVICE, {"alg": ...})),
    "JWT-03 alg null": lambda w: bearer(w.ehr.token(SERVICE, {"alg": None})),
    "JWT-03 alg in a list": lambda w: bearer(w.ehr.token(SERVICE, {"alg": ["ES384"]})),
    "JWT-03 alg in lower case": lambda w: bearer(w.ehr.token(SERVICE, {"alg": "es384"})),
    "JWT-04 no kid": lambda w: bearer(w.ehr.token(SERVICE, {"kid": ...})),
    "JWT-04 kid empty": lambda w: bearer(w.ehr.token(SERVICE, {"kid": ""})),
    "JWT-04 kid a number": lambda w: bearer(w.ehr.token(SERVICE, {"kid": 1})),
    "JWT-04 kid unknown": lambda w: bearer(w.ehr.token(SERVICE, {"kid": "other"})),
    "JWT-04 kid a path": lambda w: bearer(w.ehr.token(SERVICE, {"kid": "../../etc/passwd"})),
    "JWT-05 no typ": lambda w: bearer(w.ehr.token(SERVICE, {"typ": ...})),
    "JWT-05 typ at+jwt": lambda w: bearer(w.ehr.token(SERVICE, {"typ": "at+jwt"})),
    "JWT-05 typ JOSE": lambda w: bearer(w.ehr.token(SERVICE, {"typ": "JOSE"})),
    "JWT-06 aud missing": lambda w: bearer(w.ehr.token(SERVICE, aud=...)),
    "JWT-06 aud null": lambda w: bearer(w.ehr.token(SERVICE, aud=None)),
    "JWT-06 aud empty": lambda w: bearer(w.ehr.token(SERVICE, aud="")),
    "JWT-06 aud an empty list": lambda w: bearer(w.ehr.token(SERVICE, aud=[])),
    "JWT-06 aud with a number": lambda w: bearer(w.ehr.token(SERVICE, aud=[BASE + SERVICE, 1])),
    "JWT-06 aud an object": lambda w: bearer(w.ehr.token(SERVICE, aud={BASE + SERVICE: 1})),
    "JWT-06 another service": lambda w: bearer(w.ehr.token(OTHER_SERVICE)),
    "JWT-06 discovery": lambda w: bearer(w.ehr.token("/cds-services")),
    "JWT-06 feedback": lambda w: bearer(w.ehr.token(FEEDBACK)),
    "JWT-06 another host": lambda w: bearer(
        w.ehr.token(SERVICE, aud=f"https://other.example.org{SERVICE}")
    ),
    "JWT-06 the Host header": lambda w: bearer(
        w.ehr.token(SERVICE, aud=f"http://127.0.0.1:{w.server.port}{SERVICE}")
    ),
    "JWT-06 a slash at the end": lambda w: bearer(w.ehr.token(SERVICE + "/")),
    "JWT-06 http": lambda w: bearer(
        w.ehr.token(SERVICE, aud=BASE.replace("https", "http") + SERVICE)
    ),
    "JWT-06 upper case": lambda w: bearer(w.ehr.token(SERVICE, aud=(BASE + SERVICE).upper())),
    "JWT-06 a query": lambda w: bearer(w.ehr.token(SERVICE, aud=BASE + SERVICE + "?x")),
    "JWT-06 the address where another is agreed": lambda w: bearer(
        w.sandbox.token(SERVICE, sub="cds")
    ),
    "JWT-08 no jku where one is agreed": lambda w: bearer(w.ehr.token(SERVICE, {"jku": ...})),
    "JWT-09 no iss": lambda w: bearer(w.ehr.token(SERVICE, iss=...)),
    "JWT-09 iss unknown": lambda w: bearer(w.ehr.token(SERVICE, iss="https://other.example.org")),
    "JWT-09 iss with a slash": lambda w: bearer(w.ehr.token(SERVICE, iss=ISSUER + "/")),
    "JWT-09 iss a list": lambda w: bearer(w.ehr.token(SERVICE, iss=[ISSUER])),
    "JWT-09 iss null": lambda w: bearer(w.ehr.token(SERVICE, iss=None)),
    "JWT-10 no exp": lambda w: bearer(w.ehr.token(SERVICE, exp=...)),
    "JWT-10 expired": lambda w: bearer(w.ehr.token(SERVICE, exp=now() - 61)),
    "JWT-10 exp a text": lambda w: bearer(w.ehr.token(SERVICE, exp=str(now() + 300))),
    "JWT-10 exp true": lambda w: bearer(w.ehr.token(SERVICE, exp=True)),
    "JWT-10 exp null": lambda w: bearer(w.ehr.token(SERVICE, exp=None)),
    "JWT-10 exp negative": lambda w: bearer(w.ehr.token(SERVICE, exp=-1)),
    "JWT-10 exp zero": lambda w: bearer(w.ehr.token(SERVICE, exp=0)),
    "JWT-10 exp in milliseconds": lambda w: bearer(w.ehr.token(SERVICE, exp=10**15)),
    "JWT-10 exp huge": lambda w: bearer(raw_claims(w, '"exp":1' + "0" * 400)),
    "JWT-10 exp of five thousand digits": lambda w: bearer(raw_claims(w, '"exp":' + "9" * 5_000)),
    "JWT-10 exp beyond numbers": lambda w: bearer(raw_claims(w, '"exp":1e999')),
    "JWT-10 exp NaN": lambda w: bearer(raw_claims(w, '"exp":NaN')),
    "JWT-10 exp Infinity": lambda w: bearer(raw_claims(w, '"exp":Infinity')),
    "JWT-10 exp a list": lambda w: bearer(w.ehr.token(SERVICE, exp=[now() + 300])),
    "JWT-11 no iat": lambda w: bearer(w.ehr.token(SERVICE, iat=...)),
    "JWT-11 iat in the future": lambda w: bearer(w.ehr.token(SERVICE, iat=now() + 90)),
    "JWT-11 iat a text": lambda w: bearer(w.ehr.token(SERVICE, iat=str(now()))),
    "JWT-11 iat false": lambda w: bearer(w.ehr.token(SERVICE, iat=False)),
    "JWT-11 iat negative": lambda w: bearer(w.ehr.token(SERVICE, iat=-5)),
    "JWT-12 no jti": lambda w: bearer(w.ehr.token(SERVICE, jti=...)),
    "JWT-12 jti empty": lambda w: bearer(w.ehr.token(SERVICE, jti="")),
    "JWT-12 jti a number": lambda w: bearer(w.ehr.token(SERVICE, jti=5)),
    "JWT-12 jti half a character": lambda w: bearer(raw_claims(w, r'"jti":"\ud800"')),
    "JWT-13 tenant a number": lambda w: bearer(w.static.token(SERVICE, tenant=1)),
    "JWT-14 jku elsewhere": lambda w: bearer(
        w.ehr.token(SERVICE, {"jku": w.keys.url("/elsewhere")})
    ),
    "JWT-14 jku of another client": lambda w: bearer(w.ehr.token(SERVICE, {"jku": w.rsa.jku})),
    "JWT-14 jku with a fragment": lambda w: bearer(w.ehr.token(SERVICE, {"jku": w.ehr.jku + "#"})),
    "JWT-14 jku null": lambda w: bearer(w.ehr.token(SERVICE, {"jku": None})),
    "JWT-14 jku where keys were exchanged": lambda w: bearer(
        w.static.token(SERVICE, {"jku": w.keys.url("/elsewhere")}, tenant="north")
    ),
    "JWT-14 iss unknown, our own jku": lambda w: bearer(w.ehr.token(SERVICE, iss="urn:x")),
    "JWT-14 iss of another client": lambda w: bearer(w.ehr.token(SERVICE, iss=w.static.issuer)),
    "JWT-16 none": lambda w: bearer(unsigned(w, "none")),
    "JWT-16 none with a signature": lambda w: bearer(w.ehr.token(SERVICE, {"alg": "none"})),
    "JWT-16 None": lambda w: bearer(unsigned(w, "None")),
    "JWT-16 NONE": lambda w: bearer(unsigned(w, "NONE")),
    "JWT-16 empty signature": lambda w: bearer(unsigned(w, "ES384")),
    "JWT-17 HS256": lambda w: bearer(symmetric(w, "HS256")),
    "JWT-17 HS384": lambda w: bearer(symmetric(w, "HS384")),
    "JWT-17 HS512": lambda w: bearer(symmetric(w, "HS512")),
    "JWT-19 an RSA key for ES384": lambda w: bearer(rsa_with_ec_alg(w)),
    "JWT-20 ES256": lambda w: bearer(
        sign(w.ehr.header(alg="ES256"), w.ehr.claims(SERVICE), "ES256", new_key("ES256"))
    ),
    "JWT-20 RS512": lambda w: bearer(other_alg(w, "RS512")),
    "JWT-20 RS256": lambda w: bearer(other_alg(w, "RS256")),
    "JWT-20 PS384": lambda w: bearer(other_alg(w, "PS384")),
    "JWT-21 crit unknown": lambda w: bearer(w.ehr.token(SERVICE, {"crit": ["exp"], "exp": 1})),
    "JWT-21 crit b64": lambda w: bearer(w.ehr.token(SERVICE, {"crit": ["b64"], "b64": True})),
    "JWT-21 crit empty": lambda w: bearer(w.ehr.token(SERVICE, {"crit": []})),
    "JWT-21 b64 false": lambda w: bearer(w.ehr.token(SERVICE, {"b64": False})),
    "JWT-22 nbf in the future": lambda w: bearer(w.ehr.token(SERVICE, nbf=now() + 90)),
    "JWT-22 nbf a text": lambda w: bearer(w.ehr.token(SERVICE, nbf="0")),
    "JWT-22 another sub": lambda w: bearer(w.sandbox.token(SERVICE, aud="sand_man", sub="x")),
    "JWT-22 no sub": lambda w: bearer(w.sandbox.token(SERVICE, aud="sand_man")),
    "lives longer than agreed": lambda w: bearer(
        w.sandbox.token(SERVICE, aud="sand_man", sub="cds", exp=now() + 700)
    ),
    "header a list": lambda w: bearer(w.ehr.signed(["ES384"], w.ehr.claims(SERVICE))),
    "header deep": lambda w: bearer(
        w.ehr.signed(b'{"x":' + b"[" * 2_500 + b"]" * 2_500 + b"}", w.ehr.claims(SERVICE))
    ),
    "claims a list": lambda w: bearer(w.ehr.signed(w.ehr.header(), [w.ehr.claims(SERVICE)])),
    "claims deep": lambda w: bearer(
        w.ehr.signed(w.ehr.header(), b'{"x":' + b"[" * 2_500 + b"]" * 2_500 + b"}")
    ),
    "claims no JSON": lambda w: bearer(w.ehr.signed(w.ehr.header(), b"claims")),
    "claims empty": lambda w: bearer(w.ehr.signed(w.ehr.header(), {})),
    "claims in UTF-16": lambda w: bearer(utf_16(w)),
    "claims not UTF-8": lambda w: bearer(
        w.ehr.signed(w.ehr.header(), b'{"iss":"\xff"}')
    ),
    "a byte order mark": lambda w: bearer(
        w.ehr.signed(
            w.ehr.header(), b"\xef\xbb\xbf" + json.dumps(w.ehr.claims(SERVICE)).encode()
        )
    ),
    "nested": lambda w: bearer(
        w.ehr.signed(w.ehr.header(cty="JWT"), w.ehr.token(SERVICE).encode())
    ),
    "compressed": lambda w: bearer(compressed(w)),
}  # fmt: skip


def shape(answer: Answer) -> tuple[Any, ...]:
    """Everything that an answer shows but for its own id and the time."""
    headers = {k: v for k, v in answer.headers.items() if k not in {"date", "x-request-id"}}
    return answer.status, headers, answer.body


@pytest.fixture(scope="module")
def refusal(world: World) -> Answer:
    """How somebody without any token is answered."""
    return call(world, None)


def test_a_stranger_is_told_what_is_needed(refusal: Answer) -> None:
    """401 with the scheme, an OperationOutcome and nothing of the reason."""
    assert refusal.status == 401
    assert refusal.headers["www-authenticate"] == "Bearer"
    assert refusal.json["issue"][0]["code"] == "login"


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_bp_4_every_failure_is_answered_alike(
    world: World, refusal: Answer, make: Make | None
) -> None:
    """Byte for byte, headers included; nothing is fetched but from the agreed address."""
    answer = call(world, make(world) if make else None)
    assert shape(answer) == shape(refusal)
    assert set(world.keys.asked) <= {"/ehr", "/rsa"}


def test_jwt_01_two_authorization_headers(world: World, refusal: Answer) -> None:
    """Even when both are good."""
    import http.client  # noqa: PLC0415 (only here: urllib and the helper send one of each)

    connection = http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=20)
    connection.putrequest("POST", SERVICE)
    body = json.dumps(pv()).encode()
    for _ in range(2):
        connection.putheader("Authorization", bearer(world.ehr.token(SERVICE)))
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (401, refusal.body)
    connection.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_need_a_token_too(world: World, method: str) -> None:
    """Nobody learns what there is."""
    assert world.server.call(method, SERVICE).status == 401


@pytest.mark.parametrize(
    "path",
    [EXPLAIN, FEEDBACK, OTHER_SERVICE, "/cds-services/unknown", "/cds-services/x/y", "/reports",
     "/cds-services/%2e%2e", "/explain/unknown"],
)  # fmt: skip
def test_everything_below_is_protected(world: World, refusal: Answer, path: str) -> None:
    """What exists and what does not, alike."""
    assert shape(call(world, None, path)) == shape(refusal)


def test_fb_12_feedback_and_explain_have_their_own_addresses(world: World) -> None:
    """The token names the address that is called; that of the service does not do."""
    items = {"feedback": []}
    for path, body, status in ((FEEDBACK, items, 204), (EXPLAIN, pv(), 200)):
        good, other = world.ehr.authorization(path), world.ehr.authorization(SERVICE)
        assert world.server.call("POST", path, body, good).status == status
        assert world.server.call("POST", path, body, other).status == 401


def test_an_unknown_service_is_404_for_a_client(world: World) -> None:
    """Once it is known who asks."""
    path = "/cds-services/unknown"
    assert world.server.call("POST", path, pv(), world.ehr.authorization(path)).status == 404


def test_disc_15_discovery_is_open_whatever_is_sent(world: World) -> None:
    """By default; a token is not even looked at."""
    for headers in ({}, {"Authorization": "Bearer junk"}, world.ehr.authorization("/x")):
        assert world.server.call("GET", "/cds-services", headers=headers).status == 200
        assert world.server.call("HEAD", "/cds-services", headers=headers).status == 200


def test_health_says_the_mode(world: World) -> None:
    """Without a token."""
    assert world.server.call("GET", "/health/ready").json["authentication"] == "jwt"


def test_jwt_13_tenants_and_services_outside_the_agreement_are_403(world: World) -> None:
    """Said only to those who could sign: with a bad signature the answer is 401 as ever."""
    tokens = [world.static.token(SERVICE, **claims) for claims in ({}, {"tenant": "west"})]
    answers = [call(world, bearer(token)) for token in tokens]
    assert [answer.status for answer in answers] == [403, 403]
    assert answers[0].json["issue"][0]["code"] == "forbidden"
    assert "www-authenticate" not in answers[0].headers
    other = world.static.token(OTHER_SERVICE, tenant="north")
    assert call(world, bearer(other), OTHER_SERVICE).status == 403
    assert call(world, bearer(tampered(tokens[1], 2))).status == 401


def test_inf_12_a_test_kit_may_use_one_token_again(world: World) -> None:
    """Where the clients file says so."""
    token = bearer(world.kit.token(SERVICE))
    assert [call(world, token).status for _ in range(5)] == [200] * 5


def test_jwt_21_keys_named_in_tokens_are_never_fetched(world: World) -> None:
    """One look at each agreed address for each worker, and no other request at all."""
    assert set(world.keys.asked) <= {"/ehr", "/rsa"}
    # Unknown kids (JWT-04) are allowed one more look in an interval of half a minute.
    assert world.keys.asked["/ehr"] <= 2 * WORKERS + 2


def test_signatures_are_really_made_here() -> None:
    """The helper signs what a library accepts."""
    signer = Signer("urn:x")
    header, claims, signature = signer.token(SERVICE).split(".")
    key = JWSRegistry.algorithms["ES384"]
    decoded = signature + "=" * (-len(signature) % 4)
    from base64 import urlsafe_b64decode  # noqa: PLC0415

    assert key.verify(f"{header}.{claims}".encode(), urlsafe_b64decode(decoded), signer.key)
    assert urlsafe_b64encode(urlsafe_b64decode(decoded)).decode() == decoded
