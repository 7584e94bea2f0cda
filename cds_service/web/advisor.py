"""From what was supplied to reasoning, cards and explanation: the way through the rooms, without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cds_service.core.card import Card, CardPolicy
from cds_service.core.knowledge import Knowledge
from cds_service.core.moment_cards import cards_of
from cds_service.core.reasoning import Audience, Occasion, Reasoning, reason
from cds_service.fhir.meanings import Meanings
from cds_service.fhir.reading import read_patient
from cds_service.gather.supply import Supply
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.terminology import Terminology
from cds_service.wire.explanation import explain_document
from cds_service.wire.request import HookRequest


class Advisor:
    """Everything that is built once at start-up and used by every call."""

    def __init__(
        self, knowledge: Knowledge, policy: CardPolicy, clock: Callable[[], datetime]
    ) -> None:
        self.knowledge = knowledge
        self.policy = policy
        self.clock = clock
        self.terminology = Terminology.build(knowledge)
        self.lexicon = Lexicon.build(knowledge)
        self.meanings = Meanings(self.terminology, self.lexicon)

    def consider(self, request: HookRequest, supply: Supply) -> Reasoning:
        """Reason about the patient of ``request``, at its own instant or else now."""
        as_of = request.as_of or self.clock()
        record = read_patient(
            supply.resources,
            patient_id=request.patient_id,
            encounter_id=request.encounter_id,
            as_of=as_of,
            knowledge=self.knowledge,
            terminology=self.terminology,
            lexicon=self.lexicon,
            meanings=self.meanings,
        )
        audience = Audience.PATIENT if request.from_patients_side else Audience.CLINICIAN
        return reason(
            record,
            self.knowledge,
            Occasion(as_of=as_of, policy=supply.policy, audience=audience, gaps=supply.gaps),
        )

    def cards(self, reasoning: Reasoning) -> tuple[Card, ...]:
        """The cards to show."""
        return cards_of(reasoning, self.knowledge, self.policy)

    def explanation(self, reasoning: Reasoning) -> dict[str, Any]:
        """Everything behind the cards."""
        return explain_document(reasoning, self.knowledge)
