"""Small pieces of Markdown: sections, tables, conditions as nested lists, citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.words import in_words


# A condition longer than this is written as a nested list.
_INLINE = 90
_INDENT = "  "


def title(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def one_line(text: str) -> str:
    """Folded text in one line."""
    return " ".join(text.split())


def bullet(text: str, depth: int = 0) -> str:
    """One item of a list; what it says may run over several lines already indented below it."""
    first, *rest = text.split("\n")
    return "\n".join([f"{_INDENT * depth}- {one_line(first)}", *rest])


def section(heading: str, items: Iterable[str], level: int = 2) -> str:
    """A heading with a list; nothing when the list is empty."""
    shown = [bullet(item) for item in items if item]
    return f"{'#' * level} {heading}\n\n" + "\n".join(shown) if shown else ""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; bars inside cells become slashes."""
    names = list(head)
    lines = [_row(names), "|" + "---|" * len(names), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(one_line(cell).replace("|", "/") for cell in cells) + " |"


def joined(parts: Iterable[str]) -> str:
    """Paragraphs with a blank line between; empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def labelled(label: str, text: str) -> str:
    """A paragraph with its name in bold; nothing without text."""
    return f"**{label}**: {text}" if text else ""


def when(condition: c.Condition, k: Knowledge, depth: int = 0) -> str:
    """A condition in words: in one line when short, else as a list nested below what stands before.

    ``depth`` is that of the item the condition belongs to.
    """
    said = in_words(condition, k)
    if len(said) <= _INLINE:
        return said.removeprefix("(").removesuffix(")") if _is_group(condition) else said
    return "\n".join([_opening(condition, k), *_nested(condition, k, depth + 1)])


def rule(label: str, condition: c.Condition | None, k: Knowledge) -> str:
    """A named condition as a paragraph of its own, its nested list below it."""
    if condition is None:
        return ""
    first, *rest = when(condition, k, depth=-1).split("\n")
    return "\n".join([f"**{label}**: {first}", "", *rest]) if rest else f"**{label}**: {first}"


def _is_group(condition: c.Condition) -> bool:
    return isinstance(condition, c.All) or (
        isinstance(condition, c.AtLeast) and condition.count == 1
    )


def _opening(condition: c.Condition, k: Knowledge) -> str:
    if isinstance(condition, c.All):
        return "all of"
    if isinstance(condition, c.AtLeast):
        return "any of" if condition.count == 1 else f"at least {condition.count} of"
    if isinstance(condition, c.Not):
        return f"known not to hold: {_opening(condition.part, k)}"
    return in_words(condition, k)


def _nested(condition: c.Condition, k: Knowledge, depth: int) -> Iterator[str]:
    parts = condition.part.parts() if isinstance(condition, c.Not) else condition.parts()
    simple = [part for part in parts if isinstance(part, c.FindingIs)]
    if isinstance(condition, c.AtLeast) and len(simple) > 1:
        yield bullet("; ".join(in_words(part, k) for part in simple), depth)
        parts = tuple(part for part in parts if not isinstance(part, c.FindingIs))
    for part in parts:
        yield bullet(when(part, k, depth), depth)


def cite(ids: Iterable[str], k: Knowledge, up: str = "") -> str:
    """Sources by id, linked to the register."""
    listed = [f"[{id}]({up}sources.md#{id.lower()})" if id in k.sources else id for id in ids]
    return ", ".join(listed)


def cause_link(id: str, k: Knowledge, folder: str = "causes/") -> str:
    """A cause by label, linked to its page."""
    return f"[{k.causes[id].label}]({folder}{id}.md)"
