"""Conditions: complaints and diagnoses, active, over or refuted."""

from __future__ import annotations

from datetime import datetime

from cds_service.core.record import Channel, Statement, Subject
from cds_service.core.values import Status
from cds_service.fhir.access import Json, ReadingError, flag_of, object_of, text_of
from cds_service.fhir.codes import concept_of, concepts_of
from cds_service.fhir.context import Reading, channel_for
from cds_service.fhir.dates import first_moment, moment_of, period_end
from cds_service.fhir.references import literal, name_of
from cds_service.fhir.sites import is_leg_site, place_in_words
from cds_service.fhir.statements import Frame, state, state_text


OVER = frozenset({"resolved", "inactive", "remission"})
ACTIVE = frozenset({"active", "recurrence", "relapse"})
# A diagnosis somebody only considers is not a diagnosis; a complaint recorded so is a complaint.
CONSIDERED = frozenset({"provisional", "differential", "unconfirmed"})
_CLINICAL = ACTIVE | OVER
_VERIFICATION = frozenset({"confirmed", "refuted", "entered-in-error"}) | CONSIDERED

_COMPLAINTS = frozenset({"symptom", "symptom-quality", "sign", "severity"})
_PLACES = frozenset({"location"})


class ConditionStatus:
    """What the statuses of a Condition say together, wherever the record put them.

    Real data holds plain strings (STU3) and statuses in ``category`` (eCQM test patients).
    """

    def __init__(self, condition: Json) -> None:
        clinical = _words(condition, "clinicalStatus")
        verification = _words(condition, "verificationStatus")
        if not (clinical and verification):
            stray = _words(condition, "category")
            clinical = clinical or stray
            verification = verification or stray
        self.clinical = next((w for w in clinical if w in _CLINICAL), "")
        self.verification = next((w for w in verification if w in _VERIFICATION), "")
        self.in_error = "entered-in-error" in clinical or "entered-in-error" in verification

    @property
    def refuted(self) -> bool:
        """Somebody looked and it is not there."""
        return self.verification == "refuted"

    @property
    def considered(self) -> bool:
        """Not confirmed."""
        return self.verification in CONSIDERED


def _words(condition: Json, member: str) -> list[str]:
    value = condition.get(member)
    if value is None:
        return []
    if isinstance(value, str):
        return [value.strip().lower()]
    return [word for concept in concepts_of(condition, member) for word in concept.words()]


def read_condition(reading: Reading, condition: Json, *, in_context: bool) -> None:
    """State what a Condition says. In error or not yet begun: nothing.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read, or there is no code.
    """
    status = ConditionStatus(condition)
    if status.in_error:
        return
    concept = concept_of(condition, "code")
    if concept.empty:
        raise ReadingError("code: missing")
    meaning = reading.meanings.of(concept)
    if meaning.is_nothing and condition.get("bodySite") is None:
        return
    channel = channel_for(Channel.CONDITION, in_context=in_context)
    frame = condition_frame(reading, condition, status, channel)
    if frame is None:
        return
    before = len(reading.statements)
    state(reading, meaning, frame)
    if frame.leg_site and any(_is_complaint(reading, s) for s in reading.statements[before:]):
        _state_places(reading, condition, frame)


def _is_complaint(reading: Reading, statement: Statement) -> bool:
    return (
        statement.about is Subject.FINDING
        and statement.status is Status.PRESENT
        and reading.knowledge.findings[statement.target].kind in _COMPLAINTS
    )


def _state_places(reading: Reading, condition: Json, frame: Frame) -> None:
    """Which leg, and where: "Swelling" at the site "Left lower leg" is a swelling of one leg."""
    words = f"pain in {place_in_words(condition)}"
    state_text(reading, words, frame.of_kinds(_PLACES))


def condition_frame(
    reading: Reading, condition: Json, status: ConditionStatus, channel: Channel
) -> Frame | None:
    """Dates and status common to all statements of a Condition; None when it lies in the future."""
    as_of = reading.as_of
    recorded = first_moment(condition, as_of, "recordedDate", "assertedDate", "dateRecorded")
    onset = first_moment(condition, as_of, "onsetDateTime", "onsetPeriod")
    if recorded is None and onset is None:
        recorded = _encounter_start(reading, condition)
    if reading.is_future(onset) or (reading.is_future(recorded) and not reading.is_past(onset)):
        return None
    ended, end = ending(reading, condition, status)
    return Frame(
        source=name_of(condition),
        channel=channel,
        status=Status.ABSENT if status.refuted else Status.PRESENT,
        date=onset if reading.is_future(recorded) else recorded,
        onset=onset,
        end=end,
        ended=ended and not status.refuted,
        provisional=status.considered,
        in_doubt=status.considered,
        leg_site=is_leg_site(reading, condition),
    )


def ending(
    reading: Reading, condition: Json, status: ConditionStatus
) -> tuple[bool, datetime | None]:
    """Whether it is over, and when: by status, or by an abatement in the past even where the status still says active."""
    end = moment_of(condition, "abatementDateTime", reading.as_of) or period_end(
        condition, "abatementPeriod", reading.as_of
    )
    if end is not None:
        return (True, end) if reading.is_past(end) else (False, None)
    vague = (
        object_of(condition, "abatementAge") is not None
        or bool(text_of(condition, "abatementString"))
        or flag_of(condition, "abatementBoolean") is True
    )
    return status.clinical in OVER or vague, None


def _encounter_start(reading: Reading, condition: Json) -> datetime | None:
    """An undated diagnosis of an encounter is as old as the encounter."""
    for member in ("encounter", "context"):
        reference = object_of(condition, member)
        if reference is not None and literal(reference, member):
            encounter = reading.resolve(condition, reference)
            if encounter is not None and encounter.get("resourceType") == "Encounter":
                return first_moment(encounter, reading.as_of, "period", "actualPeriod")
    return None
