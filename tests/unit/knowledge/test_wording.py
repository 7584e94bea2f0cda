"""Card texts never diagnose, dose, stop a drug or give a percentage; the rules tell both apart."""

from __future__ import annotations

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.lint.wording import card_texts, forbidden


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("The patient has restless legs.", "states a diagnosis"),
        ("Neuropathy is diagnosed.", "states a diagnosis"),
        ("You have arterial disease.", "states a diagnosis"),
        ("Gabapentin 300 mg at night.", "gives a dose"),
        ("One tablet twice daily.", "gives a dose"),
        ("Cholecalciferol 800 units.", "gives a dose"),
        ("Take 3 g at most.", "gives a dose"),
        ("Stop the statin.", "tells to stop a drug"),
        ("Discontinue amlodipine.", "tells to stop a drug"),
        ("The diuretic should be tapered.", "tells to stop a drug"),
        ("The guideline interrupts the statin.", "tells to stop a drug"),
        ("A probability of 30 %.", "gives a percentage"),
        ("Ten percent of cases.", "gives a percentage"),
    ],
)
def test_what_must_not_be_said_is_found(text: str, fault: str) -> None:
    """One sentence for each fault."""
    assert forbidden(text) == [fault]


@pytest.mark.parametrize(
    "text",
    [
        "The pattern suggests restless legs.",
        "Stopping smoking reduces further damage to the arteries.",
        "A risk factor for arterial disease; stopping reduces the damage.",
        "Ferritin of 75 ng/mL or less.",
        "Glucose of 7 mmol/L or more, urate of 6 mg/dL.",
        "200 mL or more makes it likelier.",
        "The guideline interrupts the statin while this is assessed; decision with the prescriber today.",
        "The drug is weighed with the prescriber and not left out unasked.",
        "It is no reason to withhold the statin.",
    ],
)
def test_what_may_be_said_is_left_alone(text: str) -> None:
    """Limits of results, smoking, and the one fixed wording about statins."""
    assert forbidden(text) == []


def test_the_shipped_texts_are_many(knowledge: Knowledge) -> None:
    """The check of the shipped texts (test_lint) looks at all of them."""
    texts = [text for _, text in card_texts(knowledge) if text]
    assert len(texts) > 400


def test_the_explanation_of_a_cause_is_looked_at(knowledge: Knowledge) -> None:
    """It stands on cards and pages like every other text."""
    explained = {where for where, text in card_texts(knowledge) if text}
    assert {
        f"causes[{c.id}].explanation" for c in knowledge.causes.values() if c.explanation
    } <= explained


def test_no_text_of_a_cpt_descriptor(knowledge: Knowledge) -> None:
    """CPT stands as numbers only."""
    for workup in knowledge.workups.values():
        assert not any(c.display for c in (*workup.order, *workup.results) if c.system == "CPT")
