"""The gate: no current leg complaint, no differential.

The service speaks when a lower-limb complaint is present and current, when a leg test has a new
abnormal result that nobody acted on, or when a red flag that may stand alone is there. A diagnosis
on the problem list is no complaint.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from cds_service.core.facts import CurrentFacts, PatientFacts
from cds_service.core.findings import Finding
from cds_service.core.knowledge import Gate, Knowledge
from cds_service.core.record import EventState
from cds_service.core.values import Status


class GateDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the reasoning may speak, and why. ``complaint`` is False for red flags or results alone."""

    open: bool
    because: str
    complaint: bool = False
    findings: tuple[str, ...] = ()


def decide_gate(facts: PatientFacts, knowledge: Knowledge) -> GateDecision:
    """Open for a current complaint, else for an unanswered result, else for a red flag alone."""
    complaints = current_complaints(facts, knowledge)
    if complaints:
        named = ", ".join(_named(f, knowledge) for f in complaints[:3])
        return GateDecision(
            open=True,
            complaint=True,
            because=f"current leg complaint: {named}",
            findings=tuple(f.id for f in complaints),
        )
    diagnosis = _complaint_by_diagnosis(facts, knowledge)
    if diagnosis:
        return GateDecision(
            open=True, complaint=True, because=f"current reason for care: {diagnosis}"
        )
    result = next(_unanswered(facts, knowledge), "")
    if result:
        return GateDecision(
            open=True, because=f"new result that nobody acted on: {result}", findings=(result,)
        )
    flag = _flag_alone(facts, knowledge)
    if flag:
        return GateDecision(open=True, because=f"red flag without a leg complaint: {flag}")
    return GateDecision(open=False, because=_why_closed(facts, knowledge))


def current_complaints(facts: PatientFacts, knowledge: Knowledge) -> list[Finding]:
    """Present and current findings that are a leg complaint, plainest kinds first."""
    found = [f for f in facts.findings.values() if f.current and opens(f, knowledge)]
    return sorted(found, key=lambda f: (knowledge.findings[f.id].gate is not Gate.YES, f.id))


def opens(finding: Finding, knowledge: Knowledge) -> bool:
    """The finding is a leg complaint by itself, or is placed in a leg by the record."""
    definition = knowledge.findings[finding.id]
    gate = definition.gate
    if finding.status is not Status.PRESENT or gate is Gate.NO:
        return False
    if definition.kind == "relieving" and not finding.definite:
        return False  # "cramps gone since he stretches" is no complaint
    return gate is Gate.YES or finding.leg_site


def _complaint_by_diagnosis(facts: PatientFacts, knowledge: Knowledge) -> str:
    """A symptomatic diagnosis (sciatica, claudication) as the reason of a current encounter."""
    for cause, diagnosis in facts.diagnoses.items():
        if diagnosis.complaint and knowledge.causes[cause].symptomatic:
            return knowledge.causes[cause].label
    return ""


def unanswered_results(facts: PatientFacts, knowledge: Knowledge) -> tuple[str, ...]:
    """Findings of leg tests that came back abnormal and that nobody acted on since."""
    return tuple(dict.fromkeys(_unanswered(facts, knowledge)))


def _unanswered(facts: PatientFacts, knowledge: Knowledge) -> Iterator[str]:
    for rule in knowledge.scale.unanswered_results:
        for finding_id in rule.findings:
            finding = facts.findings.get(finding_id)
            if finding is None or finding.status is not Status.PRESENT or finding.date is None:
                continue
            days = (facts.as_of - finding.date).total_seconds() / 86400
            if days <= knowledge.scale.results_act_within.in_days and not _acted(
                facts, rule.answered_by, finding.date
            ):
                yield finding_id


def _acted(facts: PatientFacts, workups: tuple[str, ...], since: datetime) -> bool:
    return any(
        event.workup in workups
        and event.date is not None
        and (
            event.date > since
            or (event.state is EventState.ORDERED and event.date.date() >= since.date())
        )
        for event in facts.record.events
    )


def _flag_alone(facts: PatientFacts, knowledge: Knowledge) -> str:
    current = CurrentFacts(facts)
    for flag in knowledge.red_flags.values():
        if flag.stands_alone and any(level.when.is_true(current) for level in flag.levels):
            return flag.id
    return ""


def _why_closed(facts: PatientFacts, knowledge: Knowledge) -> str:
    older = [
        f
        for f in facts.findings.values()
        if not f.current and f.status is Status.PRESENT and opens(f, knowledge)
    ]
    if older:
        return f"no current leg complaint; on record but not current: {_named(older[0], knowledge)}"
    return "no leg complaint in the data received"


def _named(finding: Finding, knowledge: Knowledge) -> str:
    source = f" ({finding.sources[0]})" if finding.sources else ""
    return f"{knowledge.findings[finding.id].label}{source}"
