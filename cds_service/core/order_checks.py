"""Remarks on the orders being written: what this draft would do to this patient.

They speak only with a leg complaint, a disease of the legs on record, or a leg reason on the order:
everything else is the business of the EHR's own interaction checker. Only orders that are picked or
signed are looked at; the other drafts are background, like what is on record.
"""

from __future__ import annotations

import msgspec

from cds_service.core.facts import PatientFacts
from cds_service.core.knowledge import Knowledge, OrderCheck
from cds_service.core.memory import SUGGESTION
from cds_service.core.plan import is_withheld, settled_by
from cds_service.core.record import DraftedOrder
from cds_service.core.red_flags import RaisedFlag
from cds_service.core.values import Priority, Status, Urgency


_SOON = {Urgency.EMERGENCY_NOW: Priority.STAT, Urgency.SAME_DAY_URGENT: Priority.URGENT}
_TESTS = frozenset({"laboratory", "imaging", "vascular-test"})
_REPEATED_AFTER_DAYS = 90.0  # house rule
_PRIORITIES = {"stat": 3, "asap": 2, "urgent": 2}


class OrderRemark(msgspec.Struct, frozen=True, kw_only=True):
    """One check that speaks about one draft.

    ``instead`` are the work-ups to offer; ``priority`` what the draft should be raised to;
    ``evidence`` the results or orders that a duplicate repeats; ``flag`` the red flag behind it.
    """

    draft: DraftedOrder
    check: OrderCheck
    because: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    priority: Priority | None = None
    evidence: tuple[str, ...] = ()
    flag: RaisedFlag | None = None


class _DraftFacts(PatientFacts):
    """The patient as he is without this draft: its own drugs do not count, those of the others do."""

    def __init__(self, facts: PatientFacts, draft: DraftedOrder) -> None:
        self.__dict__.update(facts.__dict__)
        self.known = {
            id: present for id, present in facts.known.items() if not self._its_own(id, draft)
        }
        others = (o for o in facts.record.drafts if o is not draft)
        taken = {self.knowledge.drugs[drug].finding for other in others for drug in other.drugs}
        self.known |= dict.fromkeys(taken, True)
        self.keys = (facts.keys - (facts.known.keys() - self.known.keys())) | taken

    def _its_own(self, finding: str, draft: DraftedOrder) -> bool:
        if self.knowledge.findings[finding].kind != "exposure-drug":
            return False
        return set(self.findings[finding].sources) == {draft.reference}


def check_orders(
    facts: PatientFacts, knowledge: Knowledge, flags: tuple[RaisedFlag, ...], *, gate_open: bool
) -> tuple[OrderRemark, ...]:
    """Every remark on every order that is picked or signed, in the order of the drafts."""
    in_question = gate_open or any(
        diagnosis.active and cause in knowledge.leg_causes
        for cause, diagnosis in facts.diagnoses.items()
    )
    return tuple(
        remark
        for draft in facts.record.drafts
        if draft.selected and (in_question or draft.leg_reason)
        for remark in _remarks(draft, facts, knowledge, flags)
    )


def _remarks(
    draft: DraftedOrder, facts: PatientFacts, knowledge: Knowledge, flags: tuple[RaisedFlag, ...]
) -> list[OrderRemark]:
    without = _DraftFacts(facts, draft)
    found: list[OrderRemark] = []
    for check in knowledge.order_checks.values():
        if check.kind == "too-late":
            remark = _too_late(check, draft, flags)
        elif check.kind == "duplicate":
            remark = _duplicate(check, draft, facts, knowledge, flags)
        else:
            remark = _by_condition(check, draft, without, knowledge)
        if remark is not None:
            found.append(remark)
    return found


def _by_condition(
    check: OrderCheck, draft: DraftedOrder, facts: PatientFacts, knowledge: Knowledge
) -> OrderRemark | None:
    if not _concerns(check, draft) or not check.when.is_true(facts):
        return None
    instead = tuple(
        workup
        for workup in check.instead
        if facts.workup_state(workup) == "missing" and not is_withheld(workup, facts, knowledge)
    )
    return OrderRemark(draft=draft, check=check, because=check.when.because(facts), instead=instead)


def _concerns(check: OrderCheck, draft: DraftedOrder) -> bool:
    if set(check.orders.except_drugs) & set(draft.drugs):
        return False
    pairs = (
        (check.orders.workups, draft.workups),
        (check.orders.drugs, draft.drugs),
        (check.orders.treatments, draft.treatments),
    )
    return any(set(wanted) & set(drafted) for wanted, drafted in pairs)


def _duplicate(
    check: OrderCheck,
    draft: DraftedOrder,
    facts: PatientFacts,
    knowledge: Knowledge,
    flags: tuple[RaisedFlag, ...],
) -> OrderRemark | None:
    """The same test has a valid result or is on its way; not when something asks for a fresh one.

    An accepted suggestion is no order on record: the draft is what became of it.
    """
    urgent = {w for flag in flags for w in (*flag.flag.workups, *flag.flag.answered_by)}
    drafts = {other.reference for other in facts.record.drafts}
    for workup in draft.workups:
        if knowledge.workups[workup].kind not in _TESTS or workup in urgent:
            continue
        settled = settled_by(knowledge.workups[workup], facts, knowledge)
        fresh = (source for source in settled if _is_fresh(workup, source, facts, knowledge))
        evidence = tuple(
            source for source in fresh if source not in drafts and not source.startswith(SUGGESTION)
        )
        if evidence and not _abnormal(workup, evidence, facts, knowledge):
            return OrderRemark(draft=draft, check=check, evidence=evidence)
    return None


def _is_fresh(workup: str, source: str, facts: PatientFacts, knowledge: Knowledge) -> bool:
    """Blood results that still count for advice may well be repeated after three months."""
    if knowledge.workups[workup].kind != "laboratory":
        return True
    dates = [m.date for m in facts.record.measurements if m.source == source]
    return all(
        date is None or (facts.as_of - date).total_seconds() / 86400 <= _REPEATED_AFTER_DAYS
        for date in dates
    )


def _abnormal(
    workup: str, evidence: tuple[str, ...], facts: PatientFacts, knowledge: Knowledge
) -> bool:
    """An abnormal blood result is a good reason to repeat it."""
    if knowledge.workups[workup].kind != "laboratory":
        return False
    return any(
        found.status is Status.PRESENT
        and knowledge.findings[found.id].kind in {"lab", "test-result"}
        and set(found.sources) & set(evidence)
        for found in facts.findings.values()
    )


def _too_late(
    check: OrderCheck, draft: DraftedOrder, flags: tuple[RaisedFlag, ...]
) -> OrderRemark | None:
    """A red flag that only this draft answers wants it sooner than it says."""
    for flag in flags:
        wanted = _SOON.get(flag.urgency)
        if wanted is None or set(flag.answered_by) != {draft.reference} or not draft.workups:
            continue
        if _PRIORITIES.get(draft.priority, 1) < wanted.standing:
            return OrderRemark(
                draft=draft, check=check, because=flag.because, priority=wanted, flag=flag
            )
    return None
