"""Procedures and reports: what was done, and what a report concludes."""

from __future__ import annotations

import re

from cds_service.core.record import Channel, EventState
from cds_service.fhir.access import Json, ReadingError, status_of, text_of
from cds_service.fhir.codes import Code, Concept, concept_of, concepts_of
from cds_service.fhir.context import Reading, channel_for
from cds_service.fhir.dates import first_moment
from cds_service.fhir.references import name_of
from cds_service.fhir.sites import is_leg_site
from cds_service.fhir.statements import Frame, state_concept, state_text
from cds_service.fhir.workups import note_workups


_DONE = frozenset({"completed", "in-progress", "unknown", ""})
_NO_REPORT = frozenset({"registered", "cancelled", "entered-in-error"})
_PROVISIONAL = frozenset({"preliminary", "partial", "unknown", ""})
# The name of a procedure says what was done, not what the patient feels.
# A test for something, or talk about it, is not the thing itself: only its code may speak.
_IS_TEST = re.compile(
    r"\b(?:test|measurement|antibod|antigen|screen|assay|assess|educat|counsel|prevent|vaccin|monitor)"
)
_KINDS_OF_PROCEDURE = frozenset({"history", "risk-factor", "exposure"})


def read_procedure(reading: Reading, procedure: Json, *, in_context: bool) -> None:
    """Note a work-up that was done, and state the history that it makes (an amputation, a stent).

    Raises:
        ReadingError: A member has a shape or a date that cannot be read, or there is no code.
    """
    not_done = procedure.get("notPerformed") is True or procedure.get("notDone") is True
    if not_done or status_of(procedure) not in _DONE:
        return
    date = first_moment(
        procedure,
        reading.as_of,
        *("performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod"),
    )
    if reading.is_future(date):
        return
    concept = concept_of(procedure, "code")
    if concept.empty:
        raise ReadingError("code: missing")
    source = name_of(procedure)
    note_workups(reading, concept, EventState.DONE, source, date)
    if any(_IS_TEST.search(words) for words in concept.words()):
        concept = Concept(tuple(Code(c.system, c.code, "") for c in concept.codings))
    frame = Frame(
        source=source,
        channel=channel_for(Channel.PROCEDURE, in_context=in_context),
        date=date,
        causes=False,
        kinds=_KINDS_OF_PROCEDURE,
        leg_site=is_leg_site(reading, procedure),
    )
    state_concept(reading, concept, frame)


def read_report(reading: Reading, report: Json, *, in_context: bool) -> None:
    """Note the work-up that a report is the result of, and state what it concludes.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read, or there is no code.
    """
    status = status_of(report)
    if status in _NO_REPORT:
        return
    date = first_moment(report, reading.as_of, "effectiveDateTime", "effectivePeriod", "issued")
    if reading.is_future(date):
        return
    concept = concept_of(report, "code")
    conclusion = text_of(report, "conclusion")
    if concept.empty and not conclusion:
        raise ReadingError("code: missing")
    source = name_of(report)
    note_workups(reading, concept, EventState.DONE, source, date)
    frame = Frame(
        source=source,
        channel=channel_for(Channel.REPORT, in_context=in_context),
        date=date,
        provisional=status in _PROVISIONAL,
    )
    for member in ("conclusionCode", "codedDiagnosis"):
        for stated in concepts_of(report, member):
            state_concept(reading, stated, frame)
    if conclusion:
        state_text(reading, conclusion, frame)
