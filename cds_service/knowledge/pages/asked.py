"""Every condition with the entry that it stands in and what it decides there; and what it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core import conditions as c
from cds_service.core.knowledge import Cause, Knowledge
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.parts import Part, Ref


class Asked(Part, frozen=True):
    """A condition, the page that it stands on, and what follows when it holds."""

    owner: Ref
    role: str
    condition: c.Condition
    sources: tuple[str, ...]


Target = tuple[str, str]


def conditions_of_entries(k: Knowledge) -> Iterator[Asked]:
    """In the order of the kinds."""
    for cause in k.causes.values():
        yield from _of_cause(cause, k)
    for flag in k.red_flags.values():
        for level in flag.levels:
            role = f"raises it ({level.urgency.value})"
            yield Asked(ref("red-flags", flag.id, k), role, level.when, flag.sources)
    for indication in k.indications.values():
        owner = ref("workups", indication.workup, k)
        yield Asked(owner, "suggested when", indication.when, indication.sources)
    for held in k.withholdings.values():
        yield Asked(ref("workups", held.workup, k), "withheld when", held.when, held.sources)
    yield from _of_advice(k)
    yield from _of_orders_and_criteria(k)


def _of_advice(k: Knowledge) -> Iterator[Asked]:
    for lock in k.interlocks.values():
        yield Asked(ref("interlocks", lock.id, k), "turns it on", lock.when, lock.sources)
    for advice in k.advice.values():
        if advice.when is not None:
            yield Asked(ref("advice", advice.id, k), "said when", advice.when, advice.sources)


def _of_cause(cause: Cause, k: Knowledge) -> Iterator[Asked]:
    owner = ref("causes", cause.id, k)
    rules = (
        ("considered only with", cause.considered_when),
        ("hallmark", cause.requires),
        ("makes it likely", cause.likely_when),
        ("makes it unlikely", cause.excluded_when),
        ("keeps it possible", cause.possible_when),
    )
    for role, condition in rules:
        if condition is not None:
            yield Asked(owner, role, condition, cause.sources)
    for link in cause.evidence:
        if link.when is not None:
            yield Asked(owner, f"part of the evidence “{link.label}”", link.when, link.sources)


def _of_orders_and_criteria(k: Knowledge) -> Iterator[Asked]:
    for check in k.order_checks.values():
        yield Asked(ref("order-checks", check.id, k), "speaks when", check.when, check.sources)
    for screening in k.screenings.values():
        owner = ref("screenings", screening.id, k)
        yield Asked(owner, "offered when", screening.when, screening.sources)
    for criteria in k.criteria.values():
        owner = ref("criteria", criteria.id, k)
        if criteria.applies_when is not None:
            yield Asked(owner, "evaluated when", criteria.applies_when, criteria.sources)
        for item in criteria.items:
            if item.when is not None:
                yield Asked(owner, f"item “{item.label}”", item.when, criteria.sources)


def targets(condition: c.Condition) -> dict[Target, None]:
    """Entries that a condition names, in order of mention."""
    found: dict[Target, None] = {}
    for node in condition.walk():
        if (target := _target(node)) is not None:
            found[target] = None
    return found


def _target(node: c.Condition) -> Target | None:
    match node:
        case c.FindingIs() | c.FindingUnknown():
            return "findings", node.id
        case c.Established() | c.ReasonForCare() | c.CauseAtLeast():
            return "causes", node.cause
        case c.CriterionIs():
            return "criteria", node.criterion
        case c.Measured() | c.TimesLimit():
            return "analytes", node.analyte
        case c.Flagged():
            return "red-flags", node.red_flag
        case c.WorkupIs():
            return "workups", node.workup
        case _:
            return None
