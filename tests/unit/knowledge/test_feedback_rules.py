"""The file that says what an answer to a card does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.core.card import OVERRIDE_REASONS
from cds_service.core.errors import KnowledgeError
from cds_service.core.memory import Binds
from cds_service.core.values import Priority
from cds_service.knowledge.feedback import RULES, load_memory_rules


# Every concept of http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes.
CODES = {
    "cds-not-applicable",
    "patient-ineligible",
    "indication-order-exists",
    "action-completed",
    "action-unsuccessful",
    "action-performed-no-adverse-effect",
    "action-not-priority",
    "cds-suboptimal-context",
    "limited-time",
    "wrong-time-workflow",
    "inappropriate-recipient",
    "need-more-info",
    "recipient-disagrees-evidence",
    "does-not-align-latest-evidence",
    "expert-contradicts",
    "policy-contradicts",
    "recipient-does-not-trust",
    "recipient-concerns-outcomes",
    "risk-benefit-ratio",
    "mitigate-risk-negative-outcome",
    "likely-negative-health-outcomes",
    "patient-contraindication",
    "does-not-align-preferences",
    "patient-fears-discomfort",
    "patient-does-not-want-change",
    "cultural-religious-reason",
    "prefers-alternative",
    "patient-refuses",
    "not-convenient-feasible",
    "inadequate-support",
    "service-not-available",
    "implementation-challenges",
    "too-costly-uncovered",
    "recipient-does-not-understand",
    "comorbidity-disability",
}


def test_every_code_of_the_system_has_its_rule() -> None:
    """And no code beside it."""
    assert set(load_memory_rules().reasons) == CODES


def test_every_reason_on_our_cards_has_a_rule() -> None:
    """What is offered is understood."""
    assert {reason.code for reason in OVERRIDE_REASONS} <= set(load_memory_rules().reasons)


def test_the_shipped_times() -> None:
    """Routine 14 days, urgent one, stat never; the patient's refusal binds everybody."""
    rules = load_memory_rules(repeat_hours=12)
    assert rules.accepted_days == {Priority.ROUTINE: 14, Priority.URGENT: 1}
    assert rules.rule_of("patient-refuses").binds is Binds.EVERYBODY
    assert rules.rule_of("limited-time").binds is Binds.CLINICIAN
    assert rules.rule_of("never heard of") is rules.unnamed
    assert rules.repeat_hours == 12


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("routine: 14", "stat: 1", "stat"),
        ("code: limited-time", "code: patient-refuses", "twice"),
        ("code: limited-time, ", "", "no code"),
        ("binds: clinician}", "binds: nobody}", "nobody"),
        ("silent-for: 7", "silent-for: a week", "silent-for"),
        ("silent-for: 7", "silent-for: -7", "silent-for"),
        ("silent-for: 365", "silent-for: 999999", "silent-for"),
        ("routine: 14", "routine: 999999", "accepted"),
        ("reasons:", "reason:", "reason"),
        ("reasons:", "reasons: [", "feedback"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """With the place of the mistake."""
    file = tmp_path / "feedback.yaml"
    file.write_text(RULES.read_text().replace(old, new, 1))
    with pytest.raises(KnowledgeError, match=problem):
        load_memory_rules(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """By name."""
    with pytest.raises(KnowledgeError, match=r"nothing\.yaml"):
        load_memory_rules(tmp_path / "nothing.yaml")
