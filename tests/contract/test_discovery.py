"""Rows DISC-*, TOK-*, QRY-*: what is published, and that it can be asked for."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.errors import KnowledgeError
from cds_service.core.knowledge import Knowledge
from cds_service.gather.services import ServiceDefinition
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import PATIENT_ID, SERVICE, pv


KEYS = (
    "patient", "conditions", "medicationRequests", "medicationStatements", "findings", "laboratory",
    "socialHistory", "vitalSigns", "encounters", "procedures", "reports", "serviceRequests",
    "questionnaireResponses", "familyHistory",
)  # fmt: skip


def test_disc_01_always_the_same_bytes(client: FlaskClient) -> None:
    """GET and HEAD, with and without slash, never a redirect."""
    bodies = {client.get(url).data for url in ("/cds-services", "/cds-services/") for _ in range(5)}
    assert len(bodies) == 1
    assert client.head("/cds-services").status_code == 200
    assert client.get("/cds-services", headers={"Accept": "text/html"}).status_code == 200
    answer = client.post("/cds-services", json={})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_disc_03_no_services_is_an_empty_list(
    knowledge: Knowledge, advisor: FixedAdvisor, tmp_path: object
) -> None:
    """200, not 404."""
    settings = Settings(hooks_dir=str(tmp_path))  # type: ignore[arg-type]
    client = create_app(settings, knowledge=knowledge, advisor=advisor).test_client()
    assert client.get("/cds-services").data == b'{"services":[]}'


def test_disc_07_every_service_can_be_called(client: FlaskClient) -> None:
    """The id is the last segment of its URL."""
    for service in client.get("/cds-services").get_json()["services"]:
        context = {"userId": "Practitioner/1", "patientId": PATIENT_ID, "encounterId": "e1"}
        body = pv(hook=service["hook"], context=context)
        assert client.post(f"/cds-services/{service['id']}", json=body).status_code == 200


def test_the_main_service_of_each_hook_comes_first(client: FlaskClient) -> None:
    """INF-04: the first service for a hook is taken; screening is never it."""
    offered = client.get("/cds-services").get_json()["services"]
    assert [(service["id"], service["hook"]) for service in offered] == [
        ("leg-pain-patient-view", "patient-view"),
        ("leg-pain-encounter-start", "encounter-start"),
        ("leg-pain-problem-list-item-create", "problem-list-item-create"),
        ("leg-pain-order-select", "order-select"),
        ("leg-pain-order-sign", "order-sign"),
        ("leg-pain-encounter-discharge", "encounter-discharge"),
        ("leg-pain-risk-screen", "patient-view"),
    ]


def test_a_site_may_offer_fewer(knowledge: Knowledge, advisor: FixedAdvisor) -> None:
    """In the order of discovery, whatever the order in the setting; unknown ids stop the start."""
    settings = Settings(services="leg-pain-order-sign, leg-pain-patient-view")
    client = create_app(settings, knowledge=knowledge, advisor=advisor).test_client()
    ids = [service["id"] for service in client.get("/cds-services").get_json()["services"]]
    assert ids == ["leg-pain-patient-view", "leg-pain-order-sign"]
    with pytest.raises(KnowledgeError, match="leg-pain-refill"):
        create_app(Settings(services="leg-pain-refill"), knowledge=knowledge, advisor=advisor)


def test_disc_10_the_claimed_version_is_a_setting(
    knowledge: Knowledge, advisor: FixedAdvisor
) -> None:
    """2.0.1 for sites whose clients know nothing newer."""
    settings = Settings(hooks_version="2.0.1")
    client = create_app(settings, knowledge=knowledge, advisor=advisor).test_client()
    assert client.get("/cds-services").get_json()["services"][0]["version"] == "2.0.1"


def test_disc_15_a_token_does_not_matter_in_open_mode(client: FlaskClient) -> None:
    """Discovery with a junk token is still answered."""
    assert client.get("/cds-services", headers={"Authorization": "Bearer junk"}).status_code == 200


def test_tok_08_keys_stand_in_declared_order(client: FlaskClient) -> None:
    """In the bytes, not only after parsing."""
    body = client.get("/cds-services").get_data(as_text=True)
    places = [body.index(f'"{key}":') for key in KEYS]
    assert places == sorted(places)


def test_tok_01_03_only_root_tokens_of_the_context(service: ServiceDefinition) -> None:
    """No user tokens, no FHIRPath."""
    for template in service.templates.values():
        assert re.findall(r"\{\{(.*?)\}\}", template) == ["context.patientId"]


def test_qry_02_05_templates_are_plain_searches(service: ServiceDefinition) -> None:
    """No modifier, no chain, no include, no parameter twice."""
    for key, template in service.templates.items():
        if key == "patient":
            assert template == "Patient/{{context.patientId}}"
            continue
        names = [part.partition("=")[0] for part in template.split("?")[1].split("&")]
        assert len(set(names)) == len(names)
        assert set(names) <= {"patient", "status", "category", "code", "_sort", "_count"}
        assert template.split("?")[1].startswith("patient={{context.patientId}}")


def test_qry_06_laboratory_codes_come_from_the_knowledge(
    service: ServiceDefinition, knowledge: Knowledge
) -> None:
    """All of them, plain LOINC codes."""
    codes = set(re.search(r"code=([^&]*)", service.templates["laboratory"])[1].split(","))  # type: ignore[index]
    assert all(re.fullmatch(r"\d+-\d", code) for code in codes)
    wanted = {c.code for a in knowledge.analytes.values() for c in a.codes if c.system == "LOINC"}
    assert wanted <= codes


def test_health(client: FlaskClient) -> None:
    """Alive, and ready with a named version of the knowledge."""
    assert client.get("/health/live").get_json() == {"status": "live"}
    ready = client.get("/health/ready").get_json()
    assert ready["services"][0] == "leg-pain-patient-view"
    assert len(ready["services"]) == 7
    assert re.fullmatch(r"[0-9a-f]{12}", ready["knowledge"])


def test_rsp_03_nothing_to_say(client: FlaskClient, advisor: FixedAdvisor) -> None:
    """200 and exactly an empty list."""
    advisor.shown = ()
    assert client.post(SERVICE, json=pv()).data == b'{"cards":[]}'


def test_about_names_every_source_attribute(client: FlaskClient) -> None:
    """The 13 source attributes of an evidence-based intervention, without nulls or empties."""
    about = client.get("/about").get_json()
    assert len(about["sourceAttributes"]["attributes"]) == 13
    assert about["intendedUse"]
