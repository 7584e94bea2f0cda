"""The sandbox FHIR server as clients meet it (conformance list, section 4.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.fhir.search.parameters import SANDBOX
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor


Json = dict[str, Any]
BASE = "/sandbox/fhir"
RLS = "rls-complete-ferritin-missing"
MANY = "abi-090-is-abnormal"
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def app_client(knowledge: Knowledge, **chosen: Any) -> FlaskClient:
    """The service with settings, its clock fixed."""
    settings = Settings(database_url="off", **chosen)
    app = create_app(settings, clock=lambda: NOW, knowledge=knowledge, advisor=FixedAdvisor())
    return app.test_client()


@pytest.fixture(scope="module")
def sandbox(knowledge: Knowledge) -> FlaskClient:
    """Its client."""
    return app_client(knowledge)


def got(sandbox: FlaskClient, path: str, status: int = 200, **headers: str) -> Json:
    """The document at a path."""
    answer = sandbox.get(f"{BASE}/{path}", headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    assert answer.mimetype == "application/fhir+json"
    document: Json = answer.get_json()
    return document


def ids(bundle: Json) -> list[str]:
    """Ids of the matches, in their order."""
    entries = bundle.get("entry", ())
    return [e["resource"]["id"] for e in entries if e["search"]["mode"] == "match"]


def links(bundle: Json) -> dict[str, str]:
    """Path and query of each link."""
    return {
        each["relation"]: each["url"].removeprefix("http://localhost/sandbox/fhir/")
        for each in bundle["link"]
    }


def test_metadata_is_a_valid_statement_of_r4(sandbox: FlaskClient) -> None:
    """And names each type with the parameters that really work."""
    document = got(sandbox, "metadata")
    CapabilityStatement.model_validate(document)
    assert document["fhirVersion"] == "4.0.1"
    named = {
        each["type"]: {p["name"] for p in each["searchParam"]}
        for each in document["rest"][0]["resource"]
    }
    assert named == {kind: set(known) for kind, known in SANDBOX.items()}


@pytest.mark.parametrize("kind", SANDBOX)
def test_every_type_has_resources_and_its_bundle_is_valid(sandbox: FlaskClient, kind: str) -> None:
    """A type that no case has would be an empty promise."""
    document = got(sandbox, f"{kind}?_count=1&_format=json")
    assert document["total"] > 0
    Bundle.model_validate({k: v for k, v in document.items() if k != "entry"})
    (id,) = ids(document)
    assert document["entry"][0]["fullUrl"] == f"http://localhost{BASE}/{kind}/{id}"
    assert got(sandbox, f"{kind}/{id}")["id"] == id
    for name in SANDBOX[kind]:
        assert got(sandbox, f"{kind}?{name}:missing=true&_count=0", Prefer="handling=strict")


def test_the_reference_client_finds_what_it_asks_for(sandbox: FlaskClient) -> None:
    """Old MIME name, list and read of patients, conditions, searches by form, from another origin."""
    headers = {"Accept": "application/json+fhir", "Origin": "http://localhost:8080"}
    for path in ("metadata", "Patient", f"Patient/{RLS}", f"Condition?patient={RLS}"):
        answer = sandbox.get(f"{BASE}/{path}", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert isinstance(got(sandbox, f"Patient/{RLS}")["name"][0]["given"], list)
    form = {"patient": RLS, "category": "exam,survey,symptom", "_sort": "-date", "_count": "1000"}
    posted = sandbox.post(f"{BASE}/Observation/_search", data=form, headers=headers)
    assert posted.status_code == 200
    query = f"Observation?patient={RLS}&category=exam,survey,symptom&_sort=-date&_count=1000"
    assert posted.get_json() == got(sandbox, query)
    preflight = {"Access-Control-Request-Method": "POST", "Origin": "http://localhost:8080"}
    assert sandbox.options(f"{BASE}/Observation/_search", headers=preflight).status_code == 204


def test_pages_follow_one_another_without_gap(sandbox: FlaskClient) -> None:
    """By the links alone, for GET and for POST."""
    whole = ids(got(sandbox, f"Observation?patient={MANY}&_sort=date"))
    assert len(whole) > 4
    form = {"patient": MANY, "_sort": "date", "_count": "5"}
    page = sandbox.post(f"{BASE}/Observation/_search", data=form).get_json()
    seen = ids(page)
    while "next" in links(page):
        page = got(sandbox, links(page)["next"])
        seen += ids(page)
    assert seen == whole
    assert page["total"] == len(whole)
    last = len(ids(page))
    assert ids(got(sandbox, links(page)["previous"])) == whole[-last - 5 : -last]


def test_self_link_names_only_what_was_used(sandbox: FlaskClient) -> None:
    """R4: so that the client sees what was left out; an outcome says it in words."""
    found = got(sandbox, f"Observation?patient={RLS}&colour=blue&_sort=colour&_count=1000")
    query = urlsplit(links(found)["self"]).query
    assert query == f"patient={RLS}&_sort=colour&_count=1000"
    outcome = found["entry"][-1]
    assert outcome["search"] == {"mode": "outcome"}
    assert outcome["resource"]["issue"][0]["severity"] == "warning"
    assert "colour" in outcome["resource"]["issue"][0]["diagnostics"]
    assert found["total"] == len(ids(found)) == len(found["entry"]) - 1


@pytest.mark.parametrize("query", ["colour=blue", "_sort=colour", "_include=Observation:encounter"])
def test_strict_handling_refuses_what_is_not_known(sandbox: FlaskClient, query: str) -> None:
    """Where the client asks for it."""
    assert got(sandbox, f"Observation?patient={RLS}&{query}")["total"] > 0
    refused = got(sandbox, f"Observation?{query}", 400, Prefer="return=minimal, handling=strict")
    assert refused["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "query",
    [
        "date=yesterday",
        "date=2026-13",
        "date=ap2026",
        "code:text=pain",
        "patient:Group=x",
        "code=a|b|c",
        "_count=-1",
        "_offset=x",
    ],
)
def test_what_cannot_be_read_is_refused(sandbox: FlaskClient, query: str) -> None:
    """Leaving it out would find more than was asked for."""
    assert got(sandbox, f"Observation?{query}", 400)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "Patient/nobody", 404),
        ("GET", "Medication/x", 404),
        ("GET", "Medication", 404),
        ("GET", "Patient/a/b", 404),
        ("GET", "", 404),
        ("POST", "Patient", 405),
        ("PUT", f"Patient/{RLS}", 405),
        ("DELETE", f"Patient/{RLS}", 405),
        ("PATCH", f"Patient/{RLS}", 405),
    ],
)
def test_errors_are_outcomes(sandbox: FlaskClient, method: str, path: str, status: int) -> None:
    """Nothing can be written, and nobody else's data are there."""
    answer = sandbox.open(f"{BASE}/{path}", method=method, json={} if method != "GET" else None)
    assert answer.status_code == status
    assert answer.get_json()["resourceType"] == "OperationOutcome"


def test_other_formats_are_not_offered(sandbox: FlaskClient) -> None:
    """XML by header or parameter; a form that is JSON."""
    assert got(sandbox, "Patient", 406, Accept="application/fhir+xml")
    assert got(sandbox, "Patient?_format=xml", 406)
    assert got(sandbox, "Patient?_count=1", Accept="text/html,application/xhtml+xml")
    answer = sandbox.post(f"{BASE}/Patient/_search", json={"name": "x"})
    assert answer.status_code == 415
    assert "x-www-form-urlencoded" in answer.get_json()["issue"][0]["diagnostics"]


def test_browsers_may_send_every_header_that_is_understood(sandbox: FlaskClient) -> None:
    """A preflight that leaves one out keeps the browser from asking."""
    asks = {"Origin": "https://sandbox.cds-hooks.org", "Access-Control-Request-Method": "GET"}
    answer = sandbox.options(f"{BASE}/Patient", headers=asks)
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"content-type", "prefer"} <= set(allowed)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=test", True),
        ("name=ase", False),
        (f"_id={RLS}", True),
        (f"_id={RLS},nobody", True),
        ("_id=nobody", False),
        ("gender=female,male", True),
        ("gender:missing=true", False),
        ("birthdate=lt1900", False),
        ("_id=", True),
    ],
)
def test_patients_by_parameter(sandbox: FlaskClient, query: str, expected: bool) -> None:
    """Strings from their beginning, lists as alternatives, empty values as nothing."""
    assert (got(sandbox, f"Patient?{query}&_count=0")["total"] > 0) is expected


def test_parameters_are_all_needed_and_values_are_alternatives(sandbox: FlaskClient) -> None:
    """Repeated parameters narrow, comma lists widen."""

    def total(query: str) -> int:
        found: int = got(sandbox, f"Observation?{query}&_summary=count")["total"]
        return found

    survey, exam = total("category=survey"), total("category=exam")
    assert survey > 0
    assert exam > 0
    assert total("category=survey,exam") == survey + exam
    assert total("category=survey&category=exam") == 0
    assert total(f"subject=Patient/{RLS}") == total(f"patient={RLS}")
    assert total(f"subject:Patient={RLS}") == total(f"patient={RLS}") > 0
    assert total(f"patient=http://localhost/sandbox/fhir/Patient/{RLS}") == total(f"patient={RLS}")
    assert total(f"patient={RLS}&patient=nobody") == 0
    loinc, any_system = total("code=http://loinc.org|4548-4"), total("code=4548-4")
    assert loinc == any_system > 0
    assert total("code=http://snomed.info/sct|4548-4") == 0
    assert total("code=http://loinc.org|") > loinc
    assert total("code=|4548-4") == 0


def test_sorting_puts_what_has_no_date_last(sandbox: FlaskClient) -> None:
    """In both directions."""

    def onsets(sort: str) -> list[str]:
        found = got(sandbox, f"Condition?_sort={sort}&_count=1000")["entry"]
        return [each["resource"].get("onsetDateTime", "") for each in found]

    newest, oldest = onsets("-onset-date"), onsets("onset-date")
    dated = len([each for each in newest if each])
    assert 0 < dated < len(newest)
    assert not any(newest[dated:])
    assert not any(oldest[dated:])
    assert newest[0][:4] > newest[dated - 1][:4]
    assert oldest[0][:4] < oldest[dated - 1][:4]


def test_links_lead_to_the_public_address(knowledge: Knowledge) -> None:
    """Where there is one: behind a proxy the Host is another."""
    behind = app_client(knowledge, public_url="https://cds.example/x")
    found = got(behind, "Patient?_count=1")
    assert found["link"][1]["url"].startswith("https://cds.example/x/sandbox/fhir/Patient?")
    assert found["entry"][0]["fullUrl"].startswith("https://cds.example/x/sandbox/fhir/Patient/")


def test_it_is_there_only_where_it_is_wanted(knowledge: Knowledge) -> None:
    """And there is nothing to serve where there are no cases."""
    assert app_client(knowledge, sandbox="off").get(f"{BASE}/metadata").status_code == 404
    nothing = app_client(knowledge, fixtures_dir=Path("/nonexistent"))
    assert got(nothing, "Patient")["total"] == 0


def test_auto_means_open_mode_only() -> None:
    """Where callers prove who they are, invented patients have no business unless asked for."""
    assert Settings().serves_sandbox
    jwt = Settings(auth_mode="jwt", public_url="https://cds.example")
    assert not jwt.serves_sandbox
    assert jwt.model_copy(update={"sandbox": "on"}).serves_sandbox
