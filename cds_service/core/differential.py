"""The differential: evidence added up, cause by cause.

Points are 10 x log10 of a likelihood ratio, or an ordinal weight on the same scale. Links that say
the same thing form a group of which only the strongest counts. Nothing here is calibrated, so the
result is a category and a rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from cds_service.core.facts import PASSING_KINDS, PatientFacts
from cds_service.core.knowledge import Cause, Knowledge, Link
from cds_service.core.values import Category


# What counts as the patient's own trouble, as against a mere risk.
_SPEAKING_KINDS = PASSING_KINDS | {"test-result"}
_MISSING_SHOWN = 4


class Argument(msgspec.Struct, frozen=True):
    """One piece of evidence that was used: a finding, or several that were asked for together.

    ``place`` is its place in the file, where authors put first what speaks loudest.
    """

    findings: tuple[str, ...]
    points: float
    sources: tuple[str, ...]
    place: int
    present: bool = True


class RankedCause(msgspec.Struct, frozen=True, kw_only=True):
    """One cause with its place in the differential.

    ``supports`` and ``against`` hold finding ids, strongest first; ``missing`` the unknown findings
    that would change its place most.
    """

    cause: str
    category: Category
    rank: int = 0
    points: float = 0.0
    arguments: tuple[Argument, ...] = ()
    missing: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def rank_causes(facts: PatientFacts, knowledge: Knowledge) -> tuple[RankedCause, ...]:
    """Every cause on which something is known, best first. Also fills ``facts.categories``."""
    ranked: list[RankedCause] = []
    for cause_id in _touched(facts, knowledge):
        cause = knowledge.causes[cause_id]
        assessed = _assess(cause, facts, knowledge)
        if assessed is not None:
            ranked.append(assessed)
            facts.conclude_category(cause_id, assessed.category)
    ranked.sort(key=lambda r: (-_explains(r, knowledge), -r.points, r.cause))
    return tuple(msgspec.structs.replace(r, rank=i) for i, r in enumerate(ranked, start=1))


def _explains(ranked: RankedCause, knowledge: Knowledge) -> float:
    """How well the cause explains today's complaint.

    A diagnosis on record is certain, but only its evidence says whether it is behind this
    complaint: with enough evidence it comes before a likely cause, without it after a possible one.
    """
    if knowledge.causes[ranked.cause].background:
        return min(ranked.category.standing, Category.POSSIBLE.standing) - 0.6
    if ranked.category is not Category.ESTABLISHED:
        return ranked.category.standing
    if ranked.points >= knowledge.scale.likely_at:
        return Category.LIKELY.standing + 0.5
    if ranked.points >= knowledge.scale.possible_at:
        return Category.POSSIBLE.standing + 0.5
    return Category.POSSIBLE.standing - 0.5


def established_causes(facts: PatientFacts, knowledge: Knowledge) -> tuple[RankedCause, ...]:
    """Only the recorded diagnoses: all that is said of causes while the gate is closed."""
    names = sorted(
        cause
        for cause in facts.diagnoses
        if facts.established(cause) and knowledge.causes[cause].role == "ranked"
    )
    return tuple(
        RankedCause(cause=cause, category=Category.ESTABLISHED, rank=rank)
        for rank, cause in enumerate(names, start=1)
    )


def _touched(facts: PatientFacts, knowledge: Knowledge) -> list[str]:
    touched: dict[str, None] = {}
    for known in facts.known.items():
        for cause in knowledge.causes_of_finding.get(known, ()):
            touched[cause] = None
    for cause, diagnosis in facts.diagnoses.items():
        if diagnosis.active and knowledge.causes[cause].role == "ranked":
            touched[cause] = None
    # Broader causes last, so that a condition on a special case sees it decided.
    return sorted(touched, key=knowledge.order_of_causes.__getitem__)


def _assess(cause: Cause, facts: PatientFacts, knowledge: Knowledge) -> RankedCause | None:
    established = facts.established(cause.id)
    if (
        not established
        and cause.considered_when is not None
        and not cause.considered_when.is_true(facts)
    ):
        return None
    arguments = _arguments(cause, facts)
    supporting = [a for a in arguments if a.points > 0]
    if not established and not supporting:
        return None
    points = round(sum(a.points for a in arguments) + knowledge.scale.priors[cause.prior], 1)
    category = (
        Category.ESTABLISHED
        if established
        else _category(cause, points, arguments, facts, knowledge)
    )
    return RankedCause(
        cause=cause.id,
        category=category,
        points=points,
        arguments=tuple(arguments),
        missing=_missing(cause, facts),
        supports=_findings(supporting),
        against=_findings([a for a in arguments if a.points < 0]),
    )


def _category(
    cause: Cause,
    points: float,
    arguments: list[Argument],
    facts: PatientFacts,
    knowledge: Knowledge,
) -> Category:
    hallmark = True if cause.requires is None else cause.requires.holds(facts)
    if hallmark is False or (
        cause.excluded_when is not None and cause.excluded_when.is_true(facts)
    ):
        return Category.UNLIKELY
    if cause.likely_when is not None and cause.likely_when.is_true(facts):
        return Category.LIKELY
    result = facts.criterion_result(cause.criterion) if cause.criterion else ""
    if result == "met":
        return Category.LIKELY
    if result == "not-met":
        kept = cause.possible_when is not None and cause.possible_when.is_true(facts)
        return Category.POSSIBLE if kept else Category.UNLIKELY
    if points >= knowledge.scale.likely_at and hallmark and _speaks(arguments, facts, knowledge):
        return Category.LIKELY
    return Category.POSSIBLE if points >= knowledge.scale.possible_at else Category.UNLIKELY


def _speaks(arguments: list[Argument], facts: PatientFacts, knowledge: Knowledge) -> bool:
    """A symptom, sign or test result supports it: risk alone never makes a cause likely."""
    for argument in arguments:
        if argument.points > 0 and argument.present:
            kinds = {knowledge.findings[finding].kind for finding in argument.findings}
            if kinds & _SPEAKING_KINDS:
                return True
    return False


def _arguments(cause: Cause, facts: PatientFacts) -> list[Argument]:
    """Used evidence: of each group the strongest for and the strongest against."""
    strongest: dict[tuple[str, bool], Argument] = {}
    alone: list[Argument] = []
    for link, argument in _known_arguments(cause, facts):
        if not link.group:
            alone.append(argument)
            continue
        key = (link.group, argument.points > 0)
        held = strongest.get(key)
        if held is None or (abs(held.points), -held.place) < (
            abs(argument.points),
            -argument.place,
        ):
            strongest[key] = argument
    return sorted([*alone, *strongest.values()], key=lambda a: (-abs(a.points), a.place))


def _known_arguments(cause: Cause, facts: PatientFacts) -> Iterator[tuple[Link, Argument]]:
    links = cause.links_of_finding
    for finding in links.keys() & facts.known.keys():
        present = facts.known[finding]
        for link in links[finding]:
            points = link.present_points if present else link.absent_points
            if points:
                place = cause.place_of_link[link]
                yield link, Argument((finding,), points, link.sources, place, present)
    for link in cause.composed_links:
        if link.when is not None and link.present_points and link.when.is_true(facts):
            because = link.when.because(facts)
            place = cause.place_of_link[link]
            yield link, Argument(because, link.present_points, link.sources, place)


def _findings(arguments: list[Argument]) -> tuple[str, ...]:
    """Ids of the findings behind arguments, strongest first."""
    return tuple(dict.fromkeys(finding for a in arguments for finding in a.findings))


def _missing(cause: Cause, facts: PatientFacts) -> tuple[str, ...]:
    """Unknown findings that would move this cause most: hallmark, open criteria, then by weight."""
    wanted: list[str] = []
    if cause.requires is not None and cause.requires.holds(facts) is None:
        wanted += sorted(cause.requires.findings())
    criterion = facts.criteria.get(cause.criterion)
    if criterion is not None and criterion.result == "undetermined":
        wanted += criterion.unknown
    missing: dict[str, None] = {}
    for finding in chain(wanted, cause.weightiest_findings):
        if finding not in facts.known:
            missing[finding] = None
            if len(missing) == _MISSING_SHOWN:
                break
    return tuple(missing)
