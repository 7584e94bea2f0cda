"""The explain interface: everything behind an answer, as one JSON object.

The shape is a public contract (docs/reference/explain.md). What is unknown is left out: no nulls,
no empty strings; empty arrays are allowed here.
"""

from __future__ import annotations

from typing import Any

from cds_service.core.card_text import source_label, stands_on_cards
from cds_service.core.differential import RankedCause
from cds_service.core.facts import CriteriaResult
from cds_service.core.findings import Finding
from cds_service.core.knowledge import Knowledge
from cds_service.core.moments import Policy
from cds_service.core.order_checks import OrderRemark
from cds_service.core.plan import PlannedWorkup
from cds_service.core.reasoning import Reasoning
from cds_service.core.red_flags import RaisedFlag


Json = dict[str, Any]
# The effect of a gap that no card mentions.
_QUIET_GAP = "What it would have shown stays unknown."


def explain_document(reasoning: Reasoning, knowledge: Knowledge) -> Json:
    """The reasoning as the explain interface shows it."""
    occasion = reasoning.occasion
    document: Json = {"as_of": occasion.as_of.isoformat()}
    if reasoning.record.age is not None:
        document["age"] = reasoning.record.age
    return document | {
        "gate": {"open": reasoning.gate.open, "because": reasoning.gate.because},
        "findings": _findings(reasoning),
        "red_flags": [_flag(raised) for raised in reasoning.flags],
        "differential": [_cause(ranked, knowledge) for ranked in reasoning.differential],
        "criteria": [_criterion(result) for result in reasoning.criteria],
        "workups": [_workup(planned) for planned in reasoning.workups],
        "interlocks": [
            {"id": active.interlock.id, "because": active.interlock.says}
            for active in reasoning.interlocks
        ],
        "gaps": [
            {"key": g.key, "state": g.state, "effect": g.effect or _QUIET_GAP}
            for g in occasion.gaps
        ],
        "suppressed": [
            _trimmed({"topic": s.topic, "because": s.because, "until": s.until})
            for s in reasoning.suppressed
        ],
        "skipped": [{"reference": s.reference, "problem": s.problem} for s in reasoning.skipped],
        **_orders(reasoning),
    }


def _orders(reasoning: Reasoning) -> Json:
    """What was said of the orders being written; only where orders are what it is about."""
    if reasoning.occasion.policy is not Policy.ORDERS:
        return {}
    return {"orders": [_remark(remark) for remark in reasoning.remarks]}


def _remark(remark: OrderRemark) -> Json:
    return {
        "reference": remark.draft.reference,
        "check": remark.check.id,
        "because": list(remark.because),
        "evidence": list(remark.evidence),
    }


def _findings(reasoning: Reasoning) -> list[Json]:
    """Known findings, then the unknown ones that a ranked cause asks for."""
    known = [_finding(finding) for _, finding in sorted(reasoning.findings.items())]
    asked = {missing for ranked in reasoning.differential for missing in ranked.missing}
    unknown = [
        {
            "id": finding,
            "status": "unknown",
            "sources": [],
            "how": "nothing in the data received says so",
        }
        for finding in sorted(asked - reasoning.findings.keys())
    ]
    return known + unknown


def _finding(finding: Finding) -> Json:
    how = finding.how
    if finding.disagreeing:
        how = f"{how}; {', '.join(finding.disagreeing)} disagrees"
    return _trimmed(
        {
            "id": finding.id,
            "status": finding.status.value,
            "value": finding.value,
            "date": finding.date.isoformat() if finding.date is not None else "",
            "how": how,
        }
    ) | {"sources": [*finding.sources, *finding.disagreeing]}


def _flag(raised: RaisedFlag) -> Json:
    return {
        "id": raised.flag.id,
        "urgency": raised.urgency.value,
        "because": list(raised.because),
        "suspected": list(raised.flag.suspected),
        "answered_by": list(raised.answered_by),
    }


def _cause(ranked: RankedCause, knowledge: Knowledge) -> Json:
    sources = dict.fromkeys(source for a in ranked.arguments for source in a.sources)
    known = [knowledge.sources[s] for s in sources if s in knowledge.sources]
    cited = [s for s in known if stands_on_cards(s)] or known
    return {
        "cause": ranked.cause,
        "category": ranked.category.value,
        "rank": ranked.rank,
        "supports": list(ranked.supports),
        "against": list(ranked.against),
        "missing": list(ranked.missing),
        "citations": list(dict.fromkeys(source_label(source) for source in cited)),
    }


def _criterion(result: CriteriaResult) -> Json:
    return {
        "id": result.id,
        "result": result.result,
        "low": result.low,
        "high": result.high,
        "unknown": list(result.unknown),
    }


def _workup(planned: PlannedWorkup) -> Json:
    return {
        "id": planned.workup.id,
        "status": planned.status.value,
        "urgency": planned.priority.value,
        "for": list(planned.causes),
        "because": planned.because,
        "evidence": list(planned.evidence),
    }


def _trimmed(values: dict[str, str]) -> Json:
    return {key: value for key, value in values.items() if value}
