"""The pages of what can be found in a record: findings, measurements, drug classes, treatments."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.knowledge import (
    Analyte,
    AnswerRule,
    Drug,
    FindingDefinition,
    Gate,
    Knowledge,
    Phrase,
    Treatment,
)
from cds_service.core.values import Coding
from cds_service.knowledge.pages.blocks import (
    CodeLists,
    Facts,
    Limits,
    Mentions,
    Names,
    Page,
    Section,
    Tag,
    facts,
    page,
    section,
)
from cds_service.knowledge.pages.causes import (
    evidence_of_finding,
    relation_statements,
    scale_in_words,
)
from cds_service.knowledge.pages.citing import cited
from cds_service.knowledge.pages.codes import Codes, codes_of
from cds_service.knowledge.pages.kinds import ref
from cds_service.knowledge.pages.limits import limits_of, period_in_words
from cds_service.knowledge.pages.mentions import Index, mentions
from cds_service.knowledge.pages.parts import Ref, Run, Words, linked, listed
from cds_service.knowledge.words import unit_in_words


_GATES = {
    Gate.YES: "a leg complaint by itself: opens the differential",
    Gate.LEG_SITE: "a leg complaint when the record places it in a lower limb",
    Gate.NO: "no leg complaint by itself",
}


def finding_page(finding: FindingDefinition, index: Index) -> Page:
    """How a finding is recognised, and everything that it bears on."""
    tags = [Tag(finding.kind.replace("-", " "))]
    tags += [Tag("opens the differential", "good")] if finding.gate is Gate.YES else []
    here = ref("findings", finding.id, index.k)
    return page(here, tags, "", _sections(finding, index), finding.note)


def _sections(finding: FindingDefinition, index: Index) -> Iterator[Section]:
    k = index.k
    evidence = evidence_of_finding(finding.id, k)
    yield section(
        "causes", "Causes that it speaks for or against", evidence, intro=scale_in_words(k)
    )
    yield section("rules", "Rules that ask for it", index.rules("findings", finding.id))
    yield section("about", "What it is", _about(finding, k))
    limits = tuple(x for x in limits_of(k) if x.decides.id == finding.id and x.how == "finding")
    yield section("limits", "Results that decide it", Limits(limits))
    yield section("stated", "What states it", _stated_by(finding, k))
    yield section("recognised", "Recognised by", CodeLists(_codes(finding)), *_names(finding))
    yield section("likelier", "Makes likelier", relation_statements(finding.id, k, towards=False))
    yield section("elsewhere", "What it renews or answers", _elsewhere(finding.id, k))


def _about(finding: FindingDefinition, k: Knowledge) -> Facts:
    window = finding.window or k.scale.windows.get(finding.kind)
    by_kind = "" if finding.window else " (house rule for its kind)"
    kept = period_in_words(window) + by_kind if window else ""
    by_age = "" if finding.age_at_least is None else f"{finding.age_at_least} years or over"
    return facts(
        ("Leg complaint", _GATES[finding.gate]),
        ("Counts as evidence", kept),
        ("Decided by age", by_age),
        ("Resolved conditions", "still state it" if finding.past_counts else ""),
        ("Makes present too", listed(ref("findings", id, k) for id in finding.implies)),
    )


def _stated_by(finding: FindingDefinition, k: Knowledge) -> Mentions:
    implied_by = (f for f in k.findings.values() if finding.id in f.implies)
    drugs = (ref("drugs", d.id, k) for d in k.drugs.values() if d.finding == finding.id)
    return mentions(
        [
            ("A recorded diagnosis of", (ref("causes", id, k) for id in finding.causes)),
            ("A relative's diagnosis of", (ref("causes", id, k) for id in finding.family)),
            ("Taking one of", drugs),
            ("Present whenever there is", (ref("findings", f.id, k) for f in implied_by)),
        ]
    )


def _codes(finding: FindingDefinition) -> tuple[Codes, ...]:
    lists = [
        codes_of("One of these codes", finding.codes, finding.valuesets),
        codes_of("One of these codes, with a lower-limb site", finding.codes_needing_leg),
        *(each for rule in finding.answers for each in _answers(rule)),
    ]
    return tuple(codes for codes in lists if codes.total)


def _answers(rule: AnswerRule) -> Iterator[Codes]:
    question = rule.question.display or rule.question.code
    yield codes_of("The coded question", [rule.question])
    yield codes_of(f"“{question}”, answered with: present", rule.present)
    yield codes_of(f"“{question}”, answered with: absent", rule.absent)


def _names(finding: FindingDefinition) -> Iterator[Names]:
    yield Names("Words in free text", _phrases(finding.phrases))
    for rule in finding.answers:
        yield Names("Written answers that state it", rule.present_text)
        yield Names("Written answers that deny it", rule.absent_text)


def _phrases(phrases: tuple[Phrase, ...]) -> tuple[str, ...]:
    return tuple(p.words + (" (with a lower limb)" if p.needs == "leg" else "") for p in phrases)


def _elsewhere(finding: str, k: Knowledge) -> Mentions:
    renewed = (w for w in k.workups.values() if finding in w.renewed_by)
    answered = (
        ref("workups", id, k)
        for result in k.scale.unanswered_results
        if finding in result.findings
        for id in result.answered_by
    )
    return mentions(
        [
            ("Its appearance makes older results stale of", (ref("workups", w.id, k) for w in renewed)),
            ("Counted in", _criteria(finding, k)),
            ("As a fresh result it waits for one of", answered),
        ]
    )  # fmt: skip


def _criteria(finding: str, k: Knowledge) -> Iterator[Ref]:
    for criteria in k.criteria.values():
        if any(item.finding == finding for item in criteria.items):
            yield ref("criteria", criteria.id, k)


def analyte_page(analyte: Analyte, index: Index) -> Page:
    """Units, codes and names of a measurement, and every limit of it that decides something."""
    k = index.k
    limits = tuple(x for x in limits_of(k) if x.analyte.id == analyte.id)
    codes = codes_of("Results with one of", analyte.codes, analyte.valuesets)
    names = Names("Names of results", _phrases(analyte.phrases))
    done = (w.id for w in k.workups.values() if analyte.id in w.analytes)
    sections = (
        section("limits", "Limits", Limits(limits), intro=_ROUNDED),
        section("about", "How it is read", _reading(analyte, k)),
        section("elsewhere", "Its result is", mentions([("Work-up done", (ref("workups", id, k) for id in done))])),
        section("recognised", "Recognised by", CodeLists((codes,) if codes.total else ()), names),
    )  # fmt: skip
    unit = unit_in_words(analyte.unit)
    tags = [Tag(unit)] if unit else [Tag("ratio")]
    return page(ref("analytes", analyte.id, k), tags, "", sections, analyte.note)


_ROUNDED = "Results are compared after rounding to the laboratory's precision."


def _reading(analyte: Analyte, k: Knowledge) -> Facts:
    return facts(
        ("Unit", unit_in_words(analyte.unit) or "none (ratio)"),
        ("Other units", "; ".join(_units(analyte))),
        ("Counts as evidence", period_in_words(analyte.window)),
        ("How long: by", _by(analyte.source, k)),
        ("Of several results", f"{analyte.deciding.replace('-', ' ')} decides"),
        ("Decimals", str(analyte.decimals)),
        ("Computed from", _ratio(analyte, k)),
    )


def _units(analyte: Analyte) -> Iterator[str]:
    for unit in analyte.units:
        if unit.unit not in {analyte.unit, "1"} and not unit.unit.startswith("{"):
            offset = "" if unit.offset == "0" else f" + {unit.offset}"
            yield f"{unit_in_words(unit.unit)} (x {unit.factor}{offset})"


def _by(source: str, k: Knowledge) -> Words:
    if source not in k.sources:
        return ()
    (made,) = cited([source], k)
    return (Run(made.grade if source == "house" else made.title, ref("sources", source, k)),)


def _ratio(analyte: Analyte, k: Knowledge) -> Words:
    if analyte.ratio is None:
        return ()
    of, to = (linked(ref("analytes", id, k)) for id in (analyte.ratio.of, analyte.ratio.to))
    factor = "" if analyte.ratio.factor == "1" else f" x {analyte.ratio.factor}"
    return (*of, Run(" / "), *to, Run(factor)) if factor else (*of, Run(" / "), *to)


def drug_page(drug: Drug, index: Index) -> Page:
    """How the members of a class are recognised, and what taking one bears on."""
    k = index.k
    classes = tuple(Coding("ATC", code) for code in drug.atc)
    codes = codes_of("A medication with one of", (*drug.codes, *classes), drug.valuesets)
    checks = k.order_checks.values()
    asked = (ref("order-checks", x.id, k) for x in checks if drug.id in x.orders.drugs)
    spared = (ref("order-checks", x.id, k) for x in checks if drug.id in x.orders.except_drugs)
    about = facts(
        ("States the finding", linked(ref("findings", drug.finding, k))),
        ("After stopping it counts", period_in_words(drug.window)),
    )
    orders = mentions([("A draft of it is looked at by", asked), ("Left out of", spared)])
    sections = (
        section("about", "What it states", about),
        section("causes", "Causes that it speaks for or against", evidence_of_finding(drug.finding, k)),
        section("rules", "Rules that ask for it", index.rules("findings", drug.finding)),
        section("orders", "Orders", orders),
        section("recognised", "Recognised by", CodeLists((codes,) if codes.total else ()),
                Names("Ingredients and brands", drug.names), Names("Never", drug.never)),
    )  # fmt: skip
    return page(ref("drugs", drug.id, k), (), "", sections, drug.note)


def treatment_page(treatment: Treatment, index: Index) -> Page:
    """A treatment that is ordered, and the checks that look at it."""
    k = index.k
    asked = (
        ref("order-checks", x.id, k)
        for x in k.order_checks.values()
        if treatment.id in x.orders.treatments
    )
    codes = codes_of("An order with one of", treatment.codes)
    sections = (
        section("orders", "Orders", mentions([("Looked at by", asked)])),
        section("recognised", "Recognised by", CodeLists((codes,) if codes.total else ()),
                Names("Words of an order", treatment.phrases)),
    )  # fmt: skip
    return page(ref("treatments", treatment.id, k), (), "", sections, treatment.note)
