"""Sources as citations: how far each may be relied on, in words."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.core.knowledge import Knowledge, Source, Trust
from cds_service.knowledge.pages.parts import Citation


GRADES = {
    Trust.HIGH: "high trust",
    Trust.MEDIUM: "medium trust",
    Trust.MIXED: "mixed trust",
    Trust.LOW: "low trust",
    Trust.MEMORY: "not read at the source",
    Trust.SEED: "lay article",
    Trust.HOUSE: "house rule",
}
MEANINGS = {
    Trust.HIGH: "Guideline or study, read at the source. May stand on a card alone.",
    Trust.MEDIUM: "Read at the source, of less weight. May stand on a card alone.",
    Trust.MIXED: "Parts of it were not read at the source. Needs another source beside it.",
    Trust.LOW: "Weak. Needs another source beside it.",
    Trust.MEMORY: "Known, but not read at the source. Needs another source beside it.",
    Trust.SEED: "One of the five articles for patients from which the service started. Says what patients describe, errors included; where it disagrees with a guideline, the guideline decides.",
    Trust.HOUSE: "Our own choice, not from a publication. A site may change it.",
}
_ORDER = list(GRADES)


def cited(ids: Iterable[str], k: Knowledge) -> tuple[Citation, ...]:
    """Sources by how far they may be relied on, each once."""
    known = [k.sources[id] for id in dict.fromkeys(ids) if id in k.sources]
    known.sort(key=lambda source: _ORDER.index(source.trust))
    return tuple(citation(source) for source in known)


def citation(source: Source) -> Citation:
    """One source."""
    return Citation(
        id=source.id,
        title=source.title,
        trust=source.trust,
        grade=GRADES[source.trust],
        publisher=source.publisher,
        year=source.year,
        url=source.url,
        says=source.says,
    )


def lay_last(ids: Iterable[str], k: Knowledge) -> tuple[list[str], list[str]]:
    """Ids of publications and house rules, and of lay articles."""
    named = list(ids)
    lay = [id for id in named if id in k.sources and k.sources[id].trust is Trust.SEED]
    return [id for id in named if id not in lay], lay
