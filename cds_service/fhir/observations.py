"""Observations: findings, answers to coded questions, laboratory results, complaints in words."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cds_service.core.knowledge import Analyte
from cds_service.core.record import Channel, EventState, Measurement, Subject, WorkupEvent
from cds_service.core.values import Status
from cds_service.fhir.access import Json, ReadingError, object_of, objects_of, status_of
from cds_service.fhir.answers import IGNORED, answered, has_value, stated_by, value_concept
from cds_service.fhir.codes import EMPTY, Concept, concept_of, concepts_of
from cds_service.fhir.context import Reading, channel_for
from cds_service.fhir.dates import first_moment
from cds_service.fhir.meanings import Meaning
from cds_service.fhir.quantities import amount_of, reference_range
from cds_service.fhir.references import name_of
from cds_service.fhir.sites import is_leg_site, side_of
from cds_service.fhir.statements import Frame, is_own, state_concept, statement
from cds_service.fhir.workups import note_named_workups
from cds_service.knowledge.terminology import Kind, Target, system_name


_PROVISIONAL = frozenset({"preliminary", "unknown", ""})
_FLAGS = {
    "high": "H",
    "low": "L",
    "normal": "N",
    "abnormal": "A",
    "critical high": "HH",
    "critical low": "LL",
}


class Part(msgspec.Struct, frozen=True):
    """An Observation or one of its components, with what it shares with the whole."""

    body: Json
    whole: Json
    meaning: Meaning
    frame: Frame

    @property
    def concept(self) -> Concept:
        """What it is about."""
        return self.meaning.concept


def read_observation(reading: Reading, observation: Json, *, in_context: bool) -> None:
    """State what an Observation and each of its components say.

    Raises:
        ReadingError: The whole cannot be read. A component that cannot is noted by itself.
    """
    status = status_of(observation)
    if status in IGNORED:
        return
    concept = concept_of(observation, "code")
    components = objects_of(observation, "component")
    if concept.empty and not components:
        raise ReadingError("code: missing")
    meaning = reading.meanings.of(concept)
    if not (components or meaning.may_speak):
        return
    date = _date(reading, observation)
    if reading.is_future(date):
        return
    frame = _frame(reading, observation, status, date, in_context=in_context)
    if not concept.empty:
        _read_part(reading, Part(observation, observation, meaning, frame))
    for component in components:
        _read_component(reading, observation, component, frame)


def _date(reading: Reading, observation: Json) -> datetime | None:
    return first_moment(
        observation,
        reading.as_of,
        "effectiveDateTime",
        "effectiveInstant",
        "effectivePeriod",
        "issued",
    )


def _frame(
    reading: Reading, observation: Json, status: str, date: datetime | None, *, in_context: bool
) -> Frame:
    return Frame(
        source=name_of(observation),
        channel=channel_for(Channel.OBSERVATION, in_context=in_context),
        date=date,
        provisional=status in _PROVISIONAL,
        leg_site=observation.get("bodySite") is not None and is_leg_site(reading, observation),
    )


def _read_component(reading: Reading, whole: Json, component: Json, frame: Frame) -> None:
    """One bad component does not hide the others."""
    try:
        concept = concept_of(component, "code")
        if not concept.empty:
            meaning = reading.meanings.of(concept)
            _read_part(reading, Part(component, whole, meaning, frame))
    except ReadingError as problem:
        reading.skip(whole, f"component: {problem}")


def _read_part(reading: Reading, part: Part) -> None:
    meaning = part.meaning
    if meaning.is_complaint:
        _read_complaint(reading, part)
    if meaning.targets:
        _read_targets(reading, part)
    else:
        _read_by_name(reading, part)
    if meaning.questions:
        _read_answers(reading, part)


def _read_targets(reading: Reading, part: Part) -> None:
    """A code may mean several analytes; a unit that fits only one of them decides."""
    problem: ReadingError | None = None
    before = len(reading.measurements)
    for target, how in part.meaning.targets:
        try:
            _READERS[target.kind](reading, part, target, how)
        except ReadingError as met:
            problem = met
    if problem is not None and len(reading.measurements) == before:
        reading.skip(part.whole, str(problem))


def _read_complaint(reading: Reading, part: Part) -> None:
    concept = value_concept(part.body)
    if concept is not None and part.body.get("dataAbsentReason") is None:
        state_concept(reading, concept, part.frame)


def _read_statement(reading: Reading, part: Part, target: Target, how: str) -> None:
    """A finding or a diagnosis that is asked for, and a value that decides."""
    measured = object_of(part.body, "valueQuantity")
    if measured is not None and target.kind is Kind.FINDING:
        _read_measured_finding(reading, part, target, measured)
        return
    if (
        target.kind is Kind.CAUSE
        and target.id in reading.knowledge.findings
        and how.startswith("finding ")
    ):
        return  # an id of both kinds: in an Observation it is the finding
    status = stated_by(part.body)
    leg = part.frame.leg_site or is_own(how) or part.meaning.names_leg
    if status is None or (target.needs_leg and not leg):
        return
    about = Subject.FINDING if target.kind is Kind.FINDING else Subject.CAUSE
    label = part.concept.label
    reading.statements.append(
        statement(part.frame, about, target.id, how=how, label=label, leg=leg, status=status)
    )


def _read_measured_finding(reading: Reading, part: Part, target: Target, quantity: Json) -> None:
    """Our own code of a measured finding with a value: the finding's analyte was measured."""
    rules = reading.knowledge.findings[target.id].measured
    if not rules:
        return
    analyte = reading.knowledge.analytes.get(rules[0].analyte)
    if analyte is not None:
        _add_measurement(reading, part, analyte, quantity)


def _read_analyte(reading: Reading, part: Part, target: Target, how: str) -> None:
    _measure(reading, part, reading.knowledge.analytes[target.id])
    if part.body.get("valueQuantity") is None and has_value(part.body):
        raise ReadingError(f"value: no quantity for {target.id}")


def _measure(reading: Reading, part: Part, analyte: Analyte) -> None:
    quantity = object_of(part.body, "valueQuantity")
    if quantity is not None and part.body.get("dataAbsentReason") is None:
        _add_measurement(reading, part, analyte, quantity)


def _add_measurement(reading: Reading, part: Part, analyte: Analyte, quantity: Json) -> None:
    amount = amount_of(quantity, analyte, reading.terminology)
    if amount is None:
        return
    low, high = reference_range(part.body, analyte, amount, reading.terminology)
    reading.measurements.append(
        Measurement(
            analyte=analyte.id,
            value=amount.value,
            unit=analyte.unit,
            source=part.frame.source,
            comparator=amount.comparator,
            date=part.frame.date,
            low=low,
            high=high,
            interpretation=_interpretation(part.body),
            side=_side(part, analyte),
            provisional=part.frame.provisional,
            text=amount.text,
            sent=amount.sent,
            sent_unit=amount.sent_unit,
        )
    )


def _side(part: Part, analyte: Analyte) -> str:
    """Only tests made on each leg have one."""
    if analyte.deciding == "newest" and not analyte.unitless:
        return ""
    return side_of(part.body, part.concept) or side_of(part.whole, EMPTY)


def _interpretation(part: Json) -> str:
    """The laboratory's flag as a v2-0078 code."""
    for concept in concepts_of(part, "interpretation"):
        for coding in concept.codings:
            if coding.code:
                return coding.code.strip().upper()
        words = concept.text.strip()
        if words:
            return _FLAGS.get(words.lower(), words.upper() if len(words) <= 2 else "")
    return ""


def _read_workup(reading: Reading, part: Part, target: Target, how: str) -> None:
    """A result or report of a work-up: it was done, if it has any content."""
    if _has_result(part.body):
        reading.events.append(
            WorkupEvent(
                workup=target.id,
                state=EventState.DONE,
                source=part.frame.source,
                date=part.frame.date,
                how=how,
            )
        )


def _has_result(part: Json) -> bool:
    if part.get("dataAbsentReason") is not None and not part.get("component"):
        return False
    parts = ("component", "hasMember", "related")  # related: STU3, DSTU2
    return has_value(part) or any(bool(part.get(member)) for member in parts)


def _read_nothing(reading: Reading, part: Part, target: Target, how: str) -> None:
    """A drug code as the code of an Observation (a blood level) says nothing here."""


_READERS = {
    Kind.FINDING: _read_statement,
    Kind.CAUSE: _read_statement,
    Kind.ANALYTE: _read_analyte,
    Kind.WORKUP_ORDER: _read_workup,
    Kind.WORKUP_RESULT: _read_workup,
    Kind.DRUG: _read_nothing,
}


def _read_answers(reading: Reading, part: Part) -> None:
    """Coded questions (tobacco status) with coded or written answers."""
    for question, coding in part.meaning.questions:
        answer = value_concept(part.body)
        status = None if answer is None else answered(question, answer)
        if answer is not None and status is not None:
            reading.statements.append(
                statement(
                    part.frame,
                    Subject.FINDING,
                    question.finding,
                    how=f"{system_name(coding.system)} {coding.code}",
                    label=part.concept.label,
                    status=status,
                    value=answer.label,
                )
            )


def _read_by_name(reading: Reading, part: Part) -> None:
    """Local codes: a test or a question known only by its name."""
    if part.meaning.speaks_for_itself:
        return
    name = part.concept.label
    if not name or not (has_value(part.body) or part.body.get("component")):
        return
    found = reading.lexicon.find_analyte(name)
    if found is not None:
        _measure(reading, part, reading.knowledge.analytes[found[0]])
    note_named_workups(reading, part.concept, EventState.DONE, part.frame.source, part.frame.date)
    answer = stated_by(part.body)
    if answer is not None:
        _state_named_finding(reading, part, answer)


def _state_named_finding(reading: Reading, part: Part, answer: Status) -> None:
    for hit in reading.lexicon.statements_of_display(part.concept.label):
        if hit.of_family or hit.historical or hit.status is not Status.PRESENT:
            continue
        frame = msgspec.structs.replace(part.frame, status=answer)
        reading.statements.append(
            statement(
                frame,
                hit.about,
                hit.target,
                how=f"phrase '{hit.phrase}'",
                leg=hit.leg_site,
                definite=False,
            )
        )
