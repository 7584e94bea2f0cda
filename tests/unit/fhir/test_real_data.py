"""Reading never raises on real and odd data (skipped unless ``CDS_TEST_DATA`` names them)."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.core.knowledge import Knowledge
from tests.unit.fhir.room import DeliveredRoom


DATA = os.environ.get("CDS_TEST_DATA", "")

pytestmark = pytest.mark.skipif(not DATA, reason="CDS_TEST_DATA is not set: no larger data to read")


@pytest.fixture(scope="module")
def room(knowledge: Knowledge) -> DeliveredRoom:
    """The room with the knowledge that is shipped."""
    return DeliveredRoom(knowledge)


def _resources(found: Any) -> Iterator[dict[str, Any]]:
    """Every resource at any depth of a file, contained ones left where they are."""
    if isinstance(found, list):
        for each in found:
            yield from _resources(each)
    elif isinstance(found, dict):
        if "resourceType" in found and found["resourceType"] != "Bundle":
            yield found
        else:
            for each in found.values():
                yield from _resources(each)


def _files(folder: str) -> list[Path]:
    return sorted((Path(DATA) / folder).rglob("*.json")) if DATA else []


@pytest.mark.parametrize("path", _files("dev") + _files("odd"), ids=lambda p: p.name)
def test_every_file_is_read(path: Path, room: DeliveredRoom) -> None:
    """Whatever is in it, nothing is raised."""
    resources = list(_resources(json.loads(path.read_text(encoding="utf-8"))))
    patients = [r["id"] for r in resources if r["resourceType"] == "Patient" and "id" in r]
    record = room.read(resources, patients[0] if len(patients) == 1 else "")
    assert all("Traceback" not in s.problem for s in record.skipped)


@pytest.mark.parametrize("release", ["dev", "bulk"])
def test_ordinary_records_are_read_without_a_skip(release: str, room: DeliveredRoom) -> None:
    """Synthea R4 holds nothing unreadable, so a skip is our mistake."""
    for resources, patient_id in _patients(release):
        record = room.read(resources, patient_id)
        unread = [s for s in record.skipped if "another patient" not in s.problem]
        assert not unread, unread[:3]


def _patients(release: str) -> Iterator[tuple[list[dict[str, Any]], str]]:
    if release == "dev":
        for path in _files("dev"):
            resources = list(_resources(json.loads(path.read_text(encoding="utf-8"))))
            yield resources, next(r["id"] for r in resources if r["resourceType"] == "Patient")
        return
    by_patient: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((Path(DATA) / "bulk").glob("*.ndjson.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                resource = json.loads(line)
                subject = (resource.get("subject") or resource.get("patient") or {}).get(
                    "reference", ""
                )
                key = (
                    resource["id"]
                    if resource["resourceType"] == "Patient"
                    else subject.split("/")[-1]
                )
                by_patient.setdefault(key, []).append(resource)
    for patient_id, resources in by_patient.items():
        if patient_id:
            yield resources, patient_id
