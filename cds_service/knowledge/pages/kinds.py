"""The kinds of entries that have a page, in the order in which people look for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.parts import Part, Ref


class Kind(Part, frozen=True):
    """One kind of entry: how it is called, where it stands in ``Knowledge``, what it is for."""

    id: str
    plural: str
    singular: str
    section: str
    about: str


KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("causes", "Causes", "Cause", "causes", "What may make legs hurt when lying down, with what speaks for and against it."),
        Kind("findings", "Findings", "Finding", "findings", "What can stand in a record, how it is recognised, and what it bears on."),
        Kind("red-flags", "Red flags", "Red flag", "red_flags", "Patterns that cannot wait. Nothing that argues against them lowers them."),
        Kind("workups", "Work-ups", "Work-up", "workups", "Tests, examinations and referrals: when, when not, how long a result counts."),
        Kind("interlocks", "Interlocks", "Interlock", "interlocks", "Safety rules that withhold or turn round advice, tests and treatments."),
        Kind("advice", "Advice", "Advice", "advice", "What may be said about self-care and treatment, and what holds it back."),
        Kind("order-checks", "Order checks", "Order check", "order_checks", "What is said of an order while it is being written."),
        Kind("screenings", "Screening", "Screening", "screenings", "What may be offered to somebody without complaint, with the limits of the evidence."),
        Kind("criteria", "Criteria", "Criteria", "criteria", "Published rules with a name, item by item."),
        Kind("analytes", "Measurements", "Measurement", "analytes", "Laboratory and bedside results: units, codes, and every limit that decides something."),
        Kind("drugs", "Drug classes", "Drug class", "drugs", "How the members of a class are recognised, and what taking them bears on."),
        Kind("treatments", "Treatments", "Treatment", "treatments", "Treatments that are ordered like a device, as order checks know them."),
        Kind("conflicts", "Conflicts", "Conflict", "conflicts", "Where sources disagree: every side in its own words, and what the service does."),
        Kind("questions", "Clinical questions", "Clinical question", "questions", "What a card answers: one question, one card."),
        Kind("sources", "Sources", "Source", "sources", "Every publication, statement by statement, and the rules that stand on it."),
    )
}  # fmt: skip


def entries_of(kind: str, k: Knowledge) -> Mapping[str, Any]:
    """All entries of a kind by id."""
    entries: Mapping[str, Any] = getattr(k, KINDS[kind].section)
    return entries


def ref(kind: str, id: str, k: Knowledge) -> Ref:
    """An entry by kind and id."""
    return Ref(kind, id, label_of(kind, entries_of(kind, k)[id], k))


def label_of(kind: str, entry: Any, k: Knowledge) -> str:
    """What an entry is called: most have a label."""
    if kind in {"conflicts", "sources"}:
        return str(entry.title)
    if kind == "screenings":
        return k.workups[entry.workup].label
    return str(entry.label)


def owner(id: str, k: Knowledge) -> Ref | None:
    """The page on which a rule stands whose kind is not said (``implemented-by``).

    Reasons for and against a work-up stand on its own page.
    """
    if (rule := k.indications.get(id) or k.withholdings.get(id)) is not None:
        return ref("workups", rule.workup, k)
    for kind in ("causes", "red-flags", "interlocks", "advice", "criteria", "drugs", "workups",
                 "order-checks", "findings", "analytes", "screenings"):  # fmt: skip
        if id in entries_of(kind, k):
            return ref(kind, id, k)
    return None


def end_of_relation(end: str, k: Knowledge) -> Ref | None:
    """One end of a relation: a cause, or the finding that ``finding:`` asks for."""
    id = end.rpartition(":")[2]
    if id in k.causes and not end.startswith("finding:"):
        return ref("causes", id, k)
    return ref("findings", id, k) if id in k.findings else None
