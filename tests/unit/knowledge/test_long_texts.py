"""D-1 for words: the time of a text grows with its length, not with its square.

Each text repeats something that was once looked up from the beginning of the text again and again; 200 kB
of it then took minutes, and take a fraction of a second.
"""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.scanning import LastSeen, NextSeen, Places


LENGTH = 200_000
MOST_SECONDS = 10.0


@pytest.fixture(scope="module")
def lexicon(knowledge: Knowledge) -> Lexicon:
    """That of the service."""
    return Lexicon.build(knowledge)


@pytest.mark.parametrize(
    "words",
    [
        "leg pain. ",  # is the full stop one of an abbreviation?
        "pain ? ",  # does anything follow the question mark?
        "le ",  # is the abbreviation anywhere in capitals?
        "leg bag ",  # does it lie in a fixed expression?
        "mother ",  # what is said of the relative?
        "mother and ",
        "history of dvt burning feet ",  # what stands since the history?
        "burning feet resolved ",  # how far back does it reach?
        "burning feet in the past ago ",
        "burning feet absent ",
        "burning feet 3 weeks ",  # which findings does the duration belong to?
        "burning feet, 3 weeks, ",
        "burning feet worse 3 weeks ",
        "no, burning ",  # how long is the list?
        "cold painful ",  # which noun do the adjectives belong to?
        "legs tight as ",
        "- ",
        "& no ",
        "ferritin ",
    ],
)
def test_twice_the_text_takes_twice_the_time(lexicon: Lexicon, words: str) -> None:
    """As far as a clock can tell: minutes or a moment."""
    text = f"legs {words * (LENGTH // len(words))} leg pain"
    began = process_time()
    lexicon.find_statements(text)
    lexicon.find_analyte(text)
    lexicon.find_drugs(text)
    lexicon.names_leg(text)
    assert process_time() - began < MOST_SECONDS


TEXTS = st.text("ab ,.", max_size=60)


@given(text=TEXTS, positions=st.lists(st.integers(0, 60)))
def test_next_seen_is_find(text: str, positions: list[int]) -> None:
    """Asked in any order."""
    ahead = NextSeen(text, " , ")
    for position in positions:
        found = text.find(" , ", position)
        assert ahead.at(position) == (found if found >= 0 else len(text))


@given(text=TEXTS, spans=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))))
def test_last_seen_is_search(text: str, spans: list[tuple[int, int]]) -> None:
    """Asked with ends that never decrease."""
    pattern = re.compile("ab|,")
    lately = LastSeen(text, pattern)
    for end, start in sorted(spans):
        assert lately.between(start, end) == bool(pattern.search(text, start, max(start, end)))


@given(text=TEXTS, position=st.integers(-3, 60))
def test_places_are_find_and_rfind(text: str, position: int) -> None:
    """Also where two of them share a blank."""
    places = Places(text, re.compile("(?= [,.] )"))
    before = max(text.rfind(sign, 0, max(position + 3, 0)) for sign in (" , ", " . "))
    after = [text.find(sign, max(position, 0)) for sign in (" , ", " . ")]
    assert places.before(position) == before
    assert places.after(position, 99) == min((at for at in after if at >= 0), default=99)
