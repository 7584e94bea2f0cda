"""Conditions as outlines: in one line when short, else as a nested list, every entry named in them linked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.parts import Outline, Ref, Run, Words, plain
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
# Private-use characters around what is named, so that sentences are made in one place (``words``).
_OPEN, _BETWEEN, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(
    f"{_OPEN}([^{_BETWEEN}]*){_BETWEEN}([^{_BETWEEN}]*){_BETWEEN}([^{_CLOSE}]*){_CLOSE}"
)


def condition_words(condition: c.Condition, k: Knowledge) -> Words:
    """The condition as a clinician would say it, with the entries that it names."""
    return _runs(in_words(condition, k, _marked))


def outline(condition: c.Condition, k: Knowledge, lists: Lists | None = None) -> Outline:
    """A condition in words. With ``lists`` what was written before is not written again."""
    condition = _unwrapped(condition)
    whole = in_words(condition, k)
    if len(whole) <= _INLINE:
        marked = in_words(condition, k, _marked)
        if _is_group(condition):
            marked = marked.removeprefix("(").removesuffix(")")
        return Outline(_runs(marked))
    letter, before = lists.name(whole) if lists and _is_list(condition) else ("", False)
    if before:
        return Outline((Run(f"list {letter} above"),))
    opening = _opening(condition, k) + (f" (list {letter})" if letter else "")
    return Outline(_runs(opening), tuple(_nested(condition, k, lists)))


def in_one_line(outlined: Outline) -> str:
    """An outline as a sentence, for places without lists."""
    below = "; ".join(in_one_line(part) for part in outlined.parts)
    return f"{plain(outlined.words)}: {below}" if below else plain(outlined.words)


class Lists:
    """Long lists that stand more than once in one entry: written once, then named by a letter."""

    def __init__(self, conditions: Iterable[c.Condition], k: Knowledge) -> None:
        self._k = k
        self._counts: dict[str, int] = {}
        self._letters: dict[str, str] = {}
        for condition in conditions:
            self._count(condition)

    def _count(self, condition: c.Condition) -> None:
        condition = _unwrapped(condition)
        whole = in_words(condition, self._k)
        self._counts[whole] = self._counts.get(whole, 0) + 1
        if self._counts[whole] == 1:
            for part in condition.parts():
                self._count(part)

    def name(self, whole: str) -> tuple[str, bool]:
        """Its letter, if it needs one, and whether it was written before."""
        if self._counts.get(whole, 0) < 2:
            return "", False
        before = whole in self._letters
        letter = self._letters.setdefault(whole, chr(ord("A") + len(self._letters)))
        return letter, before


def _marked(kind: str, id: str, label: str) -> str:
    return f"{_OPEN}{kind}{_BETWEEN}{id}{_BETWEEN}{label}{_CLOSE}"


def _runs(marked: str) -> Words:
    runs: list[Run] = []
    at = 0
    for found in _MARK.finditer(marked):
        if found.start() > at:
            runs.append(Run(marked[at : found.start()]))
        kind, id, label = found.groups()
        runs.append(Run(label, Ref(kind, id, label)))
        at = found.end()
    return (*runs, Run(marked[at:])) if at < len(marked) else tuple(runs)


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
    """It is written as several items."""
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
    return in_words(condition, k, _marked)


def _nested(condition: c.Condition, k: Knowledge, lists: Lists | None) -> Iterator[Outline]:
    if not _is_list(condition):
        return
    parts = condition.part.parts() if isinstance(condition, c.Not) else condition.parts()
    simple = [part for part in parts if isinstance(part, c.FindingIs)]
    if isinstance(condition, c.AtLeast) and len(simple) > 1:
        for together in _by_age(simple):
            yield Outline(_findings(together, k))
        parts = tuple(part for part in parts if not isinstance(part, c.FindingIs))
    for part in parts:
        yield outline(part, k, lists)


def _by_age(findings: list[c.FindingIs]) -> list[list[c.FindingIs]]:
    """Those that ask for the same age together, where that spares words; the others in one list."""
    ages: dict[str, list[c.FindingIs]] = {}
    for finding in findings:
        ages.setdefault(age_words(finding), []).append(finding)
    shared = [same for age, same in ages.items() if age and len(same) > 1]
    rest = [finding for finding in findings if not any(finding in same for same in shared)]
    return [rest, *shared] if rest else shared


def _findings(together: list[c.FindingIs], k: Knowledge) -> Words:
    age = shared_age(together) if len(together) > 1 else ""
    named = (in_words(without_age(f) if age else f, k, _marked) for f in together)
    return _runs("; ".join(named) + age)
