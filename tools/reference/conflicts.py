"""The page of what the sources disagree on: both sides, what the service does, and which rules do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.core.knowledge import Conflict, Knowledge
from cds_service.knowledge.pages.library import IMPACTS, authority
from tools.reference.markdown import cause_link, cite, entry, joined, labelled, one_line


_INTRO = (
    "Positions are those of five lay articles (S0 to S4), quoted verbatim with their errors; where they "
    "disagree the guideline decides. Advice and safety rules take the safer side; without a guideline "
    "the majority counts. For each conflict of high or medium impact a test proves that the rules do "
    "what is said here (`tests/unit/knowledge/test_conflicts.py`)."
)


def conflicts_page(k: Knowledge) -> str:
    """Where sources disagree, what the service does, and why."""
    parts = ["# Conflicts between sources", _INTRO]
    for impact, meaning in IMPACTS.items():
        parts += [f"## Safety impact: {impact}", meaning]
        parts += [_conflict(x, k) for x in k.conflicts.values() if x.safety_impact == impact]
    return joined(parts)


def _conflict(conflict: Conflict, k: Knowledge) -> str:
    sides: list[str] = []
    for side in conflict.sides:
        quotes = "".join(f"\n  - “{one_line(quote)}”" for quote in side.quotes)
        sides.append(f"{side.position} ({cite([side.source], k)}){quotes}")
    return joined(
        [
            entry(conflict.id, conflict.title, sides, level=3),
            labelled(authority(conflict, k), one_line(conflict.guideline)),
            labelled("The service", one_line(conflict.resolution)),
            labelled("Put into practice by", ", ".join(_enacted(conflict.implemented_by, k))),
            labelled("Sources", cite(conflict.sources, k)),
        ]
    )


def _enacted(ids: Iterable[str], k: Knowledge) -> Iterator[str]:
    """Rules by their words, linked to where they stand; the same place once."""
    return iter(dict.fromkeys(_link(id, k) for id in ids))


def _link(id: str, k: Knowledge) -> str:
    if id in k.causes:
        return cause_link(id, k)
    workup = k.indications.get(id) or k.withholdings.get(id)
    if workup is not None:
        return f"[{k.workups[workup.workup].label}](work-ups.md#{workup.workup})"
    for page, entries in _pages(k).items():
        if id in entries:
            return f"[{entries[id]}]({page}.md#{id.lower()})"
    return k.findings[id].label if id in k.findings else f"`{id}`"


def _pages(k: Knowledge) -> dict[str, dict[str, str]]:
    """Labels by page and id."""
    sections = {
        "red-flags": (k.red_flags,),
        "interlocks-and-advice": (k.interlocks, k.advice),
        "criteria": (k.criteria,),
        "medications": (k.drugs,),
        "work-ups": (k.workups,),
        "orders": (k.order_checks,),
    }
    return {
        page: {entry.id: entry.label for part in parts for entry in part.values()}
        for page, parts in sections.items()
    }
