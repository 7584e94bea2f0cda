"""Twelve weeks of answered cards, as a site has them: what the reports page shows in the browser tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.memory.room import SECRET, Room, patient_view


BEGINNING = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)
WEEKS = 12
_PATIENTS = (
    ("urge-to-move-legs", "relief-movement", "worse-at-rest", "worse-at-night"),
    ("burning-pain", "feet-or-toes", "numbness", "diabetes"),
    ("leg-pain", "calf-or-thigh", "leg-swelling", "calf-swelling-3cm", "leg-warmth"),
    ("leg-pain", "feet-or-toes", "worse-lying-flat", "relief-leg-dangling"),
    ("cramping-pain", "calf-or-foot-muscle", "worse-at-night", "statin-use"),
)
_REASONS = ("patient-refuses", "action-completed", "cds-not-applicable", "")


def write_history(url: str) -> datetime:
    """Ask for cards over twelve weeks and answer most of them; the instant at which it ends."""
    moments = [BEGINNING]
    settings = Settings(database_url=url, site_secret=SecretStr(SECRET), log_level="ERROR")
    with Room(create_app(settings, clock=lambda: moments[-1]), moments) as room:
        for week in range(WEEKS):
            for turn in range(8 + week % 4):
                _visit(room, week, turn)
            room.moments.append(BEGINNING + timedelta(weeks=week + 1))
        return room.now


def _visit(room: Room, week: int, turn: int) -> None:
    """One patient is seen, and the cards are answered some minutes later, or never."""
    findings = _PATIENTS[(week + turn) % len(_PATIENTS)]
    patient, user = f"p{week}-{turn}", f"Practitioner/{turn}"
    cards = room.call(patient_view(*findings, patient=patient, user=user, at=room.now))
    room.later(minutes=2 + 3 * turn)
    for card in cards:
        _answer(room, card, week + 2 * turn, disliked="diabetes" in findings)
    room.later(hours=3)


def _answer(room: Room, card: dict[str, Any], number: int, *, disliked: bool) -> None:
    labels = [s["label"] for s in card.get("suggestions", ())]
    if number % 5 == 4:
        return
    if labels and not disliked and number % 3:
        room.accept(card, labels[0])
    else:
        room.override(card, _REASONS[number % len(_REASONS)])
