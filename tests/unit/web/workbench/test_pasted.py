"""What is wrong with a pasted text is said with its place."""

from __future__ import annotations

import json

import pytest

from cds_service.web.workbench.pasted import Problem, UnusableError, request_of


def problem_of(text: str) -> Problem:
    """The problem that ``text`` has."""
    with pytest.raises(UnusableError) as caught:
        request_of(text, 50)
    return caught.value.problem


def test_a_syntax_error_has_line_column_and_excerpt() -> None:
    """The caret stands under the offending character."""
    problem = problem_of('{\n  "hook": "patient-view",\n  "context": {,}\n}')
    assert problem.where == "line 3, column 15"
    assert problem.excerpt[problem.caret] == ","


def test_a_long_line_is_cut_around_the_place() -> None:
    """An export without line breaks does not fill the screen."""
    problem = problem_of('{"a": "' + "x" * 5000 + '", oops}')
    assert len(problem.excerpt) <= 121
    assert problem.excerpt[problem.caret] == "o"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("", "", "empty"),
        ("[1]", "$", "an array"),
        ('"x"', "$", "a string"),
        ("{}", "$", "Neither"),
        ('{"cards": []}', "cards", "answer of a CDS service"),
        ('{"resourceType": "Patient", "id": "1"}', "resourceType", "what is recorded of"),
        ('{"resourceType": "Condition"}', "resourceType", "together with its Patient"),
        ('{"resourceType": "OperationOutcome"}', "resourceType", "not patient data"),
        ('<Bundle xmlns="http://hl7.org/fhir"/>', "line 1, column 1", "XML"),
        ("\n<!DOCTYPE html><html></html>", "line 2, column 1", "sign in"),
        ("\ufffd\ufffd{\0}\0", "line 1, column 1", "UTF-16"),
        ('{"resourceType": "Bundle"}', "Bundle.entry", "no list of entries"),
        ('{"resourceType": "Bundle", "entry": [{}, 5]}', "Bundle.entry[1]", "no object"),
        ('{"resourceType": "Bundle", "entry": []}', "Bundle.entry", "no Patient"),
        ('{\n  "hook": \n', "line 3, column 1", "ends too early"),
        ("[" * 60 + "]" * 60, "", "nested deeper"),
        ('{"a":1}\n{"b":2}', "line 2, column 1", "NDJSON"),
    ],
)
def test_each_wrong_file_is_told_apart(text: str, where: str, words: str) -> None:
    """Where, and what it is instead."""
    problem = problem_of(text)
    assert problem.where == where
    assert words in problem.message


def bundle_of(*ids: str) -> str:
    """A Bundle with a Patient for each id."""
    patients = [{"resource": {"resourceType": "Patient", "id": id}} for id in ids]
    return json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": "x"}, *patients]})


def test_two_patients_are_one_too_many() -> None:
    """The second is named; the same one twice is one."""
    problem = problem_of(bundle_of("one", "one", "two"))
    assert (problem.where, "more than one Patient" in problem.message) == ("Bundle.entry[3]", True)
    assert request_of(bundle_of("one", "one"), 50)["context"]["patientId"] == "one"


def test_a_bundle_becomes_a_request() -> None:
    """Every resource under the key of its type."""
    bundle = '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}]}'
    assert request_of(bundle, 50)["context"]["patientId"] == "p"
