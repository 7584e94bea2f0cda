"""Marker strings in every field, through every way to succeed and to fail: none may turn up anywhere.

Looked through are the output of the real server at its most talkative, its metrics, the files of its
database, and every answer. A marker may come back only where the request's own order is sent back.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.functional.server import Answer, Server, gunicorn
from tests.memory.room import SECRET


Json = dict[str, Any]
MARK = "zqx"
SHIPPED = Path(__file__).parents[2] / "fixtures" / "requests" / "restless-legs.json"
SERVICE = "/cds-services/leg-pain-patient-view"


def marked(value: Any, *, keep: frozenset[str] = frozenset()) -> Any:
    """``value`` with a marker in every text; members named in ``keep`` stay as they are."""
    if isinstance(value, dict):
        return {
            name: part if name in keep else marked(part, keep=keep) for name, part in value.items()
        }
    if isinstance(value, list):
        return [marked(part, keep=keep) for part in value]
    return f"{value} {MARK}" if isinstance(value, str) else value


def stuffed() -> Json:
    """A request that is understood, with markers wherever free text, names and ids may stand."""
    body: Json = json.loads(SHIPPED.read_bytes())
    meaning = frozenset(
        {"resourceType", "hook", "hookInstance", "code", "coding", "system", "status", "linkId"}
        | {
            "clinicalStatus",
            "verificationStatus",
            "category",
            "class",
            "type",
            "gender",
            "birthDate",
        }
        | {"authored", "effectiveDateTime", "recordedDate", "onsetDateTime", "authoredOn", "period"}
        | {"extension", "reference", "id", "userId", "patientId", "encounterId"}
    )
    body["prefetch"] = marked(body["prefetch"], keep=meaning)
    patient = f"{MARK}-patient"
    text = json.dumps(body).replace(body["context"]["patientId"], patient)
    body = json.loads(text)
    body["context"]["userId"] = f"Practitioner/{MARK}-user"
    subject = body["prefetch"]["patient"]
    subject["name"] = [{"family": MARK, "given": [MARK]}]
    subject["identifier"] = [{"system": "urn:x", "value": MARK}]
    subject["telecom"] = [{"value": MARK}]
    body["fhirServer"] = f"https://{MARK}.example/fhir"
    body["fhirAuthorization"] = {"access_token": MARK, "token_type": "Bearer", "expires_in": 300}
    body["unknown"] = MARK
    return body


def ways(body: Json) -> Iterator[tuple[str, str, Any, dict[str, str]]]:
    """Method, path, body and headers: every status that can be had."""
    headers = {
        "Authorization": f"Bearer {MARK}.{MARK}.{MARK}",
        "X-Request-Id": f"{MARK} id",
        "User-Agent": MARK,
        "Cookie": f"a={MARK}",
        "Origin": f"https://{MARK}.example",
    }
    yield "POST", SERVICE, body, headers
    yield "POST", f"{SERVICE}?q={MARK}", body, headers
    yield "POST", "/explain/leg-pain-patient-view", body, headers
    yield "POST", SERVICE, marked(body), headers
    yield (
        "POST",
        SERVICE,
        body | {"context": {"userId": MARK, "patientId": f"{MARK} {MARK}"}},
        headers,
    )
    yield "POST", SERVICE, body | {"hook": MARK}, headers
    yield "POST", SERVICE, body | {"prefetch": {MARK: MARK}}, headers
    yield "POST", SERVICE, body | {"extension": {"org.leg-pain-cds.as-of": MARK}}, headers
    yield "POST", SERVICE, f'{{"{MARK}": '.encode(), headers
    yield "POST", SERVICE, body, headers | {"Content-Type": f"text/{MARK}"}
    yield "POST", SERVICE, b"x" * 6_000_000 + MARK.encode(), headers
    yield "PUT", SERVICE, body, headers
    yield "POST", f"/cds-services/{MARK}", body, headers
    yield "GET", f"/{MARK}", None, headers
    yield "GET", f"/reports?since={MARK}", None, headers
    comment = {"reason": {"code": MARK, "system": MARK, "display": MARK}, "userComment": MARK}
    item = {"card": MARK, "outcome": MARK, "outcomeTimestamp": MARK, "overrideReason": comment}
    yield "POST", f"{SERVICE}/feedback", {"feedback": [item, MARK]}, headers
    known = item | {"outcome": "overridden", "outcomeTimestamp": "2026-06-24T10:05:31Z"}
    yield "POST", f"{SERVICE}/feedback", {"feedback": [known]}, headers


@contextmanager
def watched(tmp_path: Path, **settings: str) -> Iterator[tuple[Server, Path]]:
    """A server that says all it can; and the file that it says it to."""
    url = f"sqlite:///{tmp_path / 'cds.sqlite3'}"
    with gunicorn(
        CDS_DATABASE_URL=url, CDS_SITE_SECRET=SECRET, CDS_LOG_LEVEL="DEBUG", **settings
    ) as server:
        yield server, tmp_path


def ask(server: Server, way: tuple[str, str, Any, dict[str, str]]) -> Answer | None:
    """The answer; None where the server closed the connection on a body that is too large."""
    method, path, body, headers = way
    try:
        return server.call(method, path, body, headers)
    except (BrokenPipeError, ConnectionResetError):
        return None


def test_no_marker_turns_up(tmp_path: Path) -> None:
    """The test of the test: the request is understood, so that its content went through all rooms."""
    body = stuffed()
    with watched(tmp_path) as (server, _):
        first = server.call("POST", SERVICE, body)
        assert first.json["cards"], "the stuffed request has to be understood"
        for way in ways(copy.deepcopy(body)):
            answer = ask(server, way)
            if answer is None:
                continue
            shown = answer.body.decode(errors="replace")
            if answer.status == 200:
                shown = shown.replace(f"{MARK}-patient", "").replace(
                    f"Practitioner/{MARK}-user", ""
                )
            headers = json.dumps(
                {k: v for k, v in answer.headers.items() if k != "access-control-allow-origin"}
            )
            assert MARK not in shown + headers, (way[:2], answer.status)
        metrics = server.call("GET", "/metrics").body.decode()
        printed = server.stopped()
    assert MARK not in metrics
    assert printed.count('"event":"call"') > 15
    assert MARK not in printed
    for file in tmp_path.glob("cds.*"):
        assert MARK.encode() not in file.read_bytes(), file.name


def test_comments_are_where_they_belong(tmp_path: Path) -> None:
    """The clinician's own words: in their table, and nowhere else."""
    body = stuffed()
    with watched(tmp_path) as (server, _):
        card = server.call("POST", SERVICE, body | {"hookInstance": str(uuid4())}).json["cards"][0]
        item = {
            "card": card["uuid"],
            "outcome": "overridden",
            "outcomeTimestamp": "2026-06-24T10:05:31Z",
            "overrideReason": {"userComment": f"{MARK}-comment"},
        }
        assert server.call("POST", f"{SERVICE}/feedback", {"feedback": [item]}).status == 204
        assert MARK.encode() not in server.call("GET", "/reports").body
        printed = server.stopped()
    assert MARK not in printed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_metrics_are_summed_over_the_workers(tmp_path: Path, workers: str) -> None:
    """Whichever worker answers /metrics knows what all of them counted."""
    with watched(tmp_path, CDS_WORKERS=workers) as (server, _):
        for _ in range(20):
            server.call("POST", SERVICE, stuffed())
        text = server.call("GET", "/metrics").body.decode()
    (line,) = [
        row
        for row in text.splitlines()
        if row.startswith("cds_requests_total") and 'endpoint="calls.call"' in row
    ]
    assert line.endswith(" 20.0")
