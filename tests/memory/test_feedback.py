"""Rows FB-01 to FB-14 of the conformance list, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.contract.requests import SERVICE, pv
from tests.memory.room import REASONS, accepted, overridden, rows


URL = f"{SERVICE}/feedback"
AT = datetime(2026, 11, 21, 18, 0, 31, tzinfo=UTC)
Json = dict[str, Any]


@pytest.fixture
def card(remembering: FlaskClient) -> Json:
    """A card that this client got."""
    found: Json = remembering.post(SERVICE, json=pv()).get_json()["cards"][0]
    return found


def send(client: FlaskClient, *items: Any) -> tuple[int, Any]:
    """Status and body."""
    answer = client.post(URL, json={"feedback": list(items)})
    return answer.status_code, answer.get_json() if answer.data else None


def test_fb_01_an_accepted_card_is_taken(
    remembering: FlaskClient, card: Json, database_url: str
) -> None:
    """2xx without a body, and the suggestion is on record."""
    suggestion = card["suggestions"][0]["uuid"]
    assert send(remembering, accepted(card["uuid"], AT, suggestion)) == (204, None)
    assert [row.suggestion for row in rows(database_url, "accepted_suggestion")] == [suggestion]


def test_fb_01_every_service_takes_feedback(remembering: FlaskClient) -> None:
    """Discovery and feedback go together; an unknown service has none."""
    for service in remembering.get("/cds-services").get_json()["services"]:
        answer = remembering.post(f"/cds-services/{service['id']}/feedback", json={"feedback": []})
        assert answer.status_code == 204
    assert (
        remembering.post("/cds-services/other/feedback", json={"feedback": []}).status_code == 404
    )


@pytest.mark.parametrize("body", [[], {}, {"feedback": {}}, {"feedback": None}, "x", 1])
def test_fb_03_a_body_without_the_array_is_400(remembering: FlaskClient, body: Any) -> None:
    """With an OperationOutcome that says where."""
    answer = remembering.post(URL, json=body)
    assert answer.status_code == 400
    assert answer.get_json()["issue"][0]["expression"] == ["feedback"]


def test_fb_04_unknown_cards_are_counted(remembering: FlaskClient, database_url: str) -> None:
    """2xx; twice is counted twice."""
    for _ in range(2):
        assert send(remembering, overridden(str(uuid4()), AT), overridden("none", AT)) == (
            204,
            None,
        )
    assert [row.count for row in rows(database_url, "unknown_feedback")] == [4]


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"card": ...}, "card"),
        ({"card": 7}, "card"),
        ({"card": ""}, "card"),
        ({"outcome": "ignored"}, "outcome"),
        ({"outcome": None}, "outcome"),
        ({"outcomeTimestamp": "2026-06-24"}, "outcomeTimestamp"),
        ({"outcomeTimestamp": 1}, "outcomeTimestamp"),
        ({"outcomeTimestamp": ...}, "outcomeTimestamp"),
        ({"outcome": "accepted", "acceptedSuggestions": "x"}, "acceptedSuggestions"),
        ({"overrideReason": {"reason": {"system": REASONS}}}, "overrideReason"),
        ({"overrideReason": []}, "overrideReason"),
    ],
)
def test_bad_items_are_named_and_good_ones_kept(
    remembering: FlaskClient, card: Json, database_url: str, change: Json, member: str
) -> None:
    """FB-04..08: one bad item costs no other one."""
    bad = overridden(card["uuid"], AT) | change
    bad = {name: value for name, value in bad.items() if value is not ...}
    status, outcome = send(remembering, bad, overridden(card["uuid"], AT))
    assert status == 200
    assert [i["expression"] for i in outcome["issue"]] == [[f"feedback[0].{member}"]]
    assert len(rows(database_url, "feedback")) == 1
    assert send(remembering, bad)[0] == 400


@pytest.mark.parametrize("item", [None, 1, "x", [], [[]]])
def test_items_that_are_no_objects(remembering: FlaskClient, item: Any) -> None:
    """Named by their place."""
    status, outcome = send(remembering, item)
    assert (status, outcome["issue"][0]["expression"]) == (400, ["feedback[0]"])


def test_fb_06_several_suggestions_and_none(
    remembering: FlaskClient, card: Json, database_url: str
) -> None:
    """Two ids are both stored; an acceptance without any is one all the same."""
    ids = [suggestion["uuid"] for suggestion in card["suggestions"]]
    assert send(remembering, accepted(card["uuid"], AT, *ids)) == (204, None)
    assert len(rows(database_url, "accepted_suggestion")) == 2
    other = remembering.post(SERVICE, json=pv()).get_json()["cards"][1]
    assert send(remembering, {k: v for k, v in accepted(other["uuid"], AT).items() if v}) == (
        204,
        None,
    )
    assert len(rows(database_url, "feedback")) == 2


def test_fb_06_suggestions_of_other_cards_do_not_count(
    remembering: FlaskClient, card: Json, database_url: str
) -> None:
    """The acceptance is kept, the foreign suggestion is not."""
    other = remembering.post(SERVICE, json=pv()).get_json()["cards"][0]["suggestions"][0]["uuid"]
    assert send(remembering, accepted(card["uuid"], AT, other, "x")) == (204, None)
    assert rows(database_url, "accepted_suggestion") == []


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ({"reason": {"code": "patient-refuses", "system": REASONS}}, "patient-refuses"),
        ({"reason": {"code": "patient-refuses", "system": "urn:other"}}, "other"),
        ({"reason": {"code": "local thing!", "system": REASONS}}, "other"),
        ({"userComment": "seen elsewhere"}, ""),
        ({"reason": None, "userComment": None}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_fb_07_fb_11_fb_15_reasons(
    remembering: FlaskClient, card: Json, database_url: str, reason: Any, kept: str
) -> None:
    """Without display, unknown, only a comment, empty, none: all are taken."""
    item = overridden(card["uuid"], AT) | {"overrideReason": reason}
    assert send(remembering, item) == (204, None)
    assert [row.reason for row in rows(database_url, "feedback")] == [kept]


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-21T18:00:31Z",
        "2026-11-21T18:00:31.939Z",
        "2026-11-21T18:00:31+00:00",
        "2026-11-21T20:00:31+02:00",
    ],
)
def test_fb_08_ways_to_write_the_time(remembering: FlaskClient, card: Json, written: str) -> None:
    """Every RFC 3339 form."""
    assert send(remembering, overridden(card["uuid"], AT) | {"outcomeTimestamp": written}) == (
        204,
        None,
    )


def test_fb_09_twice_is_once(remembering: FlaskClient, card: Json, database_url: str) -> None:
    """In one batch and in two; later suggestions of the same acceptance are added."""
    first, second = (suggestion["uuid"] for suggestion in card["suggestions"])
    once = accepted(card["uuid"], AT, first)
    assert send(remembering, once, once) == (204, None)
    assert send(remembering, accepted(card["uuid"].upper(), AT, first, second)) == (204, None)
    assert len(rows(database_url, "feedback")) == 1
    assert len(rows(database_url, "accepted_suggestion")) == 2


def test_fb_09_large_batches(remembering: FlaskClient, database_url: str) -> None:
    """1,200 items about 600 cards in one POST."""
    cards = [
        c["uuid"] for _ in range(300) for c in remembering.post(SERVICE, json=pv()).json["cards"]
    ]
    items = [overridden(card, AT) for card in cards * 2]
    assert send(remembering, *items) == (204, None)
    assert len(rows(database_url, "feedback")) == 600


def test_fb_09_a_large_batch_does_not_hold_the_database(
    remembering: FlaskClient, card: Json, database_url: str
) -> None:
    """Few statements for many items: calls of others wait for it, and go on without memory."""
    statements: list[str] = []
    engine = remembering.application.extensions["cds_memory"].lasting.engine
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    items = [overridden(card["uuid"], AT + timedelta(seconds=n)) for n in range(3_000)]
    assert send(remembering, *items, *items) == (204, None)
    assert len(rows(database_url, "feedback")) == 3_000
    assert len(statements) < 50


def test_fb_14_comments_are_capped_and_kept_apart(
    remembering: FlaskClient, card: Json, database_url: str
) -> None:
    """Characters that databases refuse are left out; the text is nowhere else."""
    comment = "patient\0 told me " + "x" * 5_000
    item = overridden(card["uuid"], AT) | {"overrideReason": {"userComment": comment}}
    assert send(remembering, item) == (204, None)
    (kept,) = rows(database_url, "feedback_comment")
    assert len(kept.comment) == 2_000
    assert "told me" not in repr(rows(database_url, "feedback"))


def test_the_media_type_is_checked(remembering: FlaskClient) -> None:
    """As for every POST."""
    assert remembering.post(URL, data="{}", content_type="text/plain").status_code == 415
    assert remembering.get(URL).status_code == 405


@pytest.mark.parametrize("id", ["\0", "a\0b"], ids=["alone", "inside"])
def test_an_id_that_no_database_holds_is_a_bad_item(remembering: FlaskClient, id: str) -> None:
    """PostgreSQL takes no NUL in a text; the item is named, and the others are kept."""
    card, _ = remembering.post(SERVICE, json=pv()).get_json()["cards"]
    good = overridden(card["uuid"], AT)
    answer = remembering.post(f"{SERVICE}/feedback", json={"feedback": [good | {"card": id}, good]})
    assert answer.status_code == 200, answer.data
    assert answer.get_json()["issue"][0]["expression"] == ["feedback[0].card"]
    assert remembering.get("/reports").get_json()["services"][0]["overridden"] == 1
