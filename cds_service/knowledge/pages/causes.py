"""The page of a cause, and evidence as it is seen from causes and from findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.core.knowledge import Cause, Knowledge, Link, Predisposition
from cds_service.knowledge.pages.blocks import (
    CodeLists,
    Evidence,
    EvidenceTable,
    Facts,
    Mentions,
    Names,
    Page,
    Rule,
    Section,
    Statement,
    Statements,
    Tag,
    Weight,
    facts,
    page,
    rule,
    section,
    when,
)
from cds_service.knowledge.pages.citing import cited
from cds_service.knowledge.pages.codes import codes_of
from cds_service.knowledge.pages.kinds import end_of_relation, ref
from cds_service.knowledge.pages.mentions import Index, mentions
from cds_service.knowledge.pages.outline import Lists
from cds_service.knowledge.pages.parts import Ref, Words, linked, listed, said


def cause_page(cause: Cause, index: Index) -> Page:
    """Everything that the knowledge says of one cause."""
    return page(
        ref("causes", cause.id, index.k),
        _tags(cause),
        cause.explanation,
        _sections(cause, index),
        cause.note,
    )


def _tags(cause: Cause) -> Iterator[Tag]:
    yield Tag(cause.kind, cause.kind)
    if cause.role == "explains":
        yield Tag("explains, is never ranked")
    else:
        yield Tag(f"starts as {cause.prior}")
    if cause.background:
        yield Tag("background disease")
    if cause.symptomatic:
        yield Tag("itself a leg complaint when it is the reason for care")


def _sections(cause: Cause, index: Index) -> Iterator[Section]:
    k = index.k
    yield section("rules", "When it is thought of", _about(cause, k), *_rules(cause, k))
    yield section("evidence", "Evidence", evidence_of_cause(cause, k), intro=scale_in_words(k))
    yield section("likelier", "Made likelier by", relation_statements(cause.id, k, towards=True))
    yield section(
        "makes", "Makes likelier, or goes with", relation_statements(cause.id, k, towards=False)
    )
    yield section("red-flags", "Red flags", _red_flags(cause, k))
    yield section("work-ups", "Work-ups", _workups(cause, k))
    yield section("advice", "Advice", _advice(cause, k))
    yield section("conflicts", "Sources disagree", _conflicts(cause, k))
    yield section("recognised", "Recognised on record", *_recognised(cause))
    yield section("elsewhere", "Where it is asked for", _elsewhere(cause, index))
    stands = Statements((Statement(said("What the cause is"), sources=cited(cause.sources, k)),))
    yield section("sources", "Sources of the explanation", stands if cause.sources else None)


def _about(cause: Cause, k: Knowledge) -> Facts:
    prior = f"{cause.prior} ({k.scale.priors[cause.prior]:+.0f} points)"
    narrower = (ref("causes", c.id, k) for c in k.causes.values() if cause.id in c.broader)
    return facts(
        ("Clinical question", linked(ref("questions", cause.question, k))),
        ("Starts as", prior if cause.role == "ranked" else ""),
        ("Special case of", listed(ref("causes", id, k) for id in cause.broader)),
        ("Special cases", listed(narrower)),
        ("Criteria", linked(ref("criteria", cause.criterion, k)) if cause.criterion else ""),
    )


def _rules(cause: Cause, k: Knowledge) -> Iterator[Rule | None]:
    yield rule("Considered only with", cause.considered_when, k)
    yield rule(
        "Hallmark", cause.requires, k, hallmark_in_words(first=cause.considered_when is not None)
    )
    yield rule("Likely, whatever the points, with", cause.likely_when, k)
    yield rule("Unlikely, whatever the points, with", cause.excluded_when, k)
    yield rule("Stays possible with", cause.possible_when, k)


def hallmark_in_words(*, first: bool) -> str:
    """What a hallmark does; ``first``: another list stands before it."""
    opening = "The first list brings the cause up; without" if first else "Without"
    return (
        f"{opening} the hallmark its points never make it more than possible, and it is unlikely where "
        "the hallmark is known to be missing. A diagnosis on record stands."
    )


def scale_in_words(k: Knowledge) -> str:
    """What the words of weight mean, and what makes a cause likely."""
    likely, possible = k.scale.likely_at, k.scale.possible_at
    return (
        "Weak is a likelihood ratio (LR) of about 1.6, moderate 2.5, strong 5; likely from a combined LR "
        f"of about {10 ** (likely / 10):.0f} ({likely:g} points), possible from {possible:g} points. Of "
        "findings counted once with one another only the strongest counts; an empty cell says nothing."
    )


def weight(ratio: str, strength: str, points: float) -> Weight | None:
    """How far presence or absence moves the cause; None when it says nothing."""
    return Weight(points, f"LR {ratio}" if ratio else strength) if points else None


def evidence_of_cause(cause: Cause, k: Knowledge) -> EvidenceTable:
    """What speaks for and against one cause, in the order of the file."""
    return EvidenceTable("Finding", tuple(_evidence(x, _seen(x, k), k) for x in cause.evidence))


def evidence_of_finding(finding: str, k: Knowledge) -> EvidenceTable:
    """The causes that one finding speaks for or against, strongest first."""
    rows = [
        _evidence(link, linked(ref("causes", cause.id, k)), k, composed=True)
        for cause in k.causes.values()
        for link in cause.evidence
        if link.finding == finding or (link.when is not None and finding in link.when.findings())
    ]
    return EvidenceTable("Cause", tuple(sorted(rows, key=_heaviest)))


def _heaviest(row: Evidence) -> tuple[bool, float]:
    """What its presence argues for first, then by weight; the absence decides where presence says nothing."""
    points = row.present.points if row.present else 0
    return points <= 0, -abs(points or (row.absent.points if row.absent else 0))


def _seen(link: Link, k: Knowledge) -> Words:
    return linked(ref("findings", link.finding, k)) if link.finding else said(link.label)


def _evidence(link: Link, words: Words, k: Knowledge, *, composed: bool = False) -> Evidence:
    together = f"together: {link.label}" if composed and link.when is not None else ""
    return Evidence(
        words=words,
        present=weight(link.lr, link.weight, link.present_points),
        absent=weight(link.lr_absent, link.weight_absent, link.absent_points),
        condition=when(link.when, k),
        group=link.group,
        quote=" ".join(link.quote.split()),
        sources=cited(link.sources, k),
        note="; ".join(part for part in (together, " ".join(link.note.split())) if part),
    )


def relations_of(id: str, k: Knowledge, *, towards: bool) -> Iterator[tuple[Predisposition, str]]:
    """Relations that end at an entry (``towards``) or begin there, with the other end."""
    for relation in k.predispositions.values():
        here, other = relation.to, relation.from_
        if not towards:
            here, other = other, here
        if here.rpartition(":")[2] == id and (towards or other.rpartition(":")[2] != id):
            yield relation, other


def relation_statements(id: str, k: Knowledge, *, towards: bool) -> Statements:
    """Relations as statements."""
    return Statements(
        tuple(_relation(r, end, k) for r, end in relations_of(id, k, towards=towards))
    )


def _relation(relation: Predisposition, other: str, k: Knowledge) -> Statement:
    end = end_of_relation(other, k)
    named = "" if end else f"{other.rpartition(':')[2].replace('-', ' ')}: "
    return Statement(
        said(named + relation.text),
        tags=(Tag(relation.type.replace("-", " ")),),
        about=end,
        sources=cited(relation.sources, k),
    )


def _red_flags(cause: Cause, k: Knowledge) -> Statements:
    return Statements(
        tuple(
            Statement(
                said(flag.summary),
                tuple(Tag(level.urgency.value, level.urgency.value) for level in flag.levels),
                about=ref("red-flags", flag.id, k),
                sources=cited(flag.sources, k),
            )
            for flag in k.red_flags.values()
            if cause.id in flag.suspected
        )
    )


def _workups(cause: Cause, k: Knowledge) -> Statements:
    found = [i for i in k.indications.values() if cause.id in i.causes]
    lists = Lists((i.when for i in found), k)
    return Statements(
        tuple(
            Statement(
                said(i.because),
                (Tag(i.priority.value, i.priority.value), *second_line(i.line)),
                about=ref("workups", i.workup, k),
                when_label="suggested when",
                when=when(i.when, k, lists),
                sources=cited(i.sources, k),
                note=i.note,
            )
            for i in found
        )
    )


def second_line(line: int) -> Iterable[Tag]:
    """A tag for what is suggested only when no first-line work-up is open."""
    return (Tag("second line"),) if line > 1 else ()


def _advice(cause: Cause, k: Knowledge) -> Statements:
    return Statements(
        tuple(
            Statement(
                said(advice.text),
                tuple(
                    Tag(f"withheld by: {k.interlocks[id].label}", "held")
                    for id in advice.withheld_by
                ),
                about=ref("advice", advice.id, k),
                sources=cited(advice.sources, k),
            )
            for advice in k.advice.values()
            if cause.id in advice.causes
        )
    )


def _conflicts(cause: Cause, k: Knowledge) -> Statements:
    return Statements(
        tuple(
            Statement(said(conflict.resolution), about=ref("conflicts", conflict.id, k))
            for conflict in k.conflicts.values()
            if cause.id in conflict.implemented_by
        )
    )


def _recognised(cause: Cause) -> Iterator[CodeLists | Names]:
    recognised = cause.recognised
    codes = codes_of("A diagnosis with one of", recognised.codes, recognised.valuesets)
    yield CodeLists((codes,) if codes.total else ())
    yield Names("Words of a diagnosis", recognised.phrases)


def _elsewhere(cause: Cause, index: Index) -> Mentions:
    k = index.k
    states = (ref("findings", f, k) for f in k.findings_of_diagnosis.get(cause.id, ()))
    family = (ref("findings", f.id, k) for f in k.findings.values() if cause.id in f.family)
    screened = (
        ref("screenings", s.id, k)
        for s in k.screenings.values()
        if cause.id in s.unless_established
    )
    groups: list[tuple[str, Iterable[Ref]]] = [
        ("On record it states", states),
        ("In a relative it states", family),
        ("On record it ends screening", screened),
    ]
    return mentions([*groups, *index.rules("causes", cause.id).groups])
