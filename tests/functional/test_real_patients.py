"""Real patients, whole: silence without a leg complaint, and no input that brings the service down.

The records come from ``CDS_TEST_DATA`` (folders dev, bulk and odd); without it these tests are
skipped. Nothing of them is committed.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.errors import InvalidRequestError
from cds_service.gather.requests import request_from_bundle


Json = dict[str, Any]
URL = "/cds-services/leg-pain-patient-view"
FOLDER = Path(os.environ.get("CDS_TEST_DATA", ""))
pytestmark = pytest.mark.skipif(
    not os.environ.get("CDS_TEST_DATA"), reason="CDS_TEST_DATA is not set: no real patients here"
)
# Patients with a leg complaint in their record, who may get cards: file or id, and the complaint.
EXCEPTIONS: dict[str, str] = {}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """The service with its real knowledge."""
    return create_app().test_client()


def test_the_living_without_leg_complaint_get_no_card(client: FlaskClient) -> None:
    """Every patient, the day after the last encounter, any death removed: 200 and silence."""
    answered = 0
    for name, bundle in patients():
        answer = client.post(URL, json=request_from_bundle(alive(bundle), day_after(bundle)))
        assert answer.status_code == 200, name
        if name not in EXCEPTIONS:
            assert answer.get_json()["cards"] == [], name
        answered += 1
    assert answered == 112


def test_the_dead_get_no_card(client: FlaskClient) -> None:
    """As the records stand."""
    dead = [(name, bundle) for name, bundle in patients() if bundle != alive(bundle)]
    assert dead
    for name, bundle in dead:
        answer = client.post(URL, json=request_from_bundle(bundle, "2026-11-20T12:00:00Z"))
        assert (answer.status_code, answer.get_json().get("cards")) == (200, []), name


def test_odd_files_are_answered(client: FlaskClient) -> None:
    """Every odd file that can be put into a request: 200, 400 or 412, never 500."""
    sent = 0
    for name, document in odd_documents():
        for body in requests_with(document):
            answer = client.post(URL, json=body)
            assert answer.status_code in {200, 400, 412}, f"{name}: {answer.status_code}"
            sent += 1
    assert sent > 300


def patients() -> Iterator[tuple[str, Json]]:
    """Bundles of dev, and the resources of bulk put together by patient."""
    for path in sorted((FOLDER / "dev").glob("*.json")):
        yield path.name, json.loads(path.read_bytes())
    records: dict[str, list[Json]] = {}
    for path in sorted((FOLDER / "bulk").glob("*.ndjson.gz")):
        for resource in lines_of(path):
            records.setdefault(subject_of(resource), []).append(resource)
    for identifier, resources in sorted(records.items()):
        resources.sort(key=lambda r: r["resourceType"] != "Patient")
        if resources[0]["resourceType"] == "Patient":
            yield (
                identifier,
                {"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]},
            )


def lines_of(path: Path) -> Iterator[Json]:
    """The resources of one NDJSON file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def subject_of(resource: Json) -> str:
    """Id of the patient that a resource is about; of a Patient its own."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    reference = resource.get("subject") or resource.get("patient") or {}
    return str(reference.get("reference", "")).rpartition("/")[2]


def alive(bundle: Json) -> Json:
    """The same record without a death."""
    entries = [
        {"resource": {k: v for k, v in e["resource"].items() if not k.startswith("deceased")}}
        if e["resource"]["resourceType"] == "Patient"
        else e
        for e in bundle["entry"]
    ]
    return bundle | {"entry": entries}


def day_after(bundle: Json) -> str:
    """Noon of the day after the last encounter."""
    periods = [
        e["resource"].get("period", {})
        for e in bundle["entry"]
        if e["resource"]["resourceType"] == "Encounter"
    ]
    last = max((p.get("end") or p.get("start") or "")[:10] for p in periods)
    return f"{date.fromisoformat(last) + timedelta(days=1)}T12:00:00+00:00"


def odd_documents() -> Iterator[tuple[str, Any]]:
    """Every JSON document and every line of NDJSON below odd."""
    for path in sorted((FOLDER / "odd").rglob("*.json")):
        yield path.name, json.loads(path.read_bytes())
    for path in sorted((FOLDER / "odd").rglob("*.ndjson.gz")):
        for number, resource in enumerate(lines_of(path)):
            if number < 20:
                yield f"{path.name}:{number}", resource


def requests_with(document: Any) -> Iterator[Any]:
    """The document as a request of its own, as a record, and as the value of prefetch keys."""
    if not isinstance(document, dict):
        yield document
        return
    if "hook" in document:
        yield document | {"hook": "patient-view"}
    if document.get("resourceType") == "Bundle":
        with suppress(InvalidRequestError):  # a Bundle without a Patient is nobody's record
            yield request_from_bundle(document, "2026-11-20T12:00:00Z")
    for key in ("patient", "conditions", "findings", "medicationRequests", "encounters"):
        yield request_around(key, document)


def request_around(key: str, value: Json) -> Json:
    """A request whose prefetch key holds ``value``."""
    identifier = value.get("id") if value.get("resourceType") == "Patient" else "p1"
    prefetch = {"patient": {"resourceType": "Patient", "id": identifier}, "conditions": None}
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/example", "patientId": identifier},
        "prefetch": prefetch | {key: value},
    }
