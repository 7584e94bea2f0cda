"""Small pieces of Markdown: sections, tables, conditions as nested lists, citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge, Trust
from cds_service.knowledge.words import (
    age_words,
    in_words,
    is_decided,
    not_known,
    shared_age,
    without_age,
)


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


class Lists:
    """Long lists that stand more than once in one entry: printed once, then named by a letter."""

    def __init__(self, conditions: Iterable[c.Condition], k: Knowledge) -> None:
        self._k = k
        self._counts: dict[str, int] = {}
        self._letters: dict[str, str] = {}
        for condition in conditions:
            self._count(condition)

    def _count(self, condition: c.Condition) -> None:
        condition = _unwrapped(condition)
        said = in_words(condition, self._k)
        self._counts[said] = self._counts.get(said, 0) + 1
        if self._counts[said] == 1:
            for part in condition.parts():
                self._count(part)

    def name(self, said: str) -> tuple[str, bool]:
        """Its letter, if it needs one, and whether it was printed before."""
        if self._counts.get(said, 0) < 2:
            return "", False
        before = said in self._letters
        letter = self._letters.setdefault(said, chr(ord("A") + len(self._letters)))
        return letter, before


def when(condition: c.Condition, k: Knowledge, depth: int = 0, lists: Lists | None = None) -> str:
    """A condition in words: in one line when short, else as a list nested below what stands before.

    ``depth`` is that of the item the condition belongs to. With ``lists`` what was printed before
    is not printed again.
    """
    condition = _unwrapped(condition)
    said = in_words(condition, k)
    if len(said) <= _INLINE:
        return said.removeprefix("(").removesuffix(")") if _is_group(condition) else said
    letter, before = lists.name(said) if lists and _is_list(condition) else ("", False)
    if before:
        return f"list {letter} above"
    opening = _opening(condition, k) + (f" (list {letter})" if letter else "")
    return "\n".join([opening, *_nested(condition, k, depth + 1, lists)])


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


def _unwrapped(condition: c.Condition) -> c.Condition:
    """The only part of a group of one."""
    while _is_group(condition) and len(condition.parts()) == 1:
        (condition,) = condition.parts()
    return condition


def _is_list(condition: c.Condition) -> bool:
    """It is printed as several items."""
    if isinstance(condition, c.Not):
        return _is_list(condition.part)
    return bool(condition.parts()) and not_known(condition) is None


def _opening(condition: c.Condition, k: Knowledge) -> str:
    if isinstance(condition, c.All):
        return "all of"
    if isinstance(condition, c.AtLeast) and not_known(condition) is None:
        return "any of" if condition.count == 1 else f"at least {condition.count} of"
    if isinstance(condition, c.Not) and _is_list(condition.part):
        negated = "not, as far as known," if is_decided(condition.part) else "known not to hold:"
        return f"{negated} {_opening(condition.part, k)}"
    return in_words(condition, k)


def _nested(condition: c.Condition, k: Knowledge, depth: int, lists: Lists | None) -> Iterator[str]:
    if not _is_list(condition):
        return
    parts = condition.part.parts() if isinstance(condition, c.Not) else condition.parts()
    simple = [part for part in parts if isinstance(part, c.FindingIs)]
    if isinstance(condition, c.AtLeast) and len(simple) > 1:
        for together in _by_age(simple):
            yield bullet(_findings(together, k), depth)
        parts = tuple(part for part in parts if not isinstance(part, c.FindingIs))
    for part in parts:
        yield bullet(when(part, k, depth, lists), depth)


def _by_age(findings: list[c.FindingIs]) -> list[list[c.FindingIs]]:
    """Those that ask for the same age together, where that spares words; the others in one list."""
    ages: dict[str, list[c.FindingIs]] = {}
    for finding in findings:
        ages.setdefault(age_words(finding), []).append(finding)
    shared = [same for age, same in ages.items() if age and len(same) > 1]
    rest = [finding for finding in findings if not any(finding in same for same in shared)]
    return [rest, *shared] if rest else shared


def _findings(together: list[c.FindingIs], k: Knowledge) -> str:
    age = shared_age(together) if len(together) > 1 else ""
    named = (in_words(without_age(f) if age else f, k) for f in together)
    return "; ".join(named) + age


def cite(ids: Iterable[str], k: Knowledge, up: str = "") -> str:
    """Sources by id, linked to the register; lay articles last, and called that."""
    listed = list(ids)
    lay = [id for id in listed if id in k.sources and k.sources[id].trust is Trust.SEED]
    said = [_cited(id, k, up) for id in listed if id not in lay]
    if lay:
        word = "lay article" if len(lay) == 1 else "lay articles"
        said.append(f"{word} {', '.join(_cited(id, k, up) for id in lay)}")
    return ", ".join(said)


def _cited(id: str, k: Knowledge, up: str) -> str:
    return f"[{id}]({up}sources.md#{id.lower()})" if id in k.sources else id


def cause_link(id: str, k: Knowledge, folder: str = "causes/") -> str:
    """A cause by label, linked to its page."""
    return f"[{k.causes[id].label}]({folder}{id}.md)"
