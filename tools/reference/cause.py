"""One page for each cause: what speaks for and against it, what follows, which cases show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cds_service.core.knowledge import Cause, Knowledge, Link, Predisposition
from cds_service.knowledge.pages.causes import (
    hallmark_in_words,
    relations_of,
    scale_in_words,
    weight,
)
from cds_service.knowledge.pages.kinds import end_of_relation
from cds_service.knowledge.pages.outline import Lists
from tests.spec.cases import Case
from tools.reference.markdown import (
    cause_link,
    cite,
    joined,
    labelled,
    rule,
    section,
    table,
    title,
    when,
)


Cases = Mapping[str, tuple[Case, ...]]
_CASES_SHOWN = 6


def cause_page(cause: Cause, k: Knowledge, cases: Cases) -> str:
    """Everything that the knowledge says of one cause."""
    return joined(
        [
            f"# {title(cause.label)}",
            _kind(cause, k),
            title(" ".join(cause.explanation.split())),
            *_rules(cause, k),
            labelled("Special case of", ", ".join(cause_link(b, k, "") for b in cause.broader)),
            _evidence(cause, k),
            section("Made likelier by", _relations(cause.id, k, towards=True)),
            section("Makes likelier, or goes with", _relations(cause.id, k, towards=False)),
            section("Red flags", _red_flags(cause, k)),
            section("Work-ups", _workups(cause, k)),
            section("Advice", _advice(cause, k)),
            section("Sources disagree", _conflicts(cause, k)),
            section("Recognised on record", _recognised(cause)),
            section("Cases that show it", _cases(cause, cases)),
            section("Sources", _sources(cause, k)),
            labelled("Note", " ".join(cause.note.split())),
        ]
    )


def _kind(cause: Cause, k: Knowledge) -> str:
    words = [f"`{cause.id}`", cause.kind, f"question: {k.questions[cause.question].label}"]
    if cause.role == "explains":
        words.append("explains, is never ranked")
    else:
        words.append(f"starts as {cause.prior} ({k.scale.priors[cause.prior]:+.0f} points)")
    words += ["background disease"] if cause.background else []
    words += ["itself a leg complaint when it is the reason for care"] if cause.symptomatic else []
    return " · ".join(words)


def _rules(cause: Cause, k: Knowledge) -> Iterator[str]:
    yield rule("Considered only with", cause.considered_when, k)
    yield rule("Hallmark", cause.requires, k)
    if cause.requires is not None:
        yield hallmark_in_words(first=cause.considered_when is not None)
    if cause.criterion:
        criteria = k.criteria[cause.criterion]
        yield labelled("Criteria", f"{criteria.label} ({cite(criteria.sources, k, '../')})")
    yield rule("Likely, whatever the points, with", cause.likely_when, k)
    yield rule("Unlikely, whatever the points, with", cause.excluded_when, k)
    yield rule("Stays possible with", cause.possible_when, k)


def _evidence(cause: Cause, k: Knowledge) -> str:
    if not cause.evidence:
        return ""
    head = ("finding", "when present", "when absent", "counted once with", "sources", "words, note")
    rows = (_link(link, k) for link in cause.evidence)
    return f"## Evidence\n\n{scale_in_words(k)}\n\n" + table(head, rows)


def _link(link: Link, k: Knowledge) -> tuple[str, ...]:
    quote = f"“{' '.join(link.quote.split())}”" if link.quote else ""
    return (
        k.findings[link.finding].label if link.finding else link.label,
        _weight(link.lr, link.weight, link.present_points),
        _weight(link.lr_absent, link.weight_absent, link.absent_points),
        link.group,
        cite(link.sources, k, "../"),
        "; ".join(part for part in (quote, link.note) if part),
    )


def _weight(ratio: str, strength: str, points: float) -> str:
    found = weight(ratio, strength, points)
    return f"{found.direction}, {found.words}" if found else ""


def _relations(cause: str, k: Knowledge, *, towards: bool) -> Iterator[str]:
    return (_relation(r, other, k) for r, other in relations_of(cause, k, towards=towards))


def _relation(relation: Predisposition, other: str, k: Knowledge) -> str:
    kind = relation.type.replace("-", " ")
    text = f"{relation.text.rstrip('.')} [{cite(relation.sources, k, '../')}]"
    return f"{_named(other, k)} ({kind}): {text}"


def _named(end: str, k: Knowledge) -> str:
    ref = end_of_relation(end, k)
    if ref is None:
        return end.rpartition(":")[2].replace("-", " ")
    return cause_link(ref.id, k, "") if ref.kind == "causes" else ref.label


def _red_flags(cause: Cause, k: Knowledge) -> Iterator[str]:
    for flag in k.red_flags.values():
        if cause.id in flag.suspected:
            levels = ", ".join(level.urgency.value for level in flag.levels)
            yield f"[{flag.label}](../red-flags.md#{flag.id}) ({levels})"


def _workups(cause: Cause, k: Knowledge) -> Iterator[str]:
    asked = [i for i in k.indications.values() if cause.id in i.causes]
    lists = Lists((i.when for i in asked), k)
    for indication in asked:
        line = "" if indication.line == 1 else ", second line"
        name = f"**{k.workups[indication.workup].label}** ({indication.priority.value}{line})"
        why = f"{indication.because} [{cite(indication.sources, k, '../')}]"
        yield f"{name}, {why}; when {when(indication.when, k, lists=lists)}"


def _advice(cause: Cause, k: Knowledge) -> Iterator[str]:
    for advice in k.advice.values():
        if cause.id in advice.causes:
            held = f" Withheld by {', '.join(advice.withheld_by)}." if advice.withheld_by else ""
            yield f"{advice.text}{held} [{cite(advice.sources, k, '../')}]"


def _conflicts(cause: Cause, k: Knowledge) -> Iterator[str]:
    for conflict in k.conflicts.values():
        if cause.id in conflict.implemented_by:
            yield f"[{conflict.title}](../conflicts.md#{conflict.id}) {conflict.resolution}"


def _recognised(cause: Cause) -> Iterator[str]:
    recognised = cause.recognised
    if recognised.codes:
        yield "codes: " + ", ".join(f"{c.system} {c.code}" for c in recognised.codes)
    if recognised.valuesets:
        yield "code lists: " + ", ".join(recognised.valuesets)
    if recognised.phrases:
        yield "words: " + ", ".join(recognised.phrases)


def _sources(cause: Cause, k: Knowledge) -> Iterator[str]:
    return (f"{cite([id], k, '../')}: {k.sources[id].title}" for id in cause.sources)


def _cases(cause: Cause, cases: Cases) -> Iterable[str]:
    found = cases.get(cause.id, ())
    for case in found[:_CASES_SHOWN]:
        yield f"[{case.file.title}](../../../fixtures/cases/{case.slug}/case.yaml)"
    if len(found) > _CASES_SHOWN:
        yield f"and {len(found) - _CASES_SHOWN} more"


def cases_by_cause(cases: Iterable[Case]) -> Cases:
    """Cases that expect a cause to be at least possible."""
    index: dict[str, list[Case]] = {}
    for case in cases:
        wished = case.file.expect.differential
        first = (wished.first,) if isinstance(wished.first, str) else wished.first
        named = (*wished.established, *wished.likely, *wished.possible_or_more, *first)
        for cause in dict.fromkeys(named):
            index.setdefault(cause, []).append(case)
    return {cause: tuple(found) for cause, found in index.items()}
