"""Findings and their combinations, in Kleene's three-valued logic."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.core.conditions.facts import Facts


class Condition:
    """A node of a condition tree."""

    __slots__ = ("_findings", "_witnesses")
    _findings: frozenset[str]
    _witnesses: frozenset[str] | None

    def holds(self, facts: Facts) -> bool | None:
        """True, False, or None when it cannot be decided from what is known."""
        raise NotImplementedError

    def is_true(self, facts: Facts) -> bool:
        """It holds. Quick to say no: without a witness in the facts nothing is evaluated."""
        try:
            witnesses = self._witnesses
        except AttributeError:
            witnesses = self._witnesses = self.witnesses()
        if witnesses is not None and witnesses.isdisjoint(facts.keys):
            return False
        return self._surely(facts)

    def _surely(self, facts: Facts) -> bool:
        """It holds. Combinations stop at the first part that decides, known or not."""
        return self.holds(facts) is True

    def witnesses(self) -> frozenset[str] | None:
        """Keys of the facts of which at least one must be there for the condition to hold.

        None when it may hold without any (a negation, for example).
        """
        return None

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
        try:
            return self._findings
        except AttributeError:
            named = (n for n in self.walk() if isinstance(n, FindingIs | FindingUnknown))
            self._findings = frozenset(node.id for node in named)
            return self._findings

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
    """A finding is present."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id

    def holds(self, facts: Facts) -> bool | None:
        """True present, False absent, None unknown."""
        return facts.known.get(self.id)

    def witnesses(self) -> frozenset[str] | None:
        """The finding itself."""
        return frozenset((self.id,))

    def because(self, facts: Facts) -> tuple[str, ...]:
        """This finding, when it holds."""
        return (self.id,) if self.holds(facts) else ()


class FindingOfAge(FindingIs):
    """A finding is present, and new, old or current."""

    __slots__ = ("current", "for_days", "within_days")

    def __init__(
        self,
        id: str,
        *,
        within_days: int | None = None,
        for_days: int | None = None,
        current: bool = False,
    ) -> None:
        super().__init__(id)
        self.within_days = within_days
        self.for_days = for_days
        self.current = current

    def holds(self, facts: Facts) -> bool | None:
        """Present, and within the limits of age asked for; None when it is undated."""
        present = facts.known.get(self.id)
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


class FindingUnknown(Condition):
    """Nobody said whether the finding is there."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id

    def holds(self, facts: Facts) -> bool | None:
        """True when unknown, else False."""
        return self.id not in facts.known


class All(Condition):
    """Every part holds."""

    __slots__ = ("_others", "_plain", "of")

    def __init__(self, of: tuple[Condition, ...]) -> None:
        self.of = of
        self._plain, self._others = _split(of)

    def parts(self) -> tuple[Condition, ...]:
        """The parts."""
        return self.of

    def holds(self, facts: Facts) -> bool | None:
        """False as soon as one part is false; None if one is undetermined."""
        outcome: bool | None = True
        known = facts.known
        for finding in self._plain:
            present = known.get(finding)
            if present is False:
                return False
            if present is None:
                outcome = None
        for part in self._others:
            value = part.holds(facts)
            if value is False:
                return False
            if value is None:
                outcome = None
        return outcome

    def _surely(self, facts: Facts) -> bool:
        known = facts.known
        for finding in self._plain:
            if not known.get(finding):
                return False
        return all(part.is_true(facts) for part in self._others)

    def witnesses(self) -> frozenset[str] | None:
        """Those of the part that has fewest: without it the whole cannot hold."""
        known = [w for part in self.of if (w := part.witnesses()) is not None]
        return min(known, key=len, default=None)

    def because(self, facts: Facts) -> tuple[str, ...]:
        """The findings behind every part."""
        return _merge(part.because(facts) for part in self.of)


class AtLeast(Condition):
    """At least ``count`` of the parts hold; ``any`` is at least one."""

    __slots__ = ("_others", "_plain", "count", "of")

    def __init__(self, count: int, of: tuple[Condition, ...]) -> None:
        self.count = count
        self.of = of
        self._plain, self._others = _split(of)

    def parts(self) -> tuple[Condition, ...]:
        """The parts."""
        return self.of

    def holds(self, facts: Facts) -> bool | None:
        """True when enough are known to hold, False when they cannot be reached."""
        known = facts.known
        values = [known.get(finding) for finding in self._plain]
        sure = values.count(True)
        if sure >= self.count:
            return True
        values += [part.holds(facts) for part in self._others]
        sure = values.count(True)
        if sure >= self.count:
            return True
        unsure = values.count(None)
        return None if sure + unsure >= self.count else False

    def _surely(self, facts: Facts) -> bool:
        known = facts.known
        sure = sum(known.get(finding) is True for finding in self._plain)
        for part in self._others:
            if sure >= self.count:
                break
            sure += part.is_true(facts)
        return sure >= self.count

    def witnesses(self) -> frozenset[str] | None:
        """Those of all parts, unless enough parts may hold without any."""
        found = [part.witnesses() for part in self.of]
        known = [w for w in found if w is not None]
        if len(found) - len(known) >= self.count:
            return None
        return frozenset().union(*known)

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


def _split(parts: tuple[Condition, ...]) -> tuple[tuple[str, ...], tuple[Condition, ...]]:
    """Plain findings, which a dictionary answers, apart from everything else."""
    plain = tuple(part.id for part in parts if type(part) is FindingIs)
    return plain, tuple(part for part in parts if type(part) is not FindingIs)


def _merge(groups: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
