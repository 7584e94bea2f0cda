"""SMART scopes of both versions against our templates (FHIR-09)."""

from __future__ import annotations

import pytest

from cds_service.gather.fetching.scopes import Grant, read_scopes


CONDITIONS = "Condition?patient=1"
FINDINGS = "Observation?patient=1&category=exam,survey,symptom&_sort=-date"
VITAL_SIGNS = "Observation?patient=1&category=vital-signs&_sort=-date"
BY_CODE = "Observation?patient=1&code=2276-4,2132-9"
PATIENT = "Patient/1"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


@pytest.mark.parametrize(
    "scope",
    [
        "patient/Condition.read",
        "user/Condition.read",
        "system/Condition.*",
        "patient/*.read",
        "user/*.*",
        "patient/Condition.rs",
        "patient/Condition.s",
        "patient/Condition.cruds",
        "patient/*.rs",
        "launch openid  fhirUser\tpatient/Condition.rs offline_access",
        "patient/Condition.write patient/Condition.read",
        "vendor|thing https://x.example/scope patient/Condition.rs",
        "patient/Condition.rs?patient=1",
        "patient/Condition.rs?category=problem-list-item patient/Condition.s",
    ],
)
def test_granted(scope: str) -> None:
    """A search for conditions."""
    assert read_scopes(scope).grant(CONDITIONS) is Grant.ALL


@pytest.mark.parametrize(
    "scope",
    [
        None,
        "",
        7,
        ["patient/*.rs"],
        "launch openid",
        "patient/Observation.rs",
        "patient/Condition.write",
        "patient/Condition.r",  # version 2: reading by id is not searching
        "patient/Condition.cud",
        "patient/Condition.",
        "patient/Condition",
        "patient/condition.read",
        "patient/Condition.sr",
        "patient/Condition.READ",
        "patients/Condition.read",
        "Condition.read",
        "patient/Condition.read,patient/Condition.rs",
        "patient/Condition.rs?patient=2",
    ],
)
def test_not_granted(scope: object) -> None:
    """Nor is it guessed at."""
    assert read_scopes(scope).grant(CONDITIONS) is Grant.NONE


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("patient/Patient.r", Grant.ALL),
        ("patient/Patient.read", Grant.ALL),
        ("patient/Patient.rs", Grant.ALL),
        ("patient/Patient.s", Grant.NONE),
    ],
)
def test_reading_by_id(scope: str, expected: Grant) -> None:
    """Version 2 tells it from searching."""
    assert read_scopes(scope).grant(PATIENT) is expected


@pytest.mark.parametrize(
    ("scope", "template", "expected"),
    [
        ("patient/Observation.rs?category=vital-signs", VITAL_SIGNS, Grant.ALL),
        (f"patient/Observation.rs?category={CATEGORY}|vital-signs", VITAL_SIGNS, Grant.ALL),
        ("patient/Observation.rs?category=http%3A%2F%2Fx%7Cvital-signs", VITAL_SIGNS, Grant.ALL),
        ("patient/Observation.rs?category=vital-signs,laboratory", VITAL_SIGNS, Grant.ALL),
        ("patient/Observation.rs?category=laboratory", VITAL_SIGNS, Grant.NONE),
        ("patient/Observation.rs?category=exam", FINDINGS, Grant.PART),
        (
            "patient/Observation.rs?category=exam patient/Observation.rs?category=survey "
            "user/Observation.s?category=symptom",
            FINDINGS,
            Grant.ALL,
        ),
        ("patient/Observation.rs?category=laboratory", BY_CODE, Grant.PART),
        ("patient/Observation.rs?category=laboratory&code=2276-4", BY_CODE, Grant.PART),
        ("patient/Observation.rs?category=laboratory&code=1", BY_CODE, Grant.NONE),
        ("patient/Observation.rs?code=2276-4,2132-9,1", BY_CODE, Grant.ALL),
    ],
)
def test_narrowed_scopes(scope: str, template: str, expected: Grant) -> None:
    """A search inside them, across their edge, outside."""
    assert read_scopes(scope).grant(template) is expected
