"""Answers to questionnaires, and the illnesses of relatives."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.core.record import Channel
from cds_service.core.values import FINDING_SYSTEM, Status
from tests.unit.fhir.room import ICD, LOINC, SNOMED, coded, condition, read, resource, said, status


PRESENT, ABSENT = Status.PRESENT, Status.ABSENT


def response(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A completed response of yesterday."""
    basis = {"status": "completed", "authored": "2026-11-20T08:00:00Z", "item": list(items)}
    return resource("QuestionnaireResponse", **(basis | members))


def item(link: str, *answers: dict[str, Any], **members: Any) -> dict[str, Any]:
    """One item."""
    return {"linkId": link, "answer": list(answers)} | members


YES: dict[str, Any] = {"valueBoolean": True}


@pytest.mark.parametrize(
    "asked",
    [
        item("burning-pain", YES),
        item("/feet/burning-pain", YES),
        item("symptoms.burning-pain", YES),
        item("1", YES, definition=f"{FINDING_SYSTEM}#burning-pain"),
        item("1", YES, definition="https://ehr.example/StructureDefinition/burning-pain"),
        item("1", YES, code=[{"system": FINDING_SYSTEM, "code": "burning-pain"}]),
        {"linkId": "group", "item": [item("burning-pain", YES)]},
        {"linkId": "q", "answer": [{"valueBoolean": False, "item": [item("burning-pain", YES)]}]},
        item("which", {"valueCoding": {"system": FINDING_SYSTEM, "code": "burning-pain"}}),
    ],
)
def test_where_the_finding_may_stand(asked: dict[str, Any]) -> None:
    """linkId, definition, code, nested, or chosen from a list."""
    statement = said(read(response(asked)), "burning-pain")
    assert statement is not None
    assert (statement.status, statement.channel) == (PRESENT, Channel.QUESTIONNAIRE)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"valueBoolean": False}, ABSENT),
        ({"valueCoding": {"system": SNOMED, "code": "373066001"}}, PRESENT),
        ({"valueCoding": {"system": SNOMED, "code": "373067005"}}, ABSENT),
        ({"valueCoding": {"code": "Y"}}, PRESENT),
        ({"valueString": "No"}, ABSENT),
        ({"valueString": "sometimes"}, None),
        ({"valueDecimal": 3}, None),
        ({"valueQuantity": {"value": 3}}, None),
    ],
)
def test_answers(answer: dict[str, Any], expected: Status | None) -> None:
    """Yes, no, or nothing."""
    assert status(read(response(item("burning-pain", answer))), "burning-pain") is expected


def test_an_unanswered_item_states_nothing() -> None:
    """Not asked is not no."""
    assert read(response({"linkId": "burning-pain"}, item("leg-pain"))).statements == ()


def test_codes_of_a_contained_or_supplied_questionnaire() -> None:
    """R4 responses carry no codes themselves."""
    questions = {
        "resourceType": "Questionnaire",
        "id": "q",
        "url": "https://ehr.example/Questionnaire/legs",
        "item": [
            {
                "linkId": "g",
                "item": [{"linkId": "7", "code": [{"system": FINDING_SYSTEM, "code": "leg-pain"}]}],
            }
        ],
    }
    contained = response(item("7", YES), contained=[questions], questionnaire="#q")
    assert status(read(contained), "leg-pain") is PRESENT
    beside = response(item("7", YES), questionnaire="https://ehr.example/Questionnaire/legs|2")
    assert status(read(beside, questions), "leg-pain") is PRESENT


def test_answers_to_coded_questions() -> None:
    """Tobacco status in a questionnaire."""
    asked = item(
        "t",
        {"valueCoding": {"system": SNOMED, "code": "266919005"}},
        code=[{"system": LOINC, "code": "72166-2"}],
    )
    assert status(read(response(asked)), "tobacco-use") is ABSENT


@pytest.mark.parametrize(
    ("written", "read_it", "provisional"),
    [
        ("completed", True, False),
        ("amended", True, False),
        ("in-progress", True, True),
        ("entered-in-error", False, False),
    ],
)
def test_status_of_a_response(written: str, read_it: bool, provisional: bool) -> None:
    """A response in progress is provisional."""
    statement = said(read(response(item("leg-pain", YES), status=written)), "leg-pain")
    assert (statement is not None) is read_it
    assert statement is None or statement.provisional is provisional


def history(*conditions: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A FamilyMemberHistory."""
    basis = {
        "resourceType": "FamilyMemberHistory",
        "id": "1",
        "status": "completed",
        "patient": {"reference": "Patient/p"},
        "relationship": {"coding": [{"code": "MTH"}]},
        "condition": [{"code": code} for code in conditions],
    }
    return basis | members


@pytest.mark.parametrize("code", [coded(ICD, "G25.81"), {"text": "Restless legs syndrome"}])
def test_family_history_states_findings_about_the_family(code: dict[str, Any]) -> None:
    """Never the patient's own."""
    record = read(history(code))
    statement = said(record, "family-history-rls")
    assert statement is not None
    assert statement.channel is Channel.FAMILY_HISTORY
    assert len(record.statements) == 1


def test_family_that_says_nothing() -> None:
    """A spouse, an error, another illness, nobody's illness."""
    code = coded(ICD, "G25.81")
    assert read(history(code, relationship={"coding": [{"code": "SPS"}]})).statements == ()
    assert read(history(code, status="entered-in-error")).statements == ()
    assert read(history(coded(ICD, "I73.9"))).statements == ()
    assert read(history({"text": "leg pain"})).statements == ()


def test_a_relative_in_a_text_is_family_history_too() -> None:
    """As in a Condition that says "Mother had RLS"."""
    record = read(condition({"text": "Leg pain. Mother had RLS."}))
    assert status(record, "leg-pain") is PRESENT
    assert status(record, "family-history-rls") is PRESENT
    assert said(record, "restless-legs-syndrome") is None
