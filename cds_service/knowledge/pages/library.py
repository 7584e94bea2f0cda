"""The pages of conflicts between sources, of the sources themselves, and of clinical questions."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge import Conflict, Knowledge, Question, Source, Trust
from cds_service.knowledge.pages.blocks import (
    Mentions,
    Page,
    Section,
    Standings,
    Statement,
    Statements,
    Tag,
    facts,
    page,
    section,
)
from cds_service.knowledge.pages.citing import GRADES, MEANINGS, cited
from cds_service.knowledge.pages.kinds import owner, ref
from cds_service.knowledge.pages.mentions import Index, mentions
from cds_service.knowledge.pages.parts import Ref, said


IMPACTS = {
    "high": "Following the wrong position can harm.",
    "medium": "Following the wrong position can delay or misdirect a test or treatment.",
    "low": "The wrong position explains badly, and harms nobody.",
}
_TONES = {"high": "emergency", "medium": "urgent", "low": "plain"}


def authority(conflict: Conflict, k: Knowledge) -> str:
    """Whose word decides: a publication, what is commonly taught, or our own rule."""
    own = {Trust.SEED, Trust.HOUSE}
    if any(k.sources[id].trust not in own for id in conflict.sources):
        return "Guideline"
    return "Common teaching" if "clinical" in conflict.sources else "House rule"


def conflict_page(conflict: Conflict, index: Index) -> Page:
    """Both sides in their own words, what decides, and which rules put it into practice."""
    impact = conflict.safety_impact
    tags = (Tag(f"safety impact: {impact}", _TONES[impact]),)
    here = ref("conflicts", conflict.id, index.k)
    return page(here, tags, IMPACTS[impact], _of_conflict(conflict, index.k))


def _of_conflict(conflict: Conflict, k: Knowledge) -> Iterator[Section]:
    sides = tuple(
        Statement(said(s.position), quotes=s.quotes, sources=cited([s.source], k))
        for s in conflict.sides
    )
    yield section("sides", "What the sources say", Statements(sides))
    decides = Statement(
        said(conflict.guideline or authority(conflict, k)), sources=cited(conflict.sources, k)
    )
    yield section("authority", authority(conflict, k), Statements((decides,)))
    yield section("resolution", "The service", Statements((Statement(said(conflict.resolution)),)))
    yield section("practice", "Put into practice by", _practice(conflict, k))


def _practice(conflict: Conflict, k: Knowledge) -> Mentions:
    owners = [o for id in conflict.implemented_by if (o := owner(id, k)) is not None]
    owners += [ref("advice", a.id, k) for a in k.advice.values() if conflict.id in a.conflicts]
    return mentions([("Rules", owners)])


def source_page(source: Source, index: Index) -> Page:
    """One statement of a publication, the others of the same one, and what stands on it."""
    k = index.k
    standing = index.standing.get(source.id, ())
    intro = f"{len(standing)} statements" if len(standing) != 1 else "1 statement"
    none = "No rule names it: it was read and led to none." if not standing else ""
    about = facts(
        ("Publisher", source.publisher),
        ("Year", source.year),
        ("Trust", f"{GRADES[source.trust]}. {MEANINGS[source.trust]}"),
        ("Licence", source.licence),
        ("Rules", none),
    )
    siblings = [s for s in k.sources.values() if s.id != source.id and _same_work(s, source)]
    others = Statements(tuple(_sibling(s) for s in siblings))
    sections = (
        section("about", "Publication", about),
        section("standing", "What stands on it", Standings(standing), intro=intro),
        section("same", "Other statements of the same publication", others),
    )
    tags = [
        Tag(GRADES[source.trust], source.trust.value),
        *([Tag(source.year)] if source.year else []),
    ]
    return page(ref("sources", source.id, k), tags, source.says, sections)


def _same_work(one: Source, other: Source) -> bool:
    keys = ("title", "publisher", "year")
    return bool(one.says) and all(getattr(one, key) == getattr(other, key) for key in keys)


def _sibling(source: Source) -> Statement:
    return Statement(said(source.says), about=Ref("sources", source.id, source.id))


def question_page(question: Question, index: Index) -> Page:
    """The causes that one card discusses."""
    k = index.k
    causes = sorted(
        (c for c in k.causes.values() if c.question == question.id), key=lambda c: c.label
    )
    ranked = (ref("causes", c.id, k) for c in causes if c.role == "ranked")
    explains = (ref("causes", c.id, k) for c in causes if c.role != "ranked")
    groups = mentions([("Ranked in the differential", ranked), ("Explain only", explains)])
    sections = (section("causes", "Causes", groups),)
    return page(ref("questions", question.id, k), (), "", sections, question.note)
