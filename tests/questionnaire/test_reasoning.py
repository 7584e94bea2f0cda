"""Filled-in questionnaires through the whole service: findings, negation, red flags, cards."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from cds_service.fhir.questionnaire_form import canonical
from tests.questionnaire.form import filled_in, posted, published, request_with


Json = dict[str, Any]
SERVICE = "leg-pain-patient-view"
NO_FLAGS = frozenset({"saddle-anaesthesia", "bladder-bowel-dysfunction", "fever", "chest-pain"})


class Told(NamedTuple):
    """A questionnaire and what must come of it. ``flags``: with urgency. ``says``: words of a card."""

    yes: set[str]
    no: frozenset[str]
    likely: set[str]
    flags: dict[str, str]
    says: str


TOLD = {
    "restless legs": Told(
        {"urge-to-move-legs", "relief-movement", "worse-at-rest", "worse-at-night",
         "crawling-sensation", "bilateral-legs"},
        NO_FLAGS | {"involuntary-contraction", "relief-leg-dangling", "statin-use"},
        {"restless-legs-syndrome"}, {}, "Ferritin",
    ),
    "arterial rest pain": Told(
        {"leg-pain", "feet-or-toes", "worse-lying-down", "worse-lying-flat", "worse-leg-elevation",
         "relief-leg-dangling", "exertional-leg-pain", "burning-pain", "smoking"},
        NO_FLAGS, {"ischaemic-rest-pain", "peripheral-artery-disease"}, {"rf-clti": "prompt"},
        "vascular referral",
    ),
    "cauda equina": Told(
        {"leg-pain", "back-pain", "pain-radiates-down-leg", "bilateral-sciatica",
         "saddle-anaesthesia", "bladder-bowel-dysfunction"},
        frozenset(), {"cauda-equina-syndrome"}, {"rf-cauda-equina": "emergency-now"},
        "Emergency assessment",
    ),
    "deep vein thrombosis": Told(
        {"leg-pain", "leg-swelling", "unilateral-leg", "bedridden-or-recent-surgery"},
        NO_FLAGS | {"breathlessness"}, {"deep-vein-thrombosis"}, {"rf-dvt": "same-day-urgent"},
        "deep vein thrombosis",
    ),
    "clot with chest pain": Told(
        {"leg-swelling", "unilateral-leg", "chest-pain"}, frozenset(), {"pulmonary-embolism"},
        {"rf-pulmonary-embolism": "emergency-now", "rf-dvt": "same-day-urgent"},
        "pulmonary embolism",
    ),
    "cramps": Told(
        {"involuntary-contraction", "cramping-pain", "worse-at-night", "onset-during-sleep",
         "lasts-seconds-minutes", "relief-stretching", "calf-or-foot-muscle"},
        NO_FLAGS | {"urge-to-move-legs"}, {"nocturnal-leg-cramps"}, {}, "",
    ),
    "neuropathy": Told(
        {"burning-pain", "tingling", "numbness", "stocking-distribution", "feet-or-toes",
         "bilateral-legs", "diabetes", "worse-at-night", "bedsheet-allodynia"},
        NO_FLAGS | {"relief-leg-dangling", "exertional-leg-pain"},
        {"diabetic-neuropathy", "peripheral-neuropathy"}, {}, "monofilament",
    ),
    "statin pain": Told(
        {"leg-pain", "muscle-pain", "aching-pain", "thigh-region", "bilateral-legs", "statin-use",
         "after-starting-drug"},
        NO_FLAGS | {"dark-urine"}, {"statin-myalgia"}, {"rf-new-drug": "prompt"},
        "review the medication",
    ),
    "statin pain with dark urine": Told(
        {"muscle-pain", "muscle-weakness", "statin-use", "dark-urine"}, frozenset(),
        {"rhabdomyolysis"}, {"rf-rhabdomyolysis": "emergency-now"}, "rhabdomyolysis",
    ),
}  # fmt: skip


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_what_patients_tell_is_understood(told: Told) -> None:
    """Yes is present, no is absent, silence is unknown; flags and cards follow."""
    request = request_with(filled_in(told.yes, told.no))
    explained = posted(f"/explain/{SERVICE}", request)
    status = {
        each["id"]: each["status"]
        for each in explained["findings"]
        if "QuestionnaireResponse/a1" in each.get("sources", ())
    }
    assert {f for f in told.yes if status.get(f) != "present"} == set()
    assert {f for f in told.no if status.get(f) != "absent"} == set()
    asked = {item["linkId"] for group in published()["item"] for item in group.get("item", ())}
    implied = {f for f, how in status.items() if f in asked and f not in told.yes | told.no}
    assert all("answer" not in e["how"] for e in explained["findings"] if e["id"] in implied)
    assert {f["id"]: f["urgency"] for f in explained["red_flags"]} == told.flags
    likely = {d["cause"] for d in explained["differential"] if d["category"] == "likely"}
    assert told.likely <= likely
    assert explained["skipped"] == []
    cards = posted(f"/cds-services/{SERVICE}", request)["cards"]
    assert bool(cards) is bool(told.says)
    assert not told.says or any(told.says in c["summary"] + c["detail"] for c in cards)


def _flat(response: Json) -> Json:
    """Without groups: many systems keep no hierarchy."""
    return response | {"item": [i for group in response["item"] for i in group["item"]]}


def _renamed(response: Json) -> Json:
    """By ``definition`` alone, linkIds of another system."""
    items = [
        item
        | {"linkId": f"q{n}", "definition": f"{canonical('leg-pain-at-rest')}#{item['linkId']}"}
        for n, item in enumerate(_flat(response)["item"])
    ]
    return response | {"item": items}


def _contained(response: Json) -> Json:
    """By the code of a contained Questionnaire, linkIds of another system."""
    flat = _flat(response)["item"]
    numbers = {item["linkId"]: f"q{n}" for n, item in enumerate(flat)}
    questions = [
        question | {"linkId": numbers[question["linkId"]]}
        for group in published()["item"]
        for question in group.get("item", ())
        if question["linkId"] in numbers
    ]
    form = published() | {"id": "form", "item": questions}
    items = [item | {"linkId": numbers[item["linkId"]]} for item in flat]
    return response | {"questionnaire": "#form", "contained": [form], "item": items}


@pytest.mark.parametrize("written", [_flat, _renamed, _contained], ids=lambda f: f.__name__[1:])
def test_however_it_is_written(written: Any) -> None:
    """The same findings by linkId, definition and contained Questionnaire."""
    told = TOLD["neuropathy"]
    response = filled_in(told.yes, told.no)
    expected = _understood(response)
    assert len(expected) > 12
    assert _understood(written(response)) == expected


def test_our_own_published_form_is_found_among_the_data() -> None:
    """Supplied beside the response, matched by its canonical address."""
    told = TOLD["neuropathy"]
    response = filled_in(told.yes, told.no)
    expected = _understood(response)
    moved = _contained(response)
    form = moved["contained"][0]
    del moved["contained"]
    moved["questionnaire"] = f"{form['url']}|{form['version']}"
    assert _understood(moved, form) == expected
    assert _understood(moved) != expected


def _understood(*resources: Json) -> set[tuple[str, str]]:
    explained = posted(f"/explain/{SERVICE}", request_with(*resources))
    return {(f["id"], f["status"]) for f in explained["findings"]}
