"""One search over everything: words in any order, each of them the beginning of a word of the entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cds_service.core.knowledge import Knowledge
from cds_service.core.values import Coding
from cds_service.knowledge.pages.codes import codes_of
from cds_service.knowledge.pages.kinds import KINDS, entries_of, label_of
from cds_service.knowledge.pages.listing import Row, rows_of
from cds_service.knowledge.pages.mentions import Index
from cds_service.knowledge.pages.parts import Part, Ref


_WORD = re.compile(r"[a-z0-9µ%]+(?:[.][a-z0-9]+)*")
_LONGEST = 100
# Most words of a query that are looked at.
_MOST_WORDS = 12


class Found(Part, frozen=True):
    """One entry that a query finds; ``why`` is the code that it was found by, if it was by code."""

    row: Row
    why: str = ""


class _Card(Part, frozen=True):
    row: Row
    label: str
    body: str
    codes: dict[str, str]
    id: list[str]


def words_of(text: str) -> list[str]:
    """Words in small letters; British and American spellings alike."""
    alike = text.lower().replace("ae", "e").replace("oe", "e").replace("our", "or")
    return _WORD.findall(alike)


class Catalogue:
    """Every entry with the words that it is found by, in the order of the kinds."""

    def __init__(self, cards: Iterable[_Card]) -> None:
        self._cards = tuple(cards)

    @classmethod
    def build(cls, k: Knowledge) -> Catalogue:
        """Of everything in a knowledge."""
        index = Index(k)
        return cls(_card(row, k) for kind in KINDS for row in rows_of(kind, index))

    def find(self, query: str, kind: str = "") -> tuple[Found, ...]:
        """What fits all words of the query, best first: by label, by words, by code."""
        words = words_of(query[:_LONGEST])[:_MOST_WORDS]
        if not words:
            return ()
        ranked: list[tuple[_Rank, int, Found]] = []
        for place, card in enumerate(self._cards):
            if kind and card.row.ref.kind != kind:
                continue
            rank, why = _rank(card, words)
            if rank[0]:
                ranked.append((rank, -place, Found(card.row, why)))
        ranked.sort(key=lambda each: each[:2], reverse=True)
        return tuple(found for _, _, found in ranked)


# How well an entry fits: where the words were found, and how many of them as whole words.
_Rank = tuple[int, int]


def _rank(card: _Card, words: list[str]) -> tuple[_Rank, str]:
    """0: not found; else higher is better, with the code that it was found by."""
    whole = sum(f" {word} " in card.label for word in words)
    if card.id == words or card.label.split() == words:
        return (5, whole), ""
    if all(_begins(word, card.label) for word in words):
        return (4 if whole == len(words) else 3, whole), ""
    if all(_begins(word, card.label) or _begins(word, card.body) for word in words):
        exact = sum(f" {word} " in card.label or f" {word} " in card.body for word in words)
        return (2 if exact == len(words) else 1, whole + exact), ""
    if len(words) == 1 and any(sign.isdigit() for sign in words[0]):
        code = next((c for c in card.codes if c.startswith(words[0])), "")
        return ((1, 0), card.codes[code]) if code else ((0, 0), "")
    return (0, 0), ""


def _begins(word: str, text: str) -> bool:
    return f" {word}" in text


def _card(row: Row, k: Knowledge) -> _Card:
    ref = row.ref
    entry = entries_of(ref.kind, k)[ref.id]
    codings = (c for codes in _CODES.get(ref.kind, _no_codes)(entry) for c in codes)
    body = (ref.id, row.group, row.says, *(tag.text for tag in row.tags), *_more(ref, entry))
    return _Card(
        row,
        _spaced([label_of(ref.kind, entry, k)]),
        _spaced(body),
        {c.code.lower(): f"{c.system} {c.code} {c.display}".strip() for c in codings},
        words_of(ref.id),
    )


def _spaced(texts: Iterable[str]) -> str:
    return f" {' '.join(word for text in texts for word in words_of(text))} "


def _more(ref: Ref, entry: Any) -> Iterator[str]:
    """Other words of an entry: names, phrases, quotes, notes."""
    for name in ("note", "detail", "because", "limits", "guideline", "summary", "publisher"):
        if isinstance(text := getattr(entry, name, ""), str):
            yield text
    for name in ("phrases", "names"):
        yield from (getattr(each, "words", each) for each in getattr(entry, name, ()))
    if ref.kind == "causes":
        yield from entry.recognised.phrases
        yield from (link.quote for link in entry.evidence)
    if ref.kind == "conflicts":
        for side in entry.sides:
            yield from (side.position, *side.quotes)


def _no_codes(_entry: Any) -> Iterator[Iterable[Coding]]:
    return iter(())


def _flat(codings: Iterable[Coding], valuesets: Iterable[str] = ()) -> Iterator[Iterable[Coding]]:
    return (group.codings for group in codes_of("", codings, valuesets).groups)


_CODES: dict[str, Callable[[Any], Iterable[Iterable[Coding]]]] = {
    "causes": lambda e: _flat(e.recognised.codes, e.recognised.valuesets),
    "findings": lambda e: _flat((*e.codes, *e.codes_needing_leg), e.valuesets),
    "workups": lambda e: _flat((*e.order, *e.results), e.valuesets),
    "analytes": lambda e: _flat(e.codes, e.valuesets),
    "drugs": lambda e: _flat((*e.codes, *(Coding("ATC", x) for x in e.atc)), e.valuesets),
    "treatments": lambda e: _flat(e.codes),
}
