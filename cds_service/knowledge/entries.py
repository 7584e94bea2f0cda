"""A phrase of the lexicon, and the phrase at its place in a text."""

from __future__ import annotations

from enum import IntEnum

from cds_service.core.record import Subject
from cds_service.core.values import Status
from cds_service.knowledge import language
from cds_service.knowledge.language import Mark


class Bearing(IntEnum):
    """What a phrase says of the complaint: where, when, what worsens and what eases it."""

    NONE = 0
    EASES = 1
    WORSENS = 2
    WHEN = 3
    PLACE = 4


class Entry:
    """A phrase of the lexicon and what it states."""

    __slots__ = (
        "about",
        "bearing",
        "is_diagnosis",
        "is_event",
        "is_past",
        "needs_leg",
        "says_past",
        "says_worse",
        "target",
        "words",
    )

    def __init__(
        self,
        about: Subject,
        target: str,
        words: str,
        *,
        needs_leg: bool = False,
        is_diagnosis: bool = False,
        is_past: bool = False,
        is_event: bool = False,
        bearing: Bearing = Bearing.NONE,
    ) -> None:
        self.about = about
        self.target = target
        self.words = words
        self.needs_leg = needs_leg
        self.is_diagnosis = is_diagnosis  # said in doubt ("possible ..."), it is not said
        self.bearing = bearing
        self.is_event = is_event  # with a bare year ("DVT 2019") it is over
        self.says_past = bool(language.SAYS_PAST.search(words.lower()))
        self.says_worse = bool(language.SAYS_WORSE.search(words.lower()))
        self.is_past = is_past  # history by nature: "history of ..." does not end it


class Found:
    """A phrase at its place in a text, with what the words around it make of it."""

    __slots__ = (
        "clause",
        "days",
        "dropped",
        "end",
        "entry",
        "historical",
        "of_family",
        "segment",
        "start",
        "status",
    )

    def __init__(self, entry: Entry, start: int, end: int, clause: int, segment: int) -> None:
        self.entry = entry
        self.start = start
        self.end = end
        self.clause = clause
        self.segment = segment
        self.status = Status.PRESENT
        self.of_family = False
        self.historical = False
        self.dropped = False
        self.days: int | None = None


Token = tuple[int, int, Mark, Entry | None]
