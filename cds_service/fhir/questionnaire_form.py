"""The intake questionnaire as a FHIR Questionnaire (R4), as it is published and as it is shown.

Each question is a boolean item whose ``linkId`` and ``code`` are the finding. A list to tick is a group
whose items carry the control ``check-box``. Urgent advice is a display item with ``enableWhen``, so that
any renderer shows it at once; extensions of our own name the red flag and the urgency behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_service.core.knowledge import Asked, AskedGroup, Knowledge, Questionnaire, UrgentAdvice
from cds_service.core.values import FINDING_SYSTEM
from cds_service.fhir.access import Json


FHIR_BASE = FINDING_SYSTEM.partition("/CodeSystem/")[0]
RED_FLAG = f"{FHIR_BASE}/StructureDefinition/red-flag"
URGENCY = f"{FHIR_BASE}/StructureDefinition/urgency"
NONE_OF_THESE = f"{FHIR_BASE}/StructureDefinition/none-of-these"
ITEM_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
DISPLAY_CATEGORY = "http://hl7.org/fhir/StructureDefinition/questionnaire-displayCategory"
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
_CATEGORIES = "http://hl7.org/fhir/questionnaire-display-category"
_PUBLISHER = "Leg pain decision support"


def canonical(id: str) -> str:
    """The canonical address of a questionnaire; the same wherever it is published."""
    return f"{FHIR_BASE}/Questionnaire/{id}"


def questionnaire_resource(questionnaire: Questionnaire, knowledge: Knowledge) -> Json:
    """The Questionnaire. It stays a draft until clinicians of a site have approved it."""
    groups = [_group(group, knowledge) for group in questionnaire.groups]
    introduction = _display("introduction", questionnaire.introduction)
    return {
        "resourceType": "Questionnaire",
        "id": questionnaire.id,
        "url": canonical(questionnaire.id),
        "version": questionnaire.version,
        "name": "".join(part.capitalize() for part in questionnaire.id.split("-")),
        "title": questionnaire.title,
        "status": "draft",
        "subjectType": ["Patient"],
        "date": questionnaire.date,
        "publisher": _PUBLISHER,
        "description": questionnaire.description,
        "item": [introduction, *groups],
    }


def _group(group: AskedGroup, knowledge: Knowledge) -> Json:
    tick = group.ask == "tick"
    hint = [_display(f"{group.id}.hint", group.hint)] if group.hint else []
    items = [
        *hint,
        *(_question(each, tick=tick, knowledge=knowledge) for each in group.questions),
        *(_urgent(advice) for advice in group.urgent),
    ]
    body: Json = {"linkId": group.id, "text": group.text, "type": "group", "item": items}
    if tick and group.none:
        body["extension"] = [{"url": NONE_OF_THESE, "valueBoolean": True}]
    if all(each.when for each in group.questions):  # no heading without a question below it
        conditions = dict.fromkeys(finding for each in group.questions for finding in each.when)
        within = {each.finding for each in group.questions}
        body |= _enabled_when([each for each in conditions if each not in within], "any")
    return body


def _question(asked: Asked, *, tick: bool, knowledge: Knowledge) -> Json:
    label = knowledge.findings[asked.finding].label
    body: Json = {
        "linkId": asked.finding,
        "code": [{"system": FINDING_SYSTEM, "code": asked.finding, "display": label}],
        "text": asked.text,
        "type": "boolean",
        "required": False,
    }
    if tick:
        body["extension"] = [_coded(ITEM_CONTROL, _CONTROLS, "check-box")]
    if asked.hint:
        body["item"] = [_display(f"{asked.finding}.hint", asked.hint)]
    return body | _enabled_when(asked.when, "any")


def _urgent(advice: UrgentAdvice) -> Json:
    flags = [{"url": RED_FLAG, "valueCode": flag} for flag in advice.red_flags]
    body: Json = {
        "linkId": advice.id,
        "extension": [{"url": URGENCY, "valueCode": advice.urgency}, *flags],
        "text": advice.text,
        "type": "display",
    }
    return body | _enabled_when(advice.findings, "all" if advice.all else "any")


def _display(link: str, text: str) -> Json:
    extension = [_coded(DISPLAY_CATEGORY, _CATEGORIES, "instructions")]
    return {"linkId": link, "extension": extension, "text": text, "type": "display"}


def _coded(url: str, system: str, code: str) -> Json:
    return {"url": url, "valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}


def _enabled_when(findings: Iterable[str], behaviour: str) -> Json:
    conditions = [
        {"question": finding, "operator": "=", "answerBoolean": True} for finding in findings
    ]
    if not conditions:
        return {}
    return {"enableWhen": conditions} | (
        {"enableBehavior": behaviour} if len(conditions) > 1 else {}
    )


def check_questionnaires(knowledge: Knowledge) -> list[str]:
    """Why a questionnaire is no valid FHIR R4; slow, for checks and tests."""
    from fhir.resources.R4B.questionnaire import Questionnaire as Model  # noqa: PLC0415 (slow, rarely needed)
    from pydantic import ValidationError  # noqa: PLC0415

    problems: list[str] = []
    for questionnaire in knowledge.questionnaires.values():
        resource: dict[str, Any] = questionnaire_resource(questionnaire, knowledge)
        try:
            Model.model_validate(resource)
        except ValidationError as problem:
            said = problem.errors()[0]
            problems.append(f"questionnaires[{questionnaire.id}]: {said['loc']}: {said['msg']}")
    return problems
