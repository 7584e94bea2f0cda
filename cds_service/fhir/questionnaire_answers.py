"""Answers to our own Questionnaire: what is enabled, and the QuestionnaireResponse (R4) that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cds_service.fhir.access import Json
from cds_service.fhir.questionnaire_form import URGENCY


def is_enabled(item: Json, answers: Mapping[str, bool]) -> bool:
    """Whether ``enableWhen`` lets an item be shown; a question without answer fulfils no condition."""
    conditions = item.get("enableWhen", ())
    if not conditions:
        return True
    met = [answers.get(each["question"]) is each["answerBoolean"] for each in conditions]
    return all(met) if item.get("enableBehavior") == "all" else any(met)


def effective(questionnaire: Json, answers: Mapping[str, bool]) -> dict[str, bool]:
    """The answers to questions that are enabled; those of others do not count (R4, enableWhen).

    Questions depend on earlier ones only, so one pass in their order is enough.
    """
    counted: dict[str, bool] = {}
    for item in _enabled_items(questionnaire, counted):
        link = item["linkId"]
        if item["type"] == "boolean" and link in answers:
            counted[link] = answers[link]
    return counted


def urgent_advice(questionnaire: Json, answers: Mapping[str, bool]) -> list[Json]:
    """The display items with urgent advice that the answers call for, most urgent first."""
    counted = effective(questionnaire, answers)
    found = [item for item in _enabled_items(questionnaire, counted) if urgency_of(item)]
    return sorted(found, key=lambda item: ("emergency", "today", "soon").index(urgency_of(item)))


def urgency_of(item: Json) -> str:
    """How urgent an item of advice is; empty for any other item."""
    for extension in item.get("extension", ()):
        if extension["url"] == URGENCY:
            return str(extension["valueCode"])
    return ""


def response_of(
    questionnaire: Json, answers: Mapping[str, bool], authored: datetime, subject: str = ""
) -> Json:
    """The completed QuestionnaireResponse; what was not answered is not in it.

    Args:
        questionnaire: The Questionnaire that was answered.
        answers: By linkId; a question that is missing was not answered.
        authored: When it was completed.
        subject: Reference of the patient; empty: none is named.
    """
    response: Json = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{questionnaire['url']}|{questionnaire['version']}",
        "status": "completed",
        "authored": authored.isoformat(timespec="seconds"),
    }
    if subject:
        response |= {"subject": {"reference": subject}, "source": {"reference": subject}}
    items = list(_answered(questionnaire, effective(questionnaire, answers)))
    return response | ({"item": items} if items else {})


def _answered(holder: Json, answers: Mapping[str, bool]) -> Iterator[Json]:
    for item in holder.get("item", ()):
        written: dict[str, Any] = {"linkId": item["linkId"], "text": item["text"]}
        if item["type"] == "boolean" and item["linkId"] in answers:
            yield written | {"answer": [{"valueBoolean": answers[item["linkId"]]}]}
        elif item["type"] == "group":
            within = list(_answered(item, answers))
            if within:
                yield written | {"item": within}


def _enabled_items(holder: Json, answers: Mapping[str, bool]) -> Iterator[Json]:
    """Items in their order; ``answers`` may grow while they are given out."""
    for item in holder.get("item", ()):
        if is_enabled(item, answers):
            yield item
            yield from _enabled_items(item, answers)
