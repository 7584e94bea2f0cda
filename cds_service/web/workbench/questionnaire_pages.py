"""The intake questionnaire, for patients: asked, answered, handed back. Nothing is kept here.

The page works without script: every question is shown then, urgent advice says what it belongs to,
and the answers are posted. What is posted goes back as a QuestionnaireResponse and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from cds_service.fhir.questionnaire_answers import response_of, urgency_of, urgent_advice
from cds_service.fhir.questionnaire_form import questionnaire_resource
from cds_service.web.answers import FHIR_JSON
from cds_service.web.bodies import expect_a_form
from cds_service.web.workbench.bench import Bench, wants_part
from cds_service.web.workbench.questionnaire_view import answers_of, form_of
from cds_service.wire.strict_json import pretty_json, write_json


Json = dict[str, Any]
QUESTIONNAIRE = "leg-pain-at-rest"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_NOBODY = "questionnaire"


def add_pages(blueprint: Blueprint, bench: Bench) -> None:
    """``/questionnaire``, and the response as a file."""
    asked = bench.knowledge.questionnaires.get(QUESTIONNAIRE)
    resource = None if asked is None else questionnaire_resource(asked, bench.knowledge)

    @blueprint.get("/questionnaire")
    def questionnaire() -> str:
        return _page(bench, _published(resource), {})

    @blueprint.post("/questionnaire")
    def questionnaire_answered() -> str:
        known = _published(resource)
        sent = _sent()
        answers = answers_of(known, sent)
        response = _response(known, answers, sent, bench.site.clock())
        advice = [
            {"text": item["text"], "urgency": urgency_of(item)}
            for item in urgent_advice(known, answers)
        ]
        return _page(bench, known, sent, response=response, advice=advice)

    @blueprint.post("/questionnaire/response.json")
    def questionnaire_response() -> Response:
        known = _published(resource)
        sent = _sent()
        response = _response(known, answers_of(known, sent), sent, bench.site.clock())
        name = f'attachment; filename="{QUESTIONNAIRE}.json"'
        return Response(
            write_json(response), mimetype=FHIR_JSON, headers={"Content-Disposition": name}
        )


def _sent() -> dict[str, str]:
    expect_a_form()
    return request.form.to_dict()


def _published(resource: Json | None) -> Json:
    if resource is None:  # a knowledge folder of its own may have none
        abort(404)
    return resource


def _page(bench: Bench, questionnaire: Json, sent: Mapping[str, str], **result: Any) -> str:
    response = result.get("response")
    if response is not None:
        result["text"] = pretty_json(response)
        result["bundle"] = write_json(_bundle(response)).decode()
    return render_template(
        "questionnaire/result.html" if wants_part() else "questionnaire/page.html",
        here="questionnaire",
        form=form_of(questionnaire, sent),
        questionnaire=questionnaire,
        sent=sent,
        tries=bench.patient_pages,
        **result,
    )


def _response(
    questionnaire: Json, answers: Mapping[str, bool], sent: Mapping[str, str], now: datetime
) -> Json:
    id = sent.get("subject", "").strip()
    subject = f"Patient/{id}" if _ID.fullmatch(id) else ""
    return response_of(questionnaire, answers, now, subject)


def _bundle(response: Json) -> Json:
    """The response as the whole record of a patient, for "Try it"."""
    reference = response.get("subject", {}).get("reference", f"Patient/{_NOBODY}")
    patient = {"resourceType": "Patient", "id": reference.removeprefix("Patient/")}
    answered = response | {"id": "answers", "subject": {"reference": reference}}
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": patient}, {"resource": answered}],
    }
