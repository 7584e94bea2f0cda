"""What free text states: negation, doubt, family, history, legs, abbreviations."""

from __future__ import annotations

import pytest

from cds_service.knowledge.lexicon import TextHit
from tests.unit.fhir.room import small_lexicon


RLS, DVT, PAD = "restless-legs-syndrome", "deep-vein-thrombosis", "peripheral-artery-disease"


def told(text: str) -> set[str]:
    """Targets with a sign: + present, - absent, < past, f family (f- not in the family)."""
    return {_sign(hit) + hit.target for hit in small_lexicon().find_statements(text)}


def _sign(hit: TextHit) -> str:
    state = "-" if hit.status.value == "absent" else "<" if hit.historical else "+"
    return {"+": "f", "-": "f-", "<": "f"}[state] if hit.of_family else state


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # plain
        ("Leg pain", {"+leg-pain"}),
        ("burning feet at night", {"+burning-pain"}),
        ("LEG PAIN, LEG SWELLING", {"+leg-pain", "+leg-swelling"}),
        ("leg\u200b  pain", {"+leg-pain"}),
        ("leg-pain", {"+leg-pain"}),
        ("legpain", set()),
        ("swollen legs", {"+leg-swelling"}),
        ("saddle anesthesia", {"+saddle-anaesthesia"}),
        # denied before
        ("denies leg pain", {"-leg-pain"}),
        ("no leg pain", {"-leg-pain"}),
        ("without burning", {"-burning-pain"}),
        ("negative for leg swelling", {"-leg-swelling"}),
        ("no evidence of DVT", {f"-{DVT}"}),
        ("absence of leg swelling", {"-leg-swelling"}),
        ("free of leg pain", {"-leg-pain"}),
        ("has never had leg pain", {"-leg-pain"}),
        ("does not have leg pain", {"-leg-pain"}),
        ("doesn't have leg pain", {"-leg-pain"}),
        ("ruled out DVT", {f"-{DVT}"}),
        # lists
        (
            "denies saddle anaesthesia, weakness or incontinence",
            {"-saddle-anaesthesia", "-weakness", "-bladder-bowel-dysfunction"},
        ),
        (
            "no weakness, incontinence or saddle anaesthesia",
            {"-weakness", "-bladder-bowel-dysfunction", "-saddle-anaesthesia"},
        ),
        ("denies weakness, has leg pain", {"-weakness", "+leg-pain"}),
        ("no weakness but leg pain", {"-weakness", "+leg-pain"}),
        ("no weakness; leg pain", {"-weakness", "+leg-pain"}),
        ("no weakness. Leg pain", {"-weakness", "+leg-pain"}),
        ("no weakness\nleg pain", {"-weakness", "+leg-pain"}),
        (
            "no weakness, no incontinence, leg pain at night",
            {"-weakness", "-bladder-bowel-dysfunction", "+leg-pain"},
        ),
        ("no injury, burning feet in bed at night", {"+burning-pain"}),
        ("leg pain (no weakness) and burning", {"+leg-pain", "-weakness", "+burning-pain"}),
        (
            "leg pain without weakness, worse lying flat",
            {"+leg-pain", "-weakness", "+worse-lying-down"},
        ),
        # denied after
        ("DVT was ruled out", {f"-{DVT}"}),
        ("leg swelling absent", {"-leg-swelling"}),
        ("leg swelling: no, leg pain: yes", {"-leg-swelling", "+leg-pain"}),
        ("leg swelling not present", {"-leg-swelling"}),
        ("DVT unlikely", {f"-{DVT}"}),
        ("leg pain, leg swelling absent", {"+leg-pain", "-leg-swelling"}),
        ("leg swelling denied", {"-leg-swelling"}),
        ("leg pain denied by patient", {"-leg-pain"}),
        # over
        ("leg pain resolved", {"<leg-pain"}),
        ("leg pain not resolved", {"+leg-pain"}),
        ("leg pain resolved by walking", {"+leg-pain"}),
        # adjectives shared out to their noun, sides in short
        ("cold, swollen left leg", {"+leg-swelling"}),
        ("L leg is hot and swollen", {"+leg-swelling"}),
        ("leg not red or swollen", {"-leg-swelling"}),
        ("no red, hot or swollen right leg", {"-leg-swelling"}),
        ("swollen hands, leg pain", {"+leg-pain"}),
        ("legs restless at night", set()),
        ("restless legs", {f"+{RLS}"}),
        ("LLE pain", {"+leg-pain"}),
        # only what relieves is denied
        ("leg pain not eased by relief with walking", {"+leg-pain", "-relief-movement"}),
        ("relief with walking does not help, leg pain", {"-relief-movement", "+leg-pain"}),
        # what looks like a denial and is none
        ("not only burning but leg swelling", {"+burning-pain", "+leg-swelling"}),
        ("no relief of leg pain", {"+leg-pain"}),
        ("no change in leg pain", {"+leg-pain"}),
        ("cannot keep legs still", {"+urge-to-move-legs"}),
        ("can\u2019t keep legs still", {"+urge-to-move-legs"}),
        ("leg pain not relieved by rest", {"+leg-pain", "+no-position-helps"}),
        ("leg pain, no comfortable position", {"+leg-pain", "+no-position-helps"}),
        ("no relief with walking", {"-relief-movement"}),
        ("cannot sleep because of leg pain", {"+leg-pain"}),
        # the pain is denied in one situation only: nothing is said of leg pain
        ("no leg pain when walking", set()),
        # doubt
        ("rule out DVT", set()),
        ("r/o DVT, leg swelling", {"+leg-swelling"}),
        ("?DVT", set()),
        ("? DVT leg swelling", {"+leg-swelling"}),
        ("DVT?", set()),
        ("possible DVT", set()),
        ("suspected DVT", set()),
        ("concern for DVT with leg swelling", {"+leg-swelling"}),
        ("Suspected cancer (situation)", set()),
        ("risk of DVT", set()),
        ("DVT prophylaxis", set()),
        ("RLS vs. DVT", {f"+{RLS}"}),
        ("return if leg swelling", set()),
        # family
        ("mother had RLS", {f"f{RLS}"}),
        ("family history of RLS", {f"f{RLS}"}),
        ("FH: DVT, RLS", {f"f{RLS}", f"f{DVT}"}),
        ("father with PAD. Leg pain", {f"f{PAD}", "+leg-pain"}),
        ("no family history of RLS", {f"f-{RLS}"}),
        ("RLS in mother", {f"f{RLS}"}),
        ("accompanied by daughter, leg pain", {"+leg-pain"}),
        ("mother reports leg pain", {"+leg-pain"}),
        ("wife has RLS", set()),
        ("mother had RLS, patient has leg pain", {f"f{RLS}", "+leg-pain"}),
        # the past
        ("history of DVT", {f"<{DVT}"}),
        ("h/o DVT, now leg swelling", {f"<{DVT}", "+leg-swelling"}),
        ("DVT 10 years ago", {f"<{DVT}"}),
        ("leg pain in childhood", {"<leg-pain"}),
        ("leg pain as a child", {"<leg-pain"}),
        ("leg pain started 3 years ago", {"+leg-pain"}),
        ("3 year history of leg pain", {"+leg-pain"}),
        ("2-month history of burning", {"+burning-pain"}),
        ("history of 3 weeks of leg pain", {"+leg-pain"}),
        ("no history of DVT", {f"-{DVT}"}),
        ("history of cancer", {"+cancer-history"}),
        # a leg must be named
        ("tingling in the toes", {"+tingling"}),
        ("tingling in the fingers", set()),
        ("tingling at night. Both legs feel heavy", {"+tingling"}),
        ("tingling fingers. Legs feel heavy", set()),
        ("tingling in LE", {"+tingling"}),
        # short abbreviations in capitals only
        ("SOB today", {"+breathlessness"}),
        ("began to sob today", set()),
        ("heating pad used", set()),
        ("known PAD", {f"+{PAD}"}),
        # nothing
        ("", set()),
        ("x", set()),
        ("routine check", set()),
    ],
)
def test_what_a_text_states(text: str, expected: set[str]) -> None:
    """One text, everything it states."""
    assert told(text) == expected


def test_what_is_present_wins_over_what_is_denied_elsewhere_in_a_text() -> None:
    """One denial does not undo what is said plainly."""
    assert told("No leg pain. Now leg pain") == {"+leg-pain"}


def test_a_hit_names_the_phrase_not_the_words_of_the_patient() -> None:
    """And says whether a leg is named."""
    (hit,) = small_lexicon().find_statements("Swollen legs since Tuesday's party")
    assert (hit.phrase, hit.leg_site) == ("swollen leg*", True)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("Atorvastatin 40 MG", {"statin"}),
        ("[LIPITOR]", {"statin"}),
        ("nystatin", set()),
        ("taxol", {"platinum"}),
        ("betaxolol, not taxol", set()),
    ],
)
def test_drugs(text: str, drugs: set[str]) -> None:
    """Names as whole words; a look-alike anywhere in the text forbids its class."""
    assert {drug for drug, _ in small_lexicon().find_drugs(text)} == drugs


def test_workups_and_analytes() -> None:
    """By name."""
    assert small_lexicon().find_workups("US venous duplex LLE") == (
        ("venous-duplex", "venous duplex"),
    )
    assert small_lexicon().find_analyte("Ferritin level") == ("ferritin", "ferritin")
    assert small_lexicon().find_analyte("Potassium") is None
