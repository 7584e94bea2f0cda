"""Rows RSP-*, CARD-*, SUG-*, ACT-*, OVR-*, LNK-*: cards on the wire, and the validator itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

from tests.contract.advisor import BARE, FULL, FixedAdvisor
from tests.contract.requests import EXPLAIN, PATIENT_ID, SERVICE, pv, with_context
from tests.contract.response_validator import problems_of


def cards(client: FlaskClient) -> list[dict[str, Any]]:
    """The cards of PV."""
    found: list[dict[str, Any]] = client.post(SERVICE, json=pv()).get_json()["cards"]
    return found


def test_gen_07_a_card_without_extras_has_no_such_members(
    client: FlaskClient, advisor: FixedAdvisor
) -> None:
    """What has no value is left out."""
    advisor.shown = (BARE,)
    assert set(cards(client)[0]) == {"uuid", "summary", "indicator", "source"}


def test_card_01_members_stand_in_a_fixed_order(client: FlaskClient) -> None:
    """For people who read the bytes."""
    assert list(cards(client)[0]) == [
        "uuid", "summary", "detail", "indicator", "source",
        "suggestions", "selectionBehavior", "overrideReasons", "links",
    ]  # fmt: skip


def test_card_01_every_call_has_its_own_ids(client: FlaskClient) -> None:
    """Two calls never share one."""
    ids = [c["uuid"] for _ in range(5) for c in cards(client)]
    assert len(set(ids)) == 10


def test_sug_03_recommended_is_a_boolean(client: FlaskClient) -> None:
    """Said of both."""
    assert [s["isRecommended"] for s in cards(client)[0]["suggestions"]] == [True, False]


def test_act_03_the_draft_is_about_this_patient(client: FlaskClient) -> None:
    """Subject from the context, normalised."""
    answer = client.post(
        SERVICE, json=with_context(patientId=f"Patient/{PATIENT_ID}", encounterId="e1")
    )
    drafted = answer.get_json()["cards"][0]["suggestions"][0]["actions"][0]["resource"]
    assert drafted["subject"]["reference"] == f"Patient/{PATIENT_ID}"


def test_explain_answers_json(client: FlaskClient) -> None:
    """The same request, the document behind the answer."""
    assert client.post(EXPLAIN, json=pv()).get_json()["gate"]["open"] is False


def test_explain_refuses_as_the_service_does(client: FlaskClient) -> None:
    """412 and 400 alike."""
    assert client.post(EXPLAIN, json=pv(prefetch={})).status_code == 412
    assert client.post(EXPLAIN, json=pv(hook="order-sign")).status_code == 400


def broken(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Only so that lambdas have a type."""
    return change


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ("GEN-05", broken(lambda c: c.update(detail=None))),
        ("GEN-06", broken(lambda c: c.update(links=[]))),
        ("CARD-01", broken(lambda c: c.update(uuid=c["uuid"].upper()))),
        ("CARD-03", broken(lambda c: c.update(summary="x" * 140))),
        ("CARD-03", broken(lambda c: c.update(summary="\U0001f9b5" * 70))),
        ("CARD-05", broken(lambda c: c.update(detail="a <b>b</b>"))),
        ("CARD-05", broken(lambda c: c.update(detail="[a](http://x.example)"))),
        ("CARD-07", broken(lambda c: c.update(indicator="hard-stop"))),
        ("CARD-11", broken(lambda c: c.pop("selectionBehavior"))),
        ("CARD-12", broken(lambda c: c.update(selectionBehavior="all"))),
        ("CARD-14", broken(lambda c: c["overrideReasons"].append(c["overrideReasons"][0]))),
        ("CARD-17", broken(lambda c: c.update(extra=1))),
        ("OVR-01", broken(lambda c: c["overrideReasons"][0].pop("display"))),
        ("OVR-02", broken(lambda c: c["overrideReasons"][0].update(code="whim"))),
        ("SRC-01", broken(lambda c: c["source"].pop("label"))),
        ("SRC-02", broken(lambda c: c["source"].update(url="http://x.example"))),
        ("SRC-04", broken(lambda c: c["source"]["topic"].update(code="with-dash"))),
        ("SUG-01", broken(lambda c: c["suggestions"][0].update(label=" "))),
        ("SUG-02", broken(lambda c: c["suggestions"][0].update(uuid="1"))),
        ("CARD-01: a uuid twice", broken(lambda c: c["suggestions"][0].update(uuid=c["uuid"]))),
        ("SUG-03", broken(lambda c: c["suggestions"][0].update(isRecommended="yes"))),
        ("SUG-04", broken(lambda c: c["suggestions"][0]["actions"].append({}))),
        ("ACT-01", broken(lambda c: c["suggestions"][0]["actions"][0].update(type="CREATE"))),
        ("ACT-02", broken(lambda c: c["suggestions"][0]["actions"][0].update(description=" "))),
        ("ACT-03", broken(lambda c: c["suggestions"][0]["actions"][0].update(resource="{}"))),
        ("LNK-02", broken(lambda c: c["links"][0].update(url="//x.example"))),
        ("LNK-03", broken(lambda c: c["links"][0].update(type="smart"))),
    ],
)
def test_the_validator_sees_every_break(
    client: FlaskClient, row: str, change: Callable[[dict[str, Any]], Any]
) -> None:
    """A validator that cannot fail proves nothing."""
    good = client.post(SERVICE, json=pv()).get_json()
    assert not problems_of(SERVICE, 200, "application/json", json.dumps(good).encode())
    bad = deepcopy(good)
    change(bad["cards"][0])
    found = problems_of(SERVICE, 200, "application/json", json.dumps(bad).encode())
    assert any(problem.startswith(row) for problem in found), found


def test_the_client_of_the_suite_is_checked(client: FlaskClient, advisor: FixedAdvisor) -> None:
    """A card that breaks a row fails the test that received it."""
    advisor.shown = (msgspec.structs.replace(FULL, summary="x" * 140),)
    with pytest.raises(AssertionError, match="CARD-03"):
        client.post(SERVICE, json=pv())
