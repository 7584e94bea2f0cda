"""From reasoning to cards: one card for each clinical question, few, most urgent first.

A card is true on its own when read later, says why with the patient's own data and dates, what
speaks against, what is not known, what is done already, and what the result will decide.
"""

from __future__ import annotations

import msgspec

from cds_service.core.card import (
    TOPIC_SYSTEM,
    Card,
    CardLink,
    CardPolicy,
    OrderDraft,
    Suggestion,
)
from cds_service.core.card_text import (
    capitalised,
    detail_of_flag,
    detail_of_question,
    fit_summary,
    source_label,
    stands_on_cards,
    workup_line,
)
from cds_service.core.knowledge import Knowledge, Question, Source
from cds_service.core.plan import PlannedWorkup
from cds_service.core.quiet import listened
from cds_service.core.reasoning import Audience, Reasoning
from cds_service.core.red_flags import RaisedFlag
from cds_service.core.topics import Topic, topics_of
from cds_service.core.values import (
    FINDING_SYSTEM,
    SYSTEM_URIS,
    Category,
    Coding,
    Priority,
    Urgency,
    WorkupStatus,
)


def compose(reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy) -> tuple[Card, ...]:
    """The cards of one call: red flags first, then at most ``policy.maximum`` others."""
    if not reasoning.gate.open or reasoning.occasion.audience is Audience.PATIENT:
        return ()
    open_flags = distinct_flags(reasoning, knowledge)
    topics = topics_of(reasoning, knowledge)
    flag_cards = [flag_card(raised, topics, reasoning, knowledge) for raised in open_flags]
    answered_for = {_question_of_flag(raised, knowledge) for raised in open_flags}
    rest = [topic for topic in topics if topic.question.id not in answered_for and topic.speaks]
    major = [topic for topic in rest if not topic.minor]
    minor = [topic for topic in rest if topic.minor]
    cards = [_question_card(topic, reasoning, knowledge, policy) for topic in major]
    if not flag_cards and not cards:
        cards = _modest_cards(minor, reasoning, knowledge, policy)
    elif minor:
        _name_examinations((flag_cards or cards), minor)
    return (
        *listened(flag_cards, reasoning),
        *folded(listened(cards, reasoning), policy.maximum),
    )


def _modest_cards(
    minor: list[Topic], reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy
) -> list[Card]:
    """With nothing to order: what to look at, or what is not known yet, or silence."""
    if minor:
        return [_question_card(topic, reasoning, knowledge, policy) for topic in minor]
    if _needs_clarifying(reasoning):
        return [_clarifying_card(reasoning, knowledge, policy)]
    return []


def _name_examinations(cards: list[Card], minor: list[Topic]) -> None:
    """Routine examinations deserve no card beside others: they are named in the first one."""
    lines = "\n".join(f"- {workup_line(w)}" for topic in minor for w in topic.workups)
    head, tail = cards[0].detail.rsplit("\n\n", 1)
    detail = f"{head}\n\n**Also on examination**\n\n{lines}\n\n{tail}"
    cards[0] = msgspec.structs.replace(cards[0], detail=detail)


def distinct_flags(reasoning: Reasoning, knowledge: Knowledge) -> list[RaisedFlag]:
    """Unanswered flags; of several on one question, or on the same findings, the most urgent."""
    seen: set[str] = set()
    spoken: set[str] = set()
    chosen: list[RaisedFlag] = []
    for raised in reasoning.flags:
        question = _question_of_flag(raised, knowledge)
        said_already = bool(raised.because) and spoken.issuperset(raised.because)
        if not raised.answered_by and question not in seen and not said_already:
            seen.add(question)
            spoken.update(raised.because)
            chosen.append(raised)
    return chosen


def _question_of_flag(raised: RaisedFlag, knowledge: Knowledge) -> str:
    return knowledge.causes[raised.flag.suspected[0]].question


def flag_card(
    raised: RaisedFlag, topics: tuple[Topic, ...], reasoning: Reasoning, knowledge: Knowledge
) -> Card:
    """The card of one red flag, with every work-up of its clinical question."""
    question = knowledge.questions[_question_of_flag(raised, knowledge)]
    topic = next((t for t in topics if t.question.id == question.id), None)
    same_question = topic.workups if topic is not None else ()
    wanted = sorted(
        (
            w
            for w in reasoning.workups
            if w.status is WorkupStatus.SUGGESTED and raised.flag.id in w.flags
        ),
        key=lambda w: _place_in_flag(w, raised),
    )
    workups = [*wanted, *(w for w in same_question if w not in wanted)]
    labels = [knowledge.findings[f].label for f in raised.because]
    source = leading_source(raised.flag.sources, knowledge)
    return Card(
        topic=_topic_coding(question),
        rule=raised.flag.id,
        summary=fit_summary(raised.flag.summary, labels),
        detail=detail_of_flag(raised, tuple(workups), topic, reasoning, knowledge),
        indicator=_flag_indicator(raised.urgency),
        source_label=source_label(source),
        source_url=source.url,
        suggestions=suggestions_of(workups, reasoning, knowledge),
        findings=raised.because,
        urgency=raised.urgency,
    )


def _place_in_flag(planned: PlannedWorkup, raised: RaisedFlag) -> int:
    """The order in which the red flag names its work-ups; replacements come last."""
    named = raised.flag.workups
    return named.index(planned.workup.id) if planned.workup.id in named else len(named)


def _flag_indicator(urgency: Urgency) -> str:
    return {
        Urgency.EMERGENCY_NOW: "critical",
        Urgency.SAME_DAY_URGENT: "warning",
        Urgency.PROMPT: "info",
    }[urgency]


def _question_card(
    topic: Topic, reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy
) -> Card:
    source = leading_source(_sources_of(topic), knowledge)
    return Card(
        topic=_topic_coding(topic.question),
        rule=topic.question.id,
        summary=_question_summary(topic, knowledge),
        detail=detail_of_question(topic, reasoning, knowledge),
        indicator=_question_indicator(topic),
        source_label=source_label(source),
        source_url=source.url,
        suggestions=suggestions_of(topic.workups, reasoning, knowledge),
        links=_links(reasoning, knowledge, policy),
        findings=topic.findings,
    )


def _sources_of(topic: Topic) -> tuple[str, ...]:
    """Behind the main statement: the work-ups for the cause that the summary names."""
    for_leading = [s for w in topic.workups if topic.leading in w.causes for s in w.sources]
    for_any = [s for w in topic.workups for s in w.sources]
    alerts = [s for a in topic.alerts for s in a.advice.sources]
    return tuple(for_leading or for_any or alerts)


def _question_indicator(topic: Topic) -> str:
    priorities = {w.priority for w in topic.workups}
    if Priority.STAT in priorities:
        return "critical"
    return "warning" if Priority.URGENT in priorities or topic.alerts else "info"


def _question_summary(topic: Topic, knowledge: Knowledge) -> str:
    reason = topic.leading_phrase
    labels = [knowledge.findings[f].label for f in topic.findings]
    if not topic.workups:
        return fit_summary(topic.alerts[0].advice.label, [])
    names = [w.workup.label for w in topic.workups]
    for count in range(min(3, len(names)), 0, -1):
        more = f" and {len(names) - count} more" if len(names) > count else ""
        lead = f"{capitalised(', '.join(names[:count]))}{more}"
        text = fit_summary(f"{lead}: {reason}" if reason else lead, labels, required=True)
        if text:
            return text
    return fit_summary(capitalised(names[0]), [])


def _needs_clarifying(reasoning: Reasoning) -> bool:
    """A complaint about which nothing likely is known, and nothing is on its way."""
    if not reasoning.gate.complaint or not reasoning.differential_opened or reasoning.flags:
        return False
    if any(r.category.standing >= Category.LIKELY.standing for r in reasoning.differential):
        return False
    return not any(
        w.status in {WorkupStatus.ALREADY_DONE, WorkupStatus.ALREADY_ORDERED}
        for w in reasoning.workups
    )


def _clarifying_card(reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy) -> Card:
    question = Question(id="clarify", label="What is not known yet", rank=99)
    missing = tuple(dict.fromkeys(f for r in reasoning.differential[:4] for f in r.missing[:2]))[:5]
    asked = [knowledge.findings[f].label for f in missing]
    source = leading_source(knowledge.scale.clarify_sources, knowledge)
    topic = Topic(
        question=question, causes=reasoning.differential[:3], findings=reasoning.gate.findings
    )
    return Card(
        topic=_topic_coding(question),
        rule="clarify",
        summary=fit_summary(
            "Leg complaint without a clear pattern: history and leg and pulse examination decide",
            [],
        ),
        detail=detail_of_question(topic, reasoning, knowledge, asked=tuple(asked)),
        indicator="info",
        source_label=source_label(source),
        source_url=source.url,
        links=_links(reasoning, knowledge, policy),
        findings=reasoning.gate.findings,
    )


def folded(cards: list[Card], maximum: int) -> list[Card]:
    """At most ``maximum`` cards; what is left over folds into the last one. Silent ones count not."""
    spoken = [card for card in cards if card.silenced is None]
    if len(spoken) <= maximum:
        return cards
    silent = [card for card in cards if card.silenced is not None]
    kept, rest = spoken[: maximum - 1], spoken[maximum - 1 :]
    summaries = [card.summary.split(":")[0] for card in rest]
    last = msgspec.structs.replace(
        rest[0],
        topic=Coding(system=TOPIC_SYSTEM, code="further", display="Further questions"),
        rule="further",
        summary=fit_summary(f"Also to consider: {'; '.join(summaries)}", []),
        detail="\n\n---\n\n".join(f"**{card.topic.display}**\n\n{card.detail}" for card in rest),
        indicator="warning" if any(card.indicator == "warning" for card in rest) else "info",
        suggestions=_unique([s for card in rest for s in card.suggestions]),
        findings=tuple(dict.fromkeys(f for card in rest for f in card.findings)),
        parts=tuple(part for card in rest for part in card.parts),
    )
    return [*kept, last, *silent]


def _unique(suggestions: list[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple({s.subject: s for s in suggestions}.values())


def suggestions_of(
    workups: tuple[PlannedWorkup, ...] | list[PlannedWorkup],
    reasoning: Reasoning,
    knowledge: Knowledge,
) -> tuple[Suggestion, ...]:
    """One suggestion for each work-up that has a standard code; the others are text in the card."""
    return tuple(
        _suggestion(planned, reasoning, knowledge)
        for planned in workups
        if any(coding.system != "finding" for coding in planned.workup.order)
    )


def _suggestion(planned: PlannedWorkup, reasoning: Reasoning, knowledge: Knowledge) -> Suggestion:
    label = planned.workup.label
    reasons = [f for f in planned.findings if f in reasoning.findings][:3] or list(
        reasoning.gate.findings[:2]
    )
    words = ", ".join(knowledge.findings[f].label for f in reasons)
    return Suggestion(
        label=f"Order {label}",
        description=f"Draft an order ({planned.priority.value}) for {label}: {planned.because}",
        recommended=planned.line == 1,
        order=OrderDraft(
            workup=planned.workup.id,
            label=label,
            codings=tuple(
                Coding(system=SYSTEM_URIS[c.system], code=c.code, display=c.display)
                for c in planned.workup.order
                if c.system != "finding"
            ),
            priority=planned.priority,
            reasons=tuple(
                Coding(system=FINDING_SYSTEM, code=f, display=knowledge.findings[f].label)
                for f in reasons
            ),
            reason_text=capitalised(words) if words else "",
        ),
    )


def _topic_coding(question: Question) -> Coding:
    return Coding(system=TOPIC_SYSTEM, code=question.id, display=question.label)


def leading_source(sources: tuple[str, ...], knowledge: Knowledge) -> Source:
    """The first source that may stand on a card; guidelines and papers before articles."""
    known = [knowledge.sources[s] for s in sources if s in knowledge.sources]
    trusted = [s for s in known if stands_on_cards(s)]
    return (trusted or known or [knowledge.sources["clinical"]])[0]


def _links(reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy) -> tuple[CardLink, ...]:
    if not policy.base_url or not reasoning.position_unknown(knowledge):
        return ()
    return (CardLink("Intake questionnaire", f"{policy.base_url}/questionnaire"),)
