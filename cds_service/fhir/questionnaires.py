"""QuestionnaireResponses: answers of patients and staff, matched by linkId, definition or code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from cds_service.core.record import Channel, Subject
from cds_service.core.values import FINDING_SYSTEM, Status
from cds_service.fhir.access import Json, objects_of, status_of, text_of
from cds_service.fhir.answers import answered, yes_or_no
from cds_service.fhir.codes import Code, Concept, concept_of
from cds_service.fhir.context import Reading, channel_for
from cds_service.fhir.dates import first_moment
from cds_service.fhir.references import name_of
from cds_service.fhir.statements import Frame, statement
from cds_service.knowledge.terminology import Kind, system_name


_READ = frozenset({"completed", "amended", "in-progress", ""})
_DEEPEST = 30
_ITEMS = ("item", "group", "question")
_OWN = system_name(FINDING_SYSTEM)
_PARTS = re.compile(r"[/#|.]")


class _Item(msgspec.Struct, frozen=True):
    body: Json
    codes: tuple[Code, ...]
    findings: dict[str, bool]  # finding, and whether it was matched by our own id


def read_response(reading: Reading, response: Json, *, in_context: bool) -> None:
    """State what the answers say. Numbers and dates are not read.

    Raises:
        ReadingError: A member has a shape or a date that cannot be read.
    """
    status = status_of(response)
    if status not in _READ:
        return
    date = first_moment(response, reading.as_of, "authored")
    if reading.is_future(date):
        return
    frame = Frame(
        source=name_of(response),
        channel=channel_for(Channel.QUESTIONNAIRE, in_context=in_context),
        date=date,
        provisional=status != "completed" and status != "amended",
    )
    codes = _codes_by_link(reading, response)
    for item in _items(reading, response, codes, depth=0):
        _read_item(reading, item, frame)


def _codes_by_link(reading: Reading, response: Json) -> dict[str, tuple[Code, ...]]:
    """Codes of the questions, from a contained or supplied Questionnaire."""
    found: dict[str, tuple[Code, ...]] = {}
    for resource in objects_of(response, "contained"):
        if resource.get("resourceType") == "Questionnaire":
            _collect_codes(resource, found, depth=0)
    supplied = _questionnaire(reading, response)
    if supplied is not None:
        _collect_codes(supplied, found, depth=0)
    return found


def _questionnaire(reading: Reading, response: Json) -> Json | None:
    """The supplied Questionnaire, by canonical address or, until STU3, by reference."""
    written = response.get("questionnaire")
    if isinstance(written, str):
        return reading.resources.get(written.partition("|")[0])
    return reading.resolve(response, written) if isinstance(written, dict) else None


def _collect_codes(holder: Json, found: dict[str, tuple[Code, ...]], depth: int) -> None:
    if depth > _DEEPEST:
        return
    for item in _items_of(holder):
        codes = (*_codings(item, "code").codings, *_codings(item, "concept").codings)
        if codes:
            found[text_of(item, "linkId")] = codes
        _collect_codes(item, found, depth + 1)


def _items_of(holder: Json) -> Iterator[Json]:
    """The parts of a questionnaire or response; in DSTU2 groups and questions."""
    for member in _ITEMS:
        yield from objects_of(holder, member)


def _codings(item: Json, member: str) -> Concept:
    """``code`` of an item is a list of Codings, not a CodeableConcept."""
    if item.get(member) is None:
        return Concept()
    return concept_of({member: {"coding": objects_of(item, member)}}, member)


def _items(
    reading: Reading, holder: Json, codes: dict[str, tuple[Code, ...]], depth: int
) -> Iterator[_Item]:
    if depth > _DEEPEST:
        return
    for item in _items_of(holder):
        link = text_of(item, "linkId")
        own = (*codes.get(link, ()), *_codings(item, "code").codings)
        yield _Item(item, own, _findings(reading, link, text_of(item, "definition"), own))
        yield from _items(reading, item, codes, depth + 1)
        for answer in objects_of(item, "answer"):
            yield from _items(reading, answer, codes, depth + 1)


def _findings(
    reading: Reading, link: str, definition: str, codes: tuple[Code, ...]
) -> dict[str, bool]:
    """Findings that an item asks for, by the last part of linkId or definition, or by code."""
    found: dict[str, bool] = {}
    for code in codes:
        own = system_name(code.system) == _OWN
        for target in reading.terminology.targets(code.system, code.code):
            if target.kind is Kind.FINDING and not target.needs_leg:
                found[target.id] = own
    for written in (link, definition):
        last = _PARTS.split(written)[-1].strip().lower()
        if last in reading.knowledge.findings:
            found[last] = True
    return found


def _read_item(reading: Reading, item: _Item, frame: Frame) -> None:
    answers = objects_of(item.body, "answer")
    stated = [s for s in (_answer(a) for a in answers) if s is not None]
    if item.findings and stated:
        status = Status.PRESENT if Status.PRESENT in stated else Status.ABSENT
        for finding, own in item.findings.items():
            _state(reading, frame, finding, status, how=f"answer to '{finding}'", leg=own)
    for answer in answers:
        _read_chosen(reading, item, answer, frame)


def _state(
    reading: Reading, frame: Frame, finding: str, status: Status, how: str, *, leg: bool
) -> None:
    framed = msgspec.structs.replace(frame, status=status)
    label = reading.knowledge.findings[finding].label
    reading.statements.append(
        statement(framed, Subject.FINDING, finding, how=how, label=label, leg=leg)
    )


def _answer(answer: Json) -> Status | None:
    flag = answer.get("valueBoolean")
    if isinstance(flag, bool):
        return Status.PRESENT if flag else Status.ABSENT
    return yes_or_no(_answer_concept(answer))


def _answer_concept(answer: Json) -> Concept:
    if answer.get("valueCoding") is not None:
        return _codings(answer, "valueCoding")
    if answer.get("valueString") is not None:
        return Concept((), text_of(answer, "valueString"))
    return Concept()


def _read_chosen(reading: Reading, item: _Item, answer: Json, frame: Frame) -> None:
    """A finding chosen from a list ("tick all that apply"), or the answer to a coded question."""
    concept = _answer_concept(answer)
    for coding in concept.codings:
        chosen = system_name(coding.system) == _OWN
        if chosen and coding.code in reading.knowledge.findings:
            _state(
                reading, frame, coding.code, Status.PRESENT, how=f"answer '{coding.code}'", leg=True
            )
    for code in item.codes:
        for question in reading.terminology.questions(code.system, code.code):
            status = answered(question, concept)
            if status is not None:
                _state(
                    reading,
                    frame,
                    question.finding,
                    status,
                    how=f"answer to {code.code}",
                    leg=False,
                )
