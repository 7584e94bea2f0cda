"""The FHIR room with a small body of knowledge, and short ways to write resources."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from cds_service.core.knowledge import Knowledge
from cds_service.core.record import PatientRecord, Statement, Supplied
from cds_service.core.values import FINDING_SYSTEM, Status
from cds_service.fhir.reading import read_patient
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.loader import load_knowledge
from cds_service.knowledge.terminology import Terminology


Json = dict[str, Any]
AS_OF = datetime(2026, 11, 21, 10, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT = "http://www.ama-assn.org/go/cpt"
SMALL = Path(__file__).with_name("small_knowledge.yaml")


@cache
def small_knowledge() -> Knowledge:
    """The knowledge of ``small_knowledge.yaml``."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(SMALL, folder)
        return load_knowledge(Path(folder))


@cache
def small_terminology() -> Terminology:
    """Its codes, with one code list."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "dvt.csv").write_text(
            "system,code,display\nSNOMED,128053003,Deep venous thrombosis\nICD-10-CM,I82.40,DVT\n"
        )
        return Terminology.build(small_knowledge(), Path(folder))


@cache
def small_lexicon() -> Lexicon:
    """Its phrases."""
    return Lexicon.build(small_knowledge())


def read(*resources: Json, context: tuple[Json, ...] = (), **changes: Any) -> PatientRecord:
    """The record of patient ``p`` at a fixed instant, in a zone that is not UTC."""
    supplied = [Supplied("any", r) for r in resources]
    supplied += [Supplied("draftOrders", r, in_context=True) for r in context]
    arguments: dict[str, Any] = {
        "patient_id": "p",
        "encounter_id": "",
        "as_of": AS_OF,
        "knowledge": small_knowledge(),
        "terminology": small_terminology(),
        "lexicon": small_lexicon(),
    } | changes
    return read_patient(supplied, **arguments)


class DeliveredRoom:
    """The FHIR room with the knowledge that is shipped, for real records."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.terminology = Terminology.build(knowledge)
        self._parts = {
            "knowledge": knowledge,
            "terminology": self.terminology,
            "lexicon": Lexicon.build(knowledge),
        }

    def read(self, resources: list[Json], patient_id: str) -> PatientRecord:
        """The record of that patient."""
        return read(*resources, patient_id=patient_id, **self._parts)


def coded(system: str, code: str, display: str = "", text: str = "") -> Json:
    """A CodeableConcept."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def finding(id: str) -> Json:
    """A concept of our own code system."""
    return coded(FINDING_SYSTEM, id)


def resource(kind: str, **members: Any) -> Json:
    """A resource about patient ``p`` with id ``1``; ``_id=...`` names another id."""
    return {"resourceType": kind, "id": "1", "subject": {"reference": "Patient/p"}} | members


def observation(code: Json, /, **members: Any) -> Json:
    """A final Observation of yesterday."""
    basis = {"status": "final", "effectiveDateTime": "2026-11-20T09:00:00Z", "code": code}
    return resource("Observation", **(basis | members))


def condition(code: Json, /, **members: Any) -> Json:
    """A Condition recorded ten days ago."""
    return resource("Condition", **({"code": code, "recordedDate": "2026-11-11"} | members))


def prescription(name: str, **members: Any) -> Json:
    """An active MedicationRequest known by text only."""
    basis = {"status": "active", "intent": "order", "medicationCodeableConcept": {"text": name}}
    return resource("MedicationRequest", **(basis | {"authoredOn": "2026-10-01"} | members))


def said(record: PatientRecord, target: str) -> Statement | None:
    """The only statement about a finding or cause; None when there is none."""
    found = [s for s in record.statements if s.target == target]
    assert len(found) <= 1, found
    return found[0] if found else None


def status(record: PatientRecord, target: str) -> Status | None:
    """Its status; None when nothing is said."""
    statement = said(record, target)
    return None if statement is None else statement.status


def problems(record: PatientRecord) -> dict[str, str]:
    """What was skipped, by reference."""
    return {s.reference: s.problem for s in record.skipped}
