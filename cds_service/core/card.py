"""The values that a card is made of, before it gets its identifiers on the wire."""

from __future__ import annotations

from typing import Any

import msgspec

from cds_service.core.memory import Silence
from cds_service.core.values import Coding, Priority, Urgency


TOPIC_SYSTEM = "https://leg-pain-cds.example/fhir/CodeSystem/topic"
OVERRIDE_SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
# The point-of-care part of the suggested code system (OVR-02), in the words of a busy clinician.
OVERRIDE_REASONS = tuple(
    Coding(system=OVERRIDE_SYSTEM, code=code, display=display)
    for code, display in (
        ("action-completed", "Already done"),
        ("cds-not-applicable", "Does not apply to this patient"),
        ("cds-suboptimal-context", "Not the right moment"),
        ("patient-contraindication", "Contraindicated for this patient"),
        ("patient-refuses", "Patient declines"),
        ("recipient-disagrees-evidence", "Disagree with the evidence"),
        ("service-not-available", "Not available here"),
    )
)


class CardPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What a site decides about cards.

    Attributes:
        maximum: Cards besides red flags; the rest folds into the last one.
        base_url: Public https address of this service; empty: no links.
    """

    maximum: int = 3
    base_url: str = ""


class OrderDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A work-up as an order to be drafted. Systems of ``codings`` are URIs; first is primary."""

    workup: str
    label: str
    codings: tuple[Coding, ...]
    priority: Priority
    reasons: tuple[Coding, ...] = ()
    reason_text: str = ""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to accept with a click; always exactly one action (EHR-03).

    Either ``order`` is drafted anew, or ``changed`` is the whole of a received draft with our change
    (ACT-04).
    """

    label: str
    description: str
    recommended: bool
    order: OrderDraft | None = None
    changed: dict[str, Any] | None = None

    @property
    def subject(self) -> str:
        """What it is about, to tell repetitions."""
        return self.order.workup if self.order is not None else self.label


class CardLink(msgspec.Struct, frozen=True):
    """A link to a page of ours that says nothing about the patient."""

    label: str
    url: str


class CardPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is recognised by later: its topic, and the findings behind it as a digest."""

    topic: str
    fingerprint: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One card, before it gets its identifiers on the wire.

    ``topic`` is the clinical question and never changes for it; ``rule`` is the red flag or
    question that made it; ``findings`` are the ids it stands on. ``urgency`` is that of a red flag,
    ``about`` names the order that it is about. ``parts`` are the cards folded into this one, or
    itself; ``silenced`` says why it is held back.
    """

    topic: Coding
    rule: str
    summary: str
    detail: str
    indicator: str
    source_label: str
    source_url: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    override_reasons: tuple[Coding, ...] = OVERRIDE_REASONS
    links: tuple[CardLink, ...] = ()
    findings: tuple[str, ...] = ()
    urgency: Urgency | None = None
    about: str = ""
    parts: tuple[CardPart, ...] = ()
    silenced: Silence | None = None
