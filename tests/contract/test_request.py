"""Rows GEN-*, REQ-*, EXT-*, D-2, D-4, D-15: what is accepted as a request, and how it is refused."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.core.reasoning import Audience
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import AS_OF, EXPLAIN, PATIENT_ID, SERVICE, pv, with_context


JSON = "application/json"


def send(client: FlaskClient, body: bytes, kind: str = JSON, **headers: str) -> Any:
    """POST raw bytes."""
    return client.post(SERVICE, data=body, content_type=kind, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"[]",
        b'"x"',
        b"1",
        b"null",
        b'{"hook":"patient-view"',
        b'{"hook":"patient-view",}',
        b'{"hook":/*c*/"patient-view"}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
    ],
)
def test_req_02_gen_04_what_is_no_json_object_is_400(client: FlaskClient, body: bytes) -> None:
    """Never 500, and the body is an OperationOutcome."""
    assert send(client, body).status_code == 400


def test_gen_01_duplicate_keys_are_tolerated(client: FlaskClient) -> None:
    """The last one counts."""
    body = json.dumps(pv())[:-1] + ',"hook":"patient-view"}'
    assert send(client, body.encode()).status_code == 200


@pytest.mark.parametrize("member", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [..., None, "", 5, [], {}])
def test_req_03_04_09_required_members(client: FlaskClient, member: str, value: Any) -> None:
    """400 that names the member."""
    answer = client.post(SERVICE, json=pv(**{member: value}))
    assert answer.status_code == 400
    assert member in str(answer.get_json(force=True)["issue"][0]["expression"]) or value == {}


def test_req_03_d_4_a_body_for_another_hook_is_400(client: FlaskClient) -> None:
    """A request for order-sign is not answered by the patient-view service."""
    answer = client.post(SERVICE, json=pv(hook="order-sign"))
    assert answer.status_code == 400
    assert answer.get_json(force=True)["issue"][0]["expression"] == ["hook"]


@pytest.mark.parametrize("instance", ["D1577C69-DFBE-44AD-BA6D-3E05E953B2EA", "42"])
def test_req_04_odd_hook_instances_are_accepted(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, instance: str
) -> None:
    """Upper case is fine; what is no UUID is noted in the log, without its value."""
    with caplog.at_level(logging.INFO):
        assert client.post(SERVICE, json=pv(hookInstance=instance)).status_code == 200
    noted = next(r.hookInstance for r in caplog.records if r.name == "cds_service.calls")
    assert noted == ("not a UUID" if instance == "42" else instance.lower())


def test_req_05_the_same_hook_instance_twice(client: FlaskClient) -> None:
    """Both are answered, with different ids."""
    first, second = (client.post(SERVICE, json=pv()).get_json() for _ in range(2))
    assert first["cards"][0]["uuid"] != second["cards"][0]["uuid"]


@pytest.mark.parametrize(
    "value", [..., None, "", 5, {}, "a b", "x" * 65, "1&_x=../../secret", "Group/1"]
)
def test_req_09_15_patient_id(client: FlaskClient, value: Any) -> None:
    """Missing or no FHIR id: 400, and the value is not echoed."""
    answer = client.post(SERVICE, json=with_context(patientId=value))
    assert answer.status_code == 400
    assert "secret" not in answer.get_data(as_text=True)


def test_req_15_a_patient_reference_is_taken_as_id(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """``Patient/123`` is ``123``."""
    answer = client.post(SERVICE, json=with_context(patientId=f"Patient/{PATIENT_ID}"))
    assert answer.status_code == 200
    assert advisor.considered[-1][0].patient_id == PATIENT_ID


@pytest.mark.parametrize("value", [..., None, 5, ""])
def test_req_09_user_id_is_required(client: FlaskClient, value: Any) -> None:
    """patient-view requires it, and the audience depends on it."""
    assert client.post(SERVICE, json=with_context(userId=value)).status_code == 400


@pytest.mark.parametrize(
    ("value", "status"), [(None, 200), ("", 200), ("Encounter/e1", 200), ("a b", 400), (5, 400)]
)
def test_req_15_encounter_id_is_optional(client: FlaskClient, value: Any, status: int) -> None:
    """But it must be an id when it is there."""
    assert client.post(SERVICE, json=with_context(encounterId=value)).status_code == status


@pytest.mark.parametrize(
    ("user", "patients_side"),
    [
        ("Practitioner/1", False),
        ("PractitionerRole/1", False),
        ("Patient/1", True),
        ("RelatedPerson/1", True),
        ("https://ehr.example/fhir/Patient/1", True),
        ("Patient/1/_history/2", True),
        ("https://ehr.example/Patient/Practitioner/1", False),
        ("x", False),
    ],
)
def test_tok_04_who_the_user_is(
    client: FlaskClient, advisor: FixedAdvisor, user: str, *, patients_side: bool
) -> None:
    """Patients and relatives are another audience."""
    assert client.post(SERVICE, json=with_context(userId=user)).status_code == 200
    assert advisor.considered[-1][0].from_patients_side is patients_side
    assert Audience.PATIENT.value == "patient"


def test_gen_08_nulls_and_empties_of_optional_members(client: FlaskClient) -> None:
    """Real clients send them."""
    body = pv(fhirServer=None, fhirAuthorization={}, extension={}, more=[])
    assert client.post(SERVICE, json=body).status_code == 200


@pytest.mark.parametrize("extension", ["x", [], 5, None, {"com.example": {"a": 1}}, {AS_OF: None}])
def test_ext_01_03_unknown_extensions_are_ignored(client: FlaskClient, extension: Any) -> None:
    """Whatever shape they have."""
    assert client.post(SERVICE, json=pv(extension=extension)).status_code == 200


def test_hook_02_more_context_members_are_ignored(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """Same answer."""
    draft = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "ServiceRequest"}}]}
    assert client.post(SERVICE, json=with_context(draftOrders=draft)).status_code == 200
    assert not any(s.in_context for s in advisor.considered[-1][1].resources)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-21T08:00:00Z", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("2026-11-21t08:00:00.1234567+00:00", datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-21T13:45:00+05:45", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_as_of_sets_the_instant(
    client: FlaskClient, advisor: FixedAdvisor, text: str, instant: datetime
) -> None:
    """RFC 3339 with offset."""
    assert client.post(SERVICE, json=pv(extension={AS_OF: text})).status_code == 200
    assert advisor.considered[-1][0].as_of == instant


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-21",
        "2026-11-21T08:00:00",
        "yesterday",
        "",
        5,
        {},
        "2026-13-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_as_of_malformed_is_400_with_expression(client: FlaskClient, value: Any) -> None:
    """A wrong instant must not silently become now."""
    for url in (SERVICE, EXPLAIN):
        answer = client.post(url, json=pv(extension={AS_OF: value}))
        assert answer.status_code == 400
        assert AS_OF in answer.get_json(force=True)["issue"][0]["expression"][0]


def test_as_of_is_ignored_where_it_is_not_allowed(
    knowledge: Knowledge, advisor: FixedAdvisor
) -> None:
    """Services ignore it then, explain never does."""
    client = create_app(
        Settings(allow_as_of=False), knowledge=knowledge, advisor=advisor
    ).test_client()
    for url, seen in ((SERVICE, False), (EXPLAIN, True)):
        client.post(url, json=pv(extension={AS_OF: "2020-01-01T00:00:00Z"}))
        assert (advisor.considered[-1][0].as_of is not None) is seen
    assert client.post(SERVICE, json=pv(extension={AS_OF: "nonsense"})).status_code == 200


@pytest.mark.parametrize("kind", [JSON, "application/json; charset=utf-8", "application/fhir+json"])
def test_415_json_types_are_accepted(client: FlaskClient, kind: str) -> None:
    """Any application/json or application/*+json."""
    assert send(client, json.dumps(pv()).encode(), kind).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "", "text/json+json", "application/xml"])
def test_415_other_types_are_not(client: FlaskClient, kind: str) -> None:
    """With an OperationOutcome."""
    assert send(client, json.dumps(pv()).encode(), kind).status_code == 415


def test_415_compressed_bodies_are_not(client: FlaskClient) -> None:
    """Refused, not guessed at."""
    assert send(client, b"\x1f\x8b", JSON, **{"Content-Encoding": "gzip"}).status_code == 415


def test_req_16_size_and_depth_are_bounded(client: FlaskClient) -> None:
    """10 MB: 413. Nested 1 000 deep: 400. Nested inside a string: fine."""
    assert send(client, b'{"a":"' + b"x" * 10_000_000 + b'"}').status_code == 413
    assert send(client, b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}").status_code == 400
    assert send(client, b"[" * 100_000).status_code == 400
    assert client.post(SERVICE, json=pv(text="[" * 1000 + '\\"{{[')).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/cds-services/unknown",
        "/explain/unknown",
        "/nowhere",
        "//cds-services",
        "/cds-services/../etc",
    ],
)
def test_req_01_unknown_addresses_are_404(client: FlaskClient, url: str) -> None:
    """Never a redirect, never HTML."""
    assert client.post(url, json=pv()).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_req_01_wrong_methods_are_405_with_allow(client: FlaskClient, method: str) -> None:
    """Allow names POST and OPTIONS."""
    answer = client.open(SERVICE, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"


def test_d_2_a_bug_is_500_and_the_next_call_works(
    client: FlaskClient, advisor: FixedAdvisor, caplog: pytest.LogCaptureFixture
) -> None:
    """Never an empty card list; nothing of the exception leaks, not even into the log."""
    advisor.failing = KeyError("Jane Doe 1956-02-03")
    answer = client.post(SERVICE, json=pv(), headers={"X-Request-Id": "abc-12345678"})
    assert answer.status_code == 500
    assert "abc-12345678" in answer.get_json(force=True)["issue"][0]["diagnostics"]
    assert "abc-12345678" in caplog.text
    assert "KeyError" in caplog.text
    for text in (answer.get_data(as_text=True), caplog.text):
        assert "Jane" not in text
    assert "KeyError" not in answer.get_data(as_text=True)
    advisor.failing = None
    assert client.post(SERVICE, json=pv()).status_code == 200


def test_d_15_the_request_log_holds_no_patient_data(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Service, status, duration and number of cards; no id, no URL, no header."""
    with caplog.at_level(logging.DEBUG):
        client.post(
            f"{SERVICE}?secret=1", json=pv(), headers={"X-Request-Id": "bad id\twith spaces"}
        )
    line = next(r for r in caplog.records if r.name == "cds_service.calls")
    assert (line.service, line.status, line.cards) == ("leg-pain-patient-view", 200, 2)
    clocks = {"created", "msecs", "relativeCreated", "thread", "process"}  # may hold any digits
    ours = [vars(r) for r in caplog.records if r.name.startswith("cds_service")]
    written = repr([{k: v for k, v in each.items() if k not in clocks} for each in ours])
    assert not any(word in written for word in (PATIENT_ID, "1956", "secret", "bad id"))
