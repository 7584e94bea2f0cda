"""An answer of a clinician to a card, as a CDS client reports it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One item of feedback.

    Attributes:
        card: uuid of the card, in lower case.
        outcome: ``accepted`` or ``overridden``.
        outcome_at: By the client's clock.
        reason: Code of the override reason; empty when none was given.
        comment: Free text, cut to the length that a site allows.
        suggestions: uuids of the accepted suggestions.
    """

    card: str
    outcome: str
    outcome_at: datetime
    reason: str = ""
    comment: str = ""
    suggestions: tuple[str, ...] = ()
