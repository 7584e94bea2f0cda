"""Conditions on what was concluded, measured, or is known of the person."""

from __future__ import annotations

from decimal import Decimal

from cds_service.core.conditions.facts import Facts
from cds_service.core.conditions.logic import Condition
from cds_service.core.values import Category


class Established(Condition):
    """A diagnosis is on record."""

    __slots__ = ("cause",)

    def __init__(self, cause: str) -> None:
        self.cause = cause

    def holds(self, facts: Facts) -> bool | None:
        """True when on record; what is not on record is undetermined."""
        return True if facts.established(self.cause) else None

    def witnesses(self) -> frozenset[str] | None:
        """The cause."""
        return frozenset((f"cause:{self.cause}",))


class ReasonForCare(Condition):
    """A recorded diagnosis is the reason of a current encounter, or new in this request."""

    __slots__ = ("cause",)

    def __init__(self, cause: str) -> None:
        self.cause = cause

    def holds(self, facts: Facts) -> bool | None:
        """True when it is; otherwise undetermined."""
        return True if facts.reason_for_care(self.cause) else None

    def witnesses(self) -> frozenset[str] | None:
        """The cause."""
        return frozenset((f"cause:{self.cause}",))


class CauseAtLeast(Condition):
    """A cause has reached a category in the differential."""

    __slots__ = ("category", "cause")

    def __init__(self, cause: str, category: Category) -> None:
        self.cause = cause
        self.category = category

    def holds(self, facts: Facts) -> bool | None:
        """True or False; a category is always decided."""
        return facts.category(self.cause).standing >= self.category.standing

    def witnesses(self) -> frozenset[str] | None:
        """The cause, which is a key from ``possible`` upwards."""
        return frozenset((f"cause:{self.cause}",)) if self.category.standing > 1 else None


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

    def witnesses(self) -> frozenset[str] | None:
        """The criteria set: one that was not evaluated has no points."""
        return (
            frozenset((f"criterion:{self.criterion}",)) if self.result != "undetermined" else None
        )


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

    def witnesses(self) -> frozenset[str] | None:
        """A usable result."""
        return frozenset((f"result:{self.analyte}",))


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

    def witnesses(self) -> frozenset[str] | None:
        """A usable result."""
        return frozenset((f"result:{self.analyte}",))


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

    def witnesses(self) -> frozenset[str] | None:
        """The red flag."""
        return frozenset((f"flag:{self.red_flag}",))


class WorkupIs(Condition):
    """A work-up is done, ordered or missing."""

    __slots__ = ("state", "workup")

    def __init__(self, workup: str, state: str) -> None:
        self.workup = workup
        self.state = state

    def holds(self, facts: Facts) -> bool | None:
        """True or False."""
        return facts.workup_state(self.workup) == self.state

    def witnesses(self) -> frozenset[str] | None:
        """A work-up that is done or ordered."""
        return None if self.state == "missing" else frozenset((f"workup:{self.workup}",))


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
        return (
            False
            if value <= limit
            and not (relation == "at-least" and comparator == "<=" and value == limit)
            else None
        )
    if comparator in {"<", "<="}:
        return True if plain or (comparator == "<" and value == limit) else None
    return (
        False
        if value >= limit and not (relation == "at-most" and comparator == ">=" and value == limit)
        else None
    )
