"""Every reference leads somewhere, every value is one that the reasoning knows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from cds_service.core import conditions as c
from cds_service.core.knowledge import Knowledge, Link, OrderCheck
from cds_service.core.values import Strength
from cds_service.knowledge.lint.questionnaires import questionnaire_problems


def reference_problems(knowledge: Knowledge) -> Iterator[str]:
    """What leads nowhere, one line each."""
    for check in (
        _check_findings,
        _check_analytes,
        _check_drugs,
        _check_causes,
        _check_criteria,
        _check_workups,
        _check_indications,
        _check_red_flags,
        _check_interlocks_and_advice,
        _check_orders,
        _check_library,
        questionnaire_problems,
    ):
        yield from check(knowledge)


def _check_findings(k: Knowledge) -> Iterator[str]:
    for finding in k.findings.values():
        where = f"findings[{finding.id}]"
        yield from _unknown(where, "implies", finding.implies, k.findings)
        yield from _unknown(where, "causes", (*finding.causes, *finding.family), k.causes)
        yield from _unknown(where, "measured", (r.analyte for r in finding.measured), k.analytes)
        if finding.window is None and finding.kind not in k.scale.windows:
            yield f"{where}: kind '{finding.kind}' has no default window in scale.yaml"


def _check_analytes(k: Knowledge) -> Iterator[str]:
    for analyte in k.analytes.values():
        parts = (analyte.ratio.of, analyte.ratio.to) if analyte.ratio else ()
        yield from _unknown(f"analytes[{analyte.id}]", "ratio", parts, k.analytes)


def _check_drugs(k: Knowledge) -> Iterator[str]:
    for drug in k.drugs.values():
        yield from _unknown(f"drugs[{drug.id}]", "finding", (drug.finding,), k.findings)


def _check_causes(k: Knowledge) -> Iterator[str]:
    for cause in k.causes.values():
        where = f"causes[{cause.id}]"
        yield from _unknown(where, "question", (cause.question,), k.questions)
        yield from _unknown(where, "broader", cause.broader, k.causes)
        yield from _unknown(
            where, "criterion", (cause.criterion,) if cause.criterion else (), k.criteria
        )
        if cause.prior not in k.scale.priors:
            yield f"{where}: prior '{cause.prior}' is not in scale.yaml"
        if cause.role not in {"ranked", "explains"}:
            yield f"{where}: role '{cause.role}' is neither ranked nor explains"
        for condition in (
            cause.requires,
            cause.likely_when,
            cause.excluded_when,
            cause.possible_when,
            cause.considered_when,
        ):
            if condition is not None:
                yield from _check_condition(where, condition, k)
        for link in cause.evidence:
            yield from _check_link(where, link, k)


def _check_link(where: str, link: Link, k: Knowledge) -> Iterator[str]:
    place = f"{where}.evidence[{link.finding or link.label}]"
    if (link.when is None) == (not link.finding):
        yield f"{place}: give either finding or when"
    if link.finding:
        yield from _unknown(place, "finding", (link.finding,), k.findings)
    if link.when is not None:
        yield from _check_condition(place, link.when, k)
    if not (link.lr or link.weight or link.lr_absent or link.weight_absent):
        yield f"{place}: neither lr nor weight"
    for weight in (link.weight, link.weight_absent):
        if weight and weight.upper() not in Strength.__members__:
            yield f"{place}: weight '{weight}' is not strong, moderate or weak"


def _check_criteria(k: Knowledge) -> Iterator[str]:
    for criteria in k.criteria.values():
        where = f"criteria[{criteria.id}]"
        for item in criteria.items:
            if item.finding:
                yield from _unknown(where, "items", (item.finding,), k.findings)
            if item.when is not None:
                yield from _check_condition(where, item.when, k)


def _check_workups(k: Knowledge) -> Iterator[str]:
    for workup in k.workups.values():
        where = f"workups[{workup.id}]"
        yield from _unknown(where, "covers", workup.covers, k.workups)
        yield from _unknown(where, "analytes", workup.analytes, k.analytes)
        yield from _unknown(where, "renewed-by", workup.renewed_by, k.findings)


def _check_indications(k: Knowledge) -> Iterator[str]:
    for indication in k.indications.values():
        where = f"indications[{indication.id}]"
        yield from _unknown(where, "workup", (indication.workup,), k.workups)
        yield from _unknown(where, "causes", indication.causes, k.causes)
        yield from _check_condition(where, indication.when, k)
    for withholding in k.withholdings.values():
        where = f"withholdings[{withholding.id}]"
        named = (
            (withholding.workup, withholding.instead)
            if withholding.instead
            else (withholding.workup,)
        )
        yield from _unknown(where, "workup", named, k.workups)
        if withholding.interlock:
            yield from _unknown(where, "interlock", (withholding.interlock,), k.interlocks)
        yield from _check_condition(where, withholding.when, k)


def _check_red_flags(k: Knowledge) -> Iterator[str]:
    for flag in k.red_flags.values():
        where = f"red-flags[{flag.id}]"
        yield from _unknown(where, "suspected", flag.suspected, k.causes)
        yield from _unknown(where, "workups", (*flag.workups, *flag.answered_by), k.workups)
        for level in flag.levels:
            yield from _check_condition(where, level.when, k)
            if any(isinstance(n, c.Not | c.FindingUnknown) for n in level.when.walk()):
                yield f"{where}: red flags never use 'not' or 'unknown'"


def _check_interlocks_and_advice(k: Knowledge) -> Iterator[str]:
    for interlock in k.interlocks.values():
        yield from _check_condition(f"interlocks[{interlock.id}]", interlock.when, k)
    for advice in k.advice.values():
        where = f"advice[{advice.id}]"
        yield from _unknown(where, "causes", advice.causes, k.causes)
        yield from _unknown(where, "withheld-by", advice.withheld_by, k.interlocks)
        yield from _unknown(where, "conflicts", advice.conflicts, k.conflicts)
        if advice.when is not None:
            yield from _check_condition(where, advice.when, k)


def _check_orders(k: Knowledge) -> Iterator[str]:
    for check in k.order_checks.values():
        where = f"order-checks[{check.id}]"
        yield from _unknown(where, "workups", (*check.orders.workups, *check.instead), k.workups)
        yield from _unknown(where, "drugs", check.orders.drugs, k.drugs)
        yield from _unknown(where, "treatments", check.orders.treatments, k.treatments)
        if check.interlock:
            yield from _unknown(where, "interlock", (check.interlock,), k.interlocks)
        yield from _odd_check(where, check)
        yield from _check_condition(where, check.when, k)
    for screening in k.screenings.values():
        where = f"screenings[{screening.id}]"
        yield from _unknown(where, "workup", (screening.workup,), k.workups)
        yield from _unknown(where, "unless-established", screening.unless_established, k.causes)
        exposure = (screening.drug_finding,) if screening.drug_finding else ()
        yield from _unknown(where, "drug-finding", exposure, k.findings)
        if (screening.taken_for is None) != (not exposure):
            yield f"{where}: give taken-for and drug-finding together"
        yield from _check_condition(where, screening.when, k)


def _odd_check(where: str, check: OrderCheck) -> Iterator[str]:
    if check.kind not in {"condition", "duplicate", "too-late"}:
        yield f"{where}: kind '{check.kind}'"
    if check.indicator not in {"info", "warning"}:
        yield f"{where}: indicator '{check.indicator}' is neither info nor warning"
    if bool(check.instead) != bool(check.because):
        yield f"{where}: give instead and because together"


def _check_library(k: Knowledge) -> Iterator[str]:
    """Conflicts and relations: what is said to put them into practice must be there."""
    doing = _names_of_rules(k)
    for conflict in k.conflicts.values():
        where = f"conflicts[{conflict.id}]"
        yield from _unknown(where, "implemented-by", conflict.implemented_by, doing)
        if conflict.safety_impact not in {"high", "medium", "low"}:
            yield f"{where}: safety-impact '{conflict.safety_impact}'"
    for relation in k.predispositions.values():
        where = f"predispositions[{relation.id}]"
        by = (relation.implemented_by,) if relation.implemented_by else ()
        yield from _unknown(where, "implemented-by", by, doing)
        for end in (relation.from_, relation.to):
            kind, _, name = end.rpartition(":")
            if kind != "external":
                yield from _unknown(where, "from/to", (name,), doing)


def _names_of_rules(k: Knowledge) -> frozenset[str]:
    return frozenset().union(
        k.findings, k.causes, k.criteria, k.indications, k.withholdings, k.red_flags, k.interlocks,
        k.advice, k.drugs, k.workups, k.order_checks,
    )  # fmt: skip


_NAMES = {
    c.FindingIs: ("id", "findings"),
    c.FindingOfAge: ("id", "findings"),
    c.FindingUnknown: ("id", "findings"),
    c.Established: ("cause", "causes"),
    c.ReasonForCare: ("cause", "causes"),
    c.CauseAtLeast: ("cause", "causes"),
    c.CriterionIs: ("criterion", "criteria"),
    c.Measured: ("analyte", "analytes"),
    c.TimesLimit: ("analyte", "analytes"),
    c.Flagged: ("red_flag", "red_flags"),
    c.WorkupIs: ("workup", "workups"),
}


def _check_condition(where: str, condition: c.Condition, k: Knowledge) -> Iterator[str]:
    for node in condition.walk():
        if type(node) in _NAMES:
            attribute, section = _NAMES[type(node)]
            yield from _unknown(
                where, "condition", (getattr(node, attribute),), getattr(k, section)
            )
        if isinstance(node, c.WorkupIs) and node.state not in {"done", "ordered", "missing"}:
            yield f"{where}: condition: work-up state '{node.state}'"


def _unknown(where: str, field: str, ids: Iterable[str], known: Container[str]) -> Iterator[str]:
    for id in ids:
        if id not in known:
            yield f"{where}: {field}: '{id}' does not exist"
