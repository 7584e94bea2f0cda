"""Limits that no case of the sandbox shows from both sides, shown here.

Entry rule: one test for a limit, named in ``PROVED``; it looks at what follows for the patient.
``tests/docs/test_cases_cover.py`` holds cases and this table together against the knowledge.
"""

from __future__ import annotations

import pytest

from cds_service.core.knowledge import Knowledge
from tests.unit.knowledge.patients import Clinic


# Analyte, relation, limit (``times``: multiples of the laboratory's own upper limit).
PROVED = {
    ("active-b12", "below", "25"),
    ("ankle-pressure", "below", "60"),
    ("creatinine", "times", "1"),
    ("haematocrit", "above", "48"),
    ("haematocrit", "above", "49"),
    ("platelets", "times", "1"),
    ("potassium", "times", "1"),
}

HOT_FEET = ("burning-pain", "feet-or-toes", "leg-redness", "leg-warmth", "worse-heat")
# Red flags whose urgency is shown here.
PROVED_FLAGS = {("rf-fever", "prompt"), ("rf-new-drug", "prompt")}


@pytest.fixture(scope="module")
def clinic(knowledge: Knowledge) -> Clinic:
    """Patients seen with the shipped knowledge."""
    return Clinic(knowledge)


@pytest.mark.parametrize(
    ("findings", "flags"),
    [
        (("leg-pain", "fever"), {"rf-fever": "prompt"}),
        (("leg-pain", "fatigue"), {}),
        (("leg-pain", "after-starting-drug"), {"rf-new-drug": "prompt"}),
        (("leg-pain", "statin-use"), {}),
    ],
)
def test_prompt_flags(clinic: Clinic, findings: tuple[str, ...], flags: dict[str, str]) -> None:
    """Fever with leg pain, and pain after a new drug; not tiredness, nor a drug long taken."""
    assert clinic.sees(*findings).flags == flags


@pytest.mark.parametrize(("value", "likely"), [("24", True), ("25", False)])
def test_active_b12(clinic: Clinic, value: str, likely: bool) -> None:
    """Active B12 below 25 pmol/L makes deficiency likely."""
    story = ("numbness", "tingling", "feet-or-toes", "metformin-use")
    patient = clinic.sees(*story, results={"active-b12": value})
    assert ("b12-deficiency" in patient.likely) is likely


@pytest.mark.parametrize(("value", "active"), [("59", True), ("60", False)])
def test_ankle_pressure(clinic: Clinic, value: str, active: bool) -> None:
    """No compression at an ankle pressure below 60 mmHg."""
    patient = clinic.sees("leg-pain", results={"ankle-pressure": value})
    assert ("compression-arterial" in patient.interlocks) is active


@pytest.mark.parametrize(("creatinine", "urgency"), [("111", "emergency-now"), ("110", "")])
def test_creatinine_with_a_very_high_creatine_kinase(
    clinic: Clinic, creatinine: str, urgency: str
) -> None:
    """Over 40 times the limit with impaired kidneys is an emergency."""
    patient = clinic.sees(
        "muscle-pain",
        results={"ck": "8200", "creatinine": creatinine},
        limits={"ck": "200", "creatinine": "110"},
    )
    assert patient.flags.get("rf-rhabdomyolysis", "") == urgency
    assert patient.flags["rf-ck-very-high"]


@pytest.mark.parametrize(
    ("sex", "value", "likely"),
    [("female", "48", False), ("female", "49", True), ("male", "49", False), ("male", "50", True)],
)
def test_haematocrit(clinic: Clinic, sex: str, value: str, likely: bool) -> None:
    """Over 48 % in women and 49 % in men a blood disease is thought of."""
    patient = clinic.sees(*HOT_FEET, sex=sex, results={"haematocrit": value})
    assert ("myeloproliferative-neoplasm" in patient.likely) is likely


@pytest.mark.parametrize(("value", "likely"), [("400", False), ("401", True)])
def test_platelets(clinic: Clinic, value: str, likely: bool) -> None:
    """Platelets over the laboratory's limit, with burning feet."""
    patient = clinic.sees(*HOT_FEET, results={"platelets": value}, limits={"platelets": "400"})
    assert ("myeloproliferative-neoplasm" in patient.likely) is likely


@pytest.mark.parametrize(("value", "active"), [("5.1", False), ("5.2", True)])
def test_potassium(clinic: Clinic, value: str, active: bool) -> None:
    """No potassium supplement over the laboratory's upper limit."""
    patient = clinic.sees(
        "involuntary-contraction", results={"potassium": value}, limits={"potassium": "5.1"}
    )
    assert ("electrolyte-supplement-unsafe" in patient.interlocks) is active
