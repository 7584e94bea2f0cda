"""What is noted about the current call, for log, metrics and audit: names and counts, never patient data."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from flask import g

from cds_service.store.issuing import Issue, IssuedCard
from cds_service.store.memory import Subjects


class CallNotes(msgspec.Struct, kw_only=True):
    """Filled in while a call is answered; what is not known stays empty.

    Attributes:
        service, hook, hook_instance: Of the call; the last only if it is a UUID.
        subjects: Patient and user, for pseudonyms only.
        cards: Topic and indicator of each card.
        suppressed: Kinds of what was not said.
        prefetch: State of each prefetch key; ``fetched``: of the keys that were asked for.
        skipped: Resources that could not be used, by kind of problem.
        feedback, unknown_cards: Items of feedback that were taken, and those for unknown cards.
        issue: The cards that go out with this answer, to be written down.
    """

    service: str = ""
    hook: str = ""
    hook_instance: str = ""
    subjects: Subjects | None = None
    cards: list[tuple[str, str]] | None = None
    suppressed: Counter[str] = msgspec.field(default_factory=Counter)
    prefetch: dict[str, str] = msgspec.field(default_factory=dict)
    fetched: Counter[str] = msgspec.field(default_factory=Counter)
    skipped: Counter[str] = msgspec.field(default_factory=Counter)
    feedback: int = 0
    unknown_cards: int = 0
    issue: tuple[Issue, list[IssuedCard]] | None = None

    @property
    def gaps(self) -> list[str]:
        """Keys that were not supplied, with their state."""
        return [f"{key}:{state}" for key, state in self.prefetch.items() if state != "supplied"]


def notes() -> CallNotes:
    """Those of the current call."""
    if "notes" not in g:
        g.notes = CallNotes()
    found: CallNotes = g.notes
    return found


def fields_of(values: dict[str, Any]) -> dict[str, Any]:
    """Only what is known."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}
