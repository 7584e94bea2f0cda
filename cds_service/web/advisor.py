"""From what was supplied to reasoning, cards and explanation: the way through the rooms, without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

import msgspec

from cds_service.core.card import CardPolicy
from cds_service.core.knowledge import Knowledge
from cds_service.core.memory import Memory, with_accepted_orders
from cds_service.core.moment_cards import Answer, answer_of
from cds_service.core.moments import Policy
from cds_service.core.reasoning import Audience, Occasion, Reasoning, reason
from cds_service.core.values import Coding
from cds_service.fhir.meanings import Meanings
from cds_service.fhir.reading import read_patient
from cds_service.gather.supply import Supply
from cds_service.knowledge.lexicon import Lexicon
from cds_service.knowledge.terminology import Terminology
from cds_service.wire.explanation import explain_document
from cds_service.wire.request import HookRequest


Recall = Callable[[datetime], Memory | None]


def nothing_remembered(as_of: datetime) -> Memory | None:
    """Where there is no memory, or none is wanted."""
    return None


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

    def knowing_orders(self, orders: Mapping[str, tuple[Coding, ...]]) -> Advisor:
        """The same advisor for a client whose orders carry codes of its own."""
        if not orders:
            return self
        known = copy(self)
        known.terminology = self.terminology.knowing_orders(orders)
        known.meanings = Meanings(known.terminology, self.lexicon)
        return known

    def consider(
        self, request: HookRequest, supply: Supply, recall: Recall = nothing_remembered
    ) -> Reasoning:
        """Reason about the patient of ``request``, at its own instant or else now.

        ``recall`` is asked only when there is something to say, and then reasoned with.
        """
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
        occasion = Occasion(
            as_of=as_of,
            policy=supply.policy,
            audience=audience,
            gaps=supply.gaps,
            moment=request.hook if supply.policy is Policy.ORDERS else supply.policy.value,
        )
        return self._remembering(reason(record, self.knowledge, occasion), recall)

    def _remembering(self, reasoning: Reasoning, recall: Recall) -> Reasoning:
        if not reasoning.may_speak:
            return reasoning
        memory = recall(reasoning.occasion.as_of)
        if not memory:
            return reasoning
        occasion = msgspec.structs.replace(reasoning.occasion, memory=memory)
        record = with_accepted_orders(reasoning.record, memory, occasion.as_of)
        if record is reasoning.record:
            return msgspec.structs.replace(reasoning, occasion=occasion)
        return reason(record, self.knowledge, occasion)

    def answer(self, reasoning: Reasoning) -> Answer:
        """The cards to show, and what is not said."""
        return answer_of(reasoning, self.knowledge, self.policy)

    def explanation(self, reasoning: Reasoning) -> dict[str, Any]:
        """Everything behind the cards, and why others did not come."""
        suppressed = self.answer(reasoning).suppressed
        return explain_document(
            msgspec.structs.replace(reasoning, suppressed=suppressed), self.knowledge
        )
