"""Conditions that knowledge files are written in, with three-valued (Kleene) logic.

A condition is true, false or undetermined (None). A finding that nobody stated leaves the
condition undetermined; only what is known decides. In YAML a condition is the id of a finding,
or a mapping with one of these keys:

    burning-pain                                 the finding is present
    {all: [...]}   {any: [...]}   {not: ...}
    {at-least: 2, of: [...]}
    {finding: pale-leg, within-days: 14}         present, and not known for longer than that
    {finding: leg-pain, for-days: 42}            present, and known for at least that long
    {finding: leg-swelling, current: true}       present now, not merely in the record
    {unknown: hand-symptoms-also}                nobody said (never used in red flags)
    {established: restless-legs-syndrome}        the diagnosis is on record
    {cause: peripheral-artery-disease, at-least: possible}
    {criterion: wells-dvt, at-least: 2}          points that are known already
    {criterion: wells-dvt, cannot-reach: 2}      even if every unknown item were present
    {criterion: irlssg, result: met}
    {measured: abi, above: "1.40"}               also at-least, at-most, below; unit of the analyte
    {measured: ck, above-limit: "10"}            times the laboratory's own upper limit
    {age-at-least: 65}   {age-below: 50}   {sex: female}
    {setting: [inpatient, emergency]}
    {red-flag: rf-dvt}
    {workup: abi, is: done}                      done, ordered or missing (neither)
    {always: true}
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from cds_service.core.values import Category


class Facts(Protocol):
    """What conditions may ask about one patient."""

    def present(self, finding: str) -> bool | None:
        """True present, False absent, None unknown."""

    def is_current(self, finding: str) -> bool:
        """The finding is present now, by the windows of its channel."""

    def known_for_days(self, finding: str) -> float | None:
        """How long a present finding has been known; None when it is undated."""

    def established(self, cause: str) -> bool:
        """The diagnosis is on record and active."""

    def category(self, cause: str) -> Category:
        """Category in the differential."""

    def criterion_range(self, criterion: str) -> tuple[int, int]:
        """Points that are known, and points if every unknown item were present."""

    def criterion_result(self, criterion: str) -> str:
        """``met``, ``not-met`` or ``undetermined``."""

    def measured(self, analyte: str) -> tuple[Decimal, str] | None:
        """Deciding valid value and its comparator, or None."""

    def times_limit(self, analyte: str) -> Decimal | None:
        """Deciding value divided by the laboratory's own upper limit, or None."""

    def flagged(self, red_flag: str) -> bool:
        """The red flag was raised."""

    def workup_state(self, workup: str) -> str:
        """``done``, ``ordered`` or ``missing``."""

    @property
    def age(self) -> int | None:
        """Age in years."""

    @property
    def sex(self) -> str:
        """Administrative gender."""

    @property
    def setting(self) -> str:
        """Where the patient is now."""


class Condition:
    """A node of a condition tree."""

    __slots__ = ()

    def holds(self, facts: Facts) -> bool | None:
        """True, False, or None when it cannot be decided from what is known."""
        raise NotImplementedError

    def parts(self) -> tuple[Condition, ...]:
        """Direct sub-conditions."""
        return ()

    def walk(self) -> Iterator[Condition]:
        """This node and all below it."""
        yield self
        for part in self.parts():
            yield from part.walk()

    def findings(self) -> frozenset[str]:
        """Ids of all findings mentioned."""
        return frozenset(
            node.id for node in self.walk() if isinstance(node, FindingIs | FindingUnknown)
        )

    def because(self, facts: Facts) -> tuple[str, ...]:
        """Ids of the findings that make this condition true, in order of mention."""
        return ()


class Always(Condition):
    """Holds for every patient."""

    __slots__ = ()

    def holds(self, facts: Facts) -> bool | None:
        """True."""
        return True


class FindingIs(Condition):
    """A finding is present, optionally only if new, old or current."""

    __slots__ = ("current", "for_days", "id", "within_days")

    def __init__(
        self,
        id: str,
        *,
        within_days: int | None = None,
        for_days: int | None = None,
        current: bool = False,
    ) -> None:
        self.id = id
        self.within_days = within_days
        self.for_days = for_days
        self.current = current

    def holds(self, facts: Facts) -> bool | None:
        """Present, and within the limits of age asked for."""
        present = facts.present(self.id)
        if not present:
            return present
        if self.current and not facts.is_current(self.id):
            return False
        return self._age_fits(facts)

    def _age_fits(self, facts: Facts) -> bool | None:
        if self.within_days is None and self.for_days is None:
            return True
        age = facts.known_for_days(self.id)
        if age is None:
            return None
        if self.within_days is not None and age > self.within_days:
            return False
        return self.for_days is None or age >= self.for_days

    def because(self, facts: Facts) -> tuple[str, ...]:
        """This finding, when it holds."""
        return (self.id,) if self.holds(facts) else ()


class FindingUnknown(Condition):
    """Nobody said whether the finding is there."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id

    def holds(self, facts: Facts) -> bool | None:
        """True when unknown, else False."""
        return facts.present(self.id) is None


class All(Condition):
    """Every part holds."""

    __slots__ = ("of",)

    def __init__(self, of: tuple[Condition, ...]) -> None:
        self.of = of

    def parts(self) -> tuple[Condition, ...]:
        """The parts."""
        return self.of

    def holds(self, facts: Facts) -> bool | None:
        """False as soon as one part is false; None if one is undetermined."""
        outcome: bool | None = True
        for part in self.of:
            value = part.holds(facts)
            if value is False:
                return False
            if value is None:
                outcome = None
        return outcome

    def because(self, facts: Facts) -> tuple[str, ...]:
        """The findings behind every part."""
        return _merge(part.because(facts) for part in self.of)


class AtLeast(Condition):
    """At least ``count`` of the parts hold; ``any`` is at least one."""

    __slots__ = ("count", "of")

    def __init__(self, count: int, of: tuple[Condition, ...]) -> None:
        self.count = count
        self.of = of

    def parts(self) -> tuple[Condition, ...]:
        """The parts."""
        return self.of

    def holds(self, facts: Facts) -> bool | None:
        """True when enough are known to hold, False when they cannot be reached."""
        sure = unsure = 0
        for part in self.of:
            value = part.holds(facts)
            if value:
                sure += 1
                if sure >= self.count:
                    return True
            elif value is None:
                unsure += 1
        return None if sure + unsure >= self.count else False

    def because(self, facts: Facts) -> tuple[str, ...]:
        """The findings behind those parts that hold."""
        return _merge(part.because(facts) for part in self.of if part.holds(facts))


class Not(Condition):
    """The part is known not to hold."""

    __slots__ = ("part",)

    def __init__(self, part: Condition) -> None:
        self.part = part

    def parts(self) -> tuple[Condition, ...]:
        """The negated part."""
        return (self.part,)

    def holds(self, facts: Facts) -> bool | None:
        """The opposite; undetermined stays undetermined."""
        value = self.part.holds(facts)
        return None if value is None else not value


class Established(Condition):
    """A diagnosis is on record."""

    __slots__ = ("cause",)

    def __init__(self, cause: str) -> None:
        self.cause = cause

    def holds(self, facts: Facts) -> bool | None:
        """True when on record; what is not on record is undetermined."""
        return True if facts.established(self.cause) else None


class CauseAtLeast(Condition):
    """A cause has reached a category in the differential."""

    __slots__ = ("category", "cause")

    def __init__(self, cause: str, category: Category) -> None:
        self.cause = cause
        self.category = category

    def holds(self, facts: Facts) -> bool | None:
        """True or False; a category is always decided."""
        return facts.category(self.cause).standing >= self.category.standing


class CriterionIs(Condition):
    """A named criteria set has reached, or cannot reach, so many points; or has a result."""

    __slots__ = ("at_least", "cannot_reach", "criterion", "result")

    def __init__(
        self,
        criterion: str,
        *,
        at_least: int | None = None,
        cannot_reach: int | None = None,
        result: str = "",
    ) -> None:
        self.criterion = criterion
        self.at_least = at_least
        self.cannot_reach = cannot_reach
        self.result = result

    def holds(self, facts: Facts) -> bool | None:
        """Decided from the known points and the range that the unknown items leave open."""
        if self.result:
            return facts.criterion_result(self.criterion) == self.result
        low, high = facts.criterion_range(self.criterion)
        if self.at_least is not None:
            return low >= self.at_least
        return high < (self.cannot_reach or 0)


class Measured(Condition):
    """The deciding result of an analyte lies on one side of a limit."""

    __slots__ = ("analyte", "limit", "relation")

    def __init__(self, analyte: str, relation: str, limit: Decimal) -> None:
        self.analyte = analyte
        self.relation = relation
        self.limit = limit

    def holds(self, facts: Facts) -> bool | None:
        """None without a usable result, or when a comparator leaves it open."""
        found = facts.measured(self.analyte)
        return None if found is None else compare(found[0], found[1], self.relation, self.limit)


class TimesLimit(Condition):
    """The deciding result exceeds a multiple of the laboratory's own upper limit."""

    __slots__ = ("analyte", "multiple")

    def __init__(self, analyte: str, multiple: Decimal) -> None:
        self.analyte = analyte
        self.multiple = multiple

    def holds(self, facts: Facts) -> bool | None:
        """None when the laboratory sent no usable limit."""
        times = facts.times_limit(self.analyte)
        return None if times is None else times > self.multiple


class Age(Condition):
    """Age in completed years."""

    __slots__ = ("at_least", "below")

    def __init__(self, *, at_least: int | None = None, below: int | None = None) -> None:
        self.at_least = at_least
        self.below = below

    def holds(self, facts: Facts) -> bool | None:
        """None when the age is unknown."""
        if facts.age is None:
            return None
        if self.at_least is not None:
            return facts.age >= self.at_least
        return facts.age < (self.below or 0)


class Sex(Condition):
    """FHIR administrative gender."""

    __slots__ = ("sex",)

    def __init__(self, sex: str) -> None:
        self.sex = sex

    def holds(self, facts: Facts) -> bool | None:
        """None when not stated."""
        return facts.sex == self.sex if facts.sex else None


class InSetting(Condition):
    """The open encounter is of one of these classes."""

    __slots__ = ("settings",)

    def __init__(self, settings: tuple[str, ...]) -> None:
        self.settings = settings

    def holds(self, facts: Facts) -> bool | None:
        """None when no encounter is open."""
        return None if facts.setting == "unknown" else facts.setting in self.settings


class Flagged(Condition):
    """A red flag was raised."""

    __slots__ = ("red_flag",)

    def __init__(self, red_flag: str) -> None:
        self.red_flag = red_flag

    def holds(self, facts: Facts) -> bool | None:
        """True or False."""
        return facts.flagged(self.red_flag)


class WorkupIs(Condition):
    """A work-up is done, ordered or missing."""

    __slots__ = ("state", "workup")

    def __init__(self, workup: str, state: str) -> None:
        self.workup = workup
        self.state = state

    def holds(self, facts: Facts) -> bool | None:
        """True or False."""
        return facts.workup_state(self.workup) == self.state




def compare(value: Decimal, comparator: str, relation: str, limit: Decimal) -> bool | None:
    """Compare a result that may carry a comparator (``<5``) with a limit.

    Returns None when the comparator leaves the answer open: ``<200`` is neither above nor
    below 180 for certain.
    """
    plain = {
        "above": value > limit,
        "at-least": value >= limit,
        "below": value < limit,
        "at-most": value <= limit,
    }[relation]
    if not comparator:
        return plain
    if relation in {"above", "at-least"}:
        if comparator in {">", ">="}:
            return True if plain or (comparator == ">" and value == limit) else None
        return False if value <= limit and not (relation == "at-least" and comparator == "<=" and value == limit) else None
    if comparator in {"<", "<="}:
        return True if plain or (comparator == "<" and value == limit) else None
    return False if value >= limit and not (relation == "at-most" and comparator == ">=" and value == limit) else None


def _merge(groups: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
