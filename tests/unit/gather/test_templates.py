"""The lint of prefetch templates, both sides of each rule."""

from __future__ import annotations

import pytest

from cds_service.gather.services import ServiceDefinition
from cds_service.gather.templates import MAX_BYTES, encoded_size, resource_type, template_problems


GOOD = (
    "Patient/{{context.patientId}}",
    "Condition?patient={{context.patientId}}",
    "Observation?patient={{context.patientId}}&code=2276-4,http://loinc.org|2132-9&_sort=-date&_count=10",
)
BAD = {
    "Patient": "neither",
    "Patient/{{Patient.id}}": "not a context member",
    "Patient/{{userPractitionerId}}": "not a context member",
    "Condition?patient={{context.patientId}&status=a": "braces",
    "Condition?patient={{context.patientId}}&code:not=1": "not allowed",
    "Condition?patient={{context.patientId}}&_include=*": "not allowed",
    "Observation?patient.name=x": "not allowed",
    "Observation?patient={{context.patientId}}&date=ge2020&date=le2021": "twice",
    "Observation?patient={{context.patientId}}&_sort=date": "_sort",
    "Observation?patient={{context.patientId}}&code=": "empty",
    "Observation?patient={{context.patientId}}&code=a b": "characters",
    "Observation?patient={{context.patientId}}&code=" + "1234-5," * 400 + "1": "longer",
}


@pytest.mark.parametrize("template", GOOD)
def test_good_templates(template: str) -> None:
    """Reads, searches, tokens of the context, codes with and without system."""
    assert template_problems("patient-view", "key", template) == []


@pytest.mark.parametrize(("template", "word"), BAD.items())
def test_bad_templates(template: str, word: str) -> None:
    """Each says what is wrong."""
    assert word in " ".join(template_problems("patient-view", "key", template))


def test_keys_are_plain_names() -> None:
    """Usable as FHIR code and as variable."""
    assert template_problems("patient-view", "a-b", GOOD[0]) == ["the key is not a plain name"]


def test_every_template_that_is_shipped_fits_a_url(service: ServiceDefinition) -> None:
    """1,800 bytes with 64-character ids, percent-encoded."""
    assert max(encoded_size(template) for template in service.templates.values()) <= MAX_BYTES


def test_size_counts_encoded_bytes_with_long_ids() -> None:
    """A comma takes three."""
    assert encoded_size("Condition?patient={{context.patientId}}") == len("Condition?patient=") + 64
    assert encoded_size("A?code=1,2") == len("A?code=1%2C2")


def test_resource_type() -> None:
    """Of reads and searches."""
    assert [resource_type(t) for t in GOOD] == ["Patient", "Condition", "Observation"]
