"""Markers through the ways in which other things fail: tokens, time, database, FHIR servers, ourselves."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.gather.services import ServiceDefinition
from cds_service.settings import Settings
from cds_service.web.logs import configure_logging
from tests.contract.advisor import FixedAdvisor
from tests.functional.fetching.conftest import authorization
from tests.functional.fetching.fhir_server import FhirServer, Handler, fhir_server
from tests.functional.server import Answer, Server, gunicorn
from tests.functional.test_leaks import MARK, SERVICE, marked, stuffed
from tests.memory.room import SECRET


Json = dict[str, Any]
PATIENT = f"{MARK}-patient"
BASE = "https://cds.example.org"


@contextmanager
def silent_about_it(**settings: str) -> Any:
    """A server at its most talkative, whose output must not hold a marker."""
    with gunicorn(CDS_LOG_LEVEL="DEBUG", CDS_SITE_SECRET=SECRET, **settings) as server:
        yield server
        assert MARK not in server.call("GET", "/metrics").body.decode()
        printed = server.stopped()
    assert '"event":"call"' in printed
    assert MARK not in printed


def refused(answer: Answer, status: int) -> None:
    """An error of this kind, without a marker in body or headers."""
    assert answer.status == status
    assert MARK not in answer.body.decode() + json.dumps(answer.headers)


def test_time_is_over() -> None:
    """503."""
    with silent_about_it(CDS_REQUEST_SECONDS="0.000001") as server:
        refused(server.call("POST", SERVICE, stuffed()), 503)
        refused(server.call("POST", f"/explain/{SERVICE[14:]}", stuffed()), 503)


@pytest.mark.parametrize(("required", "status"), [("true", 503), ("false", 200)])
def test_no_database(tmp_path: Path, required: str, status: int) -> None:
    """Its errors name files, and are not repeated either."""
    (tmp_path / MARK).write_text("a file where a folder is needed", encoding="utf-8")
    url = f"sqlite:///{tmp_path / MARK / 'cds.sqlite3'}"
    with silent_about_it(CDS_DATABASE_URL=url, CDS_AUDIT_REQUIRED=required) as server:
        answer = server.call("POST", SERVICE, stuffed())
        assert answer.status == status
        item = {
            "card": MARK,
            "outcome": "overridden",
            "outcomeTimestamp": "2026-06-24T10:05:31Z",
            "overrideReason": {"userComment": MARK},
        }
        refused(server.call("POST", f"{SERVICE}/feedback", {"feedback": [item]}), 503)
        refused(server.call("GET", f"/reports?client={MARK}"), 503)
        ready = server.call("GET", "/health/ready")
        assert ready.json["degraded"] == ["memory"]
        refused(ready, 200)


FAULTS: dict[str, Callable[[Handler], None]] = {
    "status": lambda handler: handler.send_json({"resourceType": "OperationOutcome", "x": MARK}, 500),
    "redirect": lambda handler: handler.send(b"", 302, headers={"Location": f"/{MARK}?a={MARK}"}),
    "html": lambda handler: handler.send(f"<p>{MARK}</p>".encode(), 200, f"text/{MARK}"),
    "cut": lambda handler: handler.send(f'{{"{MARK}": '.encode()),
    "other": lambda handler: handler.send_json({"resourceType": MARK, "id": MARK}),
    "header": lambda handler: handler.send(b"{}", 200, f"application/fhir+json; {MARK}", {"X": MARK}),
}  # fmt: skip


def test_fetching_fails(service: ServiceDefinition) -> None:
    """412, as nothing came; and nothing of what the FHIR server said, of ids or of the token."""
    with fhir_server(service.templates, PATIENT) as fhir, _fetching_from(fhir) as server:
        for fault in FAULTS.values():
            fhir.faults = {"": fault}
            fhir.asked.clear()
            refused(server.call("POST", SERVICE, _asking(fhir)), 412)
            assert len(fhir.asked) > 1


def test_fetching_succeeds(service: ServiceDefinition) -> None:
    """The token goes to the FHIR server and to nobody else (FHIR-12)."""
    with fhir_server(service.templates, PATIENT) as fhir:
        fhir.answers = {
            query: marked(value, keep=frozenset({"resourceType", "type", "reference"}))
            for query, value in fhir.answers.items()
        }
        fhir.answers[f"Patient/{PATIENT}"] = {"resourceType": "Patient", "id": PATIENT}
        with _fetching_from(fhir) as server:
            refused(server.call("POST", SERVICE, _asking(fhir)), 200)
        assert {each.headers["authorization"] for each in fhir.asked} == {f"Bearer {MARK}-token"}


def _fetching_from(fhir: FhirServer) -> Any:
    return silent_about_it(
        CDS_FHIR_SERVERS=fhir.base,
        CDS_FHIR_ALLOW_HTTP="true",
        CDS_FHIR_ALLOW_PRIVATE="true",
        CDS_FHIR_SECONDS="20",
    )


def _asking(fhir: FhirServer) -> Json:
    body = stuffed() | {"prefetch": {}, "fhirServer": fhir.base}
    token = authorization(access_token=f"{MARK}-token", patient=PATIENT, subject=MARK)
    return body | {"fhirAuthorization": token}


def test_tokens_of_callers(tmp_path: Path) -> None:
    """401 and 403 and 200: nothing of a token is said but client, issuer and tenant (BP-3)."""
    key = ECKey.generate_key("P-384")
    public = key.as_dict(private=False) | {"kid": "k", "use": "sig", "alg": "ES384"}
    client = {"name": "ehr", "issuer": "urn:ehr", "keys": {"keys": [public]}}
    client |= {"services": ["leg-pain-patient-view"]}
    file = tmp_path / "clients.yaml"
    file.write_text(json.dumps({"clients": [client]}), encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'cds.sqlite3'}"
    with silent_about_it(
        CDS_AUTH_MODE="jwt", CDS_PUBLIC_URL=BASE, CDS_CLIENTS_FILE=str(file), CDS_DATABASE_URL=url
    ) as server:
        assert _call(server, SERVICE, key).status == 200
        refused(_call(server, "/cds-services/leg-pain-order-sign", key), 403)
        for wrong in (
            {"iss": MARK}, {"aud": MARK}, {"exp": 1}, {"exp": MARK}, {"iat": MARK}, {"jti": [MARK]}, {"tenant": [MARK]},
        ):  # fmt: skip
            refused(_call(server, SERVICE, key, **wrong), 401)
        refused(_call(server, SERVICE, ECKey.generate_key("P-384")), 401)
        refused(_call(server, f"/cds-services/{MARK}", key, iss=MARK), 401)
        assert all(MARK.encode() not in each.read_bytes() for each in tmp_path.glob("cds.*"))


def _call(server: Server, path: str, key: ECKey, **claims: Any) -> Answer:
    """With a token that has markers wherever nothing else has to stand."""
    now = int(time.time())
    whole = {"iss": "urn:ehr", "aud": BASE + path, "exp": now + 300, "iat": now, "sub": MARK}
    whole |= {"jti": f"{MARK}-{time.monotonic_ns()}", "name": MARK}
    header = {"alg": "ES384", "typ": "JWT", "kid": "k"}
    token = jwt.encode(header, whole | claims, key, algorithms=["ES384"])
    return server.call("POST", path, stuffed(), {"Authorization": f"Bearer {token}"})


def test_a_defect_of_ours(knowledge: Knowledge, now: datetime) -> None:
    """500: the log has type and place of the exception, never its message."""
    printed = io.StringIO()
    advisor = FixedAdvisor()
    advisor.failing = RuntimeError(MARK, {"patient": MARK})
    app = create_app(Settings(), clock=lambda: now, knowledge=knowledge, advisor=advisor)
    configure_logging("DEBUG", as_json=True)
    logger = logging.getLogger("cds_service")
    (handler,) = (h for h in logger.handlers if isinstance(h, logging.StreamHandler))
    handler.setStream(printed)
    try:
        answer = app.test_client().post(SERVICE, json=stuffed())
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 500
    assert "RuntimeError" in printed.getvalue()
    assert "advisor.py" in printed.getvalue()
    assert MARK not in printed.getvalue() + answer.get_data(as_text=True) + str(answer.headers)
