"""Limits at which a result becomes a finding or decides a rule, in words."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge, MeasuredRule
from cds_service.core.values import Period
from cds_service.knowledge.pages.asked import Asked, conditions_of_entries
from cds_service.knowledge.pages.citing import cited
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.parts import Citation, Part, Ref
from cds_service.knowledge.words import over_limit, unit_in_words


class Limit(Part, frozen=True):
    """One limit of a measurement with its unit, and what it decides there."""

    analyte: Ref
    limit: str
    decides: Ref
    how: str
    sources: tuple[Citation, ...]


def limit_in_words(rule: MeasuredRule, unit: str = "") -> str:
    """Above, at least, below, at most: what makes the finding present."""
    said = [
        f"{name.replace('_', ' ')} {getattr(rule, name)} {unit}".rstrip()
        for name in ("above", "at_least", "below", "at_most")
        if getattr(rule, name)
    ]
    said += [f"laboratory's own range: {rule.range}"] if rule.range else []
    said += [over_limit(rule.times_limit)] if rule.times_limit else []
    said += ["age x 10 over 50 years, where higher"] if rule.age_adjusted else []
    said += ["both legs"] if rule.both_legs else []
    said += [rule.sex] if rule.sex else []
    said += ["otherwise unknown"] if rule.else_unknown else []
    return ", ".join(said)


def period_in_words(period: Period) -> str:
    """``12 months``, ``14 days``, ``for ever``."""
    if period.ever:
        return "for ever"
    said = [f"{n} {unit if n == 1 else unit + 's'}" for n, unit in ((period.months, "month"), (period.days, "day")) if n]  # fmt: skip
    return " and ".join(said) or "0 days"


def limits_of(k: Knowledge) -> tuple[Limit, ...]:
    """Every limit, by measurement."""
    found = [*_of_findings(k), *_of_conditions(k)]
    place = {id: n for n, id in enumerate(k.analytes)}
    return tuple(sorted(found, key=lambda limit: place[limit.analyte.id]))


def _of_findings(k: Knowledge) -> Iterator[Limit]:
    for finding in k.findings.values():
        for rule in finding.measured:
            yield Limit(
                ref("analytes", rule.analyte, k),
                limit_in_words(rule, unit_in_words(k.analytes[rule.analyte].unit)),
                ref("findings", finding.id, k),
                "finding",
                cited([rule.source], k),
            )


def _of_conditions(k: Knowledge) -> Iterator[Limit]:
    """Limits that stand in rules; the same one of the same rule once."""
    seen: set[tuple[str, str, Ref, str]] = set()
    for asked in conditions_of_entries(k):
        for node in asked.condition.walk():
            if isinstance(node, c.Measured | c.TimesLimit):
                limit = _asked(node, asked, k)
                key = (limit.analyte.id, limit.limit, limit.decides, limit.how)
                if key not in seen:
                    seen.add(key)
                    yield limit


def _asked(node: c.Measured | c.TimesLimit, asked: Asked, k: Knowledge) -> Limit:
    if isinstance(node, c.Measured):
        unit = unit_in_words(k.analytes[node.analyte].unit)
        words = f"{node.relation.replace('-', ' ')} {node.limit} {unit}".rstrip()
    else:
        words = over_limit(node.multiple)
    sources = cited(asked.sources, k)
    return Limit(ref("analytes", node.analyte, k), words, asked.owner, asked.role, sources)
