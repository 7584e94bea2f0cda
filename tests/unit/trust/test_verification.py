"""One token after the other: the specification's own, and the reason of each refusal, with a still clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_service.core.errors import NotAllowedError, NotAuthenticatedError
from cds_service.trust.clients import Client, Clients
from cds_service.trust.key_sources import StaticKeys
from cds_service.trust.keys import key_set_of
from cds_service.trust.tokens import read_token
from cds_service.trust.verification import Called, Verifier
from tests.functional.trust.signer import BASE, Signer


EXAMPLE = json.loads((Path(__file__).parent / "spec_example.json").read_text())
SERVICE = "/cds-services/some-service"
CALLED = Called(SERVICE, "some-service")
NOW = datetime(2026, 11, 21, 23, 45, tzinfo=UTC)
AT = int(NOW.timestamp())
SIGNER = Signer("https://ehr.example.org")
OTHER = Signer("https://other.example.org")


class Nonces:
    """Used tokens of one test."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], datetime] = {}

    def first_use(self, issuer: str, jti: str, until: datetime) -> bool:
        """As the store does."""
        first = (issuer, jti) not in self.seen
        self.seen.setdefault((issuer, jti), until)
        return first


def verifier(
    *clients: tuple[Client, Signer], now: datetime = NOW, nonces: Nonces | None = None
) -> Verifier:
    """For clients whose keys were exchanged."""
    return Verifier(
        Clients(tuple(client for client, _ in clients), {}),
        {client.name: StaticKeys(key_set_of([s.jwk])) for client, s in clients},
        nonces or Nonces(),
        base_url=BASE,
        clock=lambda: now,
    )


def client(signer: Signer = SIGNER, name: str = "ehr", **members: Any) -> tuple[Client, Signer]:
    """A client with exchanged keys."""
    return Client(name=name, issuer=signer.issuer, **({"keys": {}} | members)), signer


def bearer(signer: Signer = SIGNER, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token of that moment."""
    times = {"iat": AT, "exp": AT + 300}
    return f"Bearer {signer.token(SERVICE, header, **(times | claims))}"


def reason(checked: Verifier, authorization: str, called: Called = CALLED) -> str:
    """Why it is refused."""
    with pytest.raises(NotAuthenticatedError) as caught:
        checked.caller(authorization, called)
    return str(caught.value)


def spec_verifier(now: datetime) -> Verifier:
    """The client of the specification's example."""
    issuer = "https://fhir-ehr.example.com/"
    jku = "https://fhir-ehr.example.com/jwk_uri"
    spec = Client(name="spec", issuer=issuer, jku=jku)
    keys = key_set_of(EXAMPLE["jwks"]["keys"], allow_published=True)
    return Verifier(
        Clients((spec,), {}),
        {"spec": StaticKeys(keys)},
        Nonces(),
        base_url=BASE,
        clock=lambda: now,
    )


def test_jwt_23_the_example_of_the_specification() -> None:
    """Verifies at its own time and for its own address; not now, not elsewhere, not changed."""
    authorization = f"Bearer {EXAMPLE['token']}"
    then = datetime.fromtimestamp(1_400_000_000, UTC)
    caller = spec_verifier(then).caller(authorization, CALLED)
    assert caller.client == "spec"
    assert caller.tenant == "2ddd6c3a-8e9a-44c6-a305-52111ad302a2"
    assert reason(spec_verifier(NOW), authorization) == "expired"
    elsewhere = Called("/cds-services/other", "other")
    assert reason(spec_verifier(then), authorization, elsewhere) == "aud is another address"
    changed = authorization[:-2] + ("AA" if not authorization.endswith("AA") else "BB")
    assert reason(spec_verifier(then), changed).startswith("signature")


def test_a_caller_is_who_signed() -> None:
    """Name, issuer and tenant."""
    caller = verifier(client()).caller(bearer(tenant="north"), CALLED)
    assert (caller.client, caller.issuer, caller.tenant) == ("ehr", SIGNER.issuer, "north")


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        ("", "no token"),
        ("Basic abc", "no single bearer token"),
        (bearer(header={"typ": "at+jwt"}), "typ is not JWT"),
        (bearer(header={"crit": ["x"]}), "a critical extension"),
        (bearer(header={"b64": True}), "a critical extension"),
        (bearer(header={"alg": 5}), "header malformed: Expected `str`"),
        (bearer(exp="5"), "claims malformed: Expected `int | float`, got `str` - at `$.exp`"),
        (bearer(iss="urn:x"), "issuer unknown"),
        (bearer(header={"jku": "https://x.example"}), "jku is not the agreed one"),
        (bearer(aud="x"), "aud is another address"),
        (bearer(exp=AT - 60), "expired"),
        (bearer(iat=AT + 61), "issued in the future"),
        (bearer(nbf=AT + 61), "not valid yet"),
        (bearer(header={"alg": "ES256"}), "alg is not agreed"),
        (bearer(header={"alg": "RS384"}), "key is for another alg"),
        (bearer(header={"kid": "x"}), "key unknown"),
        (bearer(Signer(SIGNER.issuer)), "signature: BadSignatureError"),
    ],
)  # fmt: skip
def test_the_reason_is_known_to_the_log(authorization: str, words: str) -> None:
    """Each refusal is for its own reason, and says nothing of what was sent."""
    assert reason(verifier(client()), authorization).startswith(words)


@pytest.mark.parametrize(
    "claims",
    [{"exp": AT - 59}, {"iat": AT + 60}, {"nbf": AT + 60}, {"iat": AT + 0.25}, {"iat": 0}],
)
def test_jwt_11_clocks_may_be_a_minute_off(claims: dict[str, Any]) -> None:
    """In either direction."""
    assert verifier(client()).caller(bearer(**claims), CALLED)


def test_bp_1_the_order_of_checks() -> None:
    """What is wrong in all ways is refused for the first of them; nobody's keys are asked before."""
    checked = verifier(client(), client(OTHER, "other"))
    wrong = {"aud": "x", "exp": 5, "tenant": "t"}
    stranger = Signer(SIGNER.issuer)
    assert reason(checked, bearer(stranger, iss="urn:x", **wrong)) == "issuer unknown"
    assert reason(checked, bearer(stranger, **wrong)) == "aud is another address"
    assert reason(checked, bearer(stranger, exp=5)) == "expired"
    assert reason(checked, bearer(stranger)).startswith("signature")


def test_jwt_12_a_token_counts_once_until_it_is_refused_anyway() -> None:
    """Noted by issuer and jti, until its end and the leeway."""
    nonces = Nonces()
    checked = verifier(client(), nonces=nonces)
    authorization = bearer(jti="n")
    assert checked.caller(authorization, CALLED)
    assert reason(checked, authorization) == "token was used before"
    assert nonces.seen == {(SIGNER.issuer, "n"): NOW + timedelta(seconds=360)}


def test_only_good_tokens_are_noted() -> None:
    """Nobody can use up the tokens of others, or fill the table."""
    nonces = Nonces()
    checked = verifier(client(tenants=("north",)), nonces=nonces)
    reason(checked, bearer(Signer(SIGNER.issuer)))
    with pytest.raises(NotAllowedError):
        checked.caller(bearer(tenant="west"), CALLED)
    assert nonces.seen == {}


def test_an_exp_at_the_end_of_time_is_an_exp() -> None:
    """JWT-23: the length of a life is no reason by default."""
    nonces = Nonces()
    assert verifier(client(), nonces=nonces).caller(bearer(exp=253_402_300_799), CALLED)
    assert next(iter(nonces.seen.values())).year == 9999


def test_kids_of_clients_do_not_mix() -> None:
    """Two clients call their keys alike; each is proven by its own."""
    checked = verifier(client(), client(OTHER, "other"))
    assert SIGNER.kid == OTHER.kid
    assert checked.caller(bearer(OTHER), CALLED).client == "other"
    assert reason(checked, bearer(OTHER, iss=SIGNER.issuer)).startswith("signature")


def test_one_issuer_for_two_organisations() -> None:
    """The tenant says which client it is; one that belongs to none is 403."""
    checked = verifier(
        client(name="north", tenants=("n", "m")), client(name="south", tenants=("s",))
    )
    assert checked.caller(bearer(tenant="m"), CALLED).client == "north"
    assert checked.caller(bearer(tenant="s"), CALLED).client == "south"
    for tenant in ("x", "", None):
        with pytest.raises(NotAllowedError):
            checked.caller(bearer(tenant=tenant), CALLED)


def test_a_service_outside_the_agreement() -> None:
    """403 for it, its feedback and its explanation; discovery belongs to no service."""
    checked = verifier(client(services=("some-service",)))
    assert checked.caller(bearer(), CALLED)
    with pytest.raises(NotAllowedError):
        checked.caller(bearer(aud=BASE + "/cds-services/b"), Called("/cds-services/b", "b"))
    assert checked.caller(bearer(aud=BASE + "/cds-services"), Called("/cds-services"))


def test_a_token_does_not_show_itself() -> None:
    """BP-3: wherever one is printed by accident."""
    authorization = bearer()
    token = read_token(authorization)
    assert authorization.split(".")[1] not in repr(token)
    assert token.compact not in f"{token}"
