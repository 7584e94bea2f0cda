"""Cards about the orders being written.

While orders are written, every card that is not about them trains people to click cards away. So
only the orders are spoken of, and one emergency, because a clinician who is ordering must not miss it.
"""

from __future__ import annotations

import re

import msgspec

from cds_service.core.card import TOPIC_SYSTEM, Card, CardPolicy, Suggestion
from cds_service.core.card_text import (
    block,
    capitalised,
    data_date,
    day,
    escaped,
    fit_summary,
    named_finding,
    source_label,
    source_names,
    workup_line,
)
from cds_service.core.cards import (
    distinct_flags,
    flag_card,
    folded,
    leading_source,
    suggestions_of,
)
from cds_service.core.knowledge import Knowledge
from cds_service.core.order_checks import OrderRemark
from cds_service.core.plan import PlannedWorkup
from cds_service.core.quiet import listened
from cds_service.core.reasoning import Reasoning
from cds_service.core.topics import topics_of
from cds_service.core.values import Coding, Priority, Urgency, WorkupStatus


_LABEL_LIMIT = 60
_INDICATORS = ("info", "warning", "critical")
_NOT_PLAIN = re.compile(r"[`*_{}\[\]<>|~\\#]+")


def order_cards(reasoning: Reasoning, knowledge: Knowledge, policy: CardPolicy) -> tuple[Card, ...]:
    """At most one emergency, then one card for each order that there is something to say about."""
    by_draft: dict[int, list[OrderRemark]] = {}
    for remark in reasoning.remarks:
        by_draft.setdefault(id(remark.draft), []).append(remark)
    cards = [_order_card(remarks, reasoning, knowledge) for remarks in by_draft.values()]
    cards.sort(key=lambda card: -_INDICATORS.index(card.indicator))
    return (
        *listened(_emergency(reasoning, knowledge), reasoning),
        *folded(listened(cards, reasoning), policy.maximum),
    )


def _emergency(reasoning: Reasoning, knowledge: Knowledge) -> list[Card]:
    """The one emergency-now red flag that nothing answers; others are named in its detail."""
    flags = [
        raised
        for raised in distinct_flags(reasoning, knowledge)
        if raised.urgency is Urgency.EMERGENCY_NOW
    ]
    if not flags:
        return []
    card = flag_card(flags[0], topics_of(reasoning, knowledge), reasoning, knowledge)
    others = block("Also an emergency", [capitalised(raised.flag.label) for raised in flags[1:]])
    detail = "\n\n".join(part for part in (card.detail, others) if part)
    return [msgspec.structs.replace(card, detail=detail)]


def _order_card(remarks: list[OrderRemark], reasoning: Reasoning, knowledge: Knowledge) -> Card:
    """Everything about one draft on one card, under the most serious remark."""
    ordered = sorted(remarks, key=lambda r: -_INDICATORS.index(r.check.indicator))
    first = ordered[0]
    sources = tuple(s for r in ordered for s in _sources(r))
    source = leading_source(sources, knowledge)
    return Card(
        topic=_topic(first.check.id, first.check.label),
        rule=first.check.id,
        summary=_order_summary(ordered),
        detail=_order_detail(ordered, sources, reasoning, knowledge),
        indicator=first.check.indicator,
        source_label=source_label(source),
        source_url=source.url,
        suggestions=_order_suggestions(ordered, reasoning, knowledge),
        findings=tuple(dict.fromkeys(f for r in ordered for f in r.because)),
        about=f"{first.draft.reference} {first.draft.label}",
        urgency=_urgency(ordered),
    )


def _urgency(remarks: list[OrderRemark]) -> Urgency | None:
    """Of the red flag that waits for this order: while the draft answers it, no other card names it."""
    flags = [remark.flag for remark in remarks if remark.flag is not None]
    return max((f.urgency for f in flags), key=lambda urgency: urgency.standing, default=None)


def _topic(check: str, label: str) -> Coding:
    """Alphanumeric and the same for ever, so that an override is about this check alone (SRC-04)."""
    return Coding(system=TOPIC_SYSTEM, code=f"order{check.replace('-', '')}", display=label)


def _sources(remark: OrderRemark) -> tuple[str, ...]:
    return remark.flag.flag.sources if remark.flag is not None else remark.check.sources


def _order_summary(remarks: list[OrderRemark]) -> str:
    name = plain_label(remarks[0].draft.label)
    more = f" (and {len(remarks) - 1} more)" if len(remarks) > 1 else ""
    return fit_summary(f"{name}: {_said(remarks[0])}{more}", [])


def _said(remark: OrderRemark) -> str:
    if remark.flag is None:
        return remark.check.summary
    return f"{remark.check.summary} ({remark.flag.flag.label})"


def plain_label(label: str) -> str:
    """The name of an order on one line, without anything that Markdown or HTML would act on."""
    plain = " ".join(_NOT_PLAIN.sub(" ", label).split())
    if len(plain) <= _LABEL_LIMIT:
        return capitalised(plain)
    return capitalised(plain[: _LABEL_LIMIT - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…")


def _order_detail(
    remarks: list[OrderRemark],
    sources: tuple[str, ...],
    reasoning: Reasoning,
    knowledge: Knowledge,
) -> str:
    because = dict.fromkeys(f for r in remarks for f in r.because)
    blocks = [
        f"**Order:** {escaped(plain_label(remarks[0].draft.label))}",
        *(_says(remark) for remark in remarks),
        block("Why", [capitalised(named_finding(f, reasoning, knowledge)) for f in because]),
        block(
            "On record", dict.fromkeys(_dated(e, reasoning) for r in remarks for e in r.evidence)
        ),
        block("Suggested", [workup_line(w) for w in _instead(remarks, knowledge)]),
        block("Sources", source_names(sources, knowledge)),
        data_date(reasoning),
    ]
    return "\n\n".join(part for part in blocks if part)


def _says(remark: OrderRemark) -> str:
    return f"{remark.check.says} {remark.flag.flag.detail if remark.flag else ''}".strip()


def _dated(reference: str, reasoning: Reasoning) -> str:
    """A result or order by kind and date; ids say nothing to people."""
    moments = [e.date for e in reasoning.record.events if e.source == reference]
    moments += [m.date for m in reasoning.record.measurements if m.source == reference]
    known = [moment for moment in moments if moment is not None]
    kind = "result" if reference.startswith(("Observation/", "DiagnosticReport/")) else "record"
    if reference.startswith(("ServiceRequest/", "ProcedureRequest/")):
        kind = "order"
    when = f" of {day(max(known))}" if known else ", undated"
    return f"{kind}{when}"


def _instead(remarks: list[OrderRemark], knowledge: Knowledge) -> list[PlannedWorkup]:
    """What is offered in place of, or before, the order; each once."""
    wanted = {w: remark for remark in reversed(remarks) for w in reversed(remark.instead)}
    return [
        PlannedWorkup(
            workup=knowledge.workups[workup],
            status=WorkupStatus.SUGGESTED,
            priority=Priority.ROUTINE,
            causes=(),
            because=remark.check.because,
            sources=remark.check.sources,
            findings=remark.because,
        )
        for workup, remark in reversed(wanted.items())
    ]


def _order_suggestions(
    remarks: list[OrderRemark], reasoning: Reasoning, knowledge: Knowledge
) -> tuple[Suggestion, ...]:
    raised = [_raised(remark) for remark in remarks if remark.priority is not None]
    created = suggestions_of(_instead(remarks, knowledge), reasoning, knowledge)
    return (*(s for s in raised if s is not None), *created)


def _raised(remark: OrderRemark) -> Suggestion | None:
    """The draft as received, only with another priority; none where it cannot be updated."""
    if remark.priority is None or not remark.draft.updatable:
        return None
    word = remark.priority.value
    return Suggestion(
        label=f"Raise the priority to {word}",
        description=f"Change the priority of this order to {word}: {plain_label(remark.draft.label)}",
        recommended=True,
        changed=remark.draft.resource | {"priority": word},
    )
