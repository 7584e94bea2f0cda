"""The pages of the knowledge without a medium: everything has one, quotes are exact, links go both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from cds_service.core.conditions import FindingIs
from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.lint.sources import used_sources
from cds_service.knowledge.lint.usage import conditions_of
from cds_service.knowledge.pages.asked import conditions_of_entries
from cds_service.knowledge.pages.blocks import EvidenceTable, Limits, Mentions, Page, Standings
from cds_service.knowledge.pages.book import Book
from cds_service.knowledge.pages.codes import LICENCES
from cds_service.knowledge.pages.kinds import KINDS, entries_of
from cds_service.knowledge.pages.outline import condition_words, in_one_line, outline
from cds_service.knowledge.pages.parts import Ref, plain
from cds_service.knowledge.words import in_words
from cds_service.settings import data_folder


@pytest.fixture(scope="module")
def book(knowledge: Knowledge) -> Book:
    """All pages."""
    return Book(knowledge)


@pytest.fixture(scope="module")
def pages(book: Book) -> dict[tuple[str, str], Page]:
    """Every page by kind and id."""
    found = {(kind, id): book.page(kind, id) for kind in KINDS for id in entries_of(kind, book.knowledge)}  # fmt: skip
    assert all(found.values())
    return {key: page for key, page in found.items() if page is not None}


def _inside(value: Any) -> Iterator[Any]:
    """A part and everything in it."""
    yield value
    held: Any = ()
    if isinstance(value, msgspec.Struct):
        held = [getattr(value, name) for name in value.__struct_fields__]
    elif isinstance(value, tuple | list):
        held = value
    for part in held:
        yield from _inside(part)


def test_every_entry_has_a_page(pages: dict[tuple[str, str], Page], knowledge: Knowledge) -> None:
    """Every section of the knowledge is shown; reasons and relations stand on the pages of others."""
    counts = {kind: sum(1 for k, _ in pages if k == kind) for kind in KINDS}
    assert counts["causes"] == len(knowledge.causes) >= 129
    assert counts["findings"] == len(knowledge.findings) >= 297
    shown = {kind.section for kind in KINDS.values()}
    elsewhere = {"indications", "withholdings", "predispositions", "questionnaires"}
    sections = {f for f in Knowledge.__struct_fields__ if isinstance(getattr(knowledge, f), dict)}
    assert sections == shown | elsewhere
    assert all(page.sections for page in pages.values())


def test_every_reference_on_a_page_leads_to_a_page(pages: dict[tuple[str, str], Page]) -> None:
    """No link leads nowhere, and each is called what its page is called."""
    refs = {part for page in pages.values() for part in _inside(page) if isinstance(part, Ref)}
    assert len(refs) > 500
    lost = [r for r in refs if (r.kind, r.id) not in pages]
    assert not lost


def test_quotes_are_shown_word_for_word(
    pages: dict[tuple[str, str], Page], knowledge: Knowledge
) -> None:
    """Of evidence (on the cause and on the finding) and of both sides of conflicts."""
    for cause in knowledge.causes.values():
        for link in cause.evidence:
            if link.quote and link.finding:
                for key in (("causes", cause.id), ("findings", link.finding)):
                    assert link.quote in _inside(pages[key]), (key, link.quote)
    for conflict in knowledge.conflicts.values():
        held = list(_inside(pages["conflicts", conflict.id]))
        assert all(quote in held for side in conflict.sides for quote in side.quotes)


def test_evidence_is_seen_from_both_ends(
    pages: dict[tuple[str, str], Page], knowledge: Knowledge
) -> None:
    """The weight on the page of the finding is the one on the page of the cause."""
    for cause in knowledge.causes.values():
        for link in cause.evidence:
            if link.finding:
                seen = _rows(pages["findings", link.finding], cause.label)
                own = _rows(pages["causes", cause.id], knowledge.findings[link.finding].label)
                assert (link.present_points, link.absent_points) in seen
                assert (link.present_points, link.absent_points) in own


def _rows(page: Page, label: str) -> list[tuple[float, float]]:
    return [
        (row.present.points if row.present else 0, row.absent.points if row.absent else 0)
        for section in page.sections
        for block in section.blocks
        if isinstance(block, EvidenceTable)
        for row in block.rows
        if plain(row.words) == label
    ]


def test_a_finding_names_every_rule_that_asks_for_it(
    pages: dict[tuple[str, str], Page], knowledge: Knowledge
) -> None:
    """Its page links to each entry in whose condition it stands."""
    for asked in conditions_of_entries(knowledge):
        for node in asked.condition.walk():
            if isinstance(node, FindingIs):
                named = {
                    ref
                    for section in pages["findings", node.id].sections
                    for block in section.blocks
                    if isinstance(block, Mentions)
                    for _, refs in block.groups
                    for ref in refs
                }
                assert asked.owner in named, (node.id, asked.owner)


def test_no_condition_is_overlooked(knowledge: Knowledge) -> None:
    """As many as the check of the knowledge finds."""
    ours = sum(1 for _ in conditions_of_entries(knowledge))
    assert ours == sum(1 for _ in conditions_of(knowledge))


def test_sources_name_all_that_stands_on_them(
    book: Book, pages: dict[tuple[str, str], Page]
) -> None:
    """Exactly the sources that the check of the knowledge calls used have statements."""
    assert set(book.index.standing) == used_sources(book.knowledge)
    tables = [b for s in pages["sources", "PAD-02"].sections for b in s.blocks if isinstance(b, Standings)]  # fmt: skip
    (table,) = tables
    assert {row.owner.kind for row in table.rows} >= {"causes", "workups", "findings"}


def test_a_source_that_no_rule_names_says_so(
    book: Book, pages: dict[tuple[str, str], Page]
) -> None:
    """It was read, and led to none."""
    idle = set(book.knowledge.sources) - used_sources(book.knowledge)
    assert idle
    for id in idle:
        texts = [part for part in _inside(pages["sources", id]) if isinstance(part, str)]
        assert any("led to none" in text for text in texts), id


def test_limits_carry_unit_and_source(book: Book, pages: dict[tuple[str, str], Page]) -> None:
    """Every limit of a finding and of a rule; the measurement's page holds all of its own."""
    assert all(limit.sources for limit in book.limits)
    for finding in book.knowledge.findings.values():
        for rule in finding.measured:
            shown = [
                limit
                for section in pages["analytes", rule.analyte].sections
                for block in section.blocks
                if isinstance(block, Limits)
                for limit in block.rows
            ]
            assert any(x.decides.id == finding.id for x in shown)
    ferritin = {x.limit for x in book.limits if x.analyte.id == "ferritin"}
    assert {"at most 75 µg/L", "laboratory's own range: low, otherwise unknown"} <= ferritin


def test_outlines_say_what_the_sentence_says(knowledge: Knowledge) -> None:
    """Marks for links leave no trace in the words, and nothing of a condition is lost."""
    for asked in conditions_of_entries(knowledge):
        sentence = in_words(asked.condition, knowledge)
        assert plain(condition_words(asked.condition, knowledge)) == sentence
        nested = in_one_line(outline(asked.condition, knowledge))
        for id in asked.condition.findings():
            assert knowledge.findings[id].label in nested


def test_each_code_system_has_its_licence_noted() -> None:
    """In short on the page, at length in NOTICE."""
    notice = (data_folder("fixtures").parent / "NOTICE").read_text(encoding="utf-8")
    for system in set(LICENCES) - {"finding", "HCPCS"}:
        assert system.removesuffix("SNOMED") in notice


def test_unknown_entries_have_no_page(book: Book) -> None:
    """Neither kind nor id is guessed."""
    assert book.page("causes", "no-such-cause") is None
    assert book.page("scale", "scale") is None
