"""Where sources disagree, the service does what the conflict's resolution says.

One test for each conflict of high or medium safety impact, named after its id. Entry rule: it builds
patients on both sides of the disagreement and looks at what is concluded, not at how it is written.
"""

from __future__ import annotations

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.core.record import Setting
from cds_service.core.values import Category
from tests.unit.knowledge.patients import Clinic


VENOUS = (
    "leg-pain",
    "leg-heaviness",
    "leg-swelling",
    "bilateral-legs",
    "worse-through-day",
    "varicose-veins",
)
REST_PAIN = ("burning-pain", "feet-or-toes", "worse-leg-elevation", "relief-leg-dangling")
NIGHT_CRAMP = (
    "involuntary-contraction",
    "calf-or-thigh",
    "worse-at-night",
    "lasts-seconds-minutes",
)
RESTLESS = (
    "urge-to-move-legs",
    "worse-at-rest",
    "relief-movement",
    "worse-in-evening",
    "not-explained-by-another-condition",
)
NUMB_FEET = ("burning-pain", "tingling", "numbness", "feet-or-toes", "bilateral-legs")
ROOT_PAIN = ("leg-pain", "back-pain", "pain-from-low-back-through-buttock", "unilateral-leg")
TIRED = ("muscle-pain", "soreness", "overuse-activity", "fatigue")
WELLS = (
    "active-cancer",
    "leg-immobilisation-or-paresis",
    "bedridden-or-recent-surgery",
    "deep-vein-tenderness",
    "entire-leg-swollen",
    "calf-swelling-3cm",
    "pitting-oedema-one-leg",
    "collateral-superficial-veins",
    "prior-dvt",
)
NO_FEELING_OR_FLOW = ("diabetes", "reduced-monofilament", "numbness", "worse-heat")


@pytest.fixture(scope="module")
def clinic(knowledge: Knowledge) -> Clinic:
    """Patients seen with the shipped knowledge."""
    return Clinic(knowledge)


def test_every_weighty_conflict_has_a_proof(knowledge: Knowledge) -> None:
    """No conflict of high or medium safety impact without a test of its name in this file."""
    weighty = {c.id for c in knowledge.conflicts.values() if c.safety_impact != "low"}
    proved = {name.removeprefix("test_").replace("_", "-") for name in globals()}
    assert weighty - proved == set()


# --- Arteries and veins


def test_elevation(clinic: Clinic) -> None:
    """Raising the legs is said in venous disease with good arteries, and withheld in doubt."""
    young = clinic.sees(*VENOUS, "normal-foot-pulses", age=40)
    assert "raising the legs at rest eases" in young.advice["venous-elevation"].lower()
    smoker = clinic.sees(*VENOUS, "smoking")
    assert smoker.advice["venous-elevation"].startswith("Legs are not raised")
    arterial = clinic.sees(*REST_PAIN, "smoking")
    assert "elevation-rest-pain" in arterial.interlocks
    assert "venous-elevation" not in arterial.advice
    # The response to position is evidence, in both directions.
    assert arterial.category("ischaemic-rest-pain") is Category.LIKELY
    raised = clinic.sees("leg-pain", "leg-heaviness", "varicose-veins", "worse-leg-elevation")
    level = clinic.sees("leg-pain", "leg-heaviness", "varicose-veins")
    assert raised.points("venous-insufficiency") < level.points("venous-insufficiency")


@pytest.mark.parametrize(
    ("index", "says", "withheld"),
    [
        ("0.49", "compression-index-below-050", True),
        ("0.50", "compression-index-050-060", True),
        ("0.59", "compression-index-050-060", True),
        ("0.60", "compression-index-060-080", True),
        ("0.79", "compression-index-060-080", True),
        ("1.00", "compression-index-080-130", False),
        ("1.30", "compression-index-080-130", False),
        ("1.31", "compression-index-above-130", True),
    ],
)
def test_compression_by_index(clinic: Clinic, index: str, says: str, withheld: bool) -> None:
    """Each band of the ankle-brachial index has its own words; both sides of each limit."""
    patient = clinic.sees(*VENOUS, results={"abi": index})
    bands = {id for id in patient.advice if id.startswith("compression-index")}
    assert bands == {says}
    assert ("compression-arterial" in patient.interlocks) is withheld
    assert ("venous-compression" in patient.withheld_advice) is withheld


def test_compression(clinic: Clinic) -> None:
    """Not before the arteries are known; never for arterial disease or erythromelalgia."""
    unmeasured = clinic.sees(*VENOUS, "smoking")
    assert unmeasured.advice["venous-compression"].startswith("No compression before")
    assert "abi" in unmeasured.suggested
    measured = clinic.sees(*VENOUS, results={"abi": "1.10"})
    assert "graduated compression" in measured.advice["venous-compression"].lower()
    arterial = clinic.sees("exertional-leg-pain", "smoking", results={"abi": "0.70"})
    assert "compression-arterial" in arterial.interlocks
    assert "venous-compression" not in arterial.advice
    hot = clinic.sees("burning-pain", "feet-or-toes", "leg-redness", "leg-warmth", "worse-heat")
    assert hot.category("erythromelalgia") is Category.LIKELY
    assert "compression" not in hot.said


def test_gravity(clinic: Clinic) -> None:
    """Hanging down helps arterial pain, raising helps venous swelling; no common "circulation"."""
    arterial = clinic.sees("burning-pain", "feet-or-toes", "relief-leg-dangling")
    assert arterial.category("ischaemic-rest-pain") is Category.LIKELY
    assert "a sign of poor arterial supply, not a treatment" in arterial.said
    venous = clinic.sees(*VENOUS, "relief-leg-elevation")
    assert venous.category("venous-insufficiency") is Category.LIKELY
    for patient in (arterial, venous):
        assert "poor-circulation" not in patient.offered
    lowered = clinic.sees(*VENOUS, "relief-leg-dangling")
    assert lowered.points("venous-insufficiency") < venous.points("venous-insufficiency")


def test_pad_position_definition(clinic: Clinic) -> None:
    """Raised provokes more than flat; flat is the pattern only with arterial disease known."""
    flat = clinic.sees("burning-pain", "feet-or-toes", "worse-lying-flat")
    raised = clinic.sees("burning-pain", "feet-or-toes", "worse-leg-elevation")
    assert flat.points("ischaemic-rest-pain") < raised.points("ischaemic-rest-pain")
    assert "rf-clti" not in flat.flags
    assert raised.flags["rf-clti"] == "prompt"
    known = clinic.sees(
        "burning-pain", "feet-or-toes", "worse-lying-flat", on_record=("peripheral-artery-disease",)
    )
    assert known.flags["rf-clti"] == "prompt"
    eased = clinic.sees("burning-pain", "feet-or-toes", "relief-leg-dangling")
    assert eased.category("ischaemic-rest-pain") is Category.LIKELY


def test_pad_location_quality(clinic: Clinic) -> None:
    """Rest pain is of the foot; a calf cramp at night belongs to cramps, whatever the word."""
    foot = clinic.sees("aching-pain", "feet-or-toes", "worse-leg-elevation")
    calf = clinic.sees("aching-pain", "calf-or-thigh", "worse-leg-elevation")
    assert foot.category("ischaemic-rest-pain") is Category.LIKELY
    assert calf.category("ischaemic-rest-pain") is not Category.LIKELY
    assert "rf-clti" not in calf.flags
    cramp = clinic.sees(*NIGHT_CRAMP, "cramping-pain")
    assert cramp.likely == {"nocturnal-leg-cramps"}
    assert not cramp.suggested
    for quality in ("burning-pain", "cramping-pain"):
        alone = clinic.sees(quality, "calf-or-thigh", "smoking")
        assert alone.category("peripheral-artery-disease") is not Category.LIKELY


def test_beta_blocker(clinic: Clinic) -> None:
    """The drug is no evidence, orders nothing, and is not blamed where both are there."""
    without = clinic.sees("exertional-leg-pain", "smoking")
    with_drug = clinic.sees("exertional-leg-pain", "smoking", "beta-blocker-use")
    cause = "peripheral-artery-disease"
    assert with_drug.points(cause) == without.points(cause)
    assert with_drug.suggested == without.suggested
    assert "beta-blocker-pad" in with_drug.interlocks
    confirmed = clinic.sees("exertional-leg-pain", "beta-blocker-use", results={"abi": "0.70"})
    assert "questions about it belong to the prescriber" in confirmed.said
    assert "medication-review" not in confirmed.suggested
    assert "beta-blocker-pad" not in clinic.sees("leg-pain", "beta-blocker-use").interlocks


def test_ali_urgency(clinic: Clinic) -> None:
    """Two signs or one with sudden onset, within two weeks: now. One of unknown onset: today."""
    flag = "rf-acute-limb-ischaemia"
    assert clinic.sees("leg-pain", "pale-leg", "cold-leg").flags[flag] == "emergency-now"
    assert clinic.sees("sudden-onset", "cold-leg").flags[flag] == "emergency-now"
    assert clinic.sees("leg-pain", "cold-leg").flags[flag] == "same-day-urgent"
    assert flag not in clinic.sees("leg-pain", "pale-leg", "cold-leg", since_days=20).flags
    # Numbness that comes from a nerve is not taken for it, and has flags of its own.
    assert clinic.sees("numbness", "tingling", "feet-or-toes").flags == {}
    assert flag not in clinic.sees("saddle-anaesthesia", "back-pain").flags


def test_exercise_restpain(clinic: Clinic) -> None:
    """Walking is advised for pain on walking; with pain at rest the referral takes its place."""
    walking = clinic.sees("exertional-leg-pain", "smoking", results={"abi": "0.70"})
    assert "structured walking exercise" in walking.said
    resting = clinic.sees(*REST_PAIN, "smoking", results={"abi": "0.70"})
    assert "structured walking exercise" not in resting.said
    assert "exercise programmes are for pain on walking" in resting.said
    assert "vascular-referral" in resting.suggested


def test_test_first_line(clinic: Clinic) -> None:
    """Index first for arteries, ultrasound for a likely clot, D-dimer where Wells cannot reach 2."""
    artery = clinic.sees("exertional-leg-pain", "smoking", "diabetes")
    assert artery.suggested == {"abi"}
    likely = clinic.sees("leg-pain", "calf-swelling-3cm", "pitting-oedema-one-leg")
    assert "venous-duplex" in likely.suggested
    assert not {"d-dimer", "abi"} & likely.suggested
    unlikely = clinic.sees("leg-pain", "leg-swelling", "unilateral-leg", absent=WELLS)
    assert "d-dimer" in unlikely.suggested
    assert "venous-duplex" in unlikely.withheld


def test_venous_lying(clinic: Clinic) -> None:
    """Worse through the day supports, passing after lying down supports, worse lying says nothing."""
    base = ("leg-pain", "leg-heaviness", "varicose-veins")
    cause = "venous-insufficiency"
    plain = clinic.sees(*base).points(cause)
    assert clinic.sees(*base, "worse-through-day").points(cause) > plain
    assert clinic.sees(*base, "early-after-lying-then-eases").points(cause) > plain
    assert clinic.sees(*base, "worse-lying-down").points(cause) == plain
    assert clinic.sees(*base, "worse-leg-elevation").points(cause) < plain


# --- Clots, warmth, massage, infection


def test_dvt_urgency(clinic: Clinic) -> None:
    """Same day for one swollen leg or two Wells items, emergency only with chest symptoms."""
    one = clinic.sees("leg-pain", "leg-swelling", "unilateral-leg")
    assert one.flags == {"rf-dvt": "same-day-urgent"}
    assert clinic.sees("leg-pain", "active-cancer", "deep-vein-tenderness").flags["rf-dvt"]
    for harmless in (("leg-swelling", "bilateral-legs"), ("calf-or-thigh", "severe-pain"), ()):
        assert "rf-dvt" not in clinic.sees("leg-pain", *harmless).flags
    chest = clinic.sees("leg-swelling", "unilateral-leg", "breathlessness")
    assert chest.flags["rf-pulmonary-embolism"] == "emergency-now"
    assert "emergency-assessment" in chest.suggested
    assert "rf-pulmonary-embolism" not in clinic.sees("leg-pain", "breathlessness").flags


def test_massage_dvt(clinic: Clinic) -> None:
    """Massage and stretching wait while a clot is possible."""
    tired = clinic.sees(*TIRED)
    assert "massage may ease" in tired.said
    swollen = clinic.sees(*TIRED, "leg-swelling", "unilateral-leg", "calf-or-thigh")
    assert "massage-possible-dvt" in swollen.interlocks
    assert {"fatigue-massage", "fatigue-self-care"} <= swollen.withheld_advice
    assert "massage may ease" not in swollen.said
    cramp = clinic.sees(*NIGHT_CRAMP, "leg-swelling", "unilateral-leg")
    assert cramp.advice["cramps-stretching"].startswith("No stretching or massage")


def test_warmth(clinic: Clinic) -> None:
    """Warmth for cramps only where feeling, flow and skin are normal."""
    assert "warm compress" in clinic.sees(*NIGHT_CRAMP).said
    for reason in NO_FEELING_OR_FLOW:
        patient = clinic.sees(*NIGHT_CRAMP, reason)
        assert "warmth-insensate-or-erythromelalgia" in patient.interlocks, reason
        assert "warm compress" not in patient.said, reason
    arterial = clinic.sees(*NIGHT_CRAMP, on_record=("peripheral-artery-disease",))
    red = clinic.sees(*NIGHT_CRAMP, "leg-redness", "leg-warmth")
    for patient in (arterial, red):
        assert "warm compress" not in patient.said


def test_infection_urgency(clinic: Clinic) -> None:
    """Fever, chills or sweats: prompt. Hot joint, spreading redness, spine: more urgent flags."""
    for sign in ("fever", "chills", "night-sweats"):
        assert clinic.sees("leg-pain", sign).flags == {"rf-fever": "prompt"}, sign
    more_urgent = {
        "rf-septic-joint": ("hot-swollen-joint",),
        "rf-cellulitis": ("leg-redness", "rapidly-spreading-redness"),
        "rf-spinal-infection": ("back-pain", "progressive-motor-deficit"),
    }
    for flag, findings in more_urgent.items():
        flags = clinic.sees("leg-pain", "fever", *findings).flags
        assert flags[flag] in {"emergency-now", "same-day-urgent"}, flag


def test_fissure_reassurance(clinic: Clinic) -> None:
    """An emollient without diabetes and arterial disease; otherwise the foot service."""
    crack = ("leg-pain", "skin-fissure", "sole-of-foot", "dry-skin-soles")
    plain = clinic.sees(*crack)
    assert "heavy emollient" in plain.said
    assert not plain.suggested
    at_risk = (
        clinic.sees(*crack, "diabetes"),
        clinic.sees(*crack, on_record=("peripheral-artery-disease",)),
    )
    for patient in at_risk:
        assert "a heavy emollient on" not in patient.said
        assert "podiatry-referral" in patient.suggested
    assert at_risk[0].flags["rf-diabetic-foot"]


def test_self_management(clinic: Clinic) -> None:
    """Self-care stands beside a likely everyday pattern, never beside a danger sign."""
    everyday = clinic.sees(*TIRED)
    assert "suggests an everyday cause" in everyday.said
    assert not everyday.suggested
    assert clinic.sees("leg-pain").advice == {}
    for danger in (("leg-swelling", "unilateral-leg"), ("fever",), ("saddle-anaesthesia",)):
        patient = clinic.sees(*TIRED, *danger)
        assert patient.flags, danger
        assert "suggests an everyday cause" not in patient.said, danger


# --- Cramps, muscle and drugs


def test_electrolytes(clinic: Clinic) -> None:
    """Tests only where something depletes; no supplement unmeasured, none at all in kidney disease."""
    typical = clinic.sees(*NIGHT_CRAMP)
    assert not typical.suggested
    assert "need no laboratory tests" in typical.said
    assert "supplements only for a measured deficiency" in typical.said
    depleted = clinic.sees(*NIGHT_CRAMP, "diuretic-use", "loop-or-thiazide-diuretic-use")
    assert {"electrolytes-renal", "magnesium"} <= depleted.suggested
    assert "need no laboratory tests" not in depleted.said
    for danger in ("kidney-disease", "ace-inhibitor-or-arb-use", "potassium-sparing-diuretic-use"):
        patient = clinic.sees(*NIGHT_CRAMP, danger)
        assert "electrolyte-supplement-unsafe" in patient.interlocks, danger
        assert "cramps-electrolyte-supplements" in patient.withheld_advice, danger


def test_diuretic_oedema(clinic: Clinic) -> None:
    """A diuretic with cramps goes to review; not left out, and not met with more fluid."""
    patient = clinic.sees(*NIGHT_CRAMP, "diuretic-use", "loop-or-thiazide-diuretic-use")
    assert "medication-review" in patient.suggested
    assert "not left out unasked" in patient.said
    assert "enough fluid" not in patient.said
    swelling = clinic.sees(*NIGHT_CRAMP, "diuretic-use", "calcium-channel-blocker-use")
    assert "given for such swelling" in swelling.said
    assert "enough fluid" in clinic.sees(*NIGHT_CRAMP).said
    # And water tablets are no treatment of venous swelling.
    assert "water tablets are no treatment" in clinic.sees(*VENOUS).said


def test_statin_dual(clinic: Clinic) -> None:
    """Ranked by pattern, creatine kinase before anything, never stopped unasked."""
    typical = clinic.sees(
        "muscle-pain", "statin-use", "bilateral-legs", "thigh-region", "after-starting-drug"
    )
    assert typical.category("statin-myalgia") is Category.LIKELY
    assert {"creatine-kinase", "medication-review"} <= typical.suggested
    assert "statin-do-not-stop-unasked" in typical.interlocks
    for arterial in (
        clinic.sees("exertional-leg-pain", "smoking", "statin-use", results={"abi": "0.70"}),
        clinic.sees(*REST_PAIN, "statin-use"),
    ):
        assert "statin-myalgia" not in arterial.offered
        assert "creatine-kinase" not in arterial.suggested
    muscle = ("muscle-pain", "statin-use", "bilateral-legs", "thigh-region")
    for value, flagged in (("2000", False), ("2001", True)):
        patient = clinic.sees(*muscle, results={"ck": value}, limits={"ck": "200"})
        assert ("rf-ck-very-high" in patient.flags) is flagged
        assert ("the guideline interrupts the statin" in patient.said) is flagged


# --- Nerves and restless legs


def test_b6(clinic: Clinic) -> None:
    """Vitamin B supplements only for a proven deficiency."""
    patient = clinic.sees(*NUMB_FEET, "b-vitamin-deficiency")
    assert patient.category("peripheral-neuropathy") is Category.LIKELY
    text = patient.advice["b-vitamins-only-if-deficient"].lower()
    assert "deficien" in text
    assert "b6" in text


def test_antidepressant_dual(clinic: Clinic) -> None:
    """With both, an alpha-2-delta ligand is named and the antidepressant goes to review."""
    neuropathy = clinic.sees(*NUMB_FEET)
    assert "duloxetine or amitriptyline" in neuropathy.said
    both = clinic.sees(*NUMB_FEET, *RESTLESS, "stocking-distribution", "antidepressant-use")
    assert {"peripheral-neuropathy", "restless-legs-syndrome"} <= both.likely
    assert "alpha-2-delta ligand may serve both" in both.said
    assert "duloxetine or amitriptyline" not in both.said
    assert "medication-review" in both.suggested
    assert "dopamine-antagonist-rls" in both.interlocks


def test_rls_treatment(clinic: Clinic) -> None:
    """Iron and culprit drugs first, then an alpha-2-delta ligand; dopamine agonists not standard."""
    patient = clinic.sees(*RESTLESS)
    assert patient.category("restless-legs-syndrome") is Category.LIKELY
    assert {"ferritin", "transferrin-saturation"} <= patient.suggested
    assert "iron-without-test" in patient.interlocks
    text = patient.advice["rls-order-of-treatment"]
    assert text.index("Iron") < text.index("alpha-2-delta") < text.index("Dopamine agonists")
    assert "no longer standard" in text
    culprit = clinic.sees(*RESTLESS, "sedating-antihistamine-use")
    assert "medication-review" in culprit.suggested


# --- Spine


def test_stenosis_lying(clinic: Clinic) -> None:
    """Ease on lying or bending supports stenosis; worse on lying argues against, excludes not."""
    story = ("leg-pain", "back-pain", "worse-walking")
    cause = "lumbar-spinal-stenosis"
    plain = clinic.sees(*story, age=74)
    for relief in ("relief-lying", "relief-leaning-forward", "relief-sitting"):
        assert clinic.sees(*story, relief, age=74).points(cause) > plain.points(cause), relief
    worse = clinic.sees(*story, "worse-lying-down", age=74)
    assert worse.points(cause) < plain.points(cause)
    known = clinic.sees(
        "leg-pain", "back-pain", "spinal-stenosis-known", "worse-lying-down", age=74
    )
    assert cause in known.offered


def test_laterality(clinic: Clinic) -> None:
    """Both legs from the back: an examination, a flag with a new deficit, never a single root."""
    story = ("leg-pain", "back-pain", "bilateral-sciatica")
    painful = clinic.sees(*story)
    assert "rf-cauda-equina" not in painful.flags
    assert "neurological-examination" in painful.suggested
    for deficit in ("muscle-weakness", "numbness", "bladder-bowel-dysfunction"):
        flags = clinic.sees(*story, deficit).flags
        assert flags["rf-cauda-equina"] == "emergency-now", deficit
    old = clinic.sees(*story, "muscle-weakness", since_days=25)
    assert "rf-cauda-equina" not in old.flags
    both = clinic.sees("leg-pain", "back-pain", "numbness", "bilateral-sciatica", since_days=25)
    neither = clinic.sees("leg-pain", "back-pain", "numbness", since_days=25)
    assert both.points("radiculopathy") <= neither.points("radiculopathy")
    one = clinic.sees(*ROOT_PAIN)
    assert "sciatica" in one.likely
    assert "rf-cauda-equina" not in one.flags
    feet = clinic.sees(*NUMB_FEET)
    assert "peripheral-neuropathy" in feet.likely
    assert not {"sciatica", "radiculopathy"} & feet.likely


def test_gabapentinoid_sciatica(clinic: Clinic) -> None:
    """Gabapentinoids are named for neuropathy and restless legs, and against sciatica."""
    sciatica = clinic.sees(*ROOT_PAIN, "burning-pain", "pain-radiates-down-leg")
    assert "does not offer gabapentinoids" in sciatica.advice["sciatica-no-gabapentinoids"]
    assert "neuropathic-pain-drugs" not in sciatica.advice
    for other in (clinic.sees(*NUMB_FEET), clinic.sees(*RESTLESS)):
        assert "gabapentin, pregabalin" in other.said
        assert "sciatica-no-gabapentinoids" not in other.advice


def test_neuro_deficit_urgency(clinic: Clinic) -> None:
    """Saddle, bladder and growing deficits are urgent; long-standing tingling raises nothing."""
    assert clinic.sees("saddle-anaesthesia").flags["rf-cauda-equina"] == "emergency-now"
    bladder = clinic.sees("back-pain", "leg-pain", "bladder-bowel-dysfunction")
    assert bladder.flags["rf-cauda-equina"] == "emergency-now"
    growing = clinic.sees("leg-pain", "unilateral-leg", "progressive-motor-deficit")
    assert growing.flags["rf-progressive-motor-deficit"] == "same-day-urgent"
    admitted = clinic.sees("saddle-anaesthesia", "back-pain", setting=Setting.EMERGENCY)
    assert "mri-lumbar-spine" in admitted.suggested
    chronic = clinic.sees("numbness", "tingling", "muscle-weakness", "leg-pain", since_days=28)
    assert chronic.flags == {}
    leaking = clinic.sees("back-pain", "leg-pain", "bladder-bowel-dysfunction", since_days=28)
    assert leaking.flags == {}
