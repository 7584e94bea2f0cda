"""Hook contexts as real clients send them: REQ-14, H-2, H-4, H-5, SB-13, SB-14, ACT-04.

Decided once: ``encounterId`` is required where the hook requires it (400). Resources in the context
may be missing, null or empty, which means that there are none; a member of a wrong type is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.core.knowledge import Knowledge
from tests.contract.advisor import FixedAdvisor
from tests.contract.requests import AS_OF, PATIENT, PATIENT_ID, PREFETCH, bundle
from tests.spec.cases import read_cases
from tests.spec.service import request_of


Json = dict[str, Any]
MUTATED = {"sign-venous-duplex-too-slow", "sign-contained-and-referenced-drugs", "problem-rest-pain-foot", "select-gabapentin-with-drafted-opioid"}  # fmt: skip
SELECT, SIGN = "order-select", "order-sign"
PROBLEM = "problem-list-item-create"
RLS: Json = {
    "resourceType": "Condition",
    "id": "rls",
    "subject": {"reference": f"Patient/{PATIENT_ID}"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"text": "Restless legs syndrome"},
    "recordedDate": "2024-01-10",
}
DRAFT: Json = {
    "resourceType": "MedicationRequest",
    "id": "rx",
    "status": "draft",
    "intent": "order",
    "subject": {"reference": f"Patient/{PATIENT_ID}"},
    "medicationCodeableConcept": {"text": "Metoclopramide 10 mg tablet"},
}


@pytest.fixture(scope="module")
def real(knowledge: Knowledge) -> FlaskClient:
    """The whole service with its reasoning."""
    return create_app(knowledge=knowledge).test_client()


def body(hook: str, *, listed: Any = (RLS,), **context: Any) -> Json:
    """A request of a patient with restless legs on the list."""
    prefetch = {key: bundle() for key in PREFETCH} | {
        "patient": PATIENT,
        "conditions": bundle(*listed),
    }
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/example", "patientId": PATIENT_ID} | context,
        "prefetch": prefetch,
        "extension": {AS_OF: "2026-03-10T10:00:00Z"},
    }


def cards(client: FlaskClient, request: Json) -> list[Json]:
    """The cards of a successful call."""
    answer = client.post(f"/cds-services/leg-pain-{request['hook']}", json=request)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[Json] = answer.get_json()["cards"]
    return found


@pytest.mark.parametrize(
    "drafts",
    [
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": DRAFT}]},
        {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1", "resource": DRAFT}]},
        {"entry": [{"resource": DRAFT}]},
        {"resourceType": "Bundle", "entry": [{}, None, {"fullUrl": "x"}, {"resource": DRAFT}]},
        [DRAFT],
        [{"resource": DRAFT}],
        DRAFT,
    ],
)
@pytest.mark.parametrize("hook", [SELECT, SIGN])
@pytest.mark.parametrize("member", ["draftOrders", "orders", "medications"])
def test_drafts_of_all_shapes(real: FlaskClient, hook: str, member: str, drafts: Any) -> None:
    """Bundle with or without type and full URLs, list, single resource; older spellings."""
    (card,) = cards(real, body(hook, **{member: deepcopy(drafts)}))
    assert card["summary"].startswith("Metoclopramide 10 mg tablet: ")


@pytest.mark.parametrize("drafts", [..., None, "", {}, [], {"resourceType": "Bundle"}])
@pytest.mark.parametrize("hook", [SELECT, SIGN])
def test_sb_13_without_drafts_silence(real: FlaskClient, hook: str, drafts: Any) -> None:
    """The reference client fires order-select without any; 200, nothing to say."""
    context = {} if drafts is ... else {"draftOrders": drafts}
    assert cards(real, body(hook, **context)) == []


@pytest.mark.parametrize(
    ("hook", "member", "value"),
    [
        (SELECT, "draftOrders", "MedicationRequest/rx"),
        (SIGN, "draftOrders", 7),
        (SIGN, "draftOrders", True),
        (SELECT, "selections", {"reference": "MedicationRequest/rx"}),
        (PROBLEM, "conditions", "Condition/rls"),
    ],
)
def test_h_2_members_of_a_wrong_type(real: FlaskClient, hook: str, member: str, value: Any) -> None:
    """400 that names the member."""
    request = body(hook, **{"draftOrders": [DRAFT], member: value})
    answer = real.post(f"/cds-services/leg-pain-{hook}", json=request)
    assert answer.status_code == 400
    assert f"context.{member}" in answer.get_data(as_text=True)


@pytest.mark.parametrize("hook", ["encounter-start", "encounter-discharge"])
@pytest.mark.parametrize("encounter", [..., None, "", "a b", 5])
def test_h_2_the_encounter_is_required(real: FlaskClient, hook: str, encounter: Any) -> None:
    """400 without, 200 with and without type."""
    context = {} if encounter is ... else {"encounterId": encounter}
    url = f"/cds-services/leg-pain-{hook}"
    assert real.post(url, json=body(hook, **context)).status_code == 400
    for id in ("e1", "Encounter/e1"):
        assert real.post(url, json=body(hook, encounterId=id)).status_code == 200


@pytest.mark.parametrize(
    ("selections", "spoken"),
    [
        (["MedicationRequest/rx"], True),
        (["https://ehr.example/fhir/MedicationRequest/rx"], True),
        (["MedicationRequest/rx/_history/2"], True),
        (["rx"], True),
        ("MedicationRequest/rx", True),
        ([], True),
        (None, True),
        ([None, 3], True),
        (["MedicationRequest/other"], False),
        (["ServiceRequest/rx"], False),
    ],
)
def test_selections(real: FlaskClient, selections: Any, spoken: bool) -> None:
    """Named in any way, or missing: then all drafts are looked at."""
    found = cards(real, body(SELECT, draftOrders=[DRAFT], selections=selections))
    assert bool(found) is spoken


def test_order_sign_knows_no_selections(real: FlaskClient) -> None:
    """All that is signed counts."""
    assert cards(real, body(SIGN, draftOrders=[DRAFT], selections=["ServiceRequest/x"]))


@pytest.mark.parametrize("status", ["draft", "active", "on-hold", "DRAFT ", None])
def test_signed_orders_may_have_any_status(real: FlaskClient, status: str | None) -> None:
    """Re-signing of revised orders."""
    assert cards(real, body(SIGN, draftOrders=[DRAFT | {"status": status}]))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"doNotPerform": True},
        {"subject": {"reference": "Patient/somebody-else"}},
    ],
)
def test_what_orders_nothing(real: FlaskClient, change: Json) -> None:
    """Withdrawn, negated, of another patient: silence."""
    assert cards(real, body(SIGN, draftOrders=[DRAFT | change])) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"resourceType": "NutritionOrder", "id": "n"},
        {"resourceType": "MedicationRequest", "id": "m", "status": "draft"},
        {"resourceType": "ServiceRequest", "id": "s", "code": {"coding": [{}]}, "reasonCode": []},
        {"resourceType": "ServiceRequest", "id": "s", "code": 5},
        {"resourceType": "CommunicationRequest"},
    ],
)
def test_h_4_odd_resources_are_listed(real: FlaskClient, odd: Json) -> None:
    """They hide nothing, and are named in the explanation."""
    request = body(SIGN, draftOrders=[odd, DRAFT])
    assert len(cards(real, request)) == 1
    skipped = real.post("/explain/leg-pain-order-sign", json=request).get_json()["skipped"]
    assert [s["reference"] for s in skipped] == [
        f"{odd['resourceType']}/{odd.get('id', '(no id)')}"
    ]


def test_act_04_an_update_is_the_whole_draft(real: FlaskClient) -> None:
    """Deep-diff: everything that was received comes back; only the priority is ours."""
    finding = "https://leg-pain-cds.example/fhir/CodeSystem/finding"
    signs = [
        {
            "resourceType": "Observation",
            "id": sign,
            "status": "final",
            "subject": {"reference": f"Patient/{PATIENT_ID}"},
            "code": {"coding": [{"system": finding, "code": sign}]},
            "effectiveDateTime": "2026-03-10T09:00:00Z",
            "valueBoolean": True,
        }
        for sign in ("leg-swelling", "deep-vein-tenderness", "unilateral-leg", "calf-or-thigh")
    ]
    draft = {
        "resourceType": "ServiceRequest",
        "id": "scan",
        "status": "draft",
        "intent": "order",
        "priority": "routine",
        "subject": {"reference": f"Patient/{PATIENT_ID}"},
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "93970"}]},
        "bodySite": [{"text": "left leg"}],
        "note": [{"text": "walks with a stick"}],
        "extension": [{"url": "https://ehr.example/x", "valueString": "kept"}],
    }
    request = body(SIGN, listed=(), draftOrders=[deepcopy(draft)])
    request["prefetch"]["findings"] = bundle(*signs)
    (card,) = cards(real, request)
    (action,) = card["suggestions"][0]["actions"]
    assert action["type"] == "update"
    assert action["resource"] == draft | {"priority": action["resource"]["priority"]}
    assert action["resource"]["priority"] in {"urgent", "stat"}


def test_names_of_orders_cannot_break_out(real: FlaskClient) -> None:
    """CARD-03, CARD-05: the validator of every answer looks at summary and detail."""
    name = "Metoclopramide <img src=x onerror=alert(1)> [x](javascript:y) `a` **b** | " + "x" * 500
    draft = DRAFT | {"medicationCodeableConcept": {"text": name}}
    (card,) = cards(real, body(SIGN, draftOrders=[draft]))
    assert "<" not in card["summary"]
    assert "<img" not in card["detail"]


@pytest.mark.parametrize("value", [None, [], {}, "x", 5, [None], {"reference": 5}])
def test_no_mutation_of_a_context_stops_the_service(real: FlaskClient, value: Any) -> None:
    """Every place of some contexts replaced: an answer that the validator accepts, never 500."""
    for case in (case for case in read_cases() if case.slug in MUTATED):
        request = request_of(case)
        for path in places(request["context"]):
            changed = deepcopy(request)
            holder = changed["context"]
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
            answer = real.post(f"/cds-services/{case.file.service}", json=changed)
            assert answer.status_code in {200, 400}, (case.slug, path)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below the members that hold resources."""
    if path and path[0] not in {"userId", "patientId", "encounterId"}:
        yield path
    parts = node.items() if isinstance(node, dict) else enumerate(node)
    for step, part in parts:
        if isinstance(part, dict | list):
            yield from places(part, (*path, step))
        elif path or step not in {"userId", "patientId", "encounterId"}:
            yield (*path, step)


def test_nothing_for_the_patient_as_user(real: FlaskClient) -> None:
    """Advice is for clinicians."""
    request = body(SIGN, draftOrders=[DRAFT])
    request["context"]["userId"] = f"Patient/{PATIENT_ID}"
    assert cards(real, request) == []


@pytest.mark.parametrize(
    "conditions",
    [
        {"resourceType": "Bundle", "entry": [{"resource": RLS | {"id": "new"}}]},
        [RLS | {"id": "new"}],
        RLS | {"id": "new"},
        [RLS | {"id": "new", "category": "problem-list-item"}],
    ],
)
def test_h_5_new_problems_of_all_shapes(real: FlaskClient, conditions: Any) -> None:
    """Also with ``category`` as a bare string, and not yet in prefetch."""
    request = body(PROBLEM, listed=())
    request["context"] |= {"conditions": conditions}
    explained = real.post(f"/explain/leg-pain-{PROBLEM}", json=request).get_json()
    listed = {c["cause"]: c["category"] for c in explained["differential"]}
    assert listed["restless-legs-syndrome"] == "established"


def test_h_5_the_context_goes_before_prefetch(real: FlaskClient) -> None:
    """One condition under one id, as the context has it."""
    refuted = RLS | {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    request = body(PROBLEM)
    request["context"] |= {"conditions": bundle(refuted)}
    explained = real.post(f"/explain/leg-pain-{PROBLEM}", json=request).get_json()
    assert not any(c["category"] == "established" for c in explained["differential"])


def test_h_5_new_problems_do_for_the_missing_list(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """Of the keys of which one is needed; the patient is still required."""
    request = body(PROBLEM)
    request["context"] |= {"conditions": bundle(RLS)}
    request["prefetch"] = {"patient": PATIENT}
    url = f"/cds-services/leg-pain-{PROBLEM}"
    assert client.post(url, json=request).status_code == 200
    request["context"] |= {"conditions": bundle()}
    assert client.post(url, json=request).status_code == 412
    request["context"] |= {"conditions": bundle(RLS)}
    request["prefetch"] = {}
    assert client.post(url, json=request).status_code == 412


def test_explain_tells_what_was_said_of_orders(real: FlaskClient) -> None:
    """An additional member, only where orders are what it is about."""
    request = body(SIGN, draftOrders=[DRAFT])
    explained = real.post("/explain/leg-pain-order-sign", json=request).get_json()
    assert [(o["reference"], o["check"]) for o in explained["orders"]] == [
        ("MedicationRequest/rx", "drug-worsens-restless-legs")
    ]
    assert (
        "orders"
        not in real.post(
            "/explain/leg-pain-patient-view", json=request | {"hook": "patient-view"}
        ).get_json()
    )
