"""Conditions: statuses of all releases and traps, dates, words, body sites."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.core.record import Channel, Subject
from cds_service.core.values import Status
from tests.unit.fhir.room import (
    ICD,
    SNOMED,
    coded,
    condition,
    finding,
    problems,
    read,
    said,
    status,
)


PRESENT, ABSENT = Status.PRESENT, Status.ABSENT
LEG_PAIN = coded(ICD, "M79.604")


def clinical(code: str) -> dict[str, Any]:
    """ClinicalStatus as R4 writes it."""
    return {"clinicalStatus": {"coding": [{"code": code}]}}


@pytest.mark.parametrize(
    ("written", "ended"),
    [
        ({}, False),
        (clinical("active"), False),
        (clinical("recurrence"), False),
        (clinical("relapse"), False),
        (clinical("resolved"), True),
        (clinical("inactive"), True),
        (clinical("remission"), True),
        ({"clinicalStatus": "resolved"}, True),
        ({"clinicalStatus": "active", "abatementDateTime": "2026-11-12"}, True),
        ({"clinicalStatus": "active", "abatementDateTime": "2027-01-01"}, False),
        ({"abatementPeriod": {"end": "2026-11-12"}}, True),
        ({"abatementString": "last week"}, True),
        ({"abatementBoolean": True}, True),
        ({"category": [{"coding": [{"code": "active"}]}]}, False),
        ({"category": [{"coding": [{"code": "resolved"}]}]}, True),
    ],
)
def test_what_is_over(written: dict[str, Any], ended: bool) -> None:
    """By status or by an abatement in the past, wherever they stand."""
    statement = said(read(condition(LEG_PAIN, **written)), "leg-pain")
    assert statement is not None
    assert (statement.status, statement.ended) == (PRESENT, ended)


def test_refuted_is_absent_and_in_error_is_nothing() -> None:
    """Also as plain strings and with spaces."""
    refuted = condition(LEG_PAIN, verificationStatus={"coding": [{"code": "refuted"}]})
    assert status(read(refuted), "leg-pain") is ABSENT
    for written in ("entered-in-error", "entered-in-error "):
        record = read(condition(LEG_PAIN, verificationStatus=written))
        assert (record.statements, record.skipped) == ((), ())


@pytest.mark.parametrize("considered", ["provisional", "differential", "unconfirmed"])
def test_a_diagnosis_in_doubt_is_none_but_a_complaint_counts(considered: str) -> None:
    """Somebody thinking of RLS has not diagnosed it."""
    doubt = {"verificationStatus": {"coding": [{"code": considered}]}}
    assert said(read(condition(coded(ICD, "G25.81"), **doubt)), "restless-legs-syndrome") is None
    assert read(condition(finding("cancer-history"), **doubt)).statements == ()
    assert status(read(condition(LEG_PAIN, **doubt)), "leg-pain") is PRESENT


def test_codes_come_before_words() -> None:
    """One statement for a target; the words add only what no code said."""
    code = coded(ICD, "M79.604", text="leg pain and burning")
    record = read(condition(code))
    pain, burning = said(record, "leg-pain"), said(record, "burning-pain")
    assert pain is not None
    assert burning is not None
    assert (pain.definite, pain.how) == (True, "ICD-10-CM M79.604")
    assert (burning.definite, burning.how) == (False, "phrase 'burning'")


def test_words_alone_with_negation() -> None:
    """Text-only Conditions are real."""
    record = read(condition({"text": "denies leg pain, has burning"}))
    assert status(record, "leg-pain") is ABSENT
    assert status(record, "burning-pain") is PRESENT


def test_a_refuted_text_is_absent_but_its_denials_say_nothing() -> None:
    """Refuting "no burning" states nothing."""
    record = read(condition({"text": "leg pain, no burning"}, verificationStatus="refuted"))
    assert status(record, "leg-pain") is ABSENT
    assert status(record, "burning-pain") is None


def test_history_in_words_is_over() -> None:
    """An active Condition named "History of DVT" is no current thrombosis."""
    statement = said(read(condition({"text": "History of DVT"})), "deep-vein-thrombosis")
    assert statement is not None
    assert statement.ended


def test_our_own_code_names_findings_and_causes() -> None:
    """In a Condition an id of both kinds is both."""
    assert status(read(condition(finding("leg-pain"))), "leg-pain") is PRESENT
    both = read(condition(finding("b12-deficiency"))).statements
    assert {s.about for s in both} == {Subject.FINDING, Subject.CAUSE}


@pytest.mark.parametrize(
    ("site", "counts"),
    [
        ({"bodySite": [coded(SNOMED, "56459004")]}, True),
        ({"bodySite": [{"text": "left calf"}]}, True),
        ({"bodySite": [coded(SNOMED, "40768004", "Left thorax")]}, False),
        ({}, False),
    ],
)
def test_codes_that_need_a_leg(site: dict[str, Any], counts: bool) -> None:
    """R20.2 counts only with a lower-limb site."""
    statement = said(read(condition(coded(ICD, "R20.2"), **site)), "tingling")
    assert (statement is not None) is counts
    assert statement is None or statement.leg_site


def test_words_that_need_a_leg_find_it_in_the_body_site() -> None:
    """At a leg "Pain" is leg pain, with its code or without, and nothing elsewhere."""
    leg, arm = {"text": "Right lower leg"}, {"text": "Right forearm"}
    assert status(read(condition({"text": "Pain"}, bodySite=[leg])), "leg-pain") is PRESENT
    coded_pain = coded(SNOMED, "22253000", "Pain")
    assert status(read(condition(coded_pain, bodySite=[leg])), "leg-pain") is PRESENT
    assert status(read(condition({"text": "Pain"}, bodySite=[arm])), "leg-pain") is None


def test_a_leg_in_the_name_is_a_leg_site() -> None:
    """The display names the foot."""
    assert (
        said(read(condition(coded(ICD, "R20.2", "Paraesthesia of foot"))), "tingling") is not None
    )


@pytest.mark.parametrize(
    ("dates", "date", "onset"),
    [
        ({"onsetDateTime": "2026-01-05", "recordedDate": "2026-02-01"}, "2026-02-01", "2026-01-05"),
        ({"onsetPeriod": {"start": "2026-01-05"}, "recordedDate": None}, None, "2026-01-05"),
        ({"assertedDate": "2026-02-01", "recordedDate": None}, "2026-02-01", None),
        ({"dateRecorded": "2026-02-01", "recordedDate": None}, "2026-02-01", None),
        ({"onsetAge": {"value": 60}, "onsetString": "long ago"}, "2026-11-11", None),
        ({"onsetDateTime": "2026-02", "recordedDate": None}, None, "2026-02-28"),
        ({"onsetDateTime": "2026", "recordedDate": None}, None, "2026-11-21"),
    ],
)
def test_dates(dates: dict[str, Any], date: str | None, onset: str | None) -> None:
    """Recorded and begun; a month or year is its last instant, but not later than now."""
    statement = said(read(condition(LEG_PAIN, **dates)), "leg-pain")
    assert statement is not None
    assert (statement.date and statement.date.date().isoformat()) == date
    assert (statement.onset and statement.onset.date().isoformat()) == onset


@pytest.mark.parametrize(
    "dates",
    [{"recordedDate": "2026-12-01"}, {"onsetDateTime": "2026-12-01"}, {"onsetDateTime": "2027"}],
)
def test_the_future_is_left_out(dates: dict[str, Any]) -> None:
    """What has not begun is not there, and is no problem to report."""
    record = read(condition(LEG_PAIN, **dates))
    assert (record.statements, record.skipped) == ((), ())


def test_an_undated_diagnosis_is_as_old_as_its_encounter() -> None:
    """Encounter diagnoses often carry no date."""
    visit = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "period": {"start": "2026-05-01", "end": "2026-05-01"},
    }
    linked = condition(LEG_PAIN, recordedDate=None, encounter={"reference": "Encounter/e"})
    statement = said(read(linked, visit), "leg-pain")
    assert statement is not None
    assert statement.date is not None
    assert statement.date.date().isoformat() == "2026-05-01"


def test_in_the_context_it_is_current_by_itself() -> None:
    """problem-list-item-create."""
    statement = said(read(context=(condition(LEG_PAIN),)), "leg-pain")
    assert statement is not None
    assert statement.channel is Channel.CONTEXT


@pytest.mark.parametrize(
    "broken",
    [
        {"code": None},
        {"code": []},
        {"recordedDate": "11/11/2026"},
        {"clinicalStatus": 3},
        {"bodySite": [4]},
    ],
)
def test_unreadable_conditions_are_named(broken: dict[str, Any]) -> None:
    """And hide nothing."""
    good = condition(finding("burning-pain"), id="2")
    record = read(condition(LEG_PAIN, **broken), good)
    assert list(problems(record)) == ["Condition/1"]
    assert status(record, "burning-pain") is PRESENT


def test_our_own_codes_mean_a_leg() -> None:
    """The vocabulary is one of leg complaints; a standard code needs a site."""
    own = said(read(condition(finding("burning-pain"))), "burning-pain")
    standard = said(read(condition(LEG_PAIN)), "leg-pain")
    assert own is not None
    assert standard is not None
    assert (own.leg_site, standard.leg_site) == (True, False)
