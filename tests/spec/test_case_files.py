"""The case files themselves: complete, well formed, and speaking the public vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle

from cds_service.core.knowledge import Knowledge
from cds_service.core.values import SYSTEM_URIS, Urgency
from cds_service.gather.services import ServiceDefinition
from cds_service.knowledge.loader import load_knowledge
from tests.spec.cases import FOLDER, Case, CaseFile, OneOf, read_cases
from tools.case_pages import PAGE, render


CASES = pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.slug)
FINDING_SYSTEM = SYSTEM_URIS["finding"]
# Not one FHIR value: left as some systems send it, on purpose (tag invalid-fhir).
INVALID = "invalid-fhir"


@cache
def knowledge() -> Knowledge:
    """The delivered knowledge."""
    return load_knowledge()


def test_there_are_enough_cases_and_enough_silence() -> None:
    """The sandbox covers the question, and says often enough that nothing is to be said."""
    assert len(read_cases()) >= 60
    assert sum("silence" in case.file.tags for case in read_cases()) >= 15


def test_every_folder_is_a_case() -> None:
    """No folder without both files, no stray file."""
    for folder in FOLDER.iterdir():
        files = {path.name for path in folder.iterdir()} - {"context.json"}
        assert files == {"case.yaml", "bundle.json"}, folder.name


def test_an_unknown_key_is_refused() -> None:
    """A misspelt expectation must not pass for one that is met."""
    wrong = {
        "title": "",
        "story": "",
        "teaches": "",
        "as-of": "",
        "service": "",
        "tags": [],
        "expect": {"red-flag": {}},
    }
    with pytest.raises(msgspec.ValidationError, match="red-flag"):
        msgspec.convert(wrong, CaseFile)


@CASES
def test_instant_has_a_time_zone(case: Case) -> None:
    """``as-of`` is RFC 3339 with an offset."""
    assert datetime.fromisoformat(case.file.as_of).tzinfo is not None


@CASES
def test_expected_ids_exist(case: Case) -> None:
    """Every id in ``expect`` is one of the knowledge."""
    assert sorted(set(_unknown_ids(case))) == []


@CASES
def test_findings_sent_exist(case: Case) -> None:
    """Every finding code or linkId sent is one of the knowledge, work-up codes aside."""
    known = knowledge().findings.keys() | knowledge().workups.keys()
    assert sorted(set(_findings_sent(case.bundle)) - known) == []


@pytest.mark.parametrize(
    "case",
    [case for case in read_cases() if INVALID not in case.file.tags],
    ids=lambda case: case.slug,
)
def test_bundle_is_fhir(case: Case) -> None:
    """The bundle is valid FHIR R4 (checked with the R4B model, its only heir in the library)."""
    Bundle.model_validate(case.bundle)


@CASES
def test_hook_is_that_of_the_service(case: Case, services: dict[str, ServiceDefinition]) -> None:
    """A case calls its service with the hook that it answers."""
    assert case.file.hook == services[case.file.service].hook


def test_every_service_has_at_least_six_cases(services: dict[str, ServiceDefinition]) -> None:
    """Silence among them."""
    for id in services:
        cases = [case for case in read_cases() if case.file.service == id]
        assert len(cases) >= 6, id
        assert any("silence" in case.file.tags for case in cases), id


@CASES
def test_patient_is_invented(case: Case) -> None:
    """The first entry is the Patient, with an obviously invented name."""
    patient = case.bundle["entry"][0]["resource"]
    assert patient["resourceType"] == "Patient"
    assert patient["name"][0]["family"] == "Testcase"


def test_the_page_of_cases_is_up_to_date() -> None:
    """docs/cases.md is what tools/case_pages.py makes of the cases."""
    assert PAGE.read_text(encoding="utf-8") == render(read_cases()), (
        "run: python -m tools.case_pages"
    )


def _unknown_ids(case: Case) -> Iterator[str]:
    expect, known = case.file.expect, knowledge()
    urgencies = {urgency.value for urgency in Urgency}
    yield from _not_in(known.findings.keys(), expect.findings)
    yield from _not_in(known.causes.keys(), expect.differential)
    yield from _not_in(known.workups.keys(), expect.workups)
    yield from _not_in(known.interlocks.keys(), expect.interlocks)
    flags = {*expect.red_flags.raised, *expect.red_flags.not_raised}
    yield from flags - known.red_flags.keys()
    yield from set(expect.red_flags.raised.values()) - urgencies
    yield from expect.criteria.keys() - known.criteria.keys()
    said = {check for checks in expect.orders.said.values() for check in checks}
    yield from said - known.order_checks.keys()
    yield from {expect.gate} - {"open", "closed", ""}


def _not_in(known: Any, part: msgspec.Struct) -> Iterator[str]:
    for value in msgspec.structs.asdict(part).values():
        yield from (id for id in _flat(value) if id not in known)


def _flat(value: OneOf | tuple[OneOf, ...] | None) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif value is not None:
        for item in value:
            yield from _flat(item)


def _findings_sent(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _findings_sent(item)
    elif isinstance(node, dict):
        if node.get("system") == FINDING_SYSTEM:
            yield node["code"]
        if "linkId" in node:
            yield node["linkId"]
        for item in node.values():
            yield from _findings_sent(item)
