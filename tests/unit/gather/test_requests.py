"""A bare patient Bundle becomes a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cds_service.core.errors import InvalidRequestError
from cds_service.gather.requests import request_from_bundle
from cds_service.gather.services import ServiceDefinition
from cds_service.wire.request import AS_OF_EXTENSION, parse_request
from tests.contract.requests import PATIENT, bundle, resource


def observation(id: str, category: str) -> dict[str, Any]:
    """An Observation of one category."""
    return resource("Observation", id) | {"category": [{"coding": [{"code": category}]}]}


def ids(request: dict[str, Any], key: str) -> list[str]:
    """Ids under one prefetch key."""
    return [entry["resource"]["id"] for entry in request["prefetch"][key]["entry"]]


def test_resources_are_sorted_into_keys() -> None:
    """By type, Observations by category."""
    request = request_from_bundle(
        bundle(
            PATIENT,
            observation("lab", "laboratory"),
            observation("vital", "vital-signs"),
            observation("smoking", "social-history"),
            observation("exam", "exam"),
            resource("Observation", "plain"),
            resource("Condition", "c"),
            resource("MedicationOrder", "m"),
            resource("Claim", "none"),
        )
    )
    assert ids(request, "laboratory") == ["lab"]
    assert ids(request, "vitalSigns") == ["vital"]
    assert ids(request, "socialHistory") == ["smoking"]
    assert ids(request, "findings") == ["exam", "plain"]
    assert ids(request, "medicationStatements") == ["m"]
    assert "none" not in str(request)


def test_every_key_is_supplied(service: ServiceDefinition) -> None:
    """The Bundle is the whole record, so nothing is a gap."""
    assert set(request_from_bundle(bundle(PATIENT))["prefetch"]) == set(service.templates)


def test_the_request_is_valid() -> None:
    """It passes the same parser as any other, with its instant."""
    instant = datetime(2026, 11, 21, 8, tzinfo=UTC)
    request = parse_request(
        request_from_bundle(bundle(PATIENT), instant.isoformat()), allow_as_of=True
    )
    assert request.patient_id == PATIENT["id"]
    assert request.as_of == instant
    assert AS_OF_EXTENSION not in request_from_bundle(bundle(PATIENT))


def test_the_newest_open_encounter_is_the_context() -> None:
    """Ended ones are not."""

    def encounter(id: str, status: str, **period: str) -> dict[str, Any]:
        return resource("Encounter", id) | {"status": status, "period": period}

    found = [
        encounter("old", "in-progress", start="2020-01-01"),
        encounter("new", "in-progress", start="2026-01-01"),
        encounter("ended", "in-progress", start="2026-02-01", end="2026-02-02"),
        encounter("finished", "finished", start="2026-03-01"),
        encounter("odd", "in-progress") | {"period": "x"},
    ]
    assert request_from_bundle(bundle(PATIENT, *found))["context"]["encounterId"] == "new"
    assert "encounterId" not in request_from_bundle(bundle(PATIENT, found[3]))["context"]


def test_urn_references_are_resolved() -> None:
    """As transactions have them; a missing id comes from the fullUrl."""
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": "urn:uuid:p"},
        "note": [{"reference": {}}],
    }
    entries = [
        {"fullUrl": "urn:uuid:p", "resource": dict(PATIENT)},
        {"fullUrl": "urn:uuid:c", "resource": condition},
    ]
    request = request_from_bundle(
        {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    )
    read = request["prefetch"]["conditions"]["entry"][0]["resource"]
    assert read["subject"]["reference"] == f"Patient/{PATIENT['id']}"
    assert read["id"] == "c"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"resourceType": "Bundle"},
        {"resourceType": "Patient", "id": "1"},
        bundle(),
        bundle({"resourceType": "Patient"}),
    ],
)
def test_what_is_no_patient_bundle_is_refused(wrong: dict[str, Any]) -> None:
    """In words."""
    with pytest.raises(InvalidRequestError):
        request_from_bundle(wrong)
