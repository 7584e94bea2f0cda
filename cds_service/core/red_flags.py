"""Red flags: what cannot wait.

They look only at what is current, use only what is known to be present, and are never lowered by
an argument against. One is answered when its deciding test was ordered or resulted after the
finding's date.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from cds_service.core.facts import CurrentFacts, PatientFacts
from cds_service.core.knowledge import Knowledge, RedFlag
from cds_service.core.record import EventState, WorkupEvent
from cds_service.core.values import Urgency


class RaisedFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A red flag that was raised, the findings behind it, and what answered it, if anything."""

    flag: RedFlag
    urgency: Urgency
    because: tuple[str, ...]
    answered_by: tuple[str, ...] = ()


def raise_flags(facts: PatientFacts, knowledge: Knowledge) -> tuple[RaisedFlag, ...]:
    """Every red flag whose trigger holds, most urgent first. Also fills ``facts.flags``."""
    current = CurrentFacts(facts)
    raised: list[RaisedFlag] = []
    for flag in knowledge.red_flags.values():
        found = _raise(flag, current)
        if found is not None:
            raised.append(found)
            facts.conclude_flag(flag.id)
    raised.sort(key=lambda r: (-r.urgency.standing, r.flag.id))
    return tuple(raised)


def _raise(flag: RedFlag, facts: CurrentFacts) -> RaisedFlag | None:
    for level in flag.levels:
        if level.when.is_true(facts):
            because = level.when.because(facts)
            return RaisedFlag(
                flag=flag,
                urgency=level.urgency,
                because=because,
                answered_by=_answers(flag, because, facts),
            )
    return None


def _answers(flag: RedFlag, because: tuple[str, ...], facts: PatientFacts) -> tuple[str, ...]:
    """Orders and results of the deciding test that are not older than the findings.

    A result that is itself behind the flag answers nothing, nor does an order that is all there is of
    it. An order that only repeats as its reason what was found before answers like any other.
    """
    since = _since(because, facts)
    behind = [set(facts.findings[f].sources) for f in because if f in facts.findings]
    raising = set().union(*behind)
    events = [
        event
        for event in facts.record.events
        if event.workup in flag.answered_by and event.definite and _not_older(event, since)
    ]
    repeating = {
        event.source
        for event in events
        if event.state is EventState.ORDERED and any(each - {event.source} for each in behind)
    }
    found = [*(event.source for event in events), *_results(flag, since, facts)]
    return tuple(s for s in dict.fromkeys(found) if s in repeating or s not in raising)


def _results(flag: RedFlag, since: datetime | None, facts: PatientFacts) -> list[str]:
    return [
        result.source
        for workup in flag.answered_by
        for analyte in facts.knowledge.workups[workup].analytes
        for result in facts.results.newest_day(analyte)
        if result.date is not None and (since is None or result.date.date() >= since.date())
    ]


def _since(because: tuple[str, ...], facts: PatientFacts) -> datetime | None:
    moments = [
        found.since
        for finding in because
        if (found := facts.findings.get(finding)) is not None and found.since is not None
    ]
    return max(moments, default=None)


def _not_older(event: WorkupEvent, since: datetime | None) -> bool:
    if event.drafted:
        return True
    if event.date is None:
        return False
    return since is None or event.date.date() >= since.date()
