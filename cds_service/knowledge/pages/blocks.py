"""What a page is made of: sections of blocks. Each block knows its shape, by which it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from cds_service.core.conditions import Condition
from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.codes import Codes
from cds_service.knowledge.pages.limits import Limit
from cds_service.knowledge.pages.outline import Lists, outline
from cds_service.knowledge.pages.parts import Citation, Outline, Part, Ref, Words, said


class Tag(Part, frozen=True):
    """A short word on an entry; ``tone`` says how it may look."""

    text: str
    tone: str = "plain"


class Rule(Part, frozen=True):
    """A named condition."""

    shape: ClassVar[str] = "rule"
    label: str
    outline: Outline
    meaning: str = ""


class Fact(Part, frozen=True):
    """A property with its value."""

    label: str
    words: Words


class Facts(Part, frozen=True):
    """Properties of an entry."""

    shape: ClassVar[str] = "facts"
    items: tuple[Fact, ...]


class Statement(Part, frozen=True):
    """Something that the knowledge says, with when, in whose words and on which sources."""

    words: Words
    tags: tuple[Tag, ...] = ()
    about: Ref | None = None
    when_label: str = ""
    when: Outline | None = None
    quotes: tuple[str, ...] = ()
    sources: tuple[Citation, ...] = ()
    note: str = ""


class Statements(Part, frozen=True):
    """Statements one below the other."""

    shape: ClassVar[str] = "statements"
    items: tuple[Statement, ...]


class Weight(Part, frozen=True):
    """How far something moves a cause: ``points`` for (positive) or against it."""

    points: float
    words: str

    @property
    def direction(self) -> str:
        """For or against."""
        return "for" if self.points > 0 else "against"


class Evidence(Part, frozen=True):
    """One piece of evidence, seen from the cause or from the finding."""

    words: Words
    present: Weight | None
    absent: Weight | None
    condition: Outline | None = None
    group: str = ""
    quote: str = ""
    sources: tuple[Citation, ...] = ()
    note: str = ""


class EvidenceTable(Part, frozen=True):
    """Evidence, strongest first; ``head`` names what stands in the first column."""

    shape: ClassVar[str] = "evidence"
    head: str
    rows: tuple[Evidence, ...]


class Limits(Part, frozen=True):
    """Limits with unit and source."""

    shape: ClassVar[str] = "limits"
    rows: tuple[Limit, ...]


class CodeLists(Part, frozen=True):
    """Codes by which an entry is recognised."""

    shape: ClassVar[str] = "codes"
    lists: tuple[Codes, ...]


class Names(Part, frozen=True):
    """Words by which an entry is recognised in free text."""

    shape: ClassVar[str] = "names"
    label: str
    names: tuple[str, ...]


class Standing(Part, frozen=True):
    """A statement that stands on a source: what is said, in which part, on which page."""

    owner: Ref
    role: str
    words: Words


class Standings(Part, frozen=True):
    """Everything that stands on a source."""

    shape: ClassVar[str] = "standings"
    rows: tuple[Standing, ...]


class Mentions(Part, frozen=True):
    """Other entries, by what they have to do with this one."""

    shape: ClassVar[str] = "mentions"
    groups: tuple[tuple[str, tuple[Ref, ...]], ...]


Block = (
    Rule | Facts | Statements | EvidenceTable | Limits | CodeLists | Names | Mentions | Standings
)


class Section(Part, frozen=True):
    """Blocks under a heading."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    intro: str = ""


class Page(Part, frozen=True):
    """Everything that the knowledge says of one entry."""

    ref: Ref
    tags: tuple[Tag, ...]
    lead: str
    sections: tuple[Section, ...]
    note: str = ""


def section(id: str, title: str, *blocks: Block | None, intro: str = "") -> Section:
    """A section of the blocks that are there and hold something."""
    return Section(id, title, tuple(b for b in blocks if b is not None and holds(b)), intro)


def holds(block: Block) -> bool:
    """There is something in it."""
    name = _HELD_IN.get(block.shape, "")
    return bool(getattr(block, name)) if name else True


_HELD_IN = {
    "facts": "items",
    "statements": "items",
    "evidence": "rows",
    "limits": "rows",
    "standings": "rows",
    "codes": "lists",
    "names": "names",
    "mentions": "groups",
}


def page(
    ref: Ref, tags: Iterable[Tag], lead: str, sections: Iterable[Section], note: str = ""
) -> Page:
    """A page without its empty sections, its prose in one line."""
    filled = tuple(s for s in sections if s.blocks)
    return Page(ref, tuple(tags), " ".join(lead.split()), filled, " ".join(note.split()))


def rule(label: str, condition: Condition | None, k: Knowledge, meaning: str = "") -> Rule | None:
    """A named condition, when there is one."""
    return None if condition is None else Rule(label, outline(condition, k), meaning)


def facts(*items: tuple[str, Words | str]) -> Facts:
    """Properties that have a value."""
    made = (Fact(label, said(v) if isinstance(v, str) else v) for label, v in items)
    return Facts(tuple(fact for fact in made if fact.words))


def when(condition: Condition | None, k: Knowledge, lists: Lists | None = None) -> Outline | None:
    """A condition below a statement, when there is one."""
    return None if condition is None else outline(condition, k, lists)
