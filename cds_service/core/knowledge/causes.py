"""Causes, the evidence for and against them, and criteria sets with a name."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from cds_service.core.conditions import Condition
from cds_service.core.knowledge.entry import Entry
from cds_service.core.values import Coding, Strength


class Link(Entry, frozen=True, kw_only=True, dict=True, eq=False):
    """One piece of evidence for or against a cause.

    Give ``lr`` (published likelihood ratio) or ``weight``; ``lr-absent`` or ``weight-absent`` say
    what the absence of the finding means (nothing, when neither is given). ``against`` turns the
    direction of ``weight``. Links with the same ``group`` say the same thing: only the strongest
    counts. ``when`` replaces a single finding by a condition and then needs ``label``.
    """

    finding: str = ""
    when: Condition | None = None
    label: str = ""
    lr: str = ""
    lr_absent: str = ""
    weight: str = ""
    weight_absent: str = ""
    against: bool = False
    group: str = ""
    sources: tuple[str, ...]
    quote: str = ""
    note: str = ""

    @cached_property
    def present_points(self) -> float:
        """Points for (positive) or against (negative) the cause when the finding is there."""
        return _points(self.lr, self.weight, against=self.against)

    @cached_property
    def absent_points(self) -> float:
        """Points when the finding is known to be absent; 0 when its absence says nothing."""
        return _points(self.lr_absent, self.weight_absent, against=not self.against)


def _points(ratio: str, weight: str, *, against: bool) -> float:
    if ratio:
        return round(float(Decimal(ratio).log10() * 10), 1)
    if not weight:
        return 0.0
    strength = float(Strength[weight.upper()])
    return -strength if against else strength


class Recognition(Entry, frozen=True, kw_only=True):
    """How a recorded diagnosis of a cause is recognised."""

    codes: tuple[Coding, ...] = ()
    valuesets: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class Cause(Entry, frozen=True, kw_only=True, dict=True):
    """A condition, risk condition or external factor that may explain the complaint.

    Attributes:
        label: As written on cards, lower case.
        question: The clinical question (card topic) under which it is discussed.
        kind: emergency, urgent, routine or benign.
        role: "ranked", or "explains" for umbrella terms and mechanisms (never ranked).
        prior: common, uncommon or rare: what the ranking starts from (house rule).
        recognised: Codes and words of a recorded diagnosis. ``symptomatic``: such a diagnosis as
            the reason of a current encounter is itself a leg complaint (sciatica, claudication).
        background: A disease that predisposes rather than hurts; it never comes before a cause that
            explains the complaint equally well.
        requires: The hallmark. False makes the cause unlikely; undetermined keeps it below likely.
        criterion: Named criteria set: met makes it likely, not met unlikely.
        likely_when: Pattern that makes it likely whatever the points.
        excluded_when: Pattern that makes it unlikely whatever the points.
        possible_when: Pattern that keeps it possible although its criterion is not met.
        considered_when: Only then is the cause in the differential at all (default: any evidence).
        broader: Causes that this one is a special case of.
    """

    id: str
    label: str
    question: str
    kind: str = "routine"
    role: str = "ranked"
    prior: str = "common"
    recognised: Recognition = Recognition()
    symptomatic: bool = False
    background: bool = False
    requires: Condition | None = None
    criterion: str = ""
    likely_when: Condition | None = None
    excluded_when: Condition | None = None
    possible_when: Condition | None = None
    considered_when: Condition | None = None
    broader: tuple[str, ...] = ()
    evidence: tuple[Link, ...] = ()
    explanation: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def links_of_finding(self) -> dict[str, tuple[Link, ...]]:
        """Evidence that stands on a single finding, by that finding."""
        index: dict[str, list[Link]] = {}
        for link in self.evidence:
            if link.finding:
                index.setdefault(link.finding, []).append(link)
        return {finding: tuple(links) for finding, links in index.items()}

    @cached_property
    def place_of_link(self) -> dict[Link, int]:
        """Where each link stands in the file."""
        return {link: place for place, link in enumerate(self.evidence)}

    @cached_property
    def composed_links(self) -> tuple[Link, ...]:
        """Evidence that stands on a condition."""
        return tuple(link for link in self.evidence if link.when is not None)

    @cached_property
    def weightiest_findings(self) -> tuple[str, ...]:
        """Findings by how far knowing them would move this cause, furthest first."""
        weights = {
            finding: max(max(abs(x.present_points), abs(x.absent_points)) for x in links)
            for finding, links in self.links_of_finding.items()
        }
        return tuple(sorted(weights, key=lambda finding: (-weights[finding], finding)))


class Item(Entry, frozen=True, kw_only=True):
    """One item of a criteria set: a finding or a condition, with its points."""

    finding: str = ""
    when: Condition | None = None
    label: str = ""
    points: int = 1


class CriteriaSet(Entry, frozen=True, kw_only=True):
    """A published rule with a name (Wells, IRLSSG, CLTI).

    ``met-at`` points make it met. It is not evaluated when ``applies-when`` is known to be false.
    ``internal`` sets only serve other conditions and are not shown.
    """

    id: str
    label: str
    items: tuple[Item, ...]
    met_at: int
    applies_when: Condition | None = None
    internal: bool = False
    sources: tuple[str, ...]
    note: str = ""


def supporting_findings(cause: Cause) -> frozenset[tuple[str, bool]]:
    """Findings whose presence (True) or absence (False) can speak for a cause."""
    found: set[tuple[str, bool]] = set()
    for link in cause.evidence:
        for present, points in ((True, link.present_points), (False, link.absent_points)):
            if points > 0 and link.finding:
                found.add((link.finding, present))
            elif points > 0 and link.when is not None:
                found |= {
                    (finding, known) for finding in link.when.findings() for known in (True, False)
                }
    return frozenset(found)
