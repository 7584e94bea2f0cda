"""Rows FHIR-01..13, PRE-03, PRE-11..17, SB-08: what is asked, of whom, with which token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.gather.services import ServiceDefinition
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import (
    OUTCOME,
    PATIENT,
    PATIENT_ID,
    PREFETCH,
    SERVICE,
    bundle,
    pv,
    resource,
    with_prefetch,
)
from tests.functional.fetching.conftest import TOKEN, authorization, pvf
from tests.functional.fetching.fhir_server import FhirServer


def gaps(advisor: FixedAdvisor) -> dict[str, str]:
    """Gaps of the last call: key to state."""
    return {gap.key: gap.state for gap in advisor.considered[-1][1].gaps}


def supplied(advisor: FixedAdvisor) -> list[tuple[str, str]]:
    """Key and id of every resource of the last call."""
    return [(s.key, s.resource["id"]) for s in advisor.considered[-1][1].resources]


def test_pre_04_the_same_data_by_either_way(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """PV and PVf give the reasoning the very same resources, in the same order."""
    client.post(SERVICE, json=pv())
    client.post(SERVICE, json=pvf(server))
    prefetched, fetched = (supply for _, supply in advisor.considered)
    assert fetched == prefetched
    assert fetched.gaps == ()


def test_fhir_01_02_exactly_our_templates_with_the_token(
    client: FlaskClient, server: FhirServer, service: ServiceDefinition
) -> None:
    """One GET for each key, tokens filled in, each with the bearer token."""
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    expected = (t.replace("{{context.patientId}}", PATIENT_ID) for t in service.templates.values())
    assert server.queries == sorted(expected)
    for asked in server.asked:
        assert asked.method == "GET"
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        assert asked.headers["accept"].startswith("application/fhir+json")
        assert asked.headers["host"] == f"127.0.0.1:{server.server_port}"
        assert "cookie" not in asked.headers


def test_pre_17_only_what_is_missing(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """One key absent, one query."""
    body = with_prefetch(conditions=...) | {
        "fhirServer": server.base,
        "fhirAuthorization": authorization(),
    }
    client.post(SERVICE, json=body)
    assert server.queries == [f"Condition?patient={PATIENT_ID}&_count=1000"]
    assert ("conditions", "r1") in supplied(advisor)


def test_perf_02_complete_prefetch_makes_no_connection(
    client: FlaskClient, server: FhirServer
) -> None:
    """Nor a client."""
    body = pv(fhirServer=server.base, fhirAuthorization=authorization())
    assert client.post(SERVICE, json=body).status_code == 200
    assert server.connections == 0


@pytest.mark.parametrize("value", [None, OUTCOME, bundle(), bundle(OUTCOME), "<html>", {}, 7])
def test_pre_13_15_what_the_client_answered_is_not_asked_again(
    client: FlaskClient, server: FhirServer, value: Any
) -> None:
    """Neither null, nor an error, nor an empty Bundle, nor garbage."""
    body = with_prefetch(conditions=value) | {
        "fhirServer": server.base,
        "fhirAuthorization": authorization(),
    }
    client.post(SERVICE, json=body)
    assert server.connections == 0


def test_tok_15_an_unfilled_token_is_asked_properly(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """A Bundle that answers `{{...}}` answers nothing."""
    link = [{"relation": "self", "url": "https://x.example/Condition?patient=%7B%7Bcontext"}]
    body = with_prefetch(conditions=bundle(link=link)) | {
        "fhirServer": server.base,
        "fhirAuthorization": authorization(),
    }
    client.post(SERVICE, json=body)
    assert server.queries == [f"Condition?patient={PATIENT_ID}&_count=1000"]
    assert ("conditions", "r1") in supplied(advisor)


UNUSABLE = [
    {},
    None,
    "token",
    [],
    7,
    authorization(access_token=...),
    authorization(access_token=""),
    authorization(access_token=["t"]),
    authorization(access_token="two words"),
    authorization(access_token="t\r\nX-Evil: 1"),
    authorization(access_token="tökn"),
    authorization(token_type=...),
    authorization(token_type="mac"),
    authorization(expires_in=...),
    authorization(expires_in=0),
    authorization(expires_in=-1),
    authorization(expires_in="soon"),
    authorization(expires_in="nan"),
    authorization(expires_in=True),
    authorization(patient="another"),
    authorization(patient=7),
    authorization(scope=...),
    authorization(scope="launch openid fhirUser"),
    authorization(scope="patient/*.write"),
]


@pytest.mark.parametrize("value", UNUSABLE, ids=repr)
def test_fhir_05_to_11_without_usable_token_nothing_is_asked(
    client: FlaskClient, server: FhirServer, value: Any
) -> None:
    """412, as without any server."""
    answer = client.post(SERVICE, json=pvf(server, fhirAuthorization=value))
    assert answer.status_code == 412
    assert "`patient`" in answer.get_json()["issue"][0]["diagnostics"]
    assert server.connections == 0


@pytest.mark.parametrize(
    "value",
    [
        authorization(token_type="bearer"),
        authorization(expires_in="300"),
        authorization(expires_in=0.5),
        authorization(patient=...),
        authorization(patient=None),
        authorization(patient=f"Patient/{PATIENT_ID}"),
        authorization(subject=...),
        authorization(scope="patient/*.read"),
        authorization(scope="user/*.* launch vendor.thing"),
    ],
    ids=repr,
)
def test_fhir_05_to_11_what_is_tolerated(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor, value: Any
) -> None:
    """Harmless differences between clients."""
    assert client.post(SERVICE, json=pvf(server, fhirAuthorization=value)).status_code == 200
    assert gaps(advisor) == {}


def test_fhir_09_types_outside_the_scopes_are_not_asked(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """They are gaps."""
    scope = "patient/Patient.r patient/Condition.read patient/Observation.rs?category=vital-signs"
    client.post(SERVICE, json=pvf(server, fhirAuthorization=authorization(scope=scope)))
    kinds = [query.split("?")[0].split("/")[0] for query in server.queries]
    assert kinds == ["Condition", "Observation", "Observation", "Patient"]
    found = gaps(advisor)
    assert "vitalSigns" not in found
    assert (
        found["laboratory"] == "incomplete"
    )  # asked by code, of which the scope lets a part through
    assert found["findings"] == found["encounters"] == "missing"


def test_sb_08_a_server_without_token_is_asked_only_when_open(
    build: Callable[..., FlaskClient], server: FhirServer
) -> None:
    """The sandbox always names its server, and rarely has a token."""
    body = pvf(server, fhirAuthorization=None)
    assert build().post(SERVICE, json=body).status_code == 412
    assert server.connections == 0
    open_to_all = build(fhir_servers="", fhir_open_servers=server.base + "/")
    assert open_to_all.post(SERVICE, json=body).status_code == 200
    assert all("authorization" not in asked.headers for asked in server.asked)
    for_another = pvf(server, fhirAuthorization=authorization(patient="another"))
    before = server.connections
    assert open_to_all.post(SERVICE, json=for_another).status_code == 412
    assert server.connections == before


def test_fhir_04_two_calls_two_tokens(client: FlaskClient, server: FhirServer) -> None:
    """Forty calls at once, each with a token and a patient of its own: never crossed."""
    names = {f"p{number}": f"token-{number}" for number in range(40)}
    for id in names:
        server.answers |= {
            query.replace(PATIENT_ID, id): ({**PATIENT, "id": id} if "?" not in query else answer)
            for query, answer in list(server.answers.items())
            if PATIENT_ID in query
        }

    def call(id: str) -> int:
        body = pvf(
            server,
            context={"userId": "Practitioner/example", "patientId": id},
            fhirAuthorization=authorization(access_token=names[id], patient=id),
        )
        return client.application.test_client().post(SERVICE, json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(call, names)) == {200}
    assert len(server.asked) == len(names) * len(PREFETCH)
    for asked in server.asked:
        id = asked.query.removeprefix("Patient/").partition("patient=")[2] or asked.query[8:]
        assert asked.headers["authorization"] == f"Bearer {names[id.partition('&')[0]]}"


def test_fhir_12_the_token_is_written_nowhere(
    client: FlaskClient,
    server: FhirServer,
    advisor: FixedAdvisor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not in any log at any level, not in errors; nor is the patient's id."""
    caplog.set_level(logging.DEBUG)
    server.faults["Condition"] = lambda handler: handler.send(b"{", 500)
    answers = [client.post(SERVICE, json=pvf(server))]
    server.faults["Patient"] = lambda handler: handler.connection.close()
    answers.append(client.post(SERVICE, json=pvf(server)))
    del server.faults["Patient"]
    advisor.failing = RuntimeError("a bug")
    answers.append(client.post(SERVICE, json=pvf(server)))
    assert [answer.status_code for answer in answers] == [200, 412, 500]
    text = caplog.text + "".join(answer.get_data(as_text=True) for answer in answers[1:])
    assert "because" in caplog.text
    assert TOKEN not in text
    assert PATIENT_ID not in text


def test_no_cookie_travels_from_call_to_call(client: FlaskClient, server: FhirServer) -> None:
    """A session of one user must not serve another."""
    server.faults["Patient"] = lambda handler: handler.send(
        b'{"resourceType":"Patient","id":"%s"}' % PATIENT_ID.encode(),
        headers={"Set-Cookie": "session=1; Path=/"},
    )
    for _ in range(2):
        assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert not any("cookie" in asked.headers for asked in server.asked)


@pytest.mark.parametrize("id", ["..", ".", "a/b", "a?b", "a%2fb", "x" * 65, "a b", ""])
def test_req_15_no_odd_id_enters_an_address(
    client: FlaskClient, server: FhirServer, id: str
) -> None:
    """Refused, or not asked."""
    context = {"userId": "Practitioner/example", "patientId": id}
    body = pvf(server, context=context, fhirAuthorization=authorization(patient=...))
    assert client.post(SERVICE, json=body).status_code in {400, 412}
    assert server.connections == 0


def with_next(url: str, *resources: dict[str, Any]) -> dict[str, Any]:
    """A page with another one behind it."""
    return bundle(*resources, link=[{"relation": "next", "url": url}])


def test_pre_11_pages_of_prefetch_are_followed(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """From where the client broke off; the rest counts as received."""
    server.answers["Condition?page=2"] = with_next(
        f"{server.base}/Condition?page=3", resource("Condition", "second")
    )
    server.answers["Condition?page=3"] = bundle(resource("Condition", "third"))
    first = with_next(f"{server.base}/Condition?page=2", resource("Condition", "first"))
    body = with_prefetch(conditions=first) | {
        "fhirServer": server.base,
        "fhirAuthorization": authorization(),
    }
    client.post(SERVICE, json=body)
    assert [id for key, id in supplied(advisor) if key == "conditions"] == [
        "first",
        "second",
        "third",
    ]
    assert gaps(advisor) == {}


@pytest.mark.parametrize(
    "next",
    [
        "https://elsewhere.example/r4/Condition?page=2",
        "http://127.0.0.1:1/r4/Condition?page=2",
        "{origin}/other/Condition?page=2",
        "{origin}/r4/../other/Condition?page=2",
        "{origin}/r4/%2e%2e/other?page=2",
        "{origin}/r4evil/Condition?page=2",
        "http://user@{authority}/r4/Condition?page=2",
        "http://{authority}@elsewhere.example/r4/Condition",
        "/r4/Condition?page=2",
        "file:///etc/passwd",
        "{origin}\\@elsewhere.example/r4",
    ],
)
def test_pre_11_foreign_pages_are_not_followed(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor, next: str
) -> None:
    """Same origin and below the base only; what is there counts as a part."""
    authority = f"127.0.0.1:{server.server_port}"
    url = next.replace("{origin}", f"http://{authority}").replace("{authority}", authority)
    server.answers[f"Condition?patient={PATIENT_ID}&_count=1000"] = with_next(
        url, resource("Condition")
    )
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {"conditions": "incomplete"}
    assert len(server.asked) == len(PREFETCH)


def test_fhir_11_a_token_for_another_patient_raises_the_alarm(
    client: FlaskClient, server: FhirServer, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning in the log."""
    client.post(SERVICE, json=pvf(server, fhirAuthorization=authorization(patient="another")))
    alarms = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(alarms) == 1
    assert "token is for another patient" in alarms[0]
