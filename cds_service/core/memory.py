"""What clinicians answered to earlier cards, and what follows from it: silence by rule, never unsaid.

An overridden topic stays silent for a time that depends on the reason; an accepted work-up counts as
ordered for a while; the same advisory card is not shown twice to the same clinician. Red flags that
cannot wait, and critical cards, are exempt from all of it. A topic that has become more urgent than
what was overridden speaks again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

import msgspec

from cds_service.core.record import EventState, PatientRecord, WorkupEvent
from cds_service.core.values import Priority


# How references to accepted suggestions begin.
SUGGESTION = "urn:uuid:"
INDICATORS = ("info", "warning", "critical")


class Binds(Enum):
    """Whom an override keeps silent: a reason about the patient holds for everybody."""

    EVERYBODY = "everybody"
    CLINICIAN = "clinician"


class OverrideRule(msgspec.Struct, frozen=True, kw_only=True):
    """What one reason for an override means.

    ``code`` is empty in the rule for overrides without a reason, or with one that is not listed.
    """

    code: str
    display: str
    silent_days: float
    binds: Binds


class MemoryRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a site decides about silence (`knowledge/feedback.yaml`).

    Attributes:
        reasons: By code of the override reason.
        unnamed: For overrides without a listed reason.
        accepted_days: How long an accepted work-up counts as ordered, by priority; a priority that
            is not named never does.
        repeat_hours: How long the same card is not shown to the same clinician; 0: always shown.
    """

    reasons: dict[str, OverrideRule]
    unnamed: OverrideRule
    accepted_days: dict[Priority, float]
    repeat_hours: float = 24.0

    def rule_of(self, reason: str) -> OverrideRule:
        """The rule for a reason's code."""
        return self.reasons.get(reason, self.unnamed)

    @property
    def longest(self) -> timedelta:
        """Nothing older than this has any effect."""
        days = [rule.silent_days for rule in (*self.reasons.values(), self.unnamed)]
        return timedelta(days=max(*days, *self.accepted_days.values(), self.repeat_hours / 24))


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A card that this clinician has seen. ``moment`` tells services apart that say other things."""

    moment: str
    topic: str
    fingerprint: str
    at: datetime


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier card on these topics was overridden; ``own``: by the clinician of this call."""

    topics: tuple[str, ...]
    indicator: str
    reason: str
    at: datetime
    own: bool


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """A suggested work-up was accepted; ``reference`` names the suggestion."""

    workup: str
    priority: Priority
    at: datetime
    reference: str


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered about one patient, for one clinician, at one instant."""

    rules: MemoryRules
    shown: tuple[Shown, ...] = ()
    overrides: tuple[Override, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shown or self.overrides or self.acceptances)


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Why a topic is not spoken of, in words for the clinician, and until when."""

    because: str
    until: datetime
    kind: str


def counted_as_ordered(acceptance: Acceptance, memory: Memory, as_of: datetime) -> datetime | None:
    """Until when an accepted work-up counts as ordered; None when it does not (any more)."""
    days = memory.rules.accepted_days.get(acceptance.priority)
    until = acceptance.at + timedelta(days=days or 0)
    return until if acceptance.at <= as_of < until else None


def with_accepted_orders(record: PatientRecord, memory: Memory, as_of: datetime) -> PatientRecord:
    """The record with accepted work-ups as orders on their way.

    They are not definite: like an order known from words alone they settle routine advice, never
    the deciding test of a red flag.
    """
    events = tuple(
        WorkupEvent(
            workup=acceptance.workup,
            state=EventState.ORDERED,
            source=acceptance.reference,
            date=acceptance.at,
            definite=False,
            how="accepted from a card of this service",
        )
        for acceptance in memory.acceptances
        if counted_as_ordered(acceptance, memory, as_of) is not None
    )
    return msgspec.structs.replace(record, events=(*record.events, *events)) if events else record


def silence(
    topic: str,
    *,
    moment: str,
    fingerprint: str,
    indicator: str,
    memory: Memory,
    as_of: datetime,
) -> Silence | None:
    """Why a card on ``topic`` is not shown now; None when it is."""
    return _overridden(topic, indicator, memory, as_of) or _repeated(
        topic, moment, fingerprint, memory, as_of
    )


def _overridden(topic: str, indicator: str, memory: Memory, as_of: datetime) -> Silence | None:
    binding = [
        (until, override)
        for override in memory.overrides
        if topic in override.topics
        and _binds(override, memory)
        and override.at <= as_of < (until := _end(override, memory))
        and INDICATORS.index(indicator) <= INDICATORS.index(override.indicator)
    ]
    if not binding:
        return None
    until, override = max(binding, key=lambda each: each[0])
    words = memory.rules.rule_of(override.reason).display
    return Silence(
        because=f"overridden on {_day(override.at)} ({words})", until=until, kind="overridden"
    )


def _binds(override: Override, memory: Memory) -> bool:
    return override.own or memory.rules.rule_of(override.reason).binds is Binds.EVERYBODY


def _end(override: Override, memory: Memory) -> datetime:
    return override.at + timedelta(days=memory.rules.rule_of(override.reason).silent_days)


def _repeated(
    topic: str, moment: str, fingerprint: str, memory: Memory, as_of: datetime
) -> Silence | None:
    """Shown before, at another instant: a call that is sent again for the same instant is answered."""
    span = timedelta(hours=memory.rules.repeat_hours)
    seen = [
        shown.at
        for shown in memory.shown
        if (shown.topic, shown.moment, shown.fingerprint) == (topic, moment, fingerprint)
        and shown.at < as_of < shown.at + span
    ]
    if not seen:
        return None
    first = min(seen)
    return Silence(
        because=f"shown to this clinician on {_day(first)}, and nothing behind it has changed",
        until=first + span,
        kind="repeated",
    )


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
