"""The pages over WSGI: whole pages without script, errors as pages, nothing kept, never a 5xx."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.app import compose_bench, compose_site, create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.web.errors import register_errors
from cds_service.web.workbench import workbench_blueprint
from tests.contract.requests import PATIENT_ID, pv, with_prefetch


RLS = "/?case=rls-complete-ferritin-missing"
HTMX = {"HX-Request": "true"}
FIXTURES = Path(__file__).parents[2] / "fixtures" / "cases"


def burning(words: str = "burning pain in both legs at night") -> dict[str, Any]:
    """A request that gets a card, at the clock of the server."""
    complaint = {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"text": words},
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "recordedDate": "2026-11-20",
    }
    return with_prefetch(
        conditions={
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": complaint}],
        }
    )


@pytest.fixture(scope="module")
def people(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A browser, more or less: the real service with a memory of its own."""
    database = tmp_path_factory.mktemp("memory") / "memory.sqlite3"
    chosen = Settings(database_url=f"sqlite:///{database}")
    clock = lambda: datetime(2026, 11, 21, tzinfo=UTC)  # noqa: E731 (one expression)
    return create_app(chosen, knowledge=knowledge, clock=clock).test_client()


def test_pages_have_a_policy_of_their_own_and_are_not_stored(people: FlaskClient) -> None:
    """No script or style from within the page or from elsewhere."""
    answer = people.get(RLS)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


def test_static_files_may_be_kept_for_ever(people: FlaskClient) -> None:
    """Their address holds a hash; another hash is not found."""
    start = people.get("/").text
    url = start.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = people.get(url)
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert people.get("/static/workbench.000000000000.css").status_code == 404
    assert people.get("/static/../app.py").status_code == 404


def test_a_form_without_script_is_brought_to_the_shortest_address(people: FlaskClient) -> None:
    """Every control is sent; only the moved ones stay, and the address stands for the page."""
    sent = f"{RLS}&service=leg-pain-patient-view&f.urge-to-move-legs=absent&f.worse-at-rest=present"
    answer = people.get(f"{sent}&tab=0b0e7a52-5d0f-4b7e-9a55-5a4d1c8f3f10&add=&add-lab=")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{RLS}&f.urge-to-move-legs=absent"
    page = people.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "was present" in page.text


@pytest.mark.parametrize(
    ("query", "finding", "counts"),
    [
        (f"{RLS}&f.urge-to-move-legs=unknown", "worse-at-night", "unknown"),
        ("/?case=abi-055-asks-for-stockings&lab.abi=1.1", "abi-reduced", "absent"),
    ],
)
def test_a_switch_says_what_another_change_made_of_its_finding(
    people: FlaskClient, query: str, finding: str, counts: str
) -> None:
    """It went with the reason of the visit, or is read from the result; one's own is as it stands."""
    page = people.get(query, follow_redirects=True).text
    switch = page.split(f'id="switch-{finding}"')[1].split("</fieldset>")[0]
    assert f"counts as {counts}" in switch
    assert page.count("counts as") < 4


def test_a_cause_says_by_which_criteria_it_goes(people: FlaskClient) -> None:
    """Else restless legs are unlikely with six findings for and none against."""
    page = people.get(f"{RLS}&f.urge-to-move-legs=absent").text
    cause = page.split('data-keep="cause-restless-legs-syndrome"')[1].split("</details>")[0]
    assert "IRLSSG essential criteria" in cause
    assert "<strong>not met</strong>" in cause


def test_a_part_is_enough_for_the_script(people: FlaskClient) -> None:
    """With the address that stands for it."""
    answer = people.get(f"{RLS}&f.urge-to-move-legs=absent", headers=HTMX)
    assert "<html" not in answer.text
    assert answer.headers["HX-Replace-Url"] == f"{RLS}&f.urge-to-move-legs=absent"


def test_unknown_cases_are_a_page_that_says_so(people: FlaskClient) -> None:
    """With the status of the API."""
    answer = people.get("/?case=nobody")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_an_own_request_is_answered_and_stays_in_the_form(people: FlaskClient) -> None:
    """As text, and as a file."""
    text = json.dumps(burning())
    typed = people.post("/try", data={"request": text})
    uploaded = people.post("/try", data={"file": (BytesIO(text.encode()), "request.json")})
    for answer in (typed, uploaded):
        assert answer.status_code == 200
        assert "Your request" in answer.text
        assert "&#34;patient-view&#34;" in answer.text.split("<textarea")[1].split("</textarea>")[0]


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("{,}", 400, "line 1, column 2"),
        ('{"hook": "patient-view"}', 400, "`context` is missing"),
        (json.dumps(pv() | {"context": {"userId": "Practitioner/1"}}), 400, "context.patientId"),
        (json.dumps(pv() | {"hook": "appointment-book"}), 400, "No service answers this hook"),
        (json.dumps(pv() | {"prefetch": {}}), 412, "Missing prefetch"),
        (
            json.dumps(pv() | {"prefetch": {}, "fhirServer": "https://ehr.example.org"}),
            412,
            "never fetches",
        ),
    ],
)
def test_a_wrong_request_says_where_and_stays_in_the_form(
    people: FlaskClient, text: str, status: int, words: str
) -> None:
    """With the status that the service would give."""
    answer = people.post("/try", data={"request": text})
    assert answer.status_code == status
    notice, form = answer.text.split("<textarea")[0], answer.text.split("<textarea")[1]
    assert words in notice
    assert form.split(">", 1)[1].startswith(text[:2].replace('"', "&#34;"))


def test_a_wrong_request_does_not_choose_the_service(people: FlaskClient) -> None:
    """Corrected on the page of its problem, it still goes to the service of its hook."""
    page = people.post("/try", data={"request": "{", "service": ""}).text
    services = page.split('<select id="service"')[1].split("</select>")[0]
    assert services.split("<option", 2)[1].startswith(' value="">')
    assert '" selected>' not in services
    answered = people.post("/try", data={"request": json.dumps(burning()), "service": ""}).text
    services = answered.split('<select id="service"')[1].split("</select>")[0]
    assert '<option value="">' not in services


def test_a_request_for_another_hook_is_said_to_be_one(people: FlaskClient) -> None:
    """It is asked as what the service answers, which a call would refuse."""
    own = {"request": json.dumps(burning()), "service": "leg-pain-order-select"}
    assert "made for the hook <code>patient-view</code>" in people.post("/try", data=own).text
    assert "made for the hook" not in people.get(RLS).text


def test_an_old_record_says_how_it_is_judged_at_its_own_time(people: FlaskClient) -> None:
    """A Bundle names no instant, so what is old in it is silent now; a case never needs the hint."""
    old = (FIXTURES / "rls-complete-ferritin-missing" / "bundle.json").read_text(encoding="utf-8")
    page = people.post("/try", data={"request": old}).text
    assert "The service stays silent" in page
    assert "judged as of now" in page
    dated = json.loads(
        unescape(page.split('id="request-json"')[1].split("<code>")[1].split("</code>")[0])
    )
    dated["extension"] = {"org.leg-pain-cds.as-of": "2024-01-18T18:00:00-05:00"}
    page = people.post("/try", data={"request": json.dumps(dated)}).text
    assert "The service may speak" in page
    assert "judged as of now" not in page
    assert "judged as of now" not in people.get("/?case=quiet-another-patients-complaint").text


@pytest.mark.parametrize(
    ("birth", "service", "words"),
    [
        ("1960-01-01", "leg-pain-order-select", "drafted orders alone"),
        ("2020-01-01", "leg-pain-patient-view", "under 18"),
    ],
)
def test_silence_has_its_true_reason(
    people: FlaskClient, birth: str, service: str, words: str
) -> None:
    """A child is not one of whom everything is known, done or ordered."""
    body = burning()
    body["prefetch"]["patient"]["birthDate"] = birth
    page = people.post("/try", data={"request": json.dumps(body), "service": service}).text
    assert words in page.split('class="no-card panel"')[1].split("</div>")[0]


def test_units_are_shown_as_people_write_them(people: FlaskClient) -> None:
    """Sent as UCUM."""
    page = people.get("/?case=abi-055-asks-for-stockings").text
    assert '<option value="{ratio}" selected>ratio</option>' in page


def test_another_service_may_need_what_the_case_does_not_have(people: FlaskClient) -> None:
    """Said in words, on a page from which one can go on."""
    answer = people.get(f"{RLS}&service=leg-pain-encounter-discharge")
    assert answer.status_code in {200, 400}
    own = json.dumps(pv())
    refused = people.post("/try", data={"request": own, "service": "leg-pain-encounter-discharge"})
    assert refused.status_code == 400
    assert "context.encounterId" in refused.text


@pytest.mark.parametrize("slug", ["rls-complete-ferritin-missing", "cauda-equina-new-bladder"])
def test_no_link_of_a_try_leads_nowhere(people: FlaskClient, slug: str) -> None:
    """Causes, findings, work-ups and red flags have pages; buttons have what they open."""
    text = people.get(f"/?case={slug}&f.crawling-sensation=present").text
    links = set(re.findall(r'href="(/[^"#]*)', text))
    assert any(link.startswith("/knowledge/causes/") for link in links)
    lost = [link for link in links if people.get(unescape(link)).status_code != 200]
    assert not lost
    opened = set(re.findall(r'popovertarget="([^"]+)"', text))
    assert opened <= set(re.findall(r'popover id="([^"]+)"', text))


def test_nothing_of_a_request_reaches_another_browser(people: FlaskClient) -> None:
    """No page afterwards holds a word of it."""
    marked = burning("burning legs Zyxomma")
    marked["prefetch"]["patient"]["name"] = [{"family": "Zyxomma"}]
    assert "Zyxomma" in people.post("/try", data={"request": json.dumps(marked)}).text
    for path in ("/", RLS, "/?q=Zyxomma", "/reports", "/try/request.json?case=new-mattress"):
        assert "Zyxomma" not in people.get(path, follow_redirects=True).text.replace(
            'value="Zyxomma"', ""
        ).replace("“Zyxomma”", "").replace("q=Zyxomma", "")


def test_markup_in_a_request_is_shown_and_never_made(people: FlaskClient) -> None:
    """In every place where words of a request come up."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    body = burning(f"burning legs {evil}")
    body["prefetch"]["conditions"] = {
        "resourceType": "Bundle",
        "entry": [{"resource": {"resourceType": evil, "id": evil, "code": {"text": evil}}}],
    }
    text = people.post("/try", data={"request": json.dumps(body)}).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    query = people.get(f"/?q={evil}").text
    assert "<script>alert" not in query


def test_the_request_of_a_case_can_be_fetched_as_it_was_switched(people: FlaskClient) -> None:
    """What the curl line on the page pipes into the service."""
    path = "/try/request.json?case=rls-complete-ferritin-missing&f.urge-to-move-legs=absent"
    body: Any = people.get(path).get_json()
    answer = people.post("/cds-services/leg-pain-patient-view", json=body)
    assert answer.status_code == 200
    assert not any("Ferritin" in card["summary"] for card in answer.get_json()["cards"])


def test_a_request_that_is_fetched_shows_nobody_a_card(people: FlaskClient) -> None:
    """So reports do not count one."""

    def fired() -> int:
        return sum(each["fired"] for each in people.get("/reports").get_json()["services"])

    people.get(RLS)
    before = fired()
    assert before
    assert people.get(f"/try/request.json{RLS[1:]}").status_code == 200
    assert fired() == before


def test_feedback_of_a_tab_is_remembered_in_that_tab_alone(people: FlaskClient) -> None:
    """Overridden, the card stays away here, with the reason; another tab still gets it."""
    tab = "6f3c5c3e-6a55-4e36-8a0c-3f1b4f1f2a10"
    path = f"{RLS}&tab={tab}"
    shown = people.get(path, headers=HTMX).text
    card = shown.split('data-card="')[1].split('"')[0]
    overridden = {
        "card": card,
        "outcome": "overridden",
        "overrideReason": {
            "reason": {
                "code": "patient-refuses",
                "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
            }
        },
        "outcomeTimestamp": "2026-11-21T00:00:00Z",
    }
    url = "/cds-services/leg-pain-patient-view/feedback"
    assert people.post(url, json={"feedback": [overridden]}).status_code == 204
    again = people.get(path, headers=HTMX).text
    assert "overridden on 18 Jan 2024" in again
    assert re.search(r", until \d{1,2} \w{3} 20\d\d</li>", again)
    assert 'data-card="' not in again
    assert "is held back; see below" in again
    assert 'data-card="' in people.get(RLS).text


def test_a_second_look_shows_the_same_cards(people: FlaskClient) -> None:
    """A try is one call, however often one looks; also at the clock of the server."""
    body = json.dumps(burning())
    tab = {"tab": "6f3c5c3e-6a55-4e36-8a0c-3f1b4f1f2a11"}
    for _ in range(3):
        assert "data-card=" in people.post("/try", data={"request": body} | tab).text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "hook",
                    "context",
                    "prefetch",
                    "entry",
                    "resource",
                    "resourceType",
                    "patient",
                    "id",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(value=_JSON)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_json_pasted_is_answered(people: FlaskClient, value: Any) -> None:
    """A page that says what is wrong; never a 5xx."""
    answer = people.post("/try", data={"request": json.dumps(value)})
    assert answer.status_code in {200, 400, 412}
    assert answer.mimetype == "text/html"


@given(part=_JSON, key=st.sampled_from(["patient", "conditions", "findings", "laboratory"]))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_prefetch_can_be_switched(people: FlaskClient, part: Any, key: str) -> None:
    """What if, on records that hold anything."""
    body = burning()
    body["prefetch"][key] = part
    sent = {
        "request": json.dumps(body),
        "f.burning-pain": "unknown",
        "f.urge-to-move-legs": "present",
        "lab.ferritin": "40",
        "unit.ferritin": "ng/mL",
    }
    assert people.post("/try", data=sent).status_code in {200, 400, 412}


@given(values=st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=6))
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_query_is_answered(people: FlaskClient, values: dict[str, str]) -> None:
    """A link that somebody edited by hand."""
    asked = {"case": "new-mattress"} | values
    answer = people.get("/", query_string=asked, follow_redirects=True)
    assert answer.status_code in {200, 400, 404, 412}


@pytest.mark.parametrize(
    ("chosen", "patient_pages"), [("auto", True), ("on", True), ("off", False)]
)
def test_the_setting_decides_what_is_served(
    knowledge: Knowledge, chosen: str, *, patient_pages: bool
) -> None:
    """``off``: nothing but the interfaces; discovery is the same in every case."""
    app = create_app(Settings(workbench=chosen, database_url="off"), knowledge=knowledge)
    client = app.test_client()
    assert client.get("/").status_code == (200 if patient_pages else 404)
    assert client.post("/try", data={"request": "{}"}).status_code == (
        400 if patient_pages else 404
    )
    assert client.get("/cds-services").status_code == 200


def pages_of(knowledge: Knowledge, **members: Any) -> FlaskClient:
    """Only the pages, with some members of the bench replaced."""
    chosen = Settings(database_url="off")
    bench = compose_bench(chosen, compose_site(chosen, knowledge=knowledge), knowledge)
    app = Flask("pages", root_path=str(Path(__file__).parent))
    register_errors(app)
    app.register_blueprint(workbench_blueprint(msgspec.structs.replace(bench, **members)))
    return app.test_client()


def test_where_callers_prove_who_they_are_only_pages_without_patients_are_served(
    knowledge: Knowledge,
) -> None:
    """``auto`` in another mode than open; ``/`` says what there is."""
    client = pages_of(knowledge, patient_pages=False)
    start = client.get("/")
    assert start.status_code == 200
    assert "are not served here" in start.text
    assert client.post("/try", data={"request": "{}"}).status_code == 404


def test_where_callers_prove_who_they_are_feedback_is_not_offered(knowledge: Knowledge) -> None:
    """A page has no token; the line for the shell says that one is needed."""
    text = pages_of(knowledge, authenticated=True).get(RLS).text
    assert "data-card=" in text
    assert "data-suggestion=" not in text
    assert "Authorization: Bearer TOKEN" in text
    assert "data-suggestion=" in pages_of(knowledge).get(RLS).text
