"""From a concept or a text to statements: codes first, then words for what no code said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from cds_service.core.record import Channel, Statement, Subject
from cds_service.core.values import Status
from cds_service.fhir.codes import Concept
from cds_service.fhir.context import Reading
from cds_service.fhir.meanings import Meaning
from cds_service.knowledge.lexicon import DIAGNOSIS_KINDS, TextHit
from cds_service.knowledge.terminology import Kind


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What all statements of one resource have in common.

    ``causes`` is False where a diagnosis would not be one (the name of a procedure), and
    ``kinds`` then limits the findings that words may state. ``in_doubt``: not confirmed, so that
    complaints count and diagnoses do not.
    """

    source: str
    channel: Channel
    status: Status = Status.PRESENT
    date: datetime | None = None
    onset: datetime | None = None
    end: datetime | None = None
    ended: bool = False
    open_encounter: bool = False
    provisional: bool = False
    leg_site: bool = False
    causes: bool = True
    in_doubt: bool = False
    kinds: frozenset[str] = frozenset()

    def of_kinds(self, kinds: frozenset[str]) -> Frame:
        """The same for words that may state findings of some kinds only, and no diagnosis."""
        return msgspec.structs.replace(self, causes=False, kinds=kinds)


_SUBJECTS = {Kind.FINDING: Subject.FINDING, Kind.CAUSE: Subject.CAUSE}
_Key = tuple[Subject, str]


def state_concept(reading: Reading, concept: Concept, frame: Frame) -> None:
    """Everything that a concept states. Words count only for what no coding matched."""
    meaning = reading.meanings.of(concept)
    if frame.leg_site or not meaning.is_nothing:
        state(reading, meaning, frame)


def state(reading: Reading, meaning: Meaning, frame: Frame) -> None:
    """State in the frame of its resource what a concept means."""
    leg = frame.leg_site or meaning.names_leg
    matched = _state_codes(reading, meaning, frame, leg=leg)
    hits = meaning.hits_at_leg if frame.leg_site and not meaning.names_leg else meaning.hits
    if hits:
        _state_hits(reading, hits, frame, matched, label=meaning.concept.label, leg=leg)


def state_text(reading: Reading, text: str, frame: Frame) -> None:
    """Everything that a free text states; its words are not kept."""
    hits = reading.lexicon.find_statements(text, at_leg=frame.leg_site)
    _state_hits(reading, hits, frame, set(), label="", leg=frame.leg_site)


def _state_codes(reading: Reading, meaning: Meaning, frame: Frame, *, leg: bool) -> set[_Key]:
    matched: set[_Key] = set()
    label = meaning.concept.label
    for target, how in meaning.stated:
        about = _SUBJECTS[target.kind]
        if (target.needs_leg and not leg) or (about, target.id) in matched:
            continue
        if not _may_state(reading, about, target.id, frame):
            continue
        matched.add((about, target.id))
        reading.statements.append(
            statement(frame, about, target.id, how=how, label=label, leg=leg or is_own(how))
        )
    return matched


def _state_hits(
    reading: Reading,
    hits: Iterable[TextHit],
    frame: Frame,
    matched: set[_Key],
    *,
    label: str,
    leg: bool,
) -> None:
    for hit in hits:
        if hit.of_family:
            _state_family(reading, hit, frame)
            continue
        key = (hit.about, hit.target)
        if key in matched or not _allowed(reading, hit, frame):
            continue
        status = _status(hit, frame)
        if status is None:
            continue
        matched.add(key)
        reading.statements.append(
            statement(
                frame,
                hit.about,
                hit.target,
                how=f"phrase '{hit.phrase}'",
                label=label,
                leg=leg or hit.leg_site,
                status=status,
                definite=False,
                over=hit.historical,
                onset=_onset(hit, frame),
            )
        )


def _onset(hit: TextHit, frame: Frame) -> datetime | None:
    """When the words say that it began, counted back from the date of the resource."""
    if hit.days is None or frame.date is None or hit.historical:
        return frame.onset
    return frame.date - timedelta(days=hit.days)


def is_own(how: str) -> bool:
    """Matched by our own code: that vocabulary speaks of leg complaints, so a leg is meant."""
    return how.startswith("finding ")


def _may_state(reading: Reading, about: Subject, target: str, frame: Frame) -> bool:
    if about is Subject.CAUSE:
        return frame.causes and not frame.in_doubt
    return not frame.in_doubt or reading.knowledge.findings[target].kind not in DIAGNOSIS_KINDS


def _allowed(reading: Reading, hit: TextHit, frame: Frame) -> bool:
    if not _may_state(reading, hit.about, hit.target, frame):
        return False
    if hit.about is Subject.CAUSE:
        return True
    return not frame.kinds or reading.knowledge.findings[hit.target].kind in frame.kinds


def _status(hit: TextHit, frame: Frame) -> Status | None:
    """A refuted "no pain" states nothing."""
    if frame.status is Status.ABSENT:
        return Status.ABSENT if hit.status is Status.PRESENT else None
    return hit.status


def _state_family(reading: Reading, hit: TextHit, frame: Frame) -> None:
    """A relative's illness states only findings about the family."""
    if hit.about is not Subject.CAUSE or frame.status is Status.ABSENT:
        return
    for finding in reading.terminology.family_findings.get(hit.target, ()):
        reading.statements.append(
            Statement(
                about=Subject.FINDING,
                target=finding,
                status=hit.status,
                source=frame.source,
                how=f"phrase '{hit.phrase}' of a relative",
                channel=Channel.FAMILY_HISTORY,
                date=frame.date,
                definite=False,
            )
        )


def statement(
    frame: Frame,
    about: Subject,
    target: str,
    *,
    how: str,
    label: str = "",
    leg: bool = False,
    status: Status | None = None,
    definite: bool = True,
    over: bool = False,
    onset: datetime | None = None,
    value: str = "",
) -> Statement:
    """One statement in the frame of its resource. ``over``: the words say that it is past."""
    return Statement(
        about=about,
        target=target,
        status=status or frame.status,
        source=frame.source,
        how=how,
        channel=frame.channel,
        date=frame.date,
        onset=onset or frame.onset,
        end=frame.end,
        ended=frame.ended or over,
        open_encounter=frame.open_encounter and not over,
        definite=definite,
        provisional=frame.provisional,
        leg_site=leg or frame.leg_site,
        value=value,
        label=label,
    )
