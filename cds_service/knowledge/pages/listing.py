"""Lists of entries: what is shown of each, and under which heading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cds_service.core.knowledge import Knowledge
from cds_service.knowledge.pages.blocks import Tag
from cds_service.knowledge.pages.citing import GRADES
from cds_service.knowledge.pages.kinds import entries_of, ref
from cds_service.knowledge.pages.limits import period_in_words
from cds_service.knowledge.pages.mentions import Index
from cds_service.knowledge.pages.parts import Part, Ref
from cds_service.knowledge.words import unit_in_words


class Row(Part, frozen=True):
    """One entry in a list."""

    ref: Ref
    group: str
    says: str
    tags: tuple[Tag, ...]


_Described = tuple[str, str, tuple[Tag, ...]]


def rows_of(kind: str, index: Index) -> tuple[Row, ...]:
    """All entries of a kind: by group, then in the order of the files, causes and findings by name."""
    k = index.k
    rows = [_row(kind, id, entry, k) for id, entry in entries_of(kind, k).items()]
    place = {row.group: n for n, row in reversed(list(enumerate(rows)))}
    if kind == "causes":
        place = {question.label: question.rank for question in k.questions.values()}
    if kind == "conflicts":
        place = {
            f"Safety impact: {impact}": n for n, impact in enumerate(("high", "medium", "low"))
        }
    by_name = kind in {"causes", "findings", "analytes", "drugs"}
    return tuple(
        sorted(rows, key=lambda r: (place[r.group], r.ref.label.lower() if by_name else ""))
    )


def _row(kind: str, id: str, entry: Any, k: Knowledge) -> Row:
    group, says, tags = _DESCRIBE[kind](entry, k)
    return Row(ref(kind, id, k), group, " ".join(says.split()), tags)


def _cause(entry: Any, k: Knowledge) -> _Described:
    explains = (Tag("explains only"),) if entry.role != "ranked" else ()
    tags = (Tag(entry.kind, entry.kind), *explains)
    return k.questions[entry.question].label, entry.explanation, tags


def _finding(entry: Any, k: Knowledge) -> _Described:
    count = sum(1 for c in k.causes.values() if any(x.finding == entry.id for x in c.evidence))
    says = f"evidence for or against {count} cause{'' if count == 1 else 's'}" if count else ""
    return entry.kind.replace("-", " ").capitalize(), says, ()


def _red_flag(entry: Any, _k: Knowledge) -> _Described:
    tags = tuple(Tag(x.urgency.value, x.urgency.value) for x in entry.levels)
    return "", entry.summary, tags


def _workup(entry: Any, _k: Knowledge) -> _Described:
    tags = (Tag(f"valid {period_in_words(entry.valid_for)}"),)
    return entry.kind.replace("-", " ").capitalize(), entry.decides, tags


def _order_check(entry: Any, _k: Knowledge) -> _Described:
    return "", entry.says, (Tag(entry.indicator, entry.indicator),)


def _criteria(entry: Any, _k: Knowledge) -> _Described:
    return "", f"{len(entry.items)} items, met with {entry.met_at} points", ()


def _analyte(entry: Any, k: Knowledge) -> _Described:
    limits = len(k.rules_of_analyte.get(entry.id, ()))
    says = f"decides {limits} finding{'' if limits == 1 else 's'}" if limits else ""
    unit = unit_in_words(entry.unit)
    return "", says, (Tag(unit),) if unit else ()


def _drug(entry: Any, _k: Knowledge) -> _Described:
    return "", ", ".join(entry.names[:6]), ()


def _conflict(entry: Any, _k: Knowledge) -> _Described:
    return f"Safety impact: {entry.safety_impact}", entry.resolution, ()


def _source(entry: Any, _k: Knowledge) -> _Described:
    year = (Tag(entry.year),) if entry.year else ()
    tags = (Tag(entry.id, "id"), *year, Tag(GRADES[entry.trust], entry.trust.value))
    return entry.publisher or GRADES[entry.trust].capitalize(), entry.says, tags


def _question(entry: Any, k: Knowledge) -> _Described:
    count = sum(1 for cause in k.causes.values() if cause.question == entry.id)
    return "", f"{count} causes", ()


_DESCRIBE: dict[str, Callable[[Any, Knowledge], _Described]] = {
    "causes": _cause,
    "findings": _finding,
    "red-flags": _red_flag,
    "workups": _workup,
    "interlocks": lambda entry, _k: ("", entry.says, ()),
    "advice": lambda entry, _k: ("", entry.text, ()),
    "order-checks": _order_check,
    "screenings": lambda entry, _k: ("", entry.because, ()),
    "criteria": _criteria,
    "analytes": _analyte,
    "drugs": _drug,
    "treatments": lambda entry, _k: ("", ", ".join(entry.phrases[:4]), ()),
    "conflicts": _conflict,
    "questions": _question,
    "sources": _source,
}
