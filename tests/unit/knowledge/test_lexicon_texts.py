"""Texts as clinicians type them, one line of ``lexicon_texts.txt`` each, read with the real knowledge."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cds_service.core.knowledge import Knowledge
from cds_service.core.values import Status
from cds_service.knowledge.lexicon import Lexicon, TextHit
from cds_service.knowledge.loader import load_knowledge


_TABLE = Path(__file__).with_name("lexicon_texts.txt")


@cache
def _knowledge() -> Knowledge:
    return load_knowledge()


@cache
def _lexicon() -> Lexicon:
    return Lexicon.build(_knowledge())


def _lines() -> list[tuple[str, str, str]]:
    """(class, text, what it states)."""
    lines, kind = [], ""
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif " => " in line and not line.startswith("#"):
            text, states = line.split(" => ")
            lines.append((kind, text, states))
    return lines


def _with_implied(finding: str) -> set[str]:
    definition = _knowledge().findings.get(finding)
    implied = definition.implies if definition is not None else ()
    return {finding}.union(*(_with_implied(each) for each in implied))


def _sign(hit: TextHit) -> str:
    if hit.of_family:
        return "f-:" if hit.status is Status.ABSENT else "f:"
    return "-" if hit.status is Status.ABSENT else "<" if hit.historical else "+"


def wrong(text: str, states: str) -> list[str]:
    """What the reading of a text lacks or has too much."""
    hits = _lexicon().find_statements(text)
    told = {_sign(hit) + hit.target for hit in hits}
    told |= {"+" + each for h in hits if _sign(h) == "+" for each in _with_implied(h.target)}
    own = {hit.target for hit in hits if not hit.of_family}
    days = {hit.days for hit in hits if hit.days is not None}
    return [s for s in states.split() if not _holds(s, told, own, days)]


def _holds(state: str, told: set[str], own: set[str], days: set[int]) -> bool:
    if state == "@none":
        return not days
    if state.startswith("@"):
        return int(state[1:]) in days
    return state[1:] not in own if state.startswith("~") else state in told


@pytest.mark.parametrize(("kind", "text", "states"), _lines(), ids=lambda value: value[:60])
def test_what_a_text_states(kind: str, text: str, states: str) -> None:
    """Every state named in the line holds."""
    assert wrong(text, states) == [], f"[{kind}] read as {_lexicon().find_statements(text)}"


def test_every_finding_named_in_the_table_exists() -> None:
    """A slip of the pen would make a "not stated" pass for ever."""
    known = set(_knowledge().findings) | set(_knowledge().causes)
    named = {
        s[2:] if s.startswith("f:") else s[1:] for _, _, line in _lines() for s in line.split()
    }
    assert {name for name in named if not name.isdigit() and name != "none"} <= known
