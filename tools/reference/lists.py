"""One page for each other kind of knowledge: work-ups, medications, red flags, limits, conflicts ..."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge import Knowledge, RedFlag, Source, Trust, Workup
from cds_service.knowledge.pages.limits import limit_in_words
from cds_service.knowledge.pages.outline import Lists
from cds_service.knowledge.words import unit_in_words
from tools.reference.markdown import (
    anchor,
    cause_link,
    cite,
    entry,
    joined,
    section,
    table,
    title,
    when,
)


def index_page(k: Knowledge) -> str:
    """All pages, causes by clinical question."""
    ranked = [cause for cause in k.causes.values() if cause.role == "ranked"]
    count = (
        f"{len(ranked)} causes in the differential and {len(k.causes) - len(ranked)} terms that only "
        f"explain, {len(k.findings)} findings, {len(k.workups)} work-ups, {len(k.red_flags)} red flags, "
        f"{len(k.sources)} sources."
    )
    others = (
        "work-ups",
        "medications",
        "red-flags",
        "interlocks-and-advice",
        "orders",
        "screening",
        "criteria",
        "thresholds",
        "conflicts",
        "sources",
        "coverage",
    )
    links = (f"[{title(name.replace('-', ' '))}]({name}.md)" for name in others)
    return joined(
        ["# Clinical knowledge", count, section("Rules and lists", links), *_questions(k)]
    )


def _questions(k: Knowledge) -> Iterator[str]:
    for question in k.questions.values():
        causes = sorted(
            (c for c in k.causes.values() if c.question == question.id), key=lambda c: c.label
        )
        links = (
            cause_link(c.id, k) + (" (explains only)" if c.role == "explains" else "")
            for c in causes
        )
        yield section(f"Causes: {question.label}", links)


def workups_page(k: Knowledge) -> str:
    """Every work-up: when, when not, how long a result counts."""
    return joined(["# Work-ups", *(_workup(w, k) for w in k.workups.values())])


def _workup(w: Workup, k: Knowledge) -> str:
    asked = [i.when for i in k.indications_of_workup.get(w.id, ())]
    asked += [h.when for h in k.withholdings_of_workup.get(w.id, ())]
    lists = Lists(asked, k)
    valid = "ever" if w.valid_for.ever else f"{w.valid_for.in_days:.0f} days"
    items = [
        "ordered as " + ", ".join(f"{c.system} {c.code}" for c in w.order) if w.order else "",
        f"a result counts for {valid} ({w.valid_for_source})",
        w.decides,
    ]
    items += [
        f"**suggested** ({i.priority.value}): {i.because} [{cite(i.sources, k)}]; when {when(i.when, k, lists=lists)}"
        for i in k.indications_of_workup.get(w.id, ())
    ]
    items += [
        f"**suggested** by the red flag [{flag.label}](red-flags.md#{flag.id})"
        for flag in k.red_flags.values()
        if w.id in flag.workups
    ]
    items += [
        f"**withheld**: {h.because} [{cite(h.sources, k)}]; when {when(h.when, k, lists=lists)}"
        for h in k.withholdings_of_workup.get(w.id, ())
    ]
    return entry(w.id, w.label, [*items, w.note])


def medications_page(k: Knowledge) -> str:
    """Drug classes, how they are recognised, and what they bear on."""
    parts = ["# Medications"]
    for drug in k.drugs.values():
        items = [
            f"states the finding `{drug.finding}`, evidence for or against: {_causes_of(drug.finding, k)}",
            f"ATC {', '.join(drug.atc)}" if drug.atc else "",
            f"code lists: {', '.join(drug.valuesets)}" if drug.valuesets else "",
            f"names: {', '.join(drug.names)}" if drug.names else "",
            f"never: {', '.join(drug.never)}" if drug.never else "",
            drug.note,
        ]
        parts.append(entry(drug.id, drug.label, items))
    return joined(parts)


def _causes_of(finding: str, k: Knowledge) -> str:
    found = [
        cause_link(cause.id, k)
        for cause in k.causes.values()
        if any(link.finding == finding for link in cause.evidence)
    ]
    return ", ".join(found) or "no cause"


_RED_FLAGS = """Red flags are raised by what is present; a normal finding never cancels one.

- **emergency-now**: hospital now
- **same-day-urgent**: seen today
- **prompt**: soon, by the guideline named"""


def red_flags_page(k: Knowledge) -> str:
    """Every red flag with its triggers."""
    return joined(["# Red flags", _RED_FLAGS, *(_red_flag(f, k) for f in k.red_flags.values())])


def _red_flag(flag: RedFlag, k: Knowledge) -> str:
    lists = Lists((level.when for level in flag.levels), k)
    answers = ", ".join(k.workups[w].label for w in flag.answered_by)
    items = [flag.summary, flag.detail]
    items += [f"**{x.urgency.value}** when {when(x.when, k, lists=lists)}" for x in flag.levels]
    items += [
        f"suspected: {', '.join(cause_link(c, k) for c in flag.suspected)}",
        "raised even if no leg complaint is recorded" if flag.stands_alone else "",
        f"taken as dealt with once ordered or done: {answers}" if answers else "",
        f"sources: {cite(flag.sources, k)}",
        flag.note,
    ]
    return entry(flag.id, flag.label, items)


def interlocks_page(k: Knowledge) -> str:
    """Safety rules, and the advice that they hold back."""
    parts = ["# Interlocks and advice", "## Interlocks"]
    for lock in k.interlocks.values():
        items = [lock.says, f"on when {when(lock.when, k)}", f"sources: {cite(lock.sources, k)}", lock.note]  # fmt: skip
        parts.append(entry(lock.id, lock.label, items, level=3))
    parts.append("## Advice")
    for advice in k.advice.values():
        withheld = f"withheld by {', '.join(advice.withheld_by)}; then said: {advice.instead or 'nothing'}"  # fmt: skip
        items = [
            advice.text,
            f"for {', '.join(cause_link(c, k) for c in advice.causes)}, at least {advice.at_least.value}",
            f"only when {when(advice.when, k)}" if advice.when is not None else "",
            withheld if advice.withheld_by else "",
            f"sources: {cite(advice.sources, k)}",
        ]
        parts.append(entry(advice.id, advice.label, items, level=3))
    return joined(parts)


def criteria_page(k: Knowledge) -> str:
    """Published rules with a name, item by item."""
    parts = ["# Criteria"]
    for criteria in k.criteria.values():
        items = [f"met with {criteria.met_at} points; sources: {cite(criteria.sources, k)}"]
        items += ["serves other rules, is not shown by itself" if criteria.internal else ""]
        items += ["not evaluated unless " + when(criteria.applies_when, k) if criteria.applies_when else ""]  # fmt: skip
        for item in criteria.items:
            said = k.findings[item.finding].label if item.finding else ""
            said = item.label or said
            detail = f": {when(item.when, k)}" if item.when is not None else ""
            items.append(f"{item.points:+d} {said}{detail}")
        parts.append(entry(criteria.id, criteria.label, [*items, criteria.note]))
    return joined(parts)


def thresholds_page(k: Knowledge) -> str:
    """Every limit at which a result becomes a finding."""
    head = ("finding", "result", "limit", "unit", "source")
    rows = [
        (
            finding.label,
            k.analytes[rule.analyte].label,
            limit_in_words(rule),
            unit_in_words(k.analytes[rule.analyte].unit),
            cite([rule.source], k),
        )
        for finding in k.findings.values()
        for rule in finding.measured
    ]
    text = "Results are compared after rounding to the laboratory's precision. Limits that decide work-ups and advice stand with these."  # fmt: skip
    return joined(["# Thresholds", text, table(head, rows)])


def sources_page(k: Knowledge) -> str:
    """The register of sources."""
    text = (
        "Only sources of trust high and medium stand on cards alone. Lay article: S0 to S4, the articles "
        "for patients from which the service started; they say what patients describe. House: our own rules. A source that no rule names was read and led "
        "to none."
    )
    rows = (
        (anchor(s.id) + s.id, s.title, s.publisher, s.year, _trust(s), s.says, s.url)
        for s in k.sources.values()
    )
    head = ("id", "title", "publisher", "year", "trust", "says", "address")
    return joined(["# Sources", text, table(head, rows)])


def _trust(source: Source) -> str:
    return "lay article" if source.trust is Trust.SEED else source.trust.value
