"""The page of a work-up: when it is suggested, when not, and how long its result counts."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge import Indication, Knowledge, Withholding, Workup
from cds_service.knowledge.pages.blocks import (
    CodeLists,
    Facts,
    Mentions,
    Names,
    Page,
    Section,
    Statement,
    Statements,
    Tag,
    facts,
    page,
    section,
    when,
)
from cds_service.knowledge.pages.causes import second_line
from cds_service.knowledge.pages.citing import GRADES, cited
from cds_service.knowledge.pages.codes import Codes, codes_of
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.limits import period_in_words
from cds_service.knowledge.pages.mentions import Index, mentions
from cds_service.knowledge.pages.outline import Lists
from cds_service.knowledge.pages.parts import Run, Words, linked, listed, said


def workup_page(workup: Workup, index: Index) -> Page:
    """Everything that the knowledge says of one work-up."""
    here = ref("workups", workup.id, index.k)
    tags = [Tag(workup.kind.replace("-", " "))]
    return page(here, tags, workup.decides, _sections(workup, index), workup.note)


def _sections(workup: Workup, index: Index) -> Iterator[Section]:
    k = index.k
    asked = k.indications_of_workup.get(workup.id, ())
    held = k.withholdings_of_workup.get(workup.id, ())
    lists = Lists((*(i.when for i in asked), *(w.when for w in held)), k)
    suggested = Statements(tuple(_indication(i, k, lists) for i in asked))
    withheld = Statements(tuple(_withholding(w, k, lists) for w in held))
    yield section("suggested", "Suggested", suggested)
    yield section("withheld", "Withheld", withheld)
    yield section("flags", "Red flags", _red_flags(workup.id, k))
    yield section("validity", "How long a result counts", _validity(workup, k))
    yield section("elsewhere", "Elsewhere", _elsewhere(workup, index))
    names = Names("Local names", workup.phrases)
    yield section("recognised", "Codes and names", CodeLists(_codes(workup)), names)


def _indication(i: Indication, k: Knowledge, lists: Lists) -> Statement:
    tags = [Tag(i.priority.value, i.priority.value), *second_line(i.line)]
    tags += [Tag("fresh result needed")] if i.repeat_when_done else []
    tags += [Tag("also with the diagnosis on record")] if i.for_established else []
    causes = listed(ref("causes", id, k) for id in i.causes)
    words = (*said(i.because), Run(" · for "), *causes) if causes else said(i.because)
    return Statement(
        words,
        tuple(tags),
        when_label="suggested when",
        when=when(i.when, k, lists),
        sources=cited(i.sources, k),
        note=" ".join(i.note.split()),
    )


def _withholding(w: Withholding, k: Knowledge, lists: Lists) -> Statement:
    words = said(w.because)
    if w.interlock:
        words = (*words, Run(" · interlock "), *linked(ref("interlocks", w.interlock, k)))
    if w.instead:
        words = (*words, Run(" · instead "), *linked(ref("workups", w.instead, k)))
    held = when(w.when, k, lists)
    tags = (Tag("withheld", "held"),)
    return Statement(words, tags, None, "withheld when", held, sources=cited(w.sources, k))


def _red_flags(workup: str, k: Knowledge) -> Mentions:
    flags = k.red_flags.values()
    return mentions(
        [
            ("Suggested by", (ref("red-flags", f.id, k) for f in flags if workup in f.workups)),
            ("Answers", (ref("red-flags", f.id, k) for f in flags if workup in f.answered_by)),
        ]
    )


def _validity(workup: Workup, k: Knowledge) -> Facts:
    return facts(
        ("A result counts", period_in_words(workup.valid_for)),
        ("How long: by", _by(workup.valid_for_source, k)),
        ("Made stale by new", listed(ref("findings", id, k) for id in workup.renewed_by)),
        ("Includes", listed(ref("workups", id, k) for id in workup.covers)),
        ("Included in", listed(ref("workups", id, k) for id in k.covered_by.get(workup.id, ()))),
        ("Shown to be done by", _results(workup, k)),
    )


def _by(source: str, k: Knowledge) -> Words:
    if source not in k.sources:
        return said(source)
    entry = k.sources[source]
    words = f"{entry.title} ({entry.year})" if entry.year else GRADES[entry.trust]
    return (Run(words, ref("sources", source, k)),)


def _results(workup: Workup, k: Knowledge) -> Words:
    words = listed(ref("analytes", id, k) for id in workup.analytes)
    return (*words, Run(" (all of them)")) if workup.all_analytes else words


def _elsewhere(workup: Workup, index: Index) -> Mentions:
    k = index.k
    checks = k.order_checks.values()
    looked = (ref("order-checks", x.id, k) for x in checks if workup.id in x.orders.workups)
    offered = (ref("order-checks", x.id, k) for x in checks if workup.id in x.instead)
    screened = (ref("screenings", x.id, k) for x in k.screenings.values() if x.workup == workup.id)
    instead = (x.workup for x in k.withholdings.values() if x.instead == workup.id)
    rules = (*(i.id for i in k.indications_of_workup.get(workup.id, ())), workup.id,
             *(w.id for w in k.withholdings_of_workup.get(workup.id, ())))  # fmt: skip
    return mentions(
        [
            ("A draft of it is looked at by", looked),
            ("Offered by", offered),
            ("Offered without complaint", screened),
            ("Stands in for", (ref("workups", id, k) for id in instead)),
            *index.rules("workups", workup.id).groups,
            ("Sources disagree", index.conflicts(*rules)),
        ]
    )


def _codes(workup: Workup) -> tuple[Codes, ...]:
    lists = (
        codes_of("Ordered as (the first is the one that is drafted)", workup.order),
        codes_of("Shown to be done by", workup.results, workup.valuesets),
    )
    return tuple(codes for codes in lists if codes.total)
