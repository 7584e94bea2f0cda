"""The smallest parts of a page: linked words, conditions as outlines, citations."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cds_service.core.knowledge import Trust


class Part(msgspec.Struct, frozen=True):
    """Base of everything that a page is made of."""


class Ref(Part, frozen=True):
    """An entry of the knowledge: its kind (``causes``, ``red-flags``), id and label."""

    kind: str
    id: str
    label: str


class Run(Part, frozen=True):
    """A piece of text; with ``ref`` it names that entry."""

    text: str
    ref: Ref | None = None


Words = tuple[Run, ...]


class Outline(Part, frozen=True):
    """Words with what belongs below them: a condition as a nested list."""

    words: Words
    parts: tuple[Outline, ...] = ()


class Citation(Part, frozen=True):
    """A source that a statement stands on, with what it says.

    ``trust`` is a word of the register; ``grade`` says it to people.
    """

    id: str
    title: str
    trust: Trust
    grade: str
    publisher: str = ""
    year: str = ""
    url: str = ""
    says: str = ""


def plain(words: Words) -> str:
    """The text by itself."""
    return "".join(run.text for run in words)


def said(text: str) -> Words:
    """Text that names nothing; folded text of a file in one line."""
    folded = " ".join(text.split())
    return (Run(folded),) if folded else ()


def linked(ref: Ref) -> Words:
    """The label of an entry."""
    return (Run(ref.label, ref),)


def listed(refs: Iterable[Ref], separator: str = ", ") -> Words:
    """Labels one after the other."""
    runs: list[Run] = []
    for ref in refs:
        runs += [Run(separator), *linked(ref)] if runs else linked(ref)
    return tuple(runs)
