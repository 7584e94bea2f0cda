"""Clinical questions, conflicts between sources, relations, and the house rules of ranking."""

from __future__ import annotations

import msgspec

from cds_service.core.knowledge.entry import Entry
from cds_service.core.values import Period


class Question(Entry, frozen=True, kw_only=True):
    """A clinical question: one card answers it. ``id`` is alphanumeric (topic code, SRC-04)."""

    id: str
    label: str
    rank: int
    note: str = ""


class Side(Entry, frozen=True, kw_only=True):
    """One side of a conflict, with the words behind it."""

    position: str
    source: str
    quotes: tuple[str, ...] = ()


class Conflict(Entry, frozen=True, kw_only=True):
    """A disagreement between sources, what the service does, and why."""

    id: str
    title: str
    safety_impact: str
    sides: tuple[Side, ...]
    guideline: str = ""
    resolution: str
    implemented_by: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    case: str = ""


class Predisposition(Entry, frozen=True, kw_only=True):
    """One condition, finding or drug that makes another likelier (relations of the inventory)."""

    id: str
    from_: str = msgspec.field(name="from")
    to: str
    type: str
    text: str
    sources: tuple[str, ...]
    implemented_by: str = ""


class UnansweredResult(Entry, frozen=True, kw_only=True):
    """Abnormal leg results that open the gate until one of these work-ups followed."""

    findings: tuple[str, ...]
    answered_by: tuple[str, ...]


class Scale(Entry, frozen=True, kw_only=True):
    """House rules of the ranking: what points make which category. See content/scale.yaml."""

    likely_at: float
    possible_at: float
    priors: dict[str, float]
    windows: dict[str, Period]
    current: dict[str, Period]
    results_act_within: Period
    unanswered_results: tuple[UnansweredResult, ...] = ()
    clarify_sources: tuple[str, ...] = ()
    sources: tuple[str, ...]
