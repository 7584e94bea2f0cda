"""One pass from a patient's record to everything that can be said about it.

findings and diagnoses -> criteria -> differential -> red flags -> gate -> plan -> advice.
Deceased: nothing. Under 18: red flags only. Gate closed: no differential, no plan.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import msgspec

from cds_service.core.advice import ActiveInterlock, GivenAdvice, active_interlocks, give_advice
from cds_service.core.criteria import evaluate_criteria
from cds_service.core.differential import RankedCause, established_causes, rank_causes
from cds_service.core.facts import CriteriaResult, PatientFacts
from cds_service.core.findings import (
    Diagnosis,
    Finding,
    Timeline,
    derive_diagnoses,
    derive_findings,
)
from cds_service.core.gate import GateDecision, decide_gate, unanswered_results
from cds_service.core.knowledge import Knowledge
from cds_service.core.measurements import Results
from cds_service.core.memory import Memory
from cds_service.core.moments import Policy
from cds_service.core.order_checks import OrderRemark, check_orders
from cds_service.core.plan import PlannedWorkup, note_workup_states, plan_workups
from cds_service.core.record import Gap, PatientRecord, Skipped
from cds_service.core.red_flags import RaisedFlag, raise_flags
from cds_service.core.screening import plan_screening


_ADULT = 18


class Audience(Enum):
    """Who reads the cards. Clinicians' advice is not given to patients and relatives."""

    CLINICIAN = "clinician"
    PATIENT = "patient"


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of one call.

    ``moment`` tells services apart that say different things of the same facts; ``memory`` is what
    earlier cards on this patient were answered with.
    """

    as_of: datetime
    policy: Policy = Policy.COMPLAINT
    audience: Audience = Audience.CLINICIAN
    gaps: tuple[Gap, ...] = ()
    moment: str = ""
    memory: Memory | None = None


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was not said, why, and until when (empty: while it holds).

    ``kind`` is for counting: answered, under-18, patient-side, overridden, repeated, accepted.
    """

    topic: str
    because: str
    until: str = ""
    kind: str = "rule"


class Reasoning(msgspec.Struct, frozen=True, kw_only=True):
    """Everything concluded about one patient; what cards and explanations are made of."""

    record: PatientRecord
    occasion: Occasion
    findings: dict[str, Finding]
    diagnoses: dict[str, Diagnosis]
    gate: GateDecision
    flags: tuple[RaisedFlag, ...] = ()
    differential: tuple[RankedCause, ...] = ()
    criteria: tuple[CriteriaResult, ...] = ()
    workups: tuple[PlannedWorkup, ...] = ()
    interlocks: tuple[ActiveInterlock, ...] = ()
    advice: tuple[GivenAdvice, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    remarks: tuple[OrderRemark, ...] = ()
    open_results: tuple[str, ...] = ()

    @property
    def may_speak(self) -> bool:
        """Some card may come of it."""
        return self.gate.open or bool(self.remarks or self.workups or self.open_results)

    @property
    def differential_opened(self) -> bool:
        """The patient is an adult, or of unknown age, so causes were weighed."""
        return self.record.age is None or self.record.age >= _ADULT

    def position_unknown(self, knowledge: Knowledge) -> bool:
        """Nobody recorded position, time of day or what eases it."""
        kinds = {"timing", "aggravating", "relieving"}
        return self.gate.complaint and not any(
            knowledge.findings[f].kind in kinds for f in self.findings
        )

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Resources that could not be used."""
        return self.record.skipped


def reason(record: PatientRecord, knowledge: Knowledge, occasion: Occasion) -> Reasoning:
    """Reason about one patient at ``occasion.as_of``."""
    timeline = Timeline(knowledge, occasion.as_of)
    results = Results(record, knowledge, occasion.as_of)
    findings = derive_findings(record, knowledge, timeline, results)
    diagnoses = derive_diagnoses(record, knowledge, timeline)
    if record.deceased:
        return _silent(record, occasion, findings, diagnoses, "the patient has died")
    facts = PatientFacts(record, knowledge, occasion.as_of, findings, diagnoses, results)
    facts.conclude_criteria(evaluate_criteria(facts, knowledge))
    gate = decide_gate(facts, knowledge)
    if gate.open:
        return _at_this_moment(_speak(facts, knowledge, occasion, gate), facts, knowledge)
    silent = msgspec.structs.replace(
        _silent(record, occasion, findings, diagnoses, gate.because),
        differential=established_causes(facts, knowledge),
    )
    return _at_this_moment(silent, facts, knowledge)


def _at_this_moment(reasoning: Reasoning, facts: PatientFacts, knowledge: Knowledge) -> Reasoning:
    """What only some moments ask for: orders being written, open results, screening."""
    policy = reasoning.occasion.policy
    child = facts.age is not None and facts.age < _ADULT
    if policy is Policy.COMPLAINT or child:
        return reasoning
    if not reasoning.gate.open:
        note_workup_states(facts, knowledge)
    if policy is Policy.ORDERS:
        remarks = check_orders(facts, knowledge, reasoning.flags, gate_open=reasoning.gate.open)
        return msgspec.structs.replace(reasoning, remarks=remarks)
    if policy is Policy.DISCHARGE:
        return msgspec.structs.replace(reasoning, open_results=unanswered_results(facts, knowledge))
    if reasoning.gate.open or facts.age is None:
        return reasoning
    return msgspec.structs.replace(reasoning, workups=plan_screening(facts, knowledge))


def _silent(
    record: PatientRecord,
    occasion: Occasion,
    findings: dict[str, Finding],
    diagnoses: dict[str, Diagnosis],
    because: str,
) -> Reasoning:
    return Reasoning(
        record=record,
        occasion=occasion,
        findings=findings,
        diagnoses=diagnoses,
        gate=GateDecision(open=False, because=because),
    )


def _speak(
    facts: PatientFacts, knowledge: Knowledge, occasion: Occasion, gate: GateDecision
) -> Reasoning:
    child = facts.age is not None and facts.age < _ADULT
    note_workup_states(facts, knowledge)
    ranking = () if child else rank_causes(facts, knowledge)
    flags = raise_flags(facts, knowledge)
    workups = plan_workups(facts, knowledge, flags, complaint=not child)
    interlocks = () if child else active_interlocks(facts, knowledge)
    return Reasoning(
        record=facts.record,
        occasion=occasion,
        findings=facts.findings,
        diagnoses=facts.diagnoses,
        gate=gate,
        flags=flags,
        differential=ranking,
        criteria=() if child else _shown_criteria(facts, knowledge),
        workups=workups,
        interlocks=interlocks,
        advice=() if child else give_advice(facts, knowledge, interlocks),
        suppressed=_suppressed(flags, workups, child=child, audience=occasion.audience),
    )


def _shown_criteria(facts: PatientFacts, knowledge: Knowledge) -> tuple[CriteriaResult, ...]:
    return tuple(r for r in facts.criteria.values() if not knowledge.criteria[r.id].internal)


def _suppressed(
    flags: tuple[RaisedFlag, ...],
    workups: tuple[PlannedWorkup, ...],
    *,
    child: bool,
    audience: Audience,
) -> tuple[Suppressed, ...]:
    said: list[Suppressed] = [
        Suppressed(
            topic=raised.flag.id,
            because=f"answered by {', '.join(raised.answered_by)}",
            kind="answered",
        )
        for raised in flags
        if raised.answered_by
    ]
    if child:
        said.append(
            Suppressed(
                topic="differential", because="under 18 years: red flags only", kind="under-18"
            )
        )
    if audience is Audience.PATIENT:
        said.append(
            Suppressed(
                topic="all", because="the user is a patient or relative", kind="patient-side"
            )
        )
    return tuple(said)
