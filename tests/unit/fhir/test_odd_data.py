"""Odd data lose nothing silently (skipped unless ``CDS_TEST_DATA`` names them).

Of every resource of a type that is read: it is used, or it is named in ``skipped``, or it means
nothing here. The last is judged by a simpler reader: no code of it, at any depth, is known; or one
of the few members that take a record back says so.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.fhir.references import name_of
from cds_service.fhir.release import release_of
from tests.unit.fhir.room import DeliveredRoom


Json = dict[str, Any]
DATA = os.environ.get("CDS_TEST_DATA", "")
ODD = Path(DATA) / "odd"
READ = {
    *("Condition", "Observation", "Procedure", "DiagnosticReport", "Encounter"),
    *("MedicationRequest", "MedicationStatement", "MedicationOrder", "MedicationDispense"),
    *("MedicationAdministration", "FamilyMemberHistory", "QuestionnaireResponse"),
    *("ServiceRequest", "ProcedureRequest", "ReferralRequest", "DeviceRequest", "DiagnosticOrder"),
}
TAKEN_BACK = {"entered-in-error", "cancelled", "not-done", "draft"}
# Everything in these files that is named as unused, and why. Neither fewer nor more.
SKIPPED = {
    ("cumulus-r4", "Condition", "code: missing"): 2,
    ("cumulus-r4", "Procedure", "code: missing"): 1,
    ("cumulus-r4", "Observation", "speaks of another patient"): 1,  # focus on a relative
    ("dstu2", "Observation", "value: no quantity for egfr"): 2,  # valueRange
    ("ecqm-r4", "Claim", "speaks of another patient"): 2,
    ("ecqm-r4", "MedicationAdministration", "speaks of another patient"): 1,
    ("stu3", "Observation", "value: no quantity for folate"): 1,  # valueString
}
RELEASES = {"stu3": "STU3", "stu3-questionnaires": "STU3", "dstu2": "DSTU2"}
# No member of these tells: value sets and questionnaires, Observations alone, a hybrid of R4 and R5.
SAYS_NOTHING = {
    *("0-QuestionnaireSMART-PROMs-QUE1.json", "0-QuestionnaireSMART-PROMs-QUE2.json"),
    *("patient-1627321.fhir-bundle.01.json", "ms_r5_Encounter-f002.json"),
}
SLOPPY = "lazy_person_invocation.json"  # R4 by its hook, with clinicalStatus as STU3 has it

pytestmark = pytest.mark.skipif(not DATA, reason="CDS_TEST_DATA is not set: no odd data to read")


class _Room(DeliveredRoom):
    def knows(self, resource: Json) -> list[str]:
        """Codes in it that mean something somewhere."""
        return [code for system, code in _codes(resource) if self.terminology.targets(system, code)]


def _codes(found: Any) -> Iterator[tuple[str, str]]:
    """Every coding at any depth, contained resources apart."""
    if isinstance(found, dict):
        system, code = found.get("system"), found.get("code")
        if isinstance(system, str) and isinstance(code, str):
            yield system, code
        for member, inner in found.items():
            if member != "contained":
                yield from _codes(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from _codes(inner)


def _resources(found: Any) -> Iterator[Json]:
    """Every resource at any depth, contained ones left where they are."""
    if isinstance(found, dict) and found.get("resourceType", "Bundle") != "Bundle":
        yield found
    elif isinstance(found, dict | list):
        for inner in found.values() if isinstance(found, dict) else found:
            yield from _resources(inner)


def _records() -> Iterator[tuple[Path, list[Json], str]]:
    """File, resources, and the patient where there is just one."""
    for path in sorted(ODD.rglob("*.json")):
        resources = list(_resources(json.loads(path.read_text(encoding="utf-8"))))
        patients = [r["id"] for r in resources if r["resourceType"] == "Patient" and "id" in r]
        yield path, resources, patients[0] if len(patients) == 1 else ""
    by_patient: dict[str, list[Json]] = {}
    for path in sorted((ODD / "synthea-2025-bulk").glob("*.ndjson.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for resource in map(json.loads, lines):
                subject = resource.get("subject") or resource.get("patient") or {}
                if subject.get("reference"):
                    by_patient.setdefault(subject["reference"].split("/")[-1], []).append(resource)
    for patient, resources in by_patient.items():
        yield ODD / "synthea-2025-bulk" / patient, resources, patient


@pytest.fixture(scope="module")
def room(knowledge: Knowledge) -> _Room:
    """The room with the knowledge that is shipped."""
    return _Room(knowledge)


def _takes_itself_back(resource: Json) -> bool:
    said = (
        resource.get("status"),
        *(code for _, code in _codes(resource.get("verificationStatus"))),
    )
    no_data = resource.get("dataAbsentReason") is not None
    return bool(TAKEN_BACK & set(said)) or resource.get("doNotPerform") is True or no_data


# A relative's illness for which no finding exists, and an operation that speaks only of a leg.
_MEANS_NOTHING = {"315619001", "274474001"}


def test_nothing_is_lost_silently(room: _Room) -> None:
    """Used, named, or without meaning: of each resource of a type that is read."""
    lost = []
    read: Counter[str] = Counter()
    for path, resources, patient in _records():
        record = room.read(resources, patient)
        told = {s.source for s in (*record.statements, *record.measurements, *record.events)}
        told |= {s.reference for s in record.skipped}
        for resource in resources:
            if resource["resourceType"] not in READ:
                continue
            read[resource["resourceType"]] += 1
            if name_of(resource) in told or _takes_itself_back(resource):
                continue
            known = set(room.knows(resource)) - _MEANS_NOTHING
            lost += [(path.name, name_of(resource), known)] if known else []
    assert not lost
    assert sum(read.values()) > 2000


def test_what_is_skipped_is_listed_with_reasons(room: _Room) -> None:
    """The whole list; a new entry is either a mistake of the reader or a fact to note above."""
    skipped: Counter[tuple[str, str, str]] = Counter()
    for path, resources, patient in _records():
        folder = path.relative_to(ODD).parts[0]
        for each in room.read(resources, patient).skipped:
            skipped[folder, each.reference.partition("/")[0], each.problem] += 1
    assert dict(skipped) == SKIPPED


def test_releases_are_told_apart() -> None:
    """By what is in the files, wherever anything in them tells."""
    for path, resources, _ in _records():
        folder = path.relative_to(ODD).parts[0]
        expected = RELEASES.get(folder, "R5" if folder == "r5" else "R4")
        if path.name == SLOPPY:
            expected = "STU3"
        if path.name in SAYS_NOTHING:
            expected = "R4"
        assert release_of(resources) == expected, path.name


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "stu3/Lind_Prince_71.json",
            {"statin-use", "diabetic-neuropathy", "platinum-chemotherapy"},
        ),
        ("stu3/Hirthe_Madge_44.json", {"hypertension"}),
        ("stu3/patient-1642068.fhir-bundle.json", {"leg-pain", "b12-deficiency", "hypothyroidism"}),
        ("stu3/patient-767980.fhir-bundle.json", {"metformin-use", "diabetes", "smoking"}),
        ("dstu2/ahrq-pain-mgmt-summary.json", {"opioid-use", "nsaid-use", "back-pain"}),
        ("dstu2/nest_patient_data.json", {"atrial-fibrillation", "diabetes-mellitus"}),
    ],
)
def test_what_the_records_say(file: str, expected: set[str], room: _Room) -> None:
    """Understood, not only read: drugs by urn:uuid, plain statuses, words without a true code."""
    resources = list(_resources(json.loads((ODD / file).read_text(encoding="utf-8"))))
    patient = next(r["id"] for r in resources if r["resourceType"] == "Patient")
    assert expected <= {s.target for s in room.read(resources, patient).statements}


RESTLESS = {
    "resourceType": "MedicationStatement",
    "id": "example001",
    "contained": [
        {
            "resourceType": "Medication",
            "id": "med0309",
            "code": {"text": "Tylenol PM"},
            "ingredient": [
                {
                    "item": {
                        "concept": {
                            "coding": [
                                {
                                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                                    "code": "901813",
                                    "display": "Diphenhydramine Hydrochloride 25 mg",
                                }
                            ]
                        }
                    }
                }
            ],
        }
    ],
    "status": "recorded",
    "medication": {"reference": {"reference": "#med0309"}},
    "subject": {"reference": "Patient/pat1"},
    "effectiveDateTime": "2026-11-10",
    "reason": [
        {
            "concept": {
                "coding": [
                    {
                        "system": "http://snomed.info/sct",
                        "code": "32914008",
                        "display": "Restless Legs",
                    }
                ]
            }
        }
    ],
}


def test_the_r5_example_of_restless_legs(room: _Room) -> None:
    """The example of the R5 specification, in JSON: the drug by its ingredient, and why it is taken."""
    record = room.read([RESTLESS], "pat1")
    targets = {s.target for s in record.statements}
    assert {"sedating-antihistamine-use", "restless-legs-syndrome"} <= targets
    assert not record.skipped
    assert release_of([RESTLESS]) == "R5"
