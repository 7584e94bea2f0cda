"""The published Questionnaire: valid, complete, in words that people know.

Entry rule of this folder: a test belongs here when it is about what patients are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.questionnaire import Questionnaire as Model
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from cds_service.core.knowledge import Knowledge, Questionnaire
from cds_service.core.values import FINDING_SYSTEM
from cds_service.fhir.questionnaire_answers import effective, response_of, urgent_advice
from cds_service.fhir.questionnaire_form import (
    RED_FLAG,
    canonical,
    check_questionnaires,
)
from cds_service.web.workbench.questionnaire_view import form_of
from tests.questionnaire.form import NOW, client, filled_in, published


Json = dict[str, Any]
ID = "leg-pain-at-rest"
MOST_VISIBLE = 40
# What red flags look at and patients are not asked, with the reason.
NOT_ASKED = {
    "needs an examination": {
        "absent-foot-pulses", "calf-swelling-3cm", "collateral-superficial-veins",
        "deep-vein-tenderness", "femoral-bruit", "pitting-oedema-one-leg", "tenderness",
    },
    "is measured": {"abi-reduced", "egfr-below-30"},
    "is asked in other words": {
        "after-activity-at-rest", "calf-or-thigh", "deep-ache", "dull-pain", "leg-complaint-other",
        "low-back-region", "muscle-spasm", "pain-along-nerve-path", "pain-felt-in-leg-from-back",
        "pain-from-low-back-through-buttock", "pain-starts-proximal-descends",
        "platinum-chemotherapy", "sensory-level", "soreness", "stabbing-pain",
    },
}  # fmt: skip
PATIENTS_KNOW = {
    "symptom", "symptom-quality", "location", "radiation", "timing", "aggravating", "relieving",
    "severity", "exposure", "exposure-drug", "history", "risk-factor",
}  # fmt: skip
# Causes that stand on what only a record or an examination says, or that are too rare to ask for.
NOT_ASKED_FOR = {
    "everyday and harmless": {"poor-sleeping-position", "heat-exposure"},
    "a single drug or a rare disease": {"beta-blocker-ischaemia", "chronic-fatigue-syndrome"},
}
JARGON = re.compile(
    r"ischaem|oedema|thromb|neuropath|claudic|paraesth|bilateral|unilateral|distal|proximal|haemo"
    r"|sciatic|analges|incontinen|paresis|symptom|acute|chronic|supine",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def form(knowledge: Knowledge) -> Questionnaire:
    """The questionnaire of the knowledge."""
    return knowledge.questionnaires[ID]


def items(holder: Json) -> Iterator[Json]:
    """All items below one."""
    for item in holder.get("item", ()):
        yield item
        yield from items(item)


def test_it_is_valid_r4(knowledge: Knowledge) -> None:
    """As fhir.resources sees it, and by the invariants that it does not check."""
    assert check_questionnaires(knowledge) == []
    everything = list(items(published()))
    links = [item["linkId"] for item in everything]
    assert len(links) == len(set(links))  # que-2
    for item in everything:
        if item["type"] == "display":
            assert not {"code", "required", "item"} & set(item)  # que-3, que-6, que-1
        if len(item.get("enableWhen", ())) > 1:
            assert item["enableBehavior"] in {"any", "all"}  # que-12
        for condition in item.get("enableWhen", ()):
            assert condition["question"] in links


def test_a_broken_one_is_noticed(knowledge: Knowledge, form: Questionnaire) -> None:
    """The check is no decoration."""
    broken = knowledge.questionnaires | {ID: type(form)(**_members(form) | {"date": "yesterday"})}
    (problem,) = check_questionnaires(_with(knowledge, broken))
    assert "date" in problem


def _members(form: Questionnaire) -> Json:
    return {name: getattr(form, name) for name in form.__struct_fields__}


def _with(knowledge: Knowledge, questionnaires: dict[str, Questionnaire]) -> Knowledge:
    members = {name: getattr(knowledge, name) for name in knowledge.__struct_fields__}
    return Knowledge(**members | {"questionnaires": questionnaires})


def test_every_question_is_a_finding_and_none_is_required(knowledge: Knowledge) -> None:
    """LinkId and code are the id; unknown stays unknown."""
    questions = [item for item in items(published()) if item["type"] == "boolean"]
    assert len(questions) > 100
    for item in questions:
        assert item["linkId"] in knowledge.findings
        (code,) = item["code"]
        assert (code["system"], code["code"]) == (FINDING_SYSTEM, item["linkId"])
        assert item["required"] is False


def test_every_red_flag_that_a_patient_can_answer_is_asked(
    knowledge: Knowledge, form: Questionnaire
) -> None:
    """What is not asked has its reason, and no reason outlives its finding."""
    asked = {each.finding for each in form.questions()}
    looked_at = {
        finding
        for flag in knowledge.red_flags.values()
        for level in flag.levels
        for finding in level.when.findings()
    }
    assert looked_at - asked == set().union(*NOT_ASKED.values())


def test_every_red_flag_but_results_has_its_urgent_advice(
    knowledge: Knowledge, form: Questionnaire
) -> None:
    """Creatine kinase is a result; everything else a patient may notice."""
    advised = {flag for advice in form.urgent() for flag in advice.red_flags}
    assert set(knowledge.red_flags) - advised == {"rf-ck-very-high"}
    for item in items(published()):
        for each in item.get("extension", ()):
            if each["url"] == RED_FLAG:
                assert knowledge.red_flags[each["valueCode"]].sources


def test_red_flags_come_first_and_are_always_shown(form: Questionnaire) -> None:
    """Emergencies before anything else, whatever was answered before."""
    emergencies = [
        advice.findings for advice in form.urgent() if advice.urgency == "emergency" and advice.any
    ]
    first = [q for group in form.groups[:5] for q in group.questions]
    assert {f for findings in emergencies for f in findings} <= {q.finding for q in first}
    assert not any(question.when for question in first)


def test_what_discriminates_is_asked(knowledge: Knowledge, form: Questionnaire) -> None:
    """Of the five weightiest findings that patients know, at least two are asked for each cause."""
    asked = {each.finding for each in form.questions()}
    poorly = set()
    for cause in knowledge.causes.values():
        known = [
            f for f in cause.weightiest_findings if knowledge.findings[f].kind in PATIENTS_KNOW
        ]
        if cause.role == "ranked" and not cause.background and known:
            enough = min(2, len(known[:5]))
            if len(asked & set(known[:5])) < enough:
                poorly.add(cause.id)
    assert poorly == set().union(*NOT_ASKED_FOR.values())


@pytest.mark.parametrize(
    "yes",
    [
        set(),
        {"urge-to-move-legs", "crawling-sensation", "worse-at-night", "relief-movement"},
        {"leg-pain", "burning-pain", "tingling", "numbness", "feet-or-toes", "worse-at-night"},
        {"leg-pain", "exertional-leg-pain", "worse-lying-down", "relief-leg-dangling"},
        {"leg-pain", "back-pain", "pain-radiates-down-leg", "exertional-leg-pain", "tingling"},
        {"involuntary-contraction", "cramping-pain", "worse-at-night", "leg-pain"},
        {"leg-pain", "leg-swelling", "unilateral-leg", "leg-redness"},
    ],
    ids=lambda yes: "-".join(sorted(yes)[:2]) or "nothing",
)
def test_nobody_meets_more_than_forty_questions(yes: set[str]) -> None:
    """A list to tick is one question."""
    shown = 0
    for block in form_of(published(), {}).blocks:
        questions = [line for line in block.lines if not line.urgency]
        visible = [q for q in questions if not q.when or yes & set(q.when)]
        shown += min(1, len(visible)) if visible and visible[0].tick else len(visible)
    assert 20 < shown <= MOST_VISIBLE


def test_words_are_plain() -> None:
    """No words of doctors, short sentences, each with its end."""
    for item in items(published()):
        text = item["text"]
        assert not JARGON.search(text), text
        for sentence in re.split(r"[.?!] ", text):
            assert len(sentence.split()) <= 22, sentence
        assert item["type"] != "display" or text.endswith((".", "?"))


def test_urgent_advice_says_first_what_to_do(form: Questionnaire) -> None:
    """The first sentence alone must do."""
    begins = {
        "emergency": r"(Call an ambulance|Go to an emergency department|Call an ambulance or go to an emergency department) now\.",
        "today": r"(See a doctor|Call your doctor) today\.",
        "soon": r"(Ask [^.]* soon[.,]|Ask for an urgent appointment\.)",
    }
    for advice in form.urgent():
        assert re.match(begins[advice.urgency], advice.text), advice.id


def test_it_is_published_under_its_canonical_url() -> None:
    """Read, search by url, version and code; what is read is what is shown."""
    found = client().get(f"/fhir/Questionnaire?url={canonical(ID)}").get_json()
    read = client().get(f"/fhir/Questionnaire/{ID}").get_json()
    Model.model_validate(read)
    assert read == found["entry"][0]["resource"] == published()
    assert client().get("/fhir/Questionnaire?url=https://x.example").get_json()["total"] == 0
    assert client().get("/fhir/Questionnaire?code=fever&version=1.0.0").get_json()["total"] == 1
    assert client().get("/fhir/Questionnaire/other").status_code == 404
    assert client().get("/fhir/Patient").status_code == 404
    CapabilityStatement.model_validate(client().get("/fhir/metadata").get_json())


def test_responses_are_valid_and_hold_only_what_was_answered() -> None:
    """No answer, no item; what is not enabled does not count."""
    response = filled_in({"leg-pain", "severe-pain"}, {"fever"})
    QuestionnaireResponse.model_validate(response)
    assert response["questionnaire"] == f"{canonical(ID)}|1.0.0"
    assert response["authored"] == "2026-11-21T18:00:00+00:00"
    nothing = response_of(published(), {}, NOW)
    QuestionnaireResponse.model_validate(nothing)
    assert not {"item", "subject"} & set(nothing)
    assert effective(published(), {"severe-pain": True, "leg-pain": False}) == {"leg-pain": False}


def test_what_depends_on_something_hidden_is_hidden() -> None:
    """Two steps of skip logic."""
    answers = {"pain-radiates-down-leg": True, "bilateral-sciatica": True}
    assert effective(published(), answers) == {}
    assert effective(published(), answers | {"back-pain": True}) == answers | {"back-pain": True}


def test_urgent_advice_is_sorted_by_urgency() -> None:
    """All of it, the most urgent first; together means together."""
    some = {"fever": True, "hot-swollen-joint": True, "progressive-motor-deficit": True}
    found = [item["linkId"] for item in urgent_advice(published(), some)]
    assert found == ["urgent-joint-with-fever", "urgent-weaker", "urgent-joint", "urgent-fever"]
    assert urgent_advice(published(), dict.fromkeys(some, False)) == []
    assert urgent_advice(published(), {"leg-swelling": True, "unilateral-leg": False}) == []
