"""The loader refuses wrong knowledge and says file, path and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.core.errors import KnowledgeError
from cds_service.knowledge.files import read_yaml
from cds_service.knowledge.lint import check_knowledge
from cds_service.knowledge.loader import load_knowledge


SCALE = """
scale:
  likely-at: 8.0
  possible-at: 2.0
  priors: {common: 0.0}
  windows: {symptom: {months: 12}}
  current: {}
  results-act-within: {days: 30}
  sources: [house]
"""
HOUSE = "sources: [{id: house, title: House rule, trust: house}]\n"


def folder_with(tmp_path: Path, **files: str) -> Path:
    """A knowledge folder with a scale and these files."""
    (tmp_path / "scale.yaml").write_text(SCALE + HOUSE)
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("causes: [{id: a, label: a}]", "causes[a]: Object missing required field `question`"),
        ("causes: [{id: a, label: a, question: q, colour: red}]", "unknown field `colour`"),
        ("causes: [{id: a, label: 3, question: q}]", "Expected `str`, got `int` - at `$.label`"),
        ("causes: [{id: a, label: a, question: q, requires: {al: [x]}}]", "not a condition"),
        ("causes: {id: a}", "causes: expected a list"),
        ("reasons: []", "unknown section"),
        ("- a", "expected a mapping of sections"),
        ("causes: [", "not readable as YAML"),
        ("causes: [{id: a, id: b}]", "duplicate key 'id'"),
        (HOUSE, "id already used"),
    ],
)
def test_every_problem_names_its_place(tmp_path: Path, text: str, says: str) -> None:
    """File name, path within it, and what is wrong."""
    with pytest.raises(KnowledgeError) as refusal:
        load_knowledge(folder_with(tmp_path, broken=text))
    (problem,) = refusal.value.problems
    assert ".yaml: " in problem
    assert says in problem


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """An author mends everything in one go."""
    files = {"one": "causes: [{id: a}]", "two": "workups: [{id: b}]"}
    with pytest.raises(KnowledgeError) as refusal:
        load_knowledge(folder_with(tmp_path, **files))
    assert len(refusal.value.problems) == 2


def test_without_scale_nothing_loads(tmp_path: Path) -> None:
    """Thresholds are never defaulted."""
    with pytest.raises(KnowledgeError, match=r"scale\.yaml: missing"):
        load_knowledge(tmp_path)


def test_yaml_means_what_it_says(tmp_path: Path) -> None:
    """No is a word, 12:30 a time, 010 a number with a zero in front; true and 0.5 are what they are."""
    (tmp_path / "x.yaml").write_text("{a: no, b: 12:30, c: on, d: true, e: 0.5, f: 7, g: ~}")
    assert read_yaml(tmp_path / "x.yaml") == {
        "a": "no",
        "b": "12:30",
        "c": "on",
        "d": True,
        "e": 0.5,
        "f": 7,
        "g": None,
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("findings: [{id: f, label: f, kind: odd}]", "has no default window"),
        (
            "findings: [{id: f, label: f, kind: symptom, implies: [g]}]",
            "implies: 'g' does not exist",
        ),
        (
            "questions: [{id: q, label: q, rank: 1}]\n"
            "causes: [{id: c, label: c, question: q, evidence: [{finding: f, weight: huge, sources: [house]}]}]",
            "weight 'huge'",
        ),
        (
            "questions: [{id: q, label: q, rank: 1}]\n"
            "causes: [{id: c, label: c, question: q, requires: {all: [x, {established: y}]}}]",
            "condition: 'y' does not exist",
        ),
        (
            "findings: [{id: f, label: f, kind: symptom}]\n"
            "red-flags: [{id: r, label: r, summary: s, suspected: [], sources: [house],"
            " levels: [{urgency: prompt, when: {not: f}}]}]",
            "red flags never use 'not'",
        ),
        (
            "interlocks: [{id: i, label: i, when: {always: true}, says: x, sources: [nowhere]}]",
            "sources: 'nowhere' does not exist",
        ),
    ],
)
def test_the_lint_finds_what_leads_nowhere(tmp_path: Path, text: str, says: str) -> None:
    """References, weights, kinds and rules for red flags."""
    problems = check_knowledge(load_knowledge(folder_with(tmp_path, more=text)))
    assert any(says in problem for problem in problems), problems
