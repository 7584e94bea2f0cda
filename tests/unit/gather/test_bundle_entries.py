"""Entries of Bundles in prefetch: what is known by its ``urn:uuid`` only can be referred to."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.gather.prefetch import read_resource


URN = "urn:uuid:6b1e1c3e-6d6f-4a52-9f0c-2b6a2f7f0a11"


def ids(kind: str, url: object, **members: Any) -> list[object]:
    """The ids after reading a Bundle of one entry."""
    entry = {"fullUrl": url, "resource": {"resourceType": kind} | members}
    data = read_resource({"resourceType": "Bundle", "entry": [entry]}, kind)
    return [resource.get("id") for resource in data.resources]


def test_a_urn_is_the_id_of_what_has_none() -> None:
    """A Medication that a prescription of STU3 means."""
    assert ids("Medication", URN) == [URN.removeprefix("urn:uuid:")]
    assert ids("Medication", URN, id="own") == ["own"]


@pytest.mark.parametrize("url", [None, "", 5, "https://ehr.example/fhir/Medication/1"])
def test_other_addresses_make_no_id(url: object) -> None:
    """Only a urn says nothing but the id."""
    assert ids("Medication", url) == [None]


def test_a_patient_has_to_say_who_it_is() -> None:
    """The identity of the patient is never made up."""
    assert ids("Patient", URN) == [None]
