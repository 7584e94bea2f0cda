"""`fhirServer` and `fhirAuthorization`, judged (FHIR-05..12)."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from cds_service.gather.fetching.access import NoAccessError, Token, judge_access
from cds_service.gather.fetching.errands import Call
from cds_service.gather.fetching.queries import filled
from cds_service.gather.fetching.scopes import Grant
from cds_service.gather.fetching.servers import Servers


SERVER = "https://fhir.example.org/r4"
SERVERS = Servers.build([SERVER], ["https://open.example.org/r4"])
USABLE: dict[str, Any] = {
    "access_token": "secret-token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.rs",
    "subject": "client",
    "patient": "1",
}


@pytest.mark.parametrize(
    ("server", "authorization", "reason"),
    [
        (None, USABLE, "no server named"),
        ("https://fhir.example.org", USABLE, "not listed"),
        (SERVER, None, "no authorization"),
        (SERVER, {}, "no authorization"),
        (SERVER, [1], "no object"),
        (SERVER, USABLE | {"access_token": ""}, "access_token"),
        (SERVER, USABLE | {"access_token": "a\nb"}, "access_token"),
        (SERVER, USABLE | {"access_token": "x" * 20_000}, "access_token"),
        (SERVER, USABLE | {"token_type": "DPoP"}, "token_type"),
        (SERVER, USABLE | {"expires_in": 0}, "expired"),
        (SERVER, USABLE | {"expires_in": "-1"}, "expired"),
        (SERVER, USABLE | {"expires_in": "inf"}, "expired"),
        (SERVER, USABLE | {"expires_in": "9" * 5_000}, "expired"),
        (SERVER, USABLE | {"patient": "2"}, "another patient"),
        (SERVER, USABLE | {"patient": {"id": "1"}}, "another patient"),
        ("https://open.example.org/r4", USABLE | {"patient": "2"}, "another patient"),
    ],
)
def test_refused(server: object, authorization: object, reason: str) -> None:
    """With a reason that holds nothing of the request."""
    with pytest.raises(NoAccessError, match=reason) as refusal:
        judge_access(SERVERS, server, authorization, "1")
    assert "secret-token" not in str(refusal.value)


def test_granted() -> None:
    """Server, token, scopes."""
    access = judge_access(SERVERS, SERVER, USABLE, "1")
    assert access.base.url == SERVER
    assert access.token is not None
    assert access.token.header == "Bearer secret-token"
    assert access.grant("Condition?patient=1") is Grant.ALL


def test_open_server() -> None:
    """Without token, for everything."""
    access = judge_access(SERVERS, "https://open.example.org/r4", None, "1")
    assert access.token is None
    assert access.grant("Condition?patient=1") is Grant.ALL


def test_fhir_12_a_token_does_not_show_itself() -> None:
    """Not by printing what holds it, not by storing or copying it."""
    access = judge_access(SERVERS, SERVER, USABLE, "1")
    call = Call(
        server=SERVER, authorization=USABLE, patient_id="1", encounter_id="", prefetch={"a": 1}
    )
    assert "secret-token" not in f"{access} {access!r} {access.token!r} {call} {call!r}"
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            store(Token("secret-token"))


@pytest.mark.parametrize(
    ("template", "ids", "query"),
    [
        ("Patient/{{context.patientId}}", {"patientId": "a-1.B"}, "Patient/a-1.B"),
        ("Patient/{{context.patientId}}", {}, ""),
        ("Patient/{{context.patientId}}", {"patientId": ""}, ""),
        ("Patient/{{context.patientId}}", {"patientId": ".."}, ""),
        ("Patient/{{context.patientId}}", {"patientId": "a/b"}, ""),
        ("Patient/{{context.patientId}}", {"patientId": "x" * 65}, ""),
        ("Patient/{{context.patientId}}", {"patientId": "1\n"}, ""),
        ("Encounter?patient={{context.patientId}}", {"patientId": "1&x"}, ""),
        ("Encounter?_id={{userPractitionerId}}", {"patientId": "1"}, ""),
        ("Encounter?_id={{today()}}", {"patientId": "1"}, ""),
    ],
)
def test_filled_templates(template: str, ids: dict[str, str], query: str) -> None:
    """Tokens of the context only, and only with ids."""
    assert filled(template, ids) == query
