"""What an answer to a card does to the next call, as clinicians would tell it; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.memory.room import Json, Room, drafting, overridden, patient_view, rows


RESTLESS = (
    "urge-to-move-legs",
    "unpleasant-leg-sensation",
    "worse-at-rest",
    "relief-movement",
    "worse-in-evening",
)
ADVISORY = ("burning-pain", "feet-or-toes", "worse-at-night", "tingling", "numbness")
ONE_LEG = ("calf-swelling-3cm", "pitting-oedema-one-leg", "leg-pain")
SADDLE = ("saddle-anaesthesia", "leg-pain")


def restless(room: Room, **change: Any) -> Json:
    """A woman who must move her legs every evening."""
    given = {"at": room.now} | change
    findings = given.pop("findings", RESTLESS)
    return patient_view(*findings, **given)


def topics(cards: list[Json]) -> set[str]:
    """What the cards are about."""
    return {card["source"]["topic"]["code"] for card in cards}


def seen_at(room: Room) -> datetime:
    """When the facts were recorded: they stay as they are while the clock goes on."""
    return room.moments[0]


def again(room: Room, **change: Any) -> list[Json]:
    """The same facts, asked about now."""
    return room.call(restless(room, at=seen_at(room), **change))


def test_an_overridden_topic_is_silent_for_its_time(room: Room) -> None:
    """The patient declines: 90 days of silence for everybody, then the question is asked again."""
    (card,) = again(room)
    room.later(minutes=5)
    room.override(card, "patient-refuses")
    room.later(days=20)
    assert again(room) == []
    assert again(room, user="Practitioner/b") == []


def test_silence_ends(room: Room) -> None:
    """At its last second it holds, at the next it does not."""
    (card,) = again(room)
    room.override(card, "limited-time")
    body = restless(room, at=seen_at(room))
    room.later(days=1, seconds=-1)
    assert room.call(body) == []
    room.later(seconds=2)
    assert room.call(body | {"hookInstance": "c0ffee00-0000-4000-8000-000000000000"})


def test_a_reason_about_the_clinician_binds_nobody_else(room: Room) -> None:
    """One disagrees with the evidence; the colleague sees the card."""
    (card,) = again(room)
    room.override(card, "recipient-disagrees-evidence")
    room.later(days=3)
    assert again(room) == []
    assert topics(again(room, user="Practitioner/b")) == topics([card])


@pytest.mark.parametrize(
    ("reason", "days"), [("", 7), ("unheard-of", 7), ("wrong-time-workflow", 1)]
)
def test_each_reason_has_its_time(room: Room, reason: str, days: int) -> None:
    """Without a reason, with an unknown one, with one of the moment."""
    (card,) = again(room)
    room.override(card, reason)
    room.later(days=days, hours=-1)
    assert again(room) == []
    room.later(hours=2)
    assert topics(again(room)) == topics([card])


def test_other_patients_and_other_topics_speak(room: Room) -> None:
    """An override is about one question of one patient."""
    (card,) = again(room)
    room.override(card, "patient-refuses")
    assert again(room, patient="p2")
    both = again(room, findings=(*RESTLESS, *ONE_LEG))
    assert both
    assert topics([card]).isdisjoint(topics(both))


def test_one_id_on_two_servers_is_two_patients(room: Room) -> None:
    """One client may serve several FHIR servers, each with ids of its own; a slash makes no other server."""
    here, there = ({"fhirServer": f"https://{name}.example/fhir"} for name in ("here", "there"))
    body = restless(room, at=seen_at(room))
    (card,) = room.call(body | here)
    room.override(card, "patient-refuses")
    room.later(minutes=1)
    assert room.call(body | {"fhirServer": "https://here.example/fhir/"}) == []
    assert topics(room.call(body | there)) == topics([card])
    assert room.call(body | {"fhirServer": ["no", "text"]})


def test_the_explanation_says_what_is_silent_why_and_until_when(room: Room) -> None:
    """Topic, reason in words, end."""
    (card,) = again(room)
    room.override(card, "patient-refuses")
    room.later(days=2)
    (said,) = room.explain(restless(room, at=seen_at(room)))["suppressed"]
    assert said["topic"] == card["source"]["topic"]["code"]
    assert "patient declines" in said["because"]
    assert datetime.fromisoformat(said["until"]) == room.moments[0] + timedelta(days=90)


def test_the_next_card_says_what_is_silent(room: Room) -> None:
    """A red flag comes; its detail names the question that was overridden."""
    (card,) = again(room)
    room.override(card, "patient-refuses")
    room.later(days=2)
    cards = again(room, findings=(*RESTLESS, *SADDLE))
    assert "Not shown again" in cards[0]["detail"]
    assert "patient declines" in cards[0]["detail"]


@pytest.mark.parametrize("flag", [ONE_LEG, SADDLE])
def test_what_cannot_wait_is_never_silenced(room: Room, flag: tuple[str, ...]) -> None:
    """Overridden, accepted, seen a minute ago: the red flag is said again."""
    first = again(room, findings=flag)
    assert first
    for card in first:
        room.override(card, "patient-refuses")
        room.accept(card, *(s["label"] for s in card.get("suggestions", ())))
    room.later(minutes=1)
    second = again(room, findings=flag)
    assert [c["summary"] for c in second] == [c["summary"] for c in first]
    assert [[s["label"] for s in c.get("suggestions", ())] for c in second] == [
        [s["label"] for s in c.get("suggestions", ())] for c in first
    ]


def test_an_order_too_late_for_a_red_flag_is_never_silenced(room: Room) -> None:
    """The routine scan answers the red flag, so only this card names it: overridden, it is said again."""
    (draft,) = (
        s["actions"][0]["resource"] | {"intent": "order", "priority": "routine"}
        for card in again(room, findings=ONE_LEG)
        for s in card["suggestions"]
        if s["label"].startswith("Order Venous duplex")
    )

    def signed() -> list[Json]:
        body = restless(room, findings=ONE_LEG, at=seen_at(room))
        return room.call(drafting(body, "order-sign", draft), "leg-pain-order-sign")

    (first,) = signed()
    assert "sooner than ordered" in first["summary"]
    room.override(first, "patient-refuses")
    room.later(minutes=1)
    assert [card["summary"] for card in signed()] == [first["summary"]]


def test_the_order_that_came_of_a_red_flag_answers_it(room: Room) -> None:
    """On record with the reasons that the card gave it, which are behind the flag, too."""
    (card,) = again(room, findings=ONE_LEG)
    (draft,) = (s["actions"][0]["resource"] for s in card["suggestions"])
    room.accept(card, *(s["label"] for s in card["suggestions"]))
    room.later(hours=1)
    order = draft | {
        "id": "o1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "authoredOn": room.now.isoformat(),
    }
    on_record = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": order}],
    }
    body = restless(room, findings=ONE_LEG, at=seen_at(room), serviceRequests=on_record)
    assert room.call(body) == []
    (flag,) = room.explain(body)["red_flags"]
    assert flag["answered_by"] == ["ServiceRequest/o1"]


def test_an_accepted_work_up_counts_as_ordered_for_a_while(room: Room) -> None:
    """Ferritin and saturation are accepted: not asked for again until two weeks have passed."""
    (card,) = again(room)
    room.accept(card, *(s["label"] for s in card["suggestions"]))
    room.later(days=13)
    body = restless(room, at=seen_at(room))
    assert not [c for c in room.call(body) if c.get("suggestions")]
    states = {w["id"]: w for w in room.explain(body)["workups"]}
    assert states["ferritin"]["status"] == "already-ordered"
    assert states["ferritin"]["evidence"][0].startswith("urn:uuid:")
    assert {s["topic"] for s in room.explain(body)["suppressed"]} >= {"ferritin"}
    room.later(days=2)
    (back,) = room.call(body)
    assert [s["label"] for s in back["suggestions"]] == [s["label"] for s in card["suggestions"]]


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_an_accepted_draft_is_no_duplicate_of_itself(room: Room, hook: str) -> None:
    """The suggestion is accepted, its draft is picked or signed: nothing is on record that it repeats."""
    (card,) = again(room)
    (draft,) = (
        s["actions"][0]["resource"] for s in card["suggestions"] if s["label"] == "Order Ferritin"
    )
    room.accept(card, "Order Ferritin")
    room.later(minutes=1)
    body = drafting(restless(room, at=seen_at(room)), hook, draft)
    assert room.call(body, f"leg-pain-{hook}") == []


def test_an_acceptance_is_named_once_and_only_while_it_counts(room: Room) -> None:
    """Reported twice it is one silence; with a result on record it is none."""
    (card,) = again(room)
    room.accept(card, "Order Ferritin")
    room.later(hours=1)
    room.accept(card, "Order Ferritin")
    body = restless(room, at=seen_at(room))
    (said,) = (s for s in room.explain(body)["suppressed"] if s["topic"] == "ferritin")
    assert datetime.fromisoformat(said["until"]) == room.now + timedelta(days=14)
    result = {
        "resourceType": "Observation",
        "id": "ferritin",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": room.now.isoformat(),
        "valueQuantity": {"value": 20, "unit": "ug/L"},
    }
    room.later(hours=1)
    laboratory = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": result}]}
    explained = room.explain(restless(room, at=seen_at(room), laboratory=laboratory))
    assert {w["id"]: w["status"] for w in explained["workups"]}["ferritin"] == "already-done"
    assert "ferritin" not in {s["topic"] for s in explained["suppressed"]}


def test_one_of_two_accepted(room: Room) -> None:
    """The other is still suggested, to somebody who has not seen the card."""
    (card,) = again(room)
    room.accept(card, "Order Ferritin")
    room.later(days=1, hours=1)
    (left,) = again(room)
    assert [s["label"] for s in left["suggestions"]] == ["Order Transferrin saturation"]
    assert "Ferritin: ordered" in left["detail"]


def test_the_same_card_is_not_shown_twice_to_the_same_clinician(room: Room) -> None:
    """Within a day; the colleague sees it; after a day it comes again."""
    (card,) = again(room)
    room.later(hours=3)
    assert again(room) == []
    assert topics(again(room, user="Practitioner/b")) == topics([card])
    room.later(hours=21, seconds=1)
    assert topics(again(room)) == topics([card])


@pytest.mark.parametrize("user", ["https://ehr.example/fhir/Practitioner/a", "Practitioner/a "])
def test_a_clinician_is_the_same_however_written(room: Room, user: str) -> None:
    """Some moments of an EHR name the whole address, others type and id."""
    assert again(room)
    room.later(hours=3)
    assert again(room, user=user) == []


def test_changed_facts_bring_the_card_back(room: Room) -> None:
    """A new finding behind the same question."""
    (card,) = again(room)
    room.later(hours=3)
    assert topics(again(room, findings=(*RESTLESS, "family-history-rls"))) == topics([card])


def test_the_same_call_gets_the_same_cards(room: Room) -> None:
    """One hookInstance is one firing, however often it is sent; so is one instant set by the client."""
    body = restless(room)
    first = room.call(body)
    room.later(seconds=2)
    assert topics(room.call(body)) == topics(first)
    set_instant = restless(room, at=seen_at(room), patient="p3") | {
        "extension": {"org.leg-pain-cds.as-of": "2026-11-21T18:00:00+00:00"}
    }
    assert room.call(set_instant)
    set_instant["hookInstance"] = "c0ffee00-0000-4000-8000-000000000001"
    assert room.call(set_instant)


def test_a_client_that_sets_the_instant_lives_in_that_time(room: Room) -> None:
    """Snoozes count from the instant of the card, whatever the clocks say."""

    def at(day: int) -> Json:
        body = restless(room, at=datetime(2024, 3, 1, 12, tzinfo=UTC))
        return body | {"extension": {"org.leg-pain-cds.as-of": f"2024-03-{day:02}T12:00:00Z"}}

    (card,) = room.call(at(1))
    room.feedback(overridden(card["uuid"], room.now))
    assert room.call(at(7)) == []
    assert room.call(at(9))


def test_absurd_client_clocks_do_not_silence_for_ever(room: Room) -> None:
    """An answer from the year 2150 counts from when it was received."""
    (card,) = again(room)
    room.feedback(overridden(card["uuid"], datetime(2150, 1, 1, tzinfo=UTC)))
    room.later(days=8)
    assert again(room)


def test_nothing_about_the_patient_is_written_down(room: Room, database_url: str) -> None:
    """Only pseudonyms: neither ids of patient and user nor any of what was recorded."""
    body = restless(room, patient="marked-patient", user="Practitioner/marked-user")
    (card,) = room.call(body)
    room.override(card, "patient-refuses")
    tables = ("issued_card", "feedback", "accepted_suggestion")
    written = "".join(repr(row) for table in tables for row in rows(database_url, table))
    assert "marked" not in written
