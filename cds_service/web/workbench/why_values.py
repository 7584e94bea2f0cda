"""What the page of a try shows of the reasoning: plain values, made by why_view."""

from __future__ import annotations

from typing import Any

import msgspec


Json = dict[str, Any]


class Named(msgspec.Struct, frozen=True):
    """An id of the knowledge with its label."""

    id: str
    label: str


class CauseView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the differential.

    ``move``: places gained (positive) or lost since before the changes. ``criterion``: the criteria set
    that the cause goes by, which outweighs single findings.
    """

    id: str
    label: str
    rank: int
    category: str
    standing: int
    supports: tuple[Named, ...]
    against: tuple[Named, ...]
    missing: tuple[Named, ...]
    citations: tuple[Named, ...]
    first: bool
    criterion: CriterionView | None = None
    move: int = 0
    news: str = ""


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding with what decided it."""

    id: str
    label: str
    kind: str
    status: str
    value: str
    how: str
    sources: tuple[str, ...]


class Day(msgspec.Struct, frozen=True):
    """Findings of one day of the timeline."""

    date: str
    ago: str
    findings: tuple[FindingView, ...]


class WorkupView(msgspec.Struct, frozen=True, kw_only=True):
    """One work-up, with what became of it."""

    id: str
    label: str
    status: str
    urgency: str
    because: str
    causes: tuple[Named, ...]
    evidence: tuple[str, ...]


class FlagView(msgspec.Struct, frozen=True, kw_only=True):
    """One red flag."""

    id: str
    label: str
    indicator: str
    urgency: str
    because: tuple[Named, ...]
    suspected: tuple[Named, ...]
    answered_by: tuple[str, ...]


class CriterionView(msgspec.Struct, frozen=True, kw_only=True):
    """A named criteria set with the points known and those still open."""

    id: str
    label: str
    result: str
    low: int
    high: int
    needed: int
    unknown: tuple[Named, ...]


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page shows of the reasoning."""

    as_of: str
    age: int | None
    gate_open: bool
    gate: str
    flags: tuple[FlagView, ...]
    causes: tuple[CauseView, ...]
    timeline: tuple[Day, ...]
    unknown: tuple[FindingView, ...]
    workups: tuple[tuple[str, str, tuple[WorkupView, ...]], ...]
    criteria: tuple[CriterionView, ...]
    interlocks: tuple[tuple[Named, str], ...]
    gaps: tuple[Json, ...]
    suppressed: tuple[Json, ...]
    skipped: tuple[Json, ...]
    orders: tuple[Json, ...]
