"""An advisor with fixed cards: contract tests are about the envelope, not about medicine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from cds_service.core.card import Card, CardLink, OrderDraft, Suggestion
from cds_service.core.moment_cards import Answer
from cds_service.core.values import Coding, Priority
from cds_service.gather.supply import Supply
from cds_service.wire.request import HookRequest


TOPIC = Coding(system="https://leg-pain-cds.example/fhir/CodeSystem/topic", code="arterialsupply")
ABI = OrderDraft(
    workup="abi",
    label="Ankle-brachial index",
    codings=(Coding(system="http://www.ama-assn.org/go/cpt", code="93922"),),
    priority=Priority.ROUTINE,
)
FULL = Card(
    topic=TOPIC,
    rule="arterialsupply",
    summary="Ankle-brachial index: possible ischaemic rest pain",
    detail="**Why**\n\n- pain at night (3 Mar 2026)",
    indicator="warning",
    source_label="A guideline (2024)",
    source_url="https://doi.org/10.1000/example",
    suggestions=(
        Suggestion(
            label="Ankle-brachial index", description="Draft an order", recommended=True, order=ABI
        ),
        Suggestion(label="Again", description="Draft it twice", recommended=False, order=ABI),
    ),
    links=(CardLink("Intake questionnaire", "https://cds.example.org/questionnaire"),),
)
BARE = Card(
    topic=TOPIC,
    rule="bare",
    summary="Nothing but a summary",
    detail="",
    indicator="info",
    source_label="A guideline (2024)",
    override_reasons=(),
)


class FixedAdvisor:
    """The same cards for everybody; ``failing`` makes it raise."""

    def __init__(self) -> None:
        self.considered: list[tuple[HookRequest, Supply]] = []
        self.shown: tuple[Card, ...] = (FULL, BARE)
        self.failing: Exception | None = None

    def consider(self, request: HookRequest, supply: Supply, recall: Any = None) -> Any:
        """Remember what was asked."""
        if self.failing is not None:
            raise self.failing
        self.considered.append((request, supply))
        return SimpleNamespace(skipped=())

    def answer(self, reasoning: Any) -> Answer:
        """The fixed cards."""
        return Answer(cards=self.shown)

    def explanation(self, reasoning: Any) -> dict[str, Any]:
        """Just enough to see that it came through."""
        parts = ("findings", "red_flags", "differential", "criteria", "workups", "interlocks")
        return {
            "as_of": "2026-11-21T00:00:00+00:00",
            "gate": {"open": False, "because": "fixed"},
            **{name: [] for name in (*parts, "gaps", "suppressed", "skipped")},
        }
