"""Silence by rule: whom an override binds, when it ends, and what breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cds_service.core.memory import (
    Acceptance,
    Binds,
    Memory,
    MemoryRules,
    Override,
    OverrideRule,
    Shown,
    Silence,
    counted_as_ordered,
    silence,
)
from cds_service.core.values import Priority


AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def rule(code: str, days: float, binds: Binds) -> OverrideRule:
    """A rule."""
    return OverrideRule(code=code, display=f"because {code}", silent_days=days, binds=binds)


RULES = MemoryRules(
    reasons={
        "patient": rule("patient", 30, Binds.EVERYBODY),
        "mine": rule("mine", 10, Binds.CLINICIAN),
    },
    unnamed=rule("", 7, Binds.CLINICIAN),
    accepted_days={Priority.ROUTINE: 14, Priority.URGENT: 1},
)


def asked(
    memory: Memory, *, days: float = 1, topic: str = "nerves", indicator: str = "info"
) -> Silence | None:
    """Whether a card on ``topic`` is silent so many days later."""
    return silence(
        topic,
        moment="complaint",
        fingerprint="abc",
        indicator=indicator,
        memory=memory,
        as_of=AT + timedelta(days=days),
    )


def overridden(reason: str, *, own: bool = True, indicator: str = "info") -> Memory:
    """A memory of one override of two topics."""
    override = Override(
        topics=("nerves", "iron"), indicator=indicator, reason=reason, at=AT, own=own
    )
    return Memory(rules=RULES, overrides=(override,))


@pytest.mark.parametrize(
    ("reason", "own", "days", "silent"),
    [
        ("patient", True, 29.9, True),
        ("patient", False, 29.9, True),
        ("patient", False, 30, False),
        ("mine", True, 9.9, True),
        ("mine", False, 1, False),
        ("mine", True, 10, False),
        ("", True, 6.9, True),
        ("unheard-of", True, 7, False),
        ("unheard-of", False, 1, False),
        ("patient", True, -1, False),
    ],
)
def test_whom_an_override_binds_and_for_how_long(
    reason: str, own: bool, days: float, silent: bool
) -> None:
    """About the patient: everybody; about the clinician: nobody else; not before it was given."""
    assert (asked(overridden(reason, own=own), days=days) is not None) is silent


def test_all_topics_of_a_folded_card_are_silent_and_no_other() -> None:
    """A card that folds two questions was overridden for both."""
    memory = overridden("patient")
    assert asked(memory, topic="iron")
    assert not asked(memory, topic="arteries")


def test_what_became_more_urgent_speaks() -> None:
    """A warning is not silenced by an override of an info card; an info card by one of a warning is."""
    assert not asked(overridden("patient"), indicator="warning")
    assert asked(overridden("patient", indicator="warning"), indicator="info")


def test_the_longest_silence_is_told() -> None:
    """Two overrides of one topic: the one that ends last."""
    both = Memory(
        rules=RULES, overrides=(*overridden("mine").overrides, *overridden("patient").overrides)
    )
    said = asked(both)
    assert said is not None
    assert said.until == AT + timedelta(days=30)
    assert said.because == "overridden on 1 Mar 2026 (because patient)"


@pytest.mark.parametrize(
    ("change", "days", "silent"),
    [
        ({}, 0.9, True),
        ({}, 1, False),
        ({}, 0, False),
        ({"fingerprint": "changed"}, 0.5, False),
        ({"moment": "discharge"}, 0.5, False),
        ({"topic": "arteries"}, 0.5, False),
    ],
)
def test_the_same_card_within_a_day(change: dict[str, str], days: float, silent: bool) -> None:
    """The same question, moment and facts; the same instant is the same call."""
    seen = {"moment": "complaint", "topic": "nerves", "fingerprint": "abc"} | change
    memory = Memory(rules=RULES, shown=(Shown(at=AT, **seen),))
    assert (asked(memory, days=days) is not None) is silent


@pytest.mark.parametrize(
    ("priority", "days", "counts"),
    [
        (Priority.ROUTINE, 13.9, True),
        (Priority.ROUTINE, 14, False),
        (Priority.URGENT, 0.9, True),
        (Priority.URGENT, 1, False),
        (Priority.STAT, 0, False),
        (Priority.ROUTINE, -1, False),
    ],
)
def test_how_long_an_accepted_work_up_counts_as_ordered(
    priority: Priority, days: float, counts: bool
) -> None:
    """Routine two weeks, urgent a day, stat never."""
    acceptance = Acceptance(workup="abi", priority=priority, at=AT, reference="urn:uuid:1")
    until = counted_as_ordered(acceptance, Memory(rules=RULES), AT + timedelta(days=days))
    assert (until is not None) is counts


def test_nothing_older_than_the_longest_rule_matters() -> None:
    """Thirty days here; it bounds what is asked of the database."""
    assert RULES.longest == timedelta(days=30)
