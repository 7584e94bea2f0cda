"""Small pieces of Markdown: sections, tables, conditions as nested lists, citations."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.citing import lay_last
from cds_service.knowledge.pages.outline import Lists, outline
from cds_service.knowledge.pages.parts import Outline, plain


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


def anchor(id: str) -> str:
    """A place that links lead to."""
    return f'<a id="{id.lower()}"></a>'


def entry(id: str, heading: str, items: Iterable[str], level: int = 2) -> str:
    """A section with an anchor and its id."""
    return anchor(id) + "\n\n" + section(title(heading), [f"`{id}`", *items], level)


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


def when(condition: c.Condition, k: Knowledge, depth: int = 0, lists: Lists | None = None) -> str:
    """A condition in words: in one line when short, else as a list nested below what stands before.

    ``depth`` is that of the item the condition belongs to. With ``lists`` what was printed before
    is not printed again.
    """
    return _written(outline(condition, k, lists), depth)


def _written(outlined: Outline, depth: int) -> str:
    below = (bullet(_written(part, depth + 1), depth + 1) for part in outlined.parts)
    return "\n".join([plain(outlined.words), *below])


def rule(label: str, condition: c.Condition | None, k: Knowledge) -> str:
    """A named condition as a paragraph of its own, its nested list below it."""
    if condition is None:
        return ""
    first, *rest = when(condition, k, depth=-1).split("\n")
    return "\n".join([f"**{label}**: {first}", "", *rest]) if rest else f"**{label}**: {first}"


def cite(ids: Iterable[str], k: Knowledge, up: str = "") -> str:
    """Sources by id, linked to the register; lay articles last, and called that."""
    others, lay = lay_last(ids, k)
    said = [_cited(id, k, up) for id in others]
    if lay:
        word = "lay article" if len(lay) == 1 else "lay articles"
        said.append(f"{word} {', '.join(_cited(id, k, up) for id in lay)}")
    return ", ".join(said)


def _cited(id: str, k: Knowledge, up: str) -> str:
    return f"[{id}]({up}sources.md#{id.lower()})" if id in k.sources else id


def cause_link(id: str, k: Knowledge, folder: str = "causes/") -> str:
    """A cause by label, linked to its page."""
    return f"[{k.causes[id].label}]({folder}{id}.md)"
