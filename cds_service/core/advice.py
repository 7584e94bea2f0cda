"""Advice and treatment information, and what withholds it."""

from __future__ import annotations

import msgspec

from cds_service.core.facts import PatientFacts
from cds_service.core.knowledge import Advice, Interlock, Knowledge


class ActiveInterlock(msgspec.Struct, frozen=True):
    """A safety rule that applies to this patient, with the findings behind it."""

    interlock: Interlock
    findings: tuple[str, ...]


class GivenAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of advice as it applies: its text, or what is said in its place when withheld."""

    advice: Advice
    text: str
    causes: tuple[str, ...]
    withheld_by: tuple[str, ...] = ()


def active_interlocks(facts: PatientFacts, knowledge: Knowledge) -> tuple[ActiveInterlock, ...]:
    """Interlocks whose condition holds."""
    return tuple(
        ActiveInterlock(interlock, interlock.when.because(facts))
        for interlock in knowledge.interlocks.values()
        if interlock.when.is_true(facts)
    )


def give_advice(
    facts: PatientFacts, knowledge: Knowledge, interlocks: tuple[ActiveInterlock, ...]
) -> tuple[GivenAdvice, ...]:
    """Advice whose cause stands high enough and whose condition holds; withheld where unsafe."""
    active = {a.interlock.id for a in interlocks}
    given: list[GivenAdvice] = []
    for advice in _bearing(facts, knowledge):
        causes = _causes(advice, facts)
        if not causes or (advice.when is not None and not advice.when.is_true(facts)):
            continue
        stopped = tuple(i for i in advice.withheld_by if i in active)
        text = advice.instead if stopped else advice.text
        if text:
            given.append(GivenAdvice(advice=advice, text=text, causes=causes, withheld_by=stopped))
    return tuple(given)


def _bearing(facts: PatientFacts, knowledge: Knowledge) -> list[Advice]:
    """Advice for any cause that is at least possible, in the order of the files."""
    found = {
        position: advice
        for cause in facts.possible_causes()
        for position, advice in knowledge.advice_of_cause.get(cause, ())
    }
    return [found[position] for position in sorted(found)]


def _causes(advice: Advice, facts: PatientFacts) -> tuple[str, ...]:
    return tuple(c for c in advice.causes if facts.category(c).standing >= advice.at_least.standing)
