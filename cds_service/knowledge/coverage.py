"""Does the knowledge cover what it promises? Section by section: covered, explained, missing.

The ids to cover are data (``review/scope.yaml``), so are the exceptions (``review/exceptions.yaml``).
Umbrella terms and mechanisms (causes with role ``explains``) count as explained: they are in the
texts and never ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.lint.usage import unused
from cds_service.knowledge.review import Explained, Review, load_review


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One section of the scope. ``missing`` should be empty."""

    section: str
    total: int
    covered: int
    explained: int
    missing: tuple[str, ...]


# Section of the scope -> section of the knowledge in which the same id covers it.
_BY_ID = {
    "causes": "causes",
    "findings": "findings",
    "medications": "drugs",
    "tests": "workups",
    "conflicts": "conflicts",
    "relations": "predispositions",
    "gaps": "causes",
    "vocabulary-findings": "findings",
    "vocabulary-causes": "causes",
    "vocabulary-red-flags": "red-flags",
    "vocabulary-work-ups": "workups",
    "vocabulary-interlocks": "interlocks",
}


# Sections in which an entry that no rule asks for is only explained (exceptions, ``unused``).
_KEPT = {
    "findings": "findings",
    "vocabulary-findings": "findings",
    "tests": "workups",
    "vocabulary-work-ups": "workups",
}


def coverage_table(knowledge: Knowledge, review: Review | None = None) -> list[CoverageRow]:
    """One row for each section of the scope, in its order."""
    held = review or load_review()
    idle = unused(knowledge)
    return [
        _row(section, ids, knowledge, held, frozenset(idle.get(_KEPT.get(section, ""), ())))
        for section, ids in held.scope.items()
    ]


def coverage_problems(knowledge: Knowledge, review: Review | None = None) -> list[str]:
    """Ids that are not covered, and exceptions that lead nowhere or are not needed."""
    held = review or load_review()
    missing = [
        f"coverage: {row.section}: '{id}' is neither covered nor explained"
        for row in coverage_table(knowledge, held)
        for id in row.missing
    ]
    return [*missing, *_idle_exceptions(knowledge, held)]


def coverage_text(rows: Iterable[CoverageRow]) -> str:
    """The table for people."""
    rows = list(rows)
    lines = [f"{'scope':24}{'total':>7}{'covered':>9}{'explained':>11}{'missing':>9}"]
    for r in rows:
        names = f"  {', '.join(r.missing)}" if r.missing else ""
        lines.append(
            f"{r.section:24}{r.total:>7}{r.covered:>9}{r.explained:>11}{len(r.missing):>9}{names}"
        )
    sums = [sum(x) for x in zip(*((r.total, r.covered, r.explained, len(r.missing)) for r in rows), strict=True)]  # fmt: skip
    return "\n".join([*lines, f"{'all':24}{sums[0]:>7}{sums[1]:>9}{sums[2]:>11}{sums[3]:>9}"])


def _row(
    section: str,
    ids: tuple[str, ...],
    knowledge: Knowledge,
    review: Review,
    orphans: frozenset[str],
) -> CoverageRow:
    states = {id: _state(section, id, knowledge, review, orphans) for id in ids}
    found = list(states.values())
    return CoverageRow(
        section=section,
        total=len(ids),
        covered=found.count("covered"),
        explained=found.count("explained"),
        missing=tuple(id for id, state in states.items() if state == "missing"),
    )


def _state(
    section: str, id: str, knowledge: Knowledge, review: Review, orphans: frozenset[str]
) -> str:
    exceptions = review.exceptions
    if id in _covered_directly(section, knowledge):
        only_explains = section.endswith("causes") and knowledge.causes[id].role == "explains"
        return "explained" if only_explains or id in orphans else "covered"
    same = exceptions.same_as.get(section, {}).get(id, ())
    if same and not list(_dangling(same, knowledge)):
        return "covered"
    reason = exceptions.explained.get(section, {}).get(id)
    return "explained" if reason and not list(_dangling(reason.see, knowledge)) else "missing"


def _covered_directly(section: str, knowledge: Knowledge) -> Mapping[str, object] | set[str]:
    if section == "red-flags":
        return {x for flag in knowledge.red_flags.values() for x in flag.seed_flags}
    if section == "treatments":
        return {x for advice in knowledge.advice.values() for x in advice.seed_treatments}
    return _section(knowledge, _BY_ID[section])


def _section(knowledge: Knowledge, name: str) -> Mapping[str, object]:
    found: Mapping[str, object] = getattr(knowledge, name.replace("-", "_"), {})
    return found


def _dangling(references: Iterable[str], knowledge: Knowledge) -> Iterator[str]:
    for reference in references:
        section, _, id = reference.partition("/")
        if id not in _section(knowledge, section):
            yield reference


def _idle_exceptions(knowledge: Knowledge, review: Review) -> Iterator[str]:
    """References that lead nowhere; exceptions for what is not in scope or covered directly."""
    named: tuple[tuple[str, Mapping[str, Mapping[str, tuple[str, ...] | Explained]]], ...] = (
        ("same-as", review.exceptions.same_as),
        ("explained", review.exceptions.explained),
    )
    for kind, sections in named:
        for section, entries in sections.items():
            for id, held in entries.items():
                where = f"exceptions: {kind}: {section}: '{id}'"
                see = held.see if isinstance(held, Explained) else held
                yield from (f"{where}: {x} does not exist" for x in _dangling(see, knowledge))
                if id not in review.scope.get(section, ()):
                    yield f"{where} is not in the scope"
                elif id in _covered_directly(section, knowledge):
                    yield f"{where} is covered under its own name; the exception can go"
