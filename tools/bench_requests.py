"""Requests for the benchmark: given ones, or a generated patient of the same size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson


Json = dict[str, Any]
_AS_OF = "2026-03-14T09:00:00+00:00"
_FINDING = "https://leg-pain-cds.example/fhir/CodeSystem/finding"
_SPEAKING = (
    "burning-pain",
    "feet-or-toes",
    "worse-lying-flat",
    "relief-leg-dangling",
    "worse-at-night",
    "tingling",
)
_CONDITIONS = (
    ("444814009", "Viral sinusitis (disorder)"),
    ("38341003", "Hypertension"),
    ("15777000", "Prediabetes"),
    ("271737000", "Anemia (disorder)"),
    ("10509002", "Acute bronchitis (disorder)"),
)
_DRUGS = (
    ("316049", "Hydrochlorothiazide 25 MG"),
    ("860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet"),
    ("314076", "lisinopril 10 MG Oral Tablet"),
)
_LABS = (
    ("6298-4", "Potassium", 4.2, "mmol/L"),
    ("2947-0", "Sodium", 139.0, "mmol/L"),
    ("38483-4", "Creatinine", 0.9, "mg/dL"),
    ("4548-4", "Hemoglobin A1c", 5.9, "%"),
)


def benchmark_requests() -> dict[str, bytes]:
    """The silent and the speaking request, from ``CDS_BENCHMARK_DIR`` or generated (60 kB)."""
    folder = os.environ.get("CDS_BENCHMARK_DIR")
    if folder:
        root = Path(folder)
        return {
            "silent": (root / "payload.json").read_bytes(),
            "speaking": (root / "payload-speaking.json").read_bytes(),
        }
    return {
        "silent": orjson.dumps(generated_request(60_000, speaking=False)),
        "speaking": orjson.dumps(generated_request(60_000, speaking=True)),
    }


def generated_request(size: int, *, speaking: bool) -> Json:
    """A patient-view request of about ``size`` bytes about one invented patient."""
    prefetch: Json = {
        "patient": {
            "resourceType": "Patient",
            "id": "bench",
            "gender": "male",
            "birthDate": "1955-06-01",
        },
        "findings": _bundle([_finding(code) for code in _SPEAKING] if speaking else []),
    }
    rounds = 1
    while True:
        prefetch |= {
            "conditions": _bundle([_condition(i) for i in range(4 * rounds)]),
            "medicationRequests": _bundle([_drug(i) for i in range(4 * rounds)]),
            "laboratory": _bundle([_lab(i) for i in range(6 * rounds)]),
        }
        if len(orjson.dumps(prefetch)) >= size:
            break
        rounds += max(1, rounds // 4)
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/example", "patientId": "bench"},
        "extension": {"org.leg-pain-cds.as-of": _AS_OF},
        "prefetch": prefetch,
    }


def _bundle(resources: list[Json]) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": r} for r in resources],
    }


def _finding(code: str) -> Json:
    return _observation(f"finding-{code}", "exam", _FINDING, code) | {"valueBoolean": True}


def _condition(position: int) -> Json:
    code, display = _CONDITIONS[position % len(_CONDITIONS)]
    return {
        "resourceType": "Condition",
        "id": f"condition-{position}",
        "clinicalStatus": _concept(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"
        ),
        "code": _concept("http://snomed.info/sct", code, display),
        "subject": {"reference": "Patient/bench"},
        "onsetDateTime": "2019-05-01",
    }


def _drug(position: int) -> Json:
    code, display = _DRUGS[position % len(_DRUGS)]
    return {
        "resourceType": "MedicationRequest",
        "id": f"medication-{position}",
        "status": "stopped",
        "intent": "order",
        "medicationCodeableConcept": _concept(
            "http://www.nlm.nih.gov/research/umls/rxnorm", code, display
        ),
        "subject": {"reference": "Patient/bench"},
        "authoredOn": "2019-05-01T10:00:00+00:00",
    }


def _lab(position: int) -> Json:
    code, display, value, unit = _LABS[position % len(_LABS)]
    observation = _observation(f"lab-{position}", "laboratory", "http://loinc.org", code, display)
    return observation | {
        "valueQuantity": {
            "value": value,
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        }
    }


def _observation(id: str, category: str, system: str, code: str, display: str = "") -> Json:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [
            _concept("http://terminology.hl7.org/CodeSystem/observation-category", category)
        ],
        "code": _concept(system, code, display),
        "subject": {"reference": "Patient/bench"},
        "effectiveDateTime": "2026-03-13T09:00:00+00:00",
    }


def _concept(system: str, code: str, display: str = "") -> Json:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}
