"""Sorting causes, work-ups and advice by the clinical question that they belong to."""

from __future__ import annotations

import msgspec

from cds_service.core.advice import GivenAdvice
from cds_service.core.differential import RankedCause
from cds_service.core.knowledge import Knowledge, Question
from cds_service.core.plan import PlannedWorkup
from cds_service.core.reasoning import Reasoning
from cds_service.core.values import Category, Priority, WorkupStatus


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that belongs to one clinical question.

    ``workups`` are the suggested ones; ``settled`` those done, ordered, withheld or deferred.
    ``leading`` is the best-ranked cause that something is suggested for.
    """

    question: Question
    causes: tuple[RankedCause, ...] = ()
    workups: tuple[PlannedWorkup, ...] = ()
    settled: tuple[PlannedWorkup, ...] = ()
    advice: tuple[GivenAdvice, ...] = ()
    cautions: tuple[GivenAdvice, ...] = ()
    findings: tuple[str, ...] = ()
    leading: str = ""
    leading_phrase: str = ""

    @property
    def speaks(self) -> bool:
        """There is something to do or to avoid."""
        return bool(self.workups or self.alerts)

    @property
    def minor(self) -> bool:
        """Nothing but routine looking and asking, which needs no order."""
        routine = all(
            w.priority is Priority.ROUTINE and w.workup.kind in {"examination", "action", "link"}
            for w in self.workups
        )
        orderable = any(c.system != "finding" for w in self.workups for c in w.workup.order)
        return routine and not orderable and not self.alerts

    @property
    def alerts(self) -> tuple[GivenAdvice, ...]:
        """Cautions that are worth a card of their own."""
        return tuple(a for a in self.cautions if a.advice.alerts)


_PHRASES = {
    Category.ESTABLISHED: "known",
    Category.LIKELY: "findings suggest",
    Category.POSSIBLE: "possible",
}


def topics_of(reasoning: Reasoning, knowledge: Knowledge) -> tuple[Topic, ...]:
    """All topics of one reasoning, the one to deal with first in front."""
    parts = {question: _Parts() for question in knowledge.questions}
    for ranked in reasoning.differential:
        if ranked.category.standing >= Category.POSSIBLE.standing:
            parts[knowledge.causes[ranked.cause].question].causes.append(ranked)
    ranks = {ranked.cause: ranked for ranked in reasoning.differential}
    for planned in reasoning.workups:
        question = _question_of(planned, knowledge, ranks)
        if question:
            parts[question].workups.append(planned)
    for given in reasoning.advice:
        parts[knowledge.causes[given.causes[0]].question].advice.append(given)
    topics = [_topic(knowledge.questions[id], part, knowledge) for id, part in parts.items()]
    return tuple(sorted(topics, key=_order))


class _Parts:
    """What belongs to one question, while it is being sorted."""

    __slots__ = ("advice", "causes", "workups")

    def __init__(self) -> None:
        self.causes: list[RankedCause] = []
        self.workups: list[PlannedWorkup] = []
        self.advice: list[GivenAdvice] = []


def _topic(question: Question, parts: _Parts, knowledge: Knowledge) -> Topic:
    causes, advice = tuple(parts.causes), parts.advice
    if not (causes or parts.workups or advice):
        return Topic(question=question)
    workups = tuple(w for w in parts.workups if w.status is WorkupStatus.SUGGESTED)
    wanted = {c for w in workups for c in w.causes}
    leading = next((r for r in causes if r.cause in wanted), causes[0] if causes else None)
    return Topic(
        question=question,
        causes=causes,
        workups=workups,
        settled=tuple(w for w in parts.workups if w.status is not WorkupStatus.SUGGESTED),
        advice=tuple(a for a in advice if not a.advice.caution),
        cautions=tuple(a for a in advice if a.advice.caution and not a.withheld_by),
        findings=leading.supports
        if leading is not None
        else tuple(f for w in workups for f in w.findings),
        leading=leading.cause if leading is not None else "",
        leading_phrase=_phrase(leading, knowledge),
    )


def _phrase(leading: RankedCause | None, knowledge: Knowledge) -> str:
    if leading is None:
        return ""
    return f"{_PHRASES[leading.category]} {knowledge.causes[leading.cause].label}"


def _question_of(
    planned: PlannedWorkup, knowledge: Knowledge, ranks: dict[str, RankedCause]
) -> str:
    """A work-up belongs to the question of the best-ranked cause that wants it."""
    causes = [c for c in planned.causes if c in knowledge.causes]
    if not causes:
        return ""
    best = min(
        causes, key=lambda c: (ranks[c].rank if c in ranks else 999, planned.causes.index(c))
    )
    return knowledge.causes[best].question


def _order(topic: Topic) -> tuple[int, int, int]:
    urgency = max((w.priority.standing for w in topic.workups), default=0)
    rank = min((r.rank for r in topic.causes), default=999)
    return (-urgency, rank, topic.question.rank)
