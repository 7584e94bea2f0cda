"""What was read of one patient, before any reasoning.

The FHIR room fills these values; the core turns them into findings. Everything carries the
reference of the resource it came from, so that each conclusion can be traced.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from cds_service.core.values import Status


class Channel(Enum):
    """The way a statement arrived; it decides how long the statement counts as current."""

    OBSERVATION = "observation"
    QUESTIONNAIRE = "questionnaire"
    CONDITION = "condition"
    ENCOUNTER = "encounter"
    ORDER = "order"
    CONTEXT = "context"
    MEDICATION = "medication"
    PROCEDURE = "procedure"
    REPORT = "report"
    FAMILY_HISTORY = "family-history"
    DEMOGRAPHIC = "demographic"
    MEASUREMENT = "measurement"

    __hash__ = object.__hash__  # members are single objects; Enum's own hash is slow


class Subject(Enum):
    """What a statement is about."""

    FINDING = "finding"
    CAUSE = "cause"

    __hash__ = object.__hash__


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One resource saying that a finding, or a diagnosed cause, is present or absent.

    Attributes:
        about: Whether ``target`` is the id of a finding or of a cause.
        target: The id.
        status: PRESENT or ABSENT, never UNKNOWN.
        source: The resource, as ``Type/id``.
        how: What matched, in words, without patient free text ("SNOMED 10601006", "phrase 'burning'").
        channel: How it arrived.
        date: When it was observed, recorded or prescribed; None when undated.
        onset: When the resource says it began, if it does.
        end: When it ended (abatement, drug stopped, resolved status); None when it goes on.
        ended: True when the resource says that it is over, with or without a date.
        open_encounter: For ENCOUNTER statements: the encounter has not ended.
        definite: A code or a structured answer; False for words found in free text.
        provisional: Observation status ``preliminary`` or ``unknown``.
        leg_site: True when the resource itself names a lower limb (bodySite, code or words).
        value: What was measured or answered, for display ("5.1 mmol/L"); empty when none.
        label: The words of the record for people to recognise it by (display of the code).
    """

    about: Subject
    target: str
    status: Status
    source: str
    how: str
    channel: Channel
    date: datetime | None = None
    onset: datetime | None = None
    end: datetime | None = None
    ended: bool = False
    open_encounter: bool = False
    definite: bool = True
    provisional: bool = False
    leg_site: bool = False
    value: str = ""
    label: str = ""


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One usable laboratory or bedside result, converted to the analyte's own unit.

    Attributes:
        analyte: Id of the analyte in the knowledge.
        value: In ``unit``. With a ``comparator`` the true value lies beyond it.
        comparator: "", "<", "<=", ">" or ">=".
        unit: The analyte's canonical UCUM unit.
        low, high: The laboratory's own reference limits in ``unit``; None without usable range.
        interpretation: The laboratory's flag (H, HH, L, LL, N, A ...); empty when none.
        side: "left", "right" or "" for tests made on one leg.
        text: As sent, for display ("18 ng/mL").
        sent, sent_unit: Value and unit before conversion; None when not known.
    """

    analyte: str
    value: Decimal
    unit: str
    source: str
    comparator: str = ""
    date: datetime | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    interpretation: str = ""
    side: str = ""
    provisional: bool = False
    text: str = ""
    sent: Decimal | None = None
    sent_unit: str = ""


class EventState(Enum):
    """Whether a work-up has a result or is on its way."""

    DONE = "done"
    ORDERED = "ordered"


class WorkupEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A work-up found in the record, done or ordered.

    ``definite`` is False when only words in a display or text matched: such an event suppresses
    routine advice, never the deciding test of a red flag.
    """

    workup: str
    state: EventState
    source: str
    date: datetime | None = None
    definite: bool = True
    drafted: bool = False
    how: str = ""


class Skipped(msgspec.Struct, frozen=True):
    """A resource (or part of one) that was not used, and why. No patient data in ``problem``."""

    reference: str
    problem: str

    @property
    def category(self) -> str:
        """The kind of problem, for counting: other-patient, missing, quantity, malformed."""
        if "another patient" in self.problem:
            return "other-patient"
        if self.problem.endswith("missing"):
            return "missing"
        # Unit, comparator or number that the analyte named in the problem cannot be read with.
        return "quantity" if " for " in self.problem else "malformed"


class Setting(Enum):
    """Where the patient is now, as far as the open encounter says."""

    OUTPATIENT = "outpatient"
    EMERGENCY = "emergency"
    INPATIENT = "inpatient"
    UNKNOWN = "unknown"


class DraftedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is being written in this very moment (hooks order-select and order-sign).

    Attributes:
        label: As people name it, from the request: escape it, and at most 60 characters.
        workups, drugs, treatments: Ids in the knowledge of what it orders; several where a code or
            a combination product means several.
        selected: The clinician has just picked it, or signs it; others are background.
        leg_reason: The order itself gives a leg complaint or a disease of the legs as its reason.
        priority: FHIR request priority as drafted; empty when none.
        resource: As received, for an update of the whole.
        updatable: It has what an update needs: id, status and subject.
    """

    reference: str
    resource_type: str
    label: str
    workups: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    selected: bool = True
    leg_reason: bool = False
    priority: str = ""
    resource: dict[str, Any]
    updatable: bool = False


class PatientRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything read of one patient.

    Attributes:
        patient_id: FHIR id, without type.
        age: Completed years at ``as_of``; None when the birth date is missing or unusable.
        sex: FHIR administrative gender ("female", "male", "other") or "".
        deceased: The Patient says so, by date on or before ``as_of`` or by flag.
        setting: Class of the encounter that is open now.
        encounter_id: Of the context, else of the open encounter; empty when none.
    """

    patient_id: str
    age: int | None = None
    sex: str = ""
    deceased: bool = False
    setting: Setting = Setting.UNKNOWN
    encounter_id: str = ""
    statements: tuple[Statement, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    events: tuple[WorkupEvent, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    drafts: tuple[DraftedOrder, ...] = ()


class Supplied(msgspec.Struct, frozen=True):
    """One FHIR resource as it arrived: under which prefetch key, or in the hook's context.

    ``selected`` is False for drafts that the hook's ``selections`` leave out.
    """

    key: str
    resource: dict[str, Any]
    in_context: bool = False
    selected: bool = True


class Gap(msgspec.Struct, frozen=True):
    """Data that should have been there: ``missing``, ``error`` or ``incomplete``; and what follows."""

    key: str
    state: str
    effect: str
