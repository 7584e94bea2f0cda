"""Named criteria sets with the range that unknown items leave open."""

from __future__ import annotations

from cds_service.core.facts import CriteriaResult, PatientFacts
from cds_service.core.knowledge import CriteriaSet, Item, Knowledge


def evaluate_criteria(facts: PatientFacts, knowledge: Knowledge) -> dict[str, CriteriaResult]:
    """Every criteria set that applies and of which at least one item is known."""
    evaluated: dict[str, CriteriaResult] = {}
    for criteria in knowledge.criteria.values():
        if criteria.applies_when is not None and criteria.applies_when.holds(facts) is False:
            continue
        result = _evaluate(criteria, facts)
        if result.known:
            evaluated[criteria.id] = result
    return evaluated


def _evaluate(criteria: CriteriaSet, facts: PatientFacts) -> CriteriaResult:
    """Points that are known, and points if every unknown item in favour were present.

    An unknown item that would take points away does not lower the range: what only a clinician
    can judge counts only when recorded.
    """
    low = open_points = known = 0
    unknown: list[str] = []
    for item in criteria.items:
        holds = item.when.holds(facts) if item.when is not None else facts.known.get(item.finding)
        if holds is None:
            unknown.extend(_unknown_findings(item, facts))
            open_points += max(item.points, 0)
            continue
        known += 1
        low += item.points if holds else 0
    return CriteriaResult(
        criteria.id, low, low + open_points, criteria.met_at, known, tuple(dict.fromkeys(unknown))
    )


def _unknown_findings(item: Item, facts: PatientFacts) -> list[str]:
    if item.when is None:
        return [item.finding]
    return sorted(f for f in item.when.findings() if f not in facts.known)
