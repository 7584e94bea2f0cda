"""The page without script: posted forms, the response as a file, nothing kept."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.contract.requests import with_prefetch
from tests.questionnaire.form import NOW, client, published, request_with


Json = dict[str, Any]
PAGE = "/questionnaire"


def answered(sent: dict[str, str], path: str = f"{PAGE}/response.json") -> Json:
    """The response to a posted form."""
    answer = client().post(path, data=sent)
    assert answer.status_code == 200
    assert answer.mimetype == "application/fhir+json"
    response: Json = answer.get_json()
    QuestionnaireResponse.model_validate(response)
    return response


def said(response: Json) -> dict[str, bool]:
    """The answers by linkId."""
    return {
        item["linkId"]: item["answer"][0]["valueBoolean"]
        for group in response.get("item", ())
        for item in group["item"]
    }


def test_the_page_shows_what_is_published() -> None:
    """Every text and every linkId of the resource."""
    page = unescape(client().get(PAGE).get_data(as_text=True))
    for group in published()["item"]:
        for item in [group, *group.get("item", ())]:
            assert item["text"] in page
            if item["type"] == "boolean":
                assert f'name="{item["linkId"]}"' in page


def test_without_script_urgent_advice_says_what_it_belongs_to() -> None:
    """It is always there then."""
    page = unescape(client().get(PAGE).get_data(as_text=True))
    assert "If you answer “Fever” and “A joint that is hot and swollen” with yes:" not in page
    assert "If you answer “Redness of the skin that spreads fast” and “Fever” with yes:" in page


def test_answers_become_a_response() -> None:
    """Ticks, yes and no; what is open, unknown or nonsense is not in it."""
    sent = {
        "fever": "yes",
        "leg-pain": "no",
        "urge-to-move-legs": "",
        "relief-movement": "perhaps",
        "nothing-of-ours": "yes",
        "severe-pain": "yes",  # depends on leg-pain
    }
    response = answered(sent)
    assert said(response) == {"fever": True, "leg-pain": False}
    assert "subject" not in response


def test_none_of_these_denies_the_list() -> None:
    """Unless something is ticked all the same, and only where it is offered."""
    assert said(answered({"none:chest": "yes"})) == dict.fromkeys(
        ("breathlessness", "chest-pain", "haemoptysis", "collapse"), False
    )
    assert said(answered({"none:chest": "yes", "collapse": "yes"})) == {"collapse": True}
    assert said(answered({"none:place": "yes", "none:side": "yes", "none:main": "yes"})) == {}


@pytest.mark.parametrize(
    ("id", "reference"),
    [("p-1.x", "Patient/p-1.x"), (" p1 ", "Patient/p1"), ("a b", None), ("x" * 65, None)],
)
def test_the_subject_is_named_only_by_a_proper_id(id: str, reference: str | None) -> None:
    """It may stay empty."""
    subject = answered({"subject": id, "fever": "yes"}).get("subject", {})
    assert subject.get("reference") == reference


def test_the_result_page_shows_advice_and_keeps_the_form() -> None:
    """Whole without script, a part for htmx."""
    sent = {"cold-leg": "yes", "leg-pain": "no", "none:chest": "yes", "subject": "p1"}
    page = client().post(PAGE, data=sent).get_data(as_text=True)
    assert page.count("Call an ambulance now. Too little blood") == 2  # in the form and on top
    for kept in ('id="q-cold-leg" name="cold-leg" value="yes" checked', "data-none checked"):
        assert kept in page
    part = client().post(PAGE, data=sent, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part
    assert "Your answers" in part
    assert part.count("Call an ambulance now") == 1


def test_the_answers_go_into_try_it() -> None:
    """As the record of a patient whose only data they are."""
    sent = {"urge-to-move-legs": "yes", "relief-movement": "yes", "worse-at-rest": "yes"}
    page = client().post(PAGE, data=sent).get_data(as_text=True)
    area = page.split('<textarea name="request"')[1].split("</textarea>")[0].partition(">")[2]
    bundle = json.loads(unescape(area))
    assert [e["resource"]["resourceType"] for e in bundle["entry"]] == [
        "Patient",
        "QuestionnaireResponse",
    ]
    tried = client().post("/try", data={"request": unescape(area)})
    assert tried.status_code == 200
    assert "restless legs syndrome" in tried.get_data(as_text=True)


def test_markup_in_answers_is_text() -> None:
    """Whatever is sent comes back escaped."""
    page = client().post(PAGE, data={"fever": "yes", "subject": '"><script>x</script>'})
    assert "<script>x" not in page.get_data(as_text=True)


def test_nothing_of_one_person_is_shown_to_another() -> None:
    """The page afterwards is the page before, and no browser may store either."""
    before = client().get(PAGE)
    answer = client().post(PAGE, data={"fever": "yes", "subject": "marker-4711"})
    assert answer.headers["Cache-Control"] == "no-store"
    after = client().get(PAGE)
    assert after.data == before.data
    assert b"marker-4711" not in after.data


def test_a_site_without_questionnaire_says_so(knowledge: Knowledge) -> None:
    """Its own knowledge may have none."""
    members = {name: getattr(knowledge, name) for name in knowledge.__struct_fields__}
    own = Knowledge(**members | {"questionnaires": {}})
    app = create_app(Settings(database_url="off"), knowledge=own, clock=lambda: NOW)
    assert app.test_client().get(PAGE).status_code == 404
    assert app.test_client().get("/fhir/Questionnaire").get_json()["total"] == 0


COMPLAINT: Json = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"text": "leg pain"},
    "subject": {"reference": "Patient/p1"},
    "recordedDate": "2026-11-20",
}


def links_of(request: Json, **chosen: Any) -> list[Json]:
    """Links on the cards of a service with these settings."""
    settings = Settings(database_url="off", **chosen)
    service = create_app(settings, clock=lambda: NOW).test_client()
    cards = service.post("/cds-services/leg-pain-patient-view", json=request).get_json()["cards"]
    assert cards
    links = [link for card in cards for link in card.get("links", ())]
    for link in links:
        path = link["url"].removeprefix(settings.public_url)
        assert service.get(path).status_code == 200
    return links


def test_cards_link_to_the_page_where_the_pattern_is_unknown() -> None:
    """Only with a public address, and only where the page is served."""
    public = {"public_url": "https://cds.example"}
    request = request_with(COMPLAINT)
    (link,) = links_of(request, **public)
    assert link == {
        "label": "Intake questionnaire",
        "url": "https://cds.example/questionnaire",
        "type": "absolute",
    }
    assert links_of(request) == []
    assert links_of(request, **public, workbench="off") == []
    told = COMPLAINT | {"code": {"text": "leg pain, worse lying down"}}
    assert links_of(request_with(told), **public) == []


def test_the_page_is_linked_in_jwt_mode_too(tmp_path: Path, knowledge: Knowledge) -> None:
    """It shows nobody's data, so it needs no token; only "Try it" is not there."""
    clients = tmp_path / "clients.yaml"
    clients.write_text(
        "clients:\n  - name: site\n    issuer: https://ehr.example\n    jku: https://ehr.example/keys\n"
    )
    settings = Settings(
        auth_mode="jwt",
        clients_file=clients,
        public_url="https://cds.example",
        database_url=f"sqlite:///{tmp_path / 'm.sqlite3'}",
    )
    service = create_app(settings, clock=lambda: NOW, knowledge=knowledge).test_client()
    page = service.post(PAGE, data={"fever": "yes"})
    assert page.status_code == 200
    assert b"Send into Try it" not in page.data
    assert service.get("/fhir/Questionnaire/leg-pain-at-rest").status_code == 200
    refused = service.post("/cds-services/leg-pain-patient-view", json=with_prefetch())
    assert refused.status_code == 401
