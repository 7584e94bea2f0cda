"""Nothing stands in the knowledge without effect.

What is kept although nothing uses it is listed with a reason in ``review/exceptions.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cds_service.core import conditions as c
from cds_service.core.knowledge import Cause, Knowledge


Unused = Mapping[str, Mapping[str, str]]


def usage_problems(knowledge: Knowledge, excepted: Unused) -> Iterator[str]:
    """Orphans, and exceptions that are no longer needed.

    An exception for an entry that does not exist here is left alone: a site may have removed it.
    """
    for section, orphans in unused(knowledge).items():
        known = set(getattr(knowledge, section))
        reasons = excepted.get(section, {})
        for id in orphans:
            if id not in reasons:
                yield f"{section.replace('_', '-')}[{id}]: {_WHAT[section]}"
        for id in sorted((set(reasons) & known) - set(orphans)):
            yield f"exceptions: unused: {section}: '{id}' is used, the exception can go"


_WHAT = {
    "findings": "no cause, rule, red flag or advice asks for it",
    "drugs": "states a finding that nothing asks for",
    "analytes": "no finding, rule or work-up uses it",
    "causes": "nothing follows from it: no work-up, red flag or advice",
    "criteria": "no cause and no rule asks for it",
    "workups": "nothing suggests it",
    "questions": "no cause belongs to it",
    "treatments": "no check of orders looks at it",
}


def unused(knowledge: Knowledge) -> dict[str, list[str]]:
    """Entries without effect, by section (``drugs`` are judged by the finding that they state)."""
    findings = _unused_findings(knowledge)
    return {
        "findings": findings,
        "analytes": _unused_analytes(knowledge),
        "causes": [x.id for x in knowledge.causes.values() if not _leads_somewhere(x, knowledge)],
        "criteria": _unused_criteria(knowledge),
        "workups": _unused_workups(knowledge),
        "treatments": _missing(
            knowledge.treatments,
            {t for check in knowledge.order_checks.values() for t in check.orders.treatments},
        ),
        "questions": _missing(knowledge.questions, {x.question for x in knowledge.causes.values()}),
    }


def conditions_of(knowledge: Knowledge) -> Iterator[tuple[str, c.Condition]]:
    """Every condition with the entry that it stands in."""
    for cause in knowledge.causes.values():
        own = (cause.requires, cause.likely_when, cause.excluded_when, cause.possible_when,
               cause.considered_when, *(link.when for link in cause.evidence))  # fmt: skip
        yield from _named(f"causes[{cause.id}]", own)
    for criteria in knowledge.criteria.values():
        whens = (criteria.applies_when, *(item.when for item in criteria.items))
        yield from _named(f"criteria[{criteria.id}]", whens)
    for flag in knowledge.red_flags.values():
        yield from _named(f"red-flags[{flag.id}]", (level.when for level in flag.levels))
    for section in (
        "indications",
        "withholdings",
        "interlocks",
        "advice",
        "order_checks",
        "screenings",
    ):
        for entry in getattr(knowledge, section).values():
            yield from _named(f"{section.replace('_', '-')}[{entry.id}]", (entry.when,))


def _named(
    where: str, conditions: Iterable[c.Condition | None]
) -> Iterator[tuple[str, c.Condition]]:
    return ((where, condition) for condition in conditions if condition is not None)


def _nodes(knowledge: Knowledge) -> Iterator[c.Condition]:
    for _, condition in conditions_of(knowledge):
        yield from condition.walk()


def _missing(all_of: Iterable[str], used: Iterable[str]) -> list[str]:
    return [id for id in all_of if id not in set(used)]


def _unused_findings(knowledge: Knowledge) -> list[str]:
    used = {f for _, condition in conditions_of(knowledge) for f in condition.findings()}
    used |= {link.finding for cause in knowledge.causes.values() for link in cause.evidence}
    used |= {item.finding for set_ in knowledge.criteria.values() for item in set_.items}
    used |= {f for workup in knowledge.workups.values() for f in workup.renewed_by}
    used |= {screening.drug_finding for screening in knowledge.screenings.values()}
    used |= {f for result in knowledge.scale.unanswered_results for f in result.findings}
    # A finding that only makes another one present works through that one.
    return [f for f in knowledge.findings if f not in used and not used & set(knowledge.implied(f))]


def _unused_analytes(knowledge: Knowledge) -> list[str]:
    used = {rule.analyte for f in knowledge.findings.values() for rule in f.measured}
    used |= {a for workup in knowledge.workups.values() for a in workup.analytes}
    used |= {n.analyte for n in _nodes(knowledge) if isinstance(n, c.Measured | c.TimesLimit)}
    # What a ratio is made of is used when the ratio is.
    for analyte in knowledge.analytes.values():
        if analyte.ratio is not None and analyte.id in used:
            used |= {analyte.ratio.of, analyte.ratio.to}
    return _missing(knowledge.analytes, used)


def _unused_criteria(knowledge: Knowledge) -> list[str]:
    used = {cause.criterion for cause in knowledge.causes.values()}
    used |= {n.criterion for n in _nodes(knowledge) if isinstance(n, c.CriterionIs)}
    return [id for id, s in knowledge.criteria.items() if id not in used and s.internal]


def _unused_workups(knowledge: Knowledge) -> list[str]:
    used = {i.workup for i in knowledge.indications.values()}
    used |= {w.instead for w in knowledge.withholdings.values()}
    used |= {w for flag in knowledge.red_flags.values() for w in flag.workups}
    used |= {w for check in knowledge.order_checks.values() for w in check.instead}
    used |= {screening.workup for screening in knowledge.screenings.values()}
    return _missing(knowledge.workups, used)


def _leads_somewhere(cause: Cause, knowledge: Knowledge) -> bool:
    """Something follows from the cause itself or from a broader one; explanations only explain."""
    if cause.role != "ranked":
        return True
    return any(id in _with_consequence(knowledge) for id in (cause.id, *cause.broader))


def _with_consequence(knowledge: Knowledge) -> set[str]:
    found = {x for i in knowledge.indications.values() for x in i.causes}
    found |= {x for flag in knowledge.red_flags.values() for x in flag.suspected}
    return found | {x for advice in knowledge.advice.values() for x in advice.causes}
