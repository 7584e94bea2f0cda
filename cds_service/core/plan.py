"""The plan: which work-ups a careful clinician would order today.

A work-up is suggested when an indication holds, unless it has a valid result, is ordered already,
or is withheld. Each is suggested once, for all causes that want it; first line before second.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from cds_service.core.facts import PatientFacts
from cds_service.core.knowledge import Indication, Knowledge, Withholding, Workup
from cds_service.core.memory import SUGGESTION
from cds_service.core.record import EventState, Setting, WorkupEvent
from cds_service.core.red_flags import RaisedFlag
from cds_service.core.values import Category, Priority, Status, Urgency, WorkupStatus


# An order older than this without a result is no longer "on its way" (house rule).
_ORDER_VALID_DAYS = 180.0
_ACUTE_SETTINGS = frozenset({Setting.EMERGENCY, Setting.INPATIENT})
# What the setting itself already provides (vocabulary: red flags, last paragraph).
_TESTS = frozenset({"laboratory", "imaging"})
_PLACES = frozenset({"emergency-assessment", "same-day-assessment"})


class PlannedWorkup(msgspec.Struct, frozen=True, kw_only=True):
    """One work-up with what became of it and why.

    ``question_causes`` are the causes that it is for; ``flags`` the red flags that want it;
    ``screening`` is set where nobody complains.
    """

    workup: Workup
    status: WorkupStatus
    priority: Priority
    causes: tuple[str, ...]
    because: str
    sources: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    interlock: str = ""
    flags: tuple[str, ...] = ()
    line: int = 1
    findings: tuple[str, ...] = ()
    screening: str = ""


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One reason to suggest a work-up."""

    priority: Priority
    causes: tuple[str, ...]
    because: str
    sources: tuple[str, ...]
    line: int = 1
    repeat: bool = False
    flag: str = ""
    findings: tuple[str, ...] = ()


def note_workup_states(facts: PatientFacts, knowledge: Knowledge) -> None:
    """Fill ``facts.workups`` with what is done (validly) or ordered, for conditions to ask."""
    touched = {
        whole for event in facts.events for whole in (event, *knowledge.workups[event].covers)
    }
    for analyte in facts.results.analytes:
        touched.update(knowledge.workups_of_analyte.get(analyte, ()))
    for workup_id in sorted(touched):
        workup = knowledge.workups[workup_id]
        if _done(workup, facts, knowledge, definite_only=False):
            facts.conclude_workup(workup_id, "done")
        elif _ordered(workup, facts, knowledge, definite_only=False):
            facts.conclude_workup(workup_id, "ordered")


def plan_workups(
    facts: PatientFacts, knowledge: Knowledge, flags: tuple[RaisedFlag, ...], *, complaint: bool
) -> tuple[PlannedWorkup, ...]:
    """Every work-up that something speaks for, most urgent first."""
    wishes: dict[str, list[_Wish]] = {}
    for flag in flags:
        _add_flag_wishes(wishes, flag, facts, knowledge)
    if complaint:
        for indication in knowledge.indications.values():
            if indication.when.is_true(facts) and not _all_established(indication, facts):
                wishes.setdefault(indication.workup, []).append(_wish(indication, facts))
    withheld = {w: reason for w in wishes if (reason := _withholding(w, facts, knowledge))}
    _add_replacements(wishes, withheld, knowledge)
    planned = [
        _settle(knowledge.workups[workup], reasons, withheld.get(workup), facts, knowledge)
        for workup, reasons in wishes.items()
    ]
    settled = _settled_already(facts, knowledge, wishes.keys()) if complaint else []
    return (*_first_line_first(planned), *settled)


def is_withheld(workup: str, facts: PatientFacts, knowledge: Knowledge) -> bool:
    """Something speaks against this work-up now."""
    return _withholding(workup, facts, knowledge) is not None


def settled_by(workup: Workup, facts: PatientFacts, knowledge: Knowledge) -> list[str]:
    """References of the valid results and open orders of a work-up."""
    done = _done(workup, facts, knowledge, definite_only=False)
    return list(dict.fromkeys([*done, *_ordered(workup, facts, knowledge, definite_only=False)]))


def _settled_already(
    facts: PatientFacts, knowledge: Knowledge, wished: Collection[str]
) -> list[PlannedWorkup]:
    """Done or ordered work-ups that bear on a cause under discussion, though nothing asks for them."""
    settled: list[PlannedWorkup] = []
    for workup_id, state in facts.workups.items():
        if workup_id in wished:
            continue
        causes = _causes_under_discussion(workup_id, facts, knowledge)
        if causes:
            workup = knowledge.workups[workup_id]
            find = _done if state == "done" else _ordered
            planned = PlannedWorkup(
                workup=workup,
                status=WorkupStatus.SUGGESTED,
                priority=Priority.ROUTINE,
                causes=causes,
                because="",
            )
            evidence = find(workup, facts, knowledge, definite_only=False)
            settled.append(_already(planned, state, evidence))
    return settled


def _causes_under_discussion(
    workup: str, facts: PatientFacts, knowledge: Knowledge
) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            cause
            for whole in (workup, *knowledge.covered_by.get(workup, ()))
            for indication in knowledge.indications_of_workup.get(whole, ())
            for cause in indication.causes
            if facts.category(cause).standing >= Category.POSSIBLE.standing
        )
    )


def _add_flag_wishes(
    wishes: dict[str, list[_Wish]], raised: RaisedFlag, facts: PatientFacts, knowledge: Knowledge
) -> None:
    """The work-ups of a red flag; nothing when it is answered. Places give way to tests in hospital."""
    if raised.answered_by:
        return
    priority = {
        Urgency.EMERGENCY_NOW: Priority.STAT,
        Urgency.SAME_DAY_URGENT: Priority.URGENT,
        Urgency.PROMPT: Priority.ROUTINE,
    }[raised.urgency]
    acute = facts.record.setting in _ACUTE_SETTINGS
    known = all(
        facts.established(cause) and not facts.reason_for_care(cause)
        for cause in raised.flag.suspected
    )
    for workup in _flag_workups(raised, acute=acute):
        if known and knowledge.workups[workup].kind in _TESTS:
            continue  # what is on record is not diagnosed again, but somebody looks today
        wishes.setdefault(workup, []).append(
            _Wish(
                priority=priority,
                causes=raised.flag.suspected,
                because=raised.flag.label,
                sources=raised.flag.sources,
                flag=raised.flag.id,
                findings=raised.because,
            )
        )


def _flag_workups(raised: RaisedFlag, *, acute: bool) -> list[str]:
    workups = [w for w in raised.flag.workups if not (acute and w in _PLACES)]
    if raised.urgency is Urgency.EMERGENCY_NOW and not acute:
        workups = [w for w in workups if w != "same-day-assessment"]
    if raised.urgency is Urgency.SAME_DAY_URGENT:
        workups = [w for w in workups if w != "emergency-assessment"]
    if raised.urgency is Urgency.PROMPT:
        workups = [w for w in workups if w not in _PLACES]
    return workups


def _all_established(indication: Indication, facts: PatientFacts) -> bool:
    """First-line work-up is for what is not diagnosed yet."""
    if indication.for_established or not indication.causes:
        return False
    return all(facts.established(cause) for cause in indication.causes)


def _wish(indication: Indication, facts: PatientFacts) -> _Wish:
    return _Wish(
        priority=indication.priority,
        causes=indication.causes,
        because=indication.because,
        sources=indication.sources,
        line=indication.line,
        repeat=indication.repeat_when_done,
        findings=indication.when.because(facts),
    )


def _withholding(workup: str, facts: PatientFacts, knowledge: Knowledge) -> Withholding | None:
    for withholding in knowledge.withholdings_of_workup.get(workup, ()):
        if withholding.when.is_true(facts):
            return withholding
    return None


def _add_replacements(
    wishes: dict[str, list[_Wish]], withheld: dict[str, Withholding], knowledge: Knowledge
) -> None:
    """A withheld work-up may put another in its place, with the same urgency."""
    for workup, withholding in withheld.items():
        if withholding.instead and withholding.instead not in withheld:
            for wish in list(wishes[workup]):
                wishes.setdefault(withholding.instead, []).append(
                    msgspec.structs.replace(
                        wish, because=withholding.because, sources=withholding.sources
                    )
                )


def _settle(
    workup: Workup,
    wishes: list[_Wish],
    withholding: Withholding | None,
    facts: PatientFacts,
    knowledge: Knowledge,
) -> PlannedWorkup:
    wishes = sorted(wishes, key=lambda w: (-w.priority.standing, w.line))
    first = wishes[0]
    deciding = any(w.flag for w in wishes) and first.priority is not Priority.ROUTINE
    done = (
        []
        if any(w.repeat for w in wishes)
        else _done(workup, facts, knowledge, definite_only=deciding)
    )
    ordered = _ordered(workup, facts, knowledge, definite_only=deciding)
    planned = PlannedWorkup(
        workup=workup,
        status=WorkupStatus.SUGGESTED,
        priority=first.priority,
        causes=tuple(dict.fromkeys(c for w in wishes for c in w.causes)),
        because=first.because,
        sources=tuple(dict.fromkeys(s for w in wishes for s in w.sources)),
        flags=tuple(dict.fromkeys(w.flag for w in wishes if w.flag)),
        line=min(w.line for w in wishes),
        findings=tuple(dict.fromkeys(f for w in wishes for f in w.findings)),
    )
    if done or ordered:
        return _already(planned, "done" if done else "ordered", done or ordered)
    if withholding is not None:
        return msgspec.structs.replace(
            planned,
            status=WorkupStatus.WITHHELD,
            because=withholding.because,
            interlock=withholding.interlock,
            sources=withholding.sources,
        )
    return planned


def _already(planned: PlannedWorkup, state: str, evidence: list[str]) -> PlannedWorkup:
    done = state == "done"
    return msgspec.structs.replace(
        planned,
        status=WorkupStatus.ALREADY_DONE if done else WorkupStatus.ALREADY_ORDERED,
        because="a valid result is on record" if done else _ordered_because(evidence),
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _ordered_because(evidence: list[str]) -> str:
    """Orders have references of their own; an accepted suggestion has the one of its card."""
    if all(reference.startswith(SUGGESTION) for reference in evidence):
        return "accepted from an earlier card; the order itself is not on record yet"
    return "an order is on record"


def _first_line_first(planned: list[PlannedWorkup]) -> tuple[PlannedWorkup, ...]:
    """Hold second-line work-ups back while a first-line one for the same cause is still open."""
    open_causes = {
        cause
        for p in planned
        if p.line == 1 and p.status in {WorkupStatus.SUGGESTED, WorkupStatus.ALREADY_ORDERED}
        for cause in p.causes
    }
    settled = [
        msgspec.structs.replace(
            p, status=WorkupStatus.NOT_INDICATED, because="only after the first-line tests"
        )
        if p.line > 1 and p.status is WorkupStatus.SUGGESTED and open_causes & set(p.causes)
        else p
        for p in planned
    ]
    return tuple(
        sorted(
            settled,
            key=lambda p: (p.status is not WorkupStatus.SUGGESTED, -p.priority.standing),
        )
    )


def _done(
    workup: Workup, facts: PatientFacts, knowledge: Knowledge, *, definite_only: bool
) -> list[str]:
    """References of valid results; empty when none, when too old, or when newer symptoms came."""
    sources = _results(workup, facts)
    for candidate in (
        workup,
        *(knowledge.workups[w] for w in knowledge.covered_by.get(workup.id, ())),
    ):
        sources += [
            event.source
            for event in facts.events.get(candidate.id, ())
            if event.state is EventState.DONE
            and (event.definite or not definite_only)
            and _is_valid(event.date, workup, facts)
        ]
    return sources


def _results(workup: Workup, facts: PatientFacts) -> list[str]:
    found: list[str] = []
    for analyte in workup.analytes:
        valid = [
            r.source for r in facts.results.newest_day(analyte) if _is_valid(r.date, workup, facts)
        ]
        if not valid and workup.all_analytes:
            return []
        found += valid
    return found


def _is_valid(date: datetime | None, workup: Workup, facts: PatientFacts) -> bool:
    """Dated, within the validity window, and not overtaken by newer symptoms."""
    if date is None:
        return False
    age = (facts.as_of - date).total_seconds() / 86400
    return age <= workup.valid_for.in_days and not _overtaken(date, workup, facts)


def _overtaken(date: datetime, workup: Workup, facts: PatientFacts) -> bool:
    """A symptom that is said to have begun after the result asks for a new one."""
    for finding_id in workup.renewed_by:
        finding = facts.findings.get(finding_id)
        if (
            finding is not None
            and finding.status is Status.PRESENT
            and finding.onset is not None
            and finding.onset.date() > date.date()
        ):
            return True
    return False


def _ordered(
    workup: Workup, facts: PatientFacts, knowledge: Knowledge, *, definite_only: bool
) -> list[str]:
    wholes = (workup.id, *knowledge.covered_by.get(workup.id, ()))
    return [
        event.source
        for whole in wholes
        for event in facts.events.get(whole, ())
        if event.state is EventState.ORDERED
        and (event.definite or not definite_only)
        and _is_on_its_way(event, facts)
    ]


def _is_on_its_way(event: WorkupEvent, facts: PatientFacts) -> bool:
    if event.drafted or event.date is None:
        return True
    return (facts.as_of - event.date).total_seconds() / 86400 <= _ORDER_VALID_DAYS
