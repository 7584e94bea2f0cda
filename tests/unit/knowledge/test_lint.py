"""The shipped knowledge passes every check, and every check finds what it is for."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cds_service.core.knowledge import Knowledge, Source, Trust
from cds_service.core.values import Coding
from cds_service.knowledge.lint import check_knowledge, check_references
from cds_service.knowledge.lint.codes import agrees, codings, display_problems, displays_of, plain
from cds_service.knowledge.loader import load_knowledge
from cds_service.knowledge.review import Exceptions, Review


TERMINOLOGY = os.environ.get("CDS_TERMINOLOGY_DIR", "")
SMALL = """
scale:
  likely-at: 8.0
  possible-at: 2.0
  priors: {common: 0.0}
  windows: {symptom: {months: 12}}
  current: {}
  results-act-within: {days: 30}
  sources: [house]
sources:
  - {id: house, title: House rule, trust: house}
  - {id: heard, title: Something heard, trust: memory, says: as told}
  - {id: read, title: A guideline, trust: high, says: as read}
questions: [{id: q, label: Question, rank: 1}]
findings: [{id: ache, label: ache, kind: symptom}]
causes:
  - {id: strain, label: strain, question: q, evidence: [{finding: ache, weight: weak, sources: [house]}]}
advice: [{id: rest, label: Rest, causes: [strain], text: Rest helps., sources: [house]}]
"""
NO_EXCEPTIONS = Review({}, Exceptions(same_as={}, explained={}, unused={}))


def problems_with(tmp_path: Path, more: str = "") -> list[str]:
    """Problems of a small sound body of knowledge with something added."""
    (tmp_path / "small.yaml").write_text(SMALL)
    if more:
        (tmp_path / "more.yaml").write_text(more)
    return check_knowledge(load_knowledge(tmp_path), NO_EXCEPTIONS)


def test_the_shipped_knowledge_has_no_problem(knowledge: Knowledge) -> None:
    """Neither references nor sources, orphans, wording or codes."""
    assert check_references(knowledge) == []
    assert check_knowledge(knowledge) == []


def test_a_small_sound_body_has_no_problem(tmp_path: Path) -> None:
    """What the other tests add to is clean."""
    assert problems_with(tmp_path) == []


def _interlock(**changed: str) -> str:
    fields = {"id": "i", "label": "x", "when": "ache", "says": "x", "sources": "[house]"} | changed
    return f"interlocks: [{{{', '.join(f'{k}: {v}' for k, v in fields.items())}}}]"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("findings: [{id: f, label: f, kind: symptom}]", "findings[f]: no cause, rule, red flag"),
        ("questions: [{id: r, label: R, rank: 2}]", "questions[r]: no cause belongs to it"),
        (
            "workups: [{id: w, label: W, kind: referral, order: [], valid-for: {days: 1}}]",
            "workups[w]: nothing suggests it",
        ),
        (
            "causes: [{id: c, label: c, question: q}]",
            "causes[c]: nothing follows from it",
        ),
        (
            "criteria: [{id: c, label: c, items: [], met-at: 1, internal: true, sources: [house]}]",
            "criteria[c]: no cause and no rule asks for it",
        ),
        ("sources: [{id: idle, title: Idle, trust: high}]", "sources[idle]: nothing uses it"),
        (
            "sources: [{id: far, title: Far, trust: high, says: x, url: 'https://shop.example/a'}]",
            "is on no host of link-hosts.txt",
        ),
        (_interlock(sources="[]"), "interlocks[i]: names no source"),
        (_interlock(sources="[heard]"), "need one beside them that can be relied on"),
        (
            "causes: [{id: c, label: c, question: q, broader: [strain],"
            " evidence: [{finding: ache, lr: '2.0', sources: [house]}]}]",
            "a likelihood ratio without a source that was read",
        ),
        (
            "causes: [{id: c, label: Strain, question: q, broader: [strain]}]",
            "begins with a capital",
        ),
        (
            "causes: [{id: c, label: c, question: q, broader: [strain],"
            " recognised: {codes: [{system: SNOMED, code: '10601006', display: Headache}]}}]",
            "SNOMED 10601006 is 'Pain in lower limb', not 'Headache'",
        ),
        (
            "causes: [{id: c, label: c, question: q, broader: [strain],"
            " recognised: {codes: [{system: OPCS, code: 'X1'}]}}]",
            "code system 'OPCS' is not known",
        ),
        (
            "workups: [{id: w, label: W, kind: imaging, valid-for: {days: 1},"
            " order: [{system: CPT, code: '93922', display: words}]}]",
            "no descriptor may stand here",
        ),
        (
            "predispositions: [{id: r, from: 'external:x', to: nothing, type: causes, text: t,"
            " sources: [house]}]",
            "from/to: 'nothing' does not exist",
        ),
        (
            "conflicts: [{id: c, title: t, safety-impact: grave, sides: [], resolution: r}]",
            "safety-impact 'grave'",
        ),
        (
            "screenings: [{id: s, workup: none, when: ache, because: x, limits: x, sources: [house]}]",
            "workup: 'none' does not exist",
        ),
        (
            "order-checks: [{id: o, label: x, orders: {drugs: [none]}, when: ache, summary: x,"
            " says: x, sources: [house]}]",
            "drugs: 'none' does not exist",
        ),
    ],
)
def test_the_lint_finds(tmp_path: Path, more: str, says: str) -> None:
    """Each kind of fault, by name and place."""
    found = problems_with(tmp_path, more)
    assert any(says in problem for problem in found), found


def test_exceptions_that_are_no_longer_needed_are_named(tmp_path: Path) -> None:
    """A reason for an orphan that found its use is dead text."""
    idle = Review({}, Exceptions(same_as={}, explained={}, unused={"findings": {"ache": "why"}}))
    (tmp_path / "small.yaml").write_text(SMALL)
    (problem,) = check_knowledge(load_knowledge(tmp_path), idle)
    assert "'ache' is used, the exception can go" in problem


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Ischaemic foot", "Ischemic foot (disorder)"),
        ("Deep vein thrombosis", "Deep vein thrombosis (disorder) / other words"),
        ("Oedema of lower limb", "Edema of lower limb"),
        ("Type of bypass graft", "Type of bypass graft(s)"),
    ],
)
def test_spelling_and_tags_make_no_difference(written: str, known: str) -> None:
    """British or American, with or without semantic tag."""
    assert agrees(written, [known])


def test_another_meaning_makes_a_difference() -> None:
    """Left is not right, and an abridged display is not the display."""
    assert not agrees("Pain in left leg", ["Pain in right leg (finding)"])
    assert not agrees("Occlusion of artery", ["Occlusion of artery due to embolus (disorder)"])


def test_icd_displays_are_those_of_the_classification(knowledge: Knowledge) -> None:
    """Every ICD-10-CM code exists, and its display is the classification's own."""
    wrong = [
        f"{where}: {coding.code} {coding.display}"
        for where, coding in codings(knowledge)
        if coding.system == "ICD-10-CM" and not _is_in_icd(coding)
    ]
    assert wrong == []


@cache
def _classification() -> Any:
    """The ICD-10-CM release of the package; a second to read, so not at import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the package reads its data so
        return importlib.import_module("simple_icd_10_cm")


def _icd_words(code: str) -> str:
    icd = _classification()
    return str(icd.get_description(code)) if icd.is_valid_item(code) else ""


def _is_in_icd(coding: Coding) -> bool:
    words = _icd_words(coding.code)
    return bool(words) and (not coding.display or plain(words) == plain(coding.display))


@pytest.mark.skipif(not TERMINOLOGY, reason="CDS_TERMINOLOGY_DIR is not set: shipped lists only")
def test_displays_agree_with_the_terminology_files(knowledge: Knowledge) -> None:
    """Beside the shipped lists, the larger files that they were made from."""
    assert list(display_problems(knowledge, displays_of(Path(TERMINOLOGY)))) == []


def test_numbers_stand_on_sources_that_were_read(knowledge: Knowledge) -> None:
    """Limits of measured findings: a guideline, a paper, or openly our own rule."""
    allowed = {Trust.HIGH, Trust.MEDIUM, Trust.HOUSE}
    weak = [
        (finding.id, rule.source)
        for finding in knowledge.findings.values()
        for rule in finding.measured
        if knowledge.sources[rule.source].trust not in allowed
    ]
    assert weak == []


def _everything(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for part in value:
            yield from _everything(part)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _everything(getattr(value, field))


def test_every_address_is_on_a_known_host(knowledge: Knowledge) -> None:
    """No address anywhere in the knowledge but in the register of sources."""
    registered = {s.url for s in knowledge.sources.values()}
    found = {
        text
        for text in _everything(knowledge)
        if isinstance(text, str) and "://" in text and not isinstance(text, Source)
    }
    assert found <= registered
