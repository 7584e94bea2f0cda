"""PRE-18, Done-when 3: every way in which a FHIR server fails gives 200 with the gap, or 412 with the key."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, combinations, count
from threading import Barrier, Event

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from cds_service.settings import Settings
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import (
    EXPLAIN,
    OUTCOME,
    PATIENT_ID,
    PREFETCH,
    SERVICE,
    bundle,
    resource,
)
from tests.functional.fetching.conftest import pvf
from tests.functional.fetching.fhir_server import Fault, FhirServer, Handler
from tests.functional.fetching.test_paths import gaps, supplied, with_next
from tests.functional.server import free_port


def status(code: int) -> Fault:
    """An error of the server."""
    return lambda handler: handler.send_json(OUTCOME, code)


def body(content: bytes, kind: str = "application/fhir+json", **headers: str) -> Fault:
    """200 with ``content``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.send(content, 200, kind, named)


def hang_up(handler: Handler) -> None:
    """The connection ends without an answer."""
    handler.close_connection = True
    handler.connection.close()


def cut_off(handler: Handler) -> None:
    """Half of what was announced."""
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"resourceType":"Bundle"')


def redirect(handler: Handler) -> None:
    """To another place on the same server, which would answer."""
    handler.send(b"", 302, headers={"Location": "/r4/elsewhere"})


FAULTS: dict[str, Fault] = {
    **{str(code): status(code) for code in (204, 301, 400, 401, 403, 404, 410, 418, 429, 500, 501)},
    **{str(code): status(code) for code in (502, 503, 504)},
    "hang-up": hang_up,
    "cut-off": cut_off,
    "redirect": redirect,
    "html": body(b"<html><body>Sign in</body></html>", "text/html"),
    "html-said-to-be-fhir": body(b"<!DOCTYPE html><html></html>"),
    "json-said-to-be-html": body(json.dumps(bundle()).encode(), "text/html; charset=utf-8"),
    "xml": body(b'<Bundle xmlns="http://hl7.org/fhir"/>', "application/fhir+xml"),
    "truncated": body(json.dumps(bundle(resource("Condition"))).encode()[:-9]),
    "empty": body(b""),
    "array": body(b"[]"),
    "null": body(b"null"),
    "object": body(b"{}"),
    "outcome": body(json.dumps(OUTCOME).encode()),
    "outcome-in-bundle": body(json.dumps(bundle(OUTCOME)).encode()),
    "deep": body(b'{"resourceType":"Bundle","entry":' + b"[" * 2000 + b"]" * 2000 + b"}"),
    "huge": body(b'{"resourceType":"Bundle","x":"' + b"x" * 6_000_000 + b'"}'),
    "compressed": body(b"\x1f\x8b", Content_Encoding="gzip"),
    "not-utf-8": body(b'{"resourceType":"Bundle","x":"\xff"}'),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_pre_18_required_data_that_cannot_be_had_is_412(
    client: FlaskClient, server: FhirServer, fault: Fault
) -> None:
    """The key is named."""
    server.faults["Patient"] = fault
    answer = client.post(SERVICE, json=pvf(server))
    assert answer.status_code == 412
    assert "`patient`" in answer.get_json()["issue"][0]["diagnostics"]
    assert "elsewhere" not in server.queries


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_pre_18_other_data_that_cannot_be_had_are_a_gap(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor, fault: Fault
) -> None:
    """200, with the gap named and all the rest there."""
    server.faults["Condition"] = fault
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {"conditions": "error"}
    assert "r1" in [id for _, id in supplied(advisor)]


def test_a_server_that_is_down(client: FlaskClient, build: Callable[..., FlaskClient]) -> None:
    """Nobody listens: 412."""
    base = f"http://127.0.0.1:{free_port()}/r4"
    request = pvf_to(base)
    assert build(fhir_servers=base).post(SERVICE, json=request).status_code == 412


def pvf_to(base: str) -> dict[str, object]:
    """PVf that names another server."""

    class Named(FhirServer):
        def __init__(self) -> None:
            """Listens nowhere."""

        @property
        def base(self) -> str:
            return base

    return pvf(Named())


@pytest.fixture
def over() -> Iterator[Event]:
    """Set when the call has been answered; a server that waits for it answers too late for certain."""
    event = Event()
    yield event
    event.set()


def silent(handler: Handler, over: Event) -> None:
    """Nothing before the call is over."""
    over.wait(30)
    handler.send_json(bundle())


def dripping(handler: Handler, over: Event) -> None:
    """A byte now and then until the call is over: no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not over.wait(0.05):
        handler.wfile.write(b" ")


@pytest.mark.parametrize("fault", [silent, dripping])
def test_the_deadline_holds_for_all_together(
    build: Callable[..., FlaskClient],
    server: FhirServer,
    advisor: FixedAdvisor,
    over: Event,
    fault: Callable[[Handler, Event], None],
) -> None:
    """What came in time is used; the rest is a gap."""
    client = build(fhir_seconds=1.0)
    for kind in ("Condition", "Encounter", "Procedure", "Observation"):
        server.faults[kind] = partial(fault, over=over)
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    found = gaps(advisor)
    assert found["conditions"] == found["encounters"] == found["laboratory"] == "error"
    assert "medicationRequests" not in found


def test_the_deadline_holds_for_the_patient(
    build: Callable[..., FlaskClient], server: FhirServer, over: Event
) -> None:
    """412 when the patient takes longer; two seconds unless the site says otherwise."""
    assert Settings().fhir_seconds == 2.0
    server.faults["Patient"] = partial(silent, over=over)
    assert build(fhir_seconds=2.0).post(SERVICE, json=pvf(server)).status_code == 412


def test_perf_01_all_keys_side_by_side(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """A server that answers nothing before everything has been asked."""
    all_asked = Barrier(len(PREFETCH), timeout=5)

    def together(handler: Handler) -> None:
        all_asked.wait()
        handler.answer()

    server.faults[""] = together
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {}


@pytest.mark.parametrize("fault", [status(502), status(503), status(504), hang_up, cut_off])
def test_one_retry_and_no_more(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor, fault: Fault
) -> None:
    """What may pass is tried again once: it works then, or it is a gap."""
    attempts = iter([fault])

    def at_first(handler: Handler) -> None:
        next(attempts, Handler.answer)(handler)

    server.faults["Condition"] = at_first
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {}
    server.faults["Condition"] = fault
    server.asked.clear()
    client.post(SERVICE, json=pvf(server))
    assert gaps(advisor) == {"conditions": "error"}
    assert server.queries.count(f"Condition?patient={PATIENT_ID}&_count=1000") == 2


@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500])
def test_no_retry_of_what_will_not_pass(client: FlaskClient, server: FhirServer, code: int) -> None:
    """Once."""
    server.faults["Condition"] = status(code)
    client.post(SERVICE, json=pvf(server))
    assert len(server.asked) == len(PREFETCH)


@pytest.mark.parametrize("pages", [1, 5])
def test_endless_paging_ends(
    build: Callable[..., FlaskClient], server: FhirServer, advisor: FixedAdvisor, pages: int
) -> None:
    """After the pages that the settings allow; what came is used as a part."""
    number = count(2)
    server.faults["Condition"] = lambda handler: handler.send_json(
        with_next(f"{server.base}/Condition?page={next(number)}", resource("Condition"))
    )
    assert build(fhir_max_pages=pages).post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {"conditions": "incomplete"}
    assert len([q for q in server.queries if q.startswith("Condition")]) == pages


def test_a_page_that_leads_to_itself(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """Is read once."""
    query = f"Condition?patient={PATIENT_ID}&_count=1000"
    server.answers[query] = with_next(f"{server.base}/{query}", resource("Condition"))
    client.post(SERVICE, json=pvf(server))
    assert gaps(advisor) == {"conditions": "incomplete"}
    assert server.queries.count(query) == 1


def test_a_later_page_that_fails(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """What came before it is used as a part."""
    server.answers[f"Condition?patient={PATIENT_ID}&_count=1000"] = with_next(
        f"{server.base}/Condition?page=2", resource("Condition", "first")
    )
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {"conditions": "incomplete"}
    assert ("conditions", "first") in supplied(advisor)


def test_all_answers_together_are_bounded(
    build: Callable[..., FlaskClient], server: FhirServer, advisor: FixedAdvisor
) -> None:
    """Each is small enough; together they are not."""
    for kind in ("Condition", "Encounter", "Procedure", "DiagnosticReport"):
        server.faults[kind] = body(json.dumps(bundle(x="x" * 4_000)).encode())
    build(fhir_max_bytes=14_000).post(SERVICE, json=pvf(server))
    assert "error" in gaps(advisor).values()


@pytest.mark.parametrize(
    "patient",
    [
        {"resourceType": "Patient", "id": "another"},
        {"resourceType": "Patient"},
        {"resourceType": "Practitioner", "id": PATIENT_ID},
        bundle({"resourceType": "Patient", "id": PATIENT_ID}),
    ],
)
def test_another_patient_is_no_patient(
    client: FlaskClient, server: FhirServer, patient: dict[str, object]
) -> None:
    """412: the key failed."""
    server.answers[f"Patient/{PATIENT_ID}"] = patient
    assert client.post(SERVICE, json=pvf(server)).status_code == 412


def test_the_service_goes_on(client: FlaskClient, server: FhirServer) -> None:
    """After failures of every kind the next call works."""
    for fault in FAULTS.values():
        server.faults[""] = fault
        assert client.post(SERVICE, json=pvf(server)).status_code == 412
    server.faults.clear()
    assert client.post(SERVICE, json=pvf(server)).status_code == 200


def test_pre_07_every_subset_of_the_keys_with_a_server_that_fails(
    client: FlaskClient, server: FhirServer
) -> None:
    """200 or 412, exactly as without a server."""
    server.faults[""] = status(500)
    bearing = ("conditions", "encounters", "findings", "questionnaireResponses")
    tested = ("patient", *bearing, "laboratory")
    subsets = chain.from_iterable(combinations(tested, n) for n in range(len(tested) + 1))
    for subset in subsets:
        prefetch = {key: PREFETCH[key] for key in subset}
        enough = "patient" in subset and bool({*bearing} & {*subset})
        answer = client.post(SERVICE, json=pvf(server, prefetch=prefetch))
        assert answer.status_code == (200 if enough else 412), subset


def test_pre_09_resources_about_somebody_else_are_dropped(
    knowledge: Knowledge, server: FhirServer
) -> None:
    """By the reader, as in prefetch, and told."""
    settings = Settings(
        fhir_servers=server.base, fhir_allow_http=True, fhir_allow_private=True, fhir_seconds=20
    )
    stranger = resource("Condition", "strange") | {"subject": {"reference": "Patient/another"}}
    server.answers[f"Condition?patient={PATIENT_ID}&_count=1000"] = bundle(stranger)
    whole = create_app(settings, knowledge=knowledge).test_client()
    explained = whole.post(EXPLAIN, json=pvf(server)).get_json()
    assert "Condition/strange" in [skipped["reference"] for skipped in explained["skipped"]]


def test_a_byte_order_mark_is_tolerated(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """Some servers cannot help it."""
    server.faults["Condition"] = body(BOM_UTF8 + json.dumps(bundle()).encode())
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {}


def test_a_total_beyond_what_came_is_a_gap(
    client: FlaskClient, server: FhirServer, advisor: FixedAdvisor
) -> None:
    """Results cut off without a link to the rest."""
    server.answers[f"Condition?patient={PATIENT_ID}&_count=1000"] = bundle(
        resource("Condition"), total=30
    )
    assert client.post(SERVICE, json=pvf(server)).status_code == 200
    assert gaps(advisor) == {"conditions": "incomplete"}
