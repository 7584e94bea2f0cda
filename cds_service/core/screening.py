"""Quiet screening of adults without complaint: offered once, never pressed."""

from __future__ import annotations

from cds_service.core.facts import PatientFacts
from cds_service.core.knowledge import Knowledge, Screening
from cds_service.core.plan import PlannedWorkup, is_withheld
from cds_service.core.values import Priority, WorkupStatus


def plan_screening(facts: PatientFacts, knowledge: Knowledge) -> tuple[PlannedWorkup, ...]:
    """The tests that a group this patient belongs to may be offered, unless done or ordered."""
    return tuple(
        _planned(screening, facts, knowledge)
        for screening in knowledge.screenings.values()
        if _belongs(screening, facts)
        and facts.workup_state(screening.workup) == "missing"
        and not is_withheld(screening.workup, facts, knowledge)
    )


def _belongs(screening: Screening, facts: PatientFacts) -> bool:
    if any(facts.established(cause) for cause in screening.unless_established):
        return False
    return screening.when.is_true(facts) and _taken_long_enough(screening, facts)


def _taken_long_enough(screening: Screening, facts: PatientFacts) -> bool:
    """The drug has been on record for so long; without a date nobody knows."""
    if screening.taken_for is None:
        return True
    found = facts.findings.get(screening.drug_finding)
    if found is None or found.since is None:
        return False
    days = (facts.as_of - found.since).total_seconds() / 86400
    return days >= screening.taken_for.in_days


def _planned(screening: Screening, facts: PatientFacts, knowledge: Knowledge) -> PlannedWorkup:
    return PlannedWorkup(
        workup=knowledge.workups[screening.workup],
        status=WorkupStatus.SUGGESTED,
        priority=Priority.ROUTINE,
        causes=(),
        because=screening.because,
        sources=screening.sources,
        findings=screening.when.because(facts),
        line=2,  # offered, not pre-selected
        screening=screening.id,
    )
