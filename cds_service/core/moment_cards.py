"""Cards for the moment of the call: the usual ones, or only what this moment asks for."""

from __future__ import annotations

import msgspec

from cds_service.core.card import TOPIC_SYSTEM, Card, CardPolicy
from cds_service.core.card_text import (
    SUMMARY_LIMIT,
    block,
    capitalised,
    data_date,
    fit_summary,
    named_finding,
    source_label,
    source_names,
)
from cds_service.core.cards import compose, leading_source, suggestions_of
from cds_service.core.knowledge import Knowledge
from cds_service.core.moments import Policy
from cds_service.core.order_cards import order_cards
from cds_service.core.plan import PlannedWorkup
from cds_service.core.quiet import accepted_before, held_back, listened, naming_silence
from cds_service.core.reasoning import Audience, Reasoning, Suppressed
from cds_service.core.topics import topics_of
from cds_service.core.values import Coding


_BEFORE_DISCHARGE = "Before discharge"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The cards of one call, and what was not said."""

    cards: tuple[Card, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


def answer_of(reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy) -> Answer:
    """What is shown now, and what stays silent because of what clinicians answered before."""
    made = listened(cards_of(reasoning, knowledge, policy), reasoning)
    spoken = [card for card in made if card.silenced is None]
    silent = [card for card in made if card.silenced is not None]
    return Answer(
        cards=tuple(naming_silence(spoken, silent)),
        suppressed=(*reasoning.suppressed, *accepted_before(reasoning), *held_back(silent)),
    )


def cards_of(reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy) -> tuple[Card, ...]:
    """The cards by the policy of the service that was called, silent ones among them."""
    if reasoning.occasion.audience is Audience.PATIENT or reasoning.record.deceased:
        return ()
    moment = reasoning.occasion.policy
    if moment is Policy.ORDERS:
        return order_cards(reasoning, knowledge, policy)
    if moment is Policy.DISCHARGE:
        return _discharge_cards(reasoning, knowledge, policy)
    if moment is Policy.SCREENING:
        return _screening_cards(reasoning, knowledge)
    return compose(reasoning, knowledge, policy)


def _discharge_cards(
    reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy
) -> tuple[Card, ...]:
    """Open red flags, work-ups neither ordered nor done, results that nobody acted on."""
    asking = {t.question.id for t in topics_of(reasoning, knowledge) if t.workups}
    advice = tuple(a for a in reasoning.advice if knowledge.causes[a.causes[0]].question in asking)
    made = compose(msgspec.structs.replace(reasoning, advice=advice), knowledge, policy)
    open_flags = {raised.flag.id for raised in reasoning.flags}
    kept = [card for card in made if card.rule in asking | open_flags | {"further"}]
    if reasoning.open_results:
        kept = _with_open_results(kept, reasoning, knowledge)
    return tuple(_before_discharge(card) for card in kept)


def _with_open_results(cards: list[Card], reasoning: Reasoning, knowledge: Knowledge) -> list[Card]:
    """Results that nobody acted on: named on the card that stands on them, else on one of their own."""
    open_results = reasoning.open_results
    lines = [capitalised(named_finding(f, reasoning, knowledge)) for f in open_results]
    said = block("Result back and not acted on", lines)
    for position, card in enumerate(cards):
        if card.silenced is None and set(card.findings) & set(open_results):
            named = msgspec.structs.replace(card, detail=f"{said}\n\n{card.detail}")
            return [*cards[:position], named, *cards[position + 1 :]]
    return [*cards, _open_results_card(said, reasoning, knowledge)]


def _before_discharge(card: Card) -> Card:
    lead = (
        card.summary[:1].lower() + card.summary[1:] if card.summary[1:2].islower() else card.summary
    )
    whole = f"{_BEFORE_DISCHARGE}: {lead}"
    short = (
        whole
        if len(whole) <= SUMMARY_LIMIT
        else f"{_BEFORE_DISCHARGE}: {lead.rpartition(' (')[0] or lead}"
    )
    return msgspec.structs.replace(
        card,
        summary=fit_summary(short, []),
        detail=f"Still open {_BEFORE_DISCHARGE.lower()}.\n\n{card.detail}",
    )


def _open_results_card(said: str, reasoning: Reasoning, knowledge: Knowledge) -> Card:
    labels = [knowledge.findings[f].label for f in reasoning.open_results]
    source = leading_source(knowledge.scale.clarify_sources, knowledge)
    return Card(
        topic=Coding(system=TOPIC_SYSTEM, code="openresult", display="Open results"),
        rule="open-result",
        summary=fit_summary("a result came back and nothing followed", labels),
        detail=f"{said}\n\n{data_date(reasoning)}",
        indicator="warning",
        source_label=source_label(source),
        source_url=source.url,
        findings=reasoning.open_results,
    )


def _screening_cards(reasoning: Reasoning, knowledge: Knowledge) -> tuple[Card, ...]:
    """One quiet card for everything that may be offered; silence with a complaint or without a group."""
    offered = [w for w in reasoning.workups if w.screening]
    if not offered:
        return ()
    sources = tuple(s for w in offered for s in w.sources)
    source = leading_source(sources, knowledge)
    names = ", ".join(w.workup.label for w in offered)
    limits = [knowledge.screenings[w.screening].limits for w in offered]
    detail = [
        block("May be offered", [f"{w.workup.label}: {w.because}" for w in offered]),
        block(
            "Why this patient",
            [capitalised(named_finding(f, reasoning, knowledge)) for f in _findings(offered)],
        ),
        block("Limits of the evidence", dict.fromkeys(limits)),
        block("Sources", source_names(sources, knowledge)),
        data_date(reasoning),
    ]
    return (
        Card(
            topic=Coding(system=TOPIC_SYSTEM, code="riskscreen", display="Screening of the legs"),
            rule="risk-screen",
            summary=fit_summary(f"No leg complaint recorded; may be offered: {names}", []),
            detail="\n\n".join(part for part in detail if part),
            indicator="info",
            source_label=source_label(source),
            source_url=source.url,
            suggestions=suggestions_of(offered, reasoning, knowledge),
            findings=_findings(offered),
        ),
    )


def _findings(workups: list[PlannedWorkup]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f for w in workups for f in w.findings))
